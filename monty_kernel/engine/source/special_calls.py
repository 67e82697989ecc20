"""Calls of special methods by name, as in `rows.__getitem__(0)`: Monty's built-in values do not have them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from .accesses import call_edits
from .source_map import ByteOffsets, Edit

ARGUMENTS = {"__len__": 0, "__getitem__": 1, "__setitem__": 2, "__contains__": 1, "__str__": 0, "__repr__": 0}
"""Methods by name, with how many arguments they take."""

MAY_CALL = re.compile(rf"\.\s*(?:{'|'.join(ARGUMENTS)})\b")


def special_edits(text: str, tree: ast.Module, places: ByteOffsets) -> Iterator[Edit]:
    """The edits. A value that has the method, because its class defines it, has it called."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _is_plain(node, node.func.attr):
            yield from call_edits(text, places, node, node.func, "__mk_special")


def _is_plain(call: ast.Call, name: str) -> bool:
    starred = any(isinstance(each, ast.Starred) for each in call.args)
    return not call.keywords and not starred and ARGUMENTS.get(name) == len(call.args)
