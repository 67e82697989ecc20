"""Finds a `return` outside of any function: Monty takes it, and ends the cell there without a word."""

from __future__ import annotations

import ast
import re

from .cell import Cell
from .fstrings import parse_tree
from .pasted import unpasted
from .source_map import ByteOffsets, line_feed_starts, place
from .sources import Failure, SourceFrame

_LARGE = 1 << 17  # characters above which nothing is looked for: see `cell`
_RETURN = re.compile(r"^(?:[^#\n]*[:;])?[^\S\n]*+return\b", re.MULTILINE)


def stray_return(cell: Cell) -> Failure | None:
    """The Failure for a cell with such a `return`, with its place; None for all others."""
    if len(cell.python) > _LARGE or "return" not in cell.python or not _RETURN.search(cell.python):
        return None
    try:
        tree, text = parse_tree(cell.python)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None  # Monty reports what is wrong with it
    found = _outside(tree)
    if found is None:
        return None
    lines = line_feed_starts(text)
    start, end = ByteOffsets(text).span(found)
    pasted = unpasted(cell.source.text)
    above = (pasted.text if pasted else cell.source.text).count("\n") - text.count("\n")  # the line of a cell magic
    (line, column), (end_line, end_column) = place(lines, start), place(lines, end)
    span = line + above, column, end_line + above, end_column
    if pasted is not None:
        span = pasted.lines_and_columns(*span)
    frame = SourceFrame(cell.source, *span, "<module>")
    return Failure("syntax", "SyntaxError", "'return' outside function", (frame,))


def _outside(tree: ast.Module) -> ast.Return | None:
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Return):
            return node
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            for field in ("body", "handlers", "orelse", "finalbody", "cases"):
                below = getattr(node, field, None)
                waiting += below if isinstance(below, list) else ()  # the body of a lambda is an expression
    return None
