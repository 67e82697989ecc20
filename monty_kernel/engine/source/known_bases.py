"""Classes with a base of the standard library whose meaning is certain: enumerations, named tuples, and bases that only say something.

`class C(Enum):` becomes a class without a base, under a decorator that is an attribute of `Enum`: what else has that name has none.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import TypeGuard

from .source_map import ByteOffsets, Edit

OF_MODULES = {
    "Enum": "enum",
    "IntEnum": "enum",
    "StrEnum": "enum",
    "NamedTuple": "typing",
    "TypedDict": "typing",
    "Protocol": "typing",
    "Generic": "typing",
    "ABC": "abc",
}
"""The bases, with the modules that they come from."""

_ENUMS = frozenset({"Enum", "IntEnum", "StrEnum"})
_ONLY_SAID = frozenset({"Protocol", "Generic"})
_ABSTRACT = "abstractmethod"
MAY_HAVE = re.compile(rf"\b(?:{'|'.join(OF_MODULES)})\b")
"""What a text contains that has something to rewrite."""

_HEAD = re.compile(r"class[ \t]+\w+[ \t]*(?P<open>\()\s*")
_REST = re.compile(r"\s*+(?:,\s*+total\s*+=\s*+(?:True|False)\s*+)?(?:,\s*+)?\)")


def base_edits(text: str, tree: ast.Module, places: ByteOffsets) -> Iterator[Edit]:
    """The edits. A base that the cell binds in another way than by an import of it is left alone."""
    imported = dict(_imports(tree))
    bound = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)}
    bound |= {node.name for node in ast.walk(tree) if isinstance(node, (ast.ClassDef, ast.FunctionDef))}
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and len(node.bases) == 1:
            name, written = _base(node.bases[0], imported)
            if name and written not in bound:
                yield from _edits(text, places, node, name)


def _imports(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and not node.level:
            for alias in node.names:
                yield alias.asname or alias.name, f"{node.module}.{alias.name}"
        elif isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.asname or alias.name, alias.name


def _base(node: ast.expr, imported: dict[str, str]) -> tuple[str, str]:
    """What a base is called in its module, and by which name the cell has it or its module; empty if it is none of these."""
    if isinstance(node, ast.Subscript):
        name, written = _base(node.value, imported)
        return (name, written) if name in ("Protocol", "Generic") else ("", "")
    if isinstance(node, ast.Name):
        full = imported.get(node.id)
        name = node.id if full is None else full.rpartition(".")[2]
        known = OF_MODULES.get(name)
        certain = full == f"{known}.{name}" or (full is None and name not in _ONLY_SAID)
        return (name, node.id) if known and certain else ("", "")
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        module = imported.get(node.value.id, node.value.id)
        return (node.attr, node.value.id) if OF_MODULES.get(node.attr) == module else ("", "")
    return "", ""


def _edits(text: str, places: ByteOffsets, node: ast.ClassDef, name: str) -> Iterator[Edit]:
    members = _members(node, name)
    start, end = places.span(node.bases[0])
    begin = places.span(node)[0]
    head, rest = _HEAD.match(text, begin), _REST.match(text, end)
    line = text.rfind("\n", 0, begin) + 1
    if members is None or head is None or head.end() != start or rest is None or text[line:begin].strip(" \t"):
        return
    if node.keywords and (name != "TypedDict" or len(node.keywords) > 1):
        return
    if name not in _ONLY_SAID:
        listed = ", ".join(map(repr, members))
        yield Edit(begin, begin, f"@{text[start:end]}._made_({listed})\n{text[line:begin]}", (start, end))
    yield Edit(head.start("open"), rest.end(), "", (start, end))
    for method in node.body if name == "ABC" else ():
        if _is_abstract(method):
            at = places.span(method.decorator_list[0])
            if text[at[0] - 1] == "@":
                yield Edit(at[0] - 1, at[1], "", at)


def _is_abstract(node: ast.stmt) -> TypeGuard[ast.FunctionDef]:
    if not isinstance(node, ast.FunctionDef) or len(node.decorator_list) != 1:
        return False
    decorator = node.decorator_list[0]
    if isinstance(decorator, ast.Attribute):
        return decorator.attr == _ABSTRACT and isinstance(decorator.value, ast.Name) and decorator.value.id == "abc"
    return isinstance(decorator, ast.Name) and decorator.id == _ABSTRACT


def _members(node: ast.ClassDef, name: str) -> list[str] | None:
    """The names that become members or fields, or are abstract; None if the body holds what these have no place for."""
    found: list[str] = []
    for each in node.body if name not in _ONLY_SAID else ():
        if name == "ABC":
            if _is_abstract(each):
                found.append(each.name)
        elif name in _ENUMS:
            if isinstance(each, ast.Assign):
                if len(each.targets) != 1 or not isinstance(each.targets[0], ast.Name):
                    return None
                if not each.targets[0].id.startswith("_"):
                    found.append(each.targets[0].id)
        elif isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name):
            found.append(each.target.id)
        elif not (isinstance(each, ast.Pass) or (isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant))):
            return None
    return found
