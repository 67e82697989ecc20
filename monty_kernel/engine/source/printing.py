"""`print(…, file=f)`: Monty's own takes none but its two streams. It becomes `__mk_print(print, …, file=f)`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from .source_map import ByteOffsets, Edit, opening

_NAME = "print"
_CALLED = re.compile(r"print[ \t]*\(")


def may_print(text: str) -> bool:
    """Whether there may be something to rewrite."""
    return "print" in text and ("file" in text or "**" in text)


def printing_edits(text: str, tree: ast.Module, places: ByteOffsets) -> Iterator[Edit]:
    """The edits. `partial(print, file=f)` becomes `partial(__mk_print, print, file=f)`."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not any(each.arg in ("file", None) for each in node.keywords):
            continue
        start, end = span = places.span(node.func)
        if isinstance(node.func, ast.Name) and node.func.id == _NAME:
            called = _CALLED.match(text, start)
            if called is not None and text[start:end] == _NAME:
                whole = places.span(node)
                yield opening(whole, "__mk_print(", blame=span)
                yield Edit(end, called.end(), ", ", blame=span)
        elif node.args and isinstance(node.args[0], ast.Name) and node.args[0].id == _NAME:
            start, end = span = places.span(node.args[0])
            called_name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if called_name == "partial" and text[start:end] == _NAME:
                yield Edit(start, start, "__mk_print, ", blame=span)
