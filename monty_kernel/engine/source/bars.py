"""Where a cell calls `enumerate` or `zip` on a progress bar: Monty's take all of it before the first round of the loop."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from .source_map import ByteOffsets, Edit, opening

_MAKERS = ("tqdm", "trange", "track", "tqdm_notebook", "tnrange")

MAY_COUNT = re.compile(rf"\b(?:{'|'.join(_MAKERS)})\b")
"""What a text contains that may call them on a bar."""

_TO_BRACKET = re.compile(r"[ \t]*\(")


def bar_edits(text: str, tree: ast.Module, places: ByteOffsets) -> Iterator[Edit]:
    """The edits. Whether it is a bar, and whether the functions are still Python's, is looked at when the cell runs."""
    nodes = list(ast.walk(tree))
    makers = {*_MAKERS}
    for node in nodes:
        if isinstance(node, ast.ImportFrom):
            makers.update(alias.asname for alias in node.names if alias.name in _MAKERS and alias.asname)
    bars = {
        target.id
        for node in nodes
        if isinstance(node, ast.Assign) and _is_made(node.value, makers)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in nodes:
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        if node.func.id not in ("enumerate", "zip"):
            continue
        if any(_is_made(each, makers) or (isinstance(each, ast.Name) and each.id in bars) for each in node.args):
            start, end = places.span(node.func)
            bracket = _TO_BRACKET.match(text, end)
            if text[start:end] == node.func.id and bracket:  # before Python 3.12, places inside f-strings may be wrong
                span = places.span(node)
                yield opening(span, "__mk_over_bar(")
                yield Edit(bracket.end() - 1, bracket.end(), ", ", span)


def _is_made(value: ast.expr, makers: set[str]) -> bool:
    function = value.func if isinstance(value, ast.Call) else None
    return bool(makers & {getattr(function, "id", ""), getattr(function, "attr", "")})
