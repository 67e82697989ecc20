"""`@staticmethod` and `@classmethod`: Monty takes no decorators of methods.

The decorator goes, and after the class a function of the prelude puts a callable object in the method's place, which gets
no `self`, or the class.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from .scopes import binds
from .source_map import ByteOffsets, Edit

_KINDS = ("staticmethod", "classmethod")

MAY_DECORATE = re.compile(rf"@[ \t]*(?:{'|'.join(_KINDS)})\b")
"""What a text contains that has something to rewrite."""

_DECORATOR = re.compile(rf"@[ \t]*(?:{'|'.join(_KINDS)})(?=[ \t]*(?:#.*)?\n)")


def class_method_edits(text: str, tree: ast.Module, places: ByteOffsets) -> Iterator[Edit]:
    """The edits. A class in a class, and a method with other decorators beside, are left as they are."""
    kinds = [kind for kind in _KINDS if not binds(tree, kind)]
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        for each in ast.iter_child_nodes(node):
            if not isinstance(each, ast.ClassDef):
                waiting.append(each)
            elif not isinstance(node, ast.ClassDef):
                yield from _edits(text, places, each, kinds)
                waiting += each.body


def _edits(text: str, places: ByteOffsets, node: ast.ClassDef, kinds: list[str]) -> Iterator[Edit]:
    found: dict[str, str] = {}
    begin, end = places.span(node)
    indent = text[text.rfind("\n", 0, begin) + 1 : begin]
    if indent.strip():
        return  # it does not begin its line
    for each in node.body:
        if not isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef)) or len(each.decorator_list) != 1:
            continue
        decorator = each.decorator_list[0]
        if not isinstance(decorator, ast.Name) or decorator.id not in kinds:
            continue
        match = _DECORATOR.match(text, text.rfind("@", 0, places.span(decorator)[0]))
        if match is not None:
            found[each.name] = decorator.id
            yield Edit(*match.span(), "")
    if found:
        yield Edit(end, end, f"\n{indent}__mk_unbound_methods({node.name}, {found!r})")
