"""Calls of special methods by name, as in `rows.__getitem__(0)`: Monty's built-in values do not have them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from .source_map import ByteOffsets, Edit, opening

ARGUMENTS = {"__len__": 0, "__getitem__": 1, "__setitem__": 2, "__contains__": 1, "__str__": 0, "__repr__": 0}
"""Methods by name, with how many arguments they take."""

MAY_CALL = re.compile(rf"\.\s*(?:{'|'.join(ARGUMENTS)})\b")

_CALLED = re.compile(r"(?P<brackets>(?:\s*\))*)\s*\.\s*(?P<name>\w+)\s*\(")


def special_edits(text: str, tree: ast.Module, places: ByteOffsets) -> Iterator[Edit]:
    """The edits. A value that has the method, because its class defines it, has it called."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _is_plain(node, node.func.attr):
            name, end = node.func.attr, places.span(node.func.value)[1]
            between = _CALLED.match(text, end)
            if between is not None and between["name"] == name and places.span(node.func)[1] < between.end():
                yield opening(places.span(node), f"__mk_special({name!r}, ", blame=places.span(node.func))
                yield Edit(
                    between.end("brackets"), between.end(), ", " if node.args else "", blame=places.span(node.func)
                )


def _is_plain(call: ast.Call, name: str) -> bool:
    starred = any(isinstance(each, ast.Starred) for each in call.args)
    return not call.keywords and not starred and ARGUMENTS.get(name) == len(call.args)
