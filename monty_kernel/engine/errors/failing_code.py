"""The code that failed, as far as a Failure shows it: the expression, the classes in the cells it names."""

from __future__ import annotations

import ast
import re

from monty_kernel.engine.errors.scopes import parse
from monty_kernel.engine.source.sources import Failure, SourceFrame
from monty_kernel.engine.source.text_lines import split_lines

NOT_AN_EXCEPTION = "exceptions must derive from BaseException"
"""Monty's own complaint about a `raise` statement."""

_MOST_LINES = 1_000  # of an expression that are looked at


def raised_by_hand(failure: Failure) -> bool:
    """Whether the error comes from `raise Name(...)` in the code, not from Monty. `raise error` passes one on."""
    frame = failure.frames[-1] if failure.frames else None
    if failure.kind == "syntax" or frame is None or failure.evalue == NOT_AN_EXCEPTION:
        return False
    raised = re.match(r"([\w.]+)\(|[A-Z]", failing_text(failure))
    if raised is None or failure.evalue == f"name {raised[1]!r} is not defined":
        return False
    return re.search(r"\braise\s*$", _line(frame)[: max(frame.column - 1, 0)]) is not None


def _line(frame: SourceFrame) -> str:
    lines = split_lines(frame.cell.text) if frame.cell else []
    return lines[frame.line - 1] if 1 <= frame.line <= len(lines) else ""


def failing_text(failure: Failure) -> str:
    """The source of the innermost frame's expression; empty for code in a string."""
    frame = failure.frames[-1] if failure.frames else None
    if frame is None or frame.cell is None:
        return ""
    first = max(frame.line - 1, 0)
    lines = list(split_lines(frame.cell.text)[first : min(frame.end_line, first + _MOST_LINES)])
    if lines and frame.line <= frame.end_line:
        if first + len(lines) == frame.end_line:
            lines[-1] = lines[-1][: max(frame.end_column - 1, 0)]
        lines[0] = lines[0][max(frame.column - 1, 0) :]
    return "\n".join(lines)


def class_named(failure: Failure, name: str) -> ast.ClassDef | None:
    """The class of that name in the cells of the traceback."""
    cells = {frame.cell.text for frame in failure.frames if frame.cell is not None and name in frame.cell.text}
    for text in cells:
        for node in ast.walk(parse(text) or ast.Module([], [])):
            if isinstance(node, ast.ClassDef) and node.name == name:
                return node
    return None


def defines(failure: Failure, class_name: str, *methods: str) -> bool | None:
    """Whether the class defines one of the methods; None if the class is not in the traceback's cells."""
    found = class_named(failure, class_name)
    if found is None:
        return None
    return any(isinstance(node, ast.FunctionDef) and node.name in methods for node in found.body)
