"""The code of the cells in a traceback: lines, statements, functions and classes, and the expression that failed."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ..source import Failure, SourceFrame
from ..source.source_map import split_lines
from ..source.syntax_trees import Statement, statements_in, syntax_tree

# 64 KiB parse in some 60 ms; an error in a longer cell shows plain lines and names without arguments.
PARSE_LIMIT = 65_536

NOT_AN_EXCEPTION = "exceptions must derive from BaseException"
"""Monty's own complaint about a `raise` statement."""

_MOST_LINES = 1_000  # of an expression that are looked at

_LONE_RETURN = re.compile(r"\r(?!\n)")  # ends a line for `ast`, not for Monty
_MAGIC = re.compile(r"^([ \t]*)[%!?].*$", re.MULTILINE)

_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda
Position = tuple[int, int]
"""1-based line, 0-based column in UTF-8 bytes: the way `ast` counts."""


@dataclass(frozen=True, slots=True)
class Scope:
    """A function, class or lambda of a cell.

    Attributes:
        label: What tracebacks call it: `A.f(self, x, *args)`.
        lines: Its lines, decorators included; for a lambda those of the function around it.
    """

    name: str
    label: str
    start: Position
    end: Position
    lines: range


@dataclass(frozen=True, slots=True)
class CellLayout:
    """A cell's text taken apart. `pieces` are the lines of each statement. Scopes and pieces are empty if it does not
    parse."""

    lines: Sequence[str]
    scopes: tuple[Scope, ...] = ()
    pieces: tuple[range, ...] = ()

    def scope(self, function: str, line: int, column: int) -> Scope | None:
        """The innermost scope named `function` around the 1-based place `line`, `column` (in characters)."""
        if not 1 <= line <= len(self.lines):
            return None
        place = (line, len(self.lines[line - 1][: max(column - 1, 0)].encode(errors="replace")))
        around = [scope for scope in self.scopes if scope.name == function and scope.start <= place < scope.end]
        return max(around, key=lambda scope: scope.start, default=None)


def layout(text: str) -> CellLayout:
    """Take a cell apart. Never raises: text that is not Python, or too long, gives lines only."""
    lines = split_lines(text)
    tree = parse(text)
    if tree is None:
        return CellLayout(lines)
    return CellLayout(lines, tuple(_scopes(tree, text)), tuple(_pieces(tree, lines)))


def parse(text: str) -> ast.Module | None:
    """The syntax tree of a cell, without its magics; None if it has none or is too long."""
    if len(text) > PARSE_LIMIT or _LONE_RETURN.search(text):
        return None
    for source in (text, _MAGIC.sub(r"\1pass", text)):
        try:
            return syntax_tree(source)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
    return None


def _scopes(tree: ast.Module, text: str) -> Iterator[Scope]:
    # a stack, not recursion: an expression may be nested deeper than Python's own stack
    children = ast.iter_child_nodes if "lambda" in text else statements_in  # half the time for a long cell
    waiting: list[tuple[ast.AST, str, range]] = [(tree, "", range(1, text.count("\n") + 2))]
    while waiting:
        node, prefix, lines = waiting.pop()
        if isinstance(node, _Definition):
            name = "<lambda>" if isinstance(node, ast.Lambda) else node.name
            start, end = _span(node)
            if not isinstance(node, ast.Lambda):
                lines = _line_range(node)
            yield Scope(name, f"{prefix}{name}({_arguments(node)})", start, end, lines)
            prefix += f"{name}." if isinstance(node, ast.ClassDef) else f"{name}.<locals>."
        waiting.extend((child, prefix, lines) for child in children(node))


def _arguments(node: _Definition) -> str:
    """The argument names in IPython's order: positional, keyword-only, `*args`, `**kwargs`."""
    if isinstance(node, ast.ClassDef):
        return ""
    args = node.args
    names = [arg.arg for arg in (*args.posonlyargs, *args.args, *args.kwonlyargs)]
    names += [f"*{args.vararg.arg}"] if args.vararg else []
    names += [f"**{args.kwarg.arg}"] if args.kwarg else []
    return ", ".join(names)


def _pieces(tree: ast.Module, lines: Sequence[str]) -> Iterator[range]:
    """Cut the cell at every statement. The head of a compound statement is a piece, and so are comments between
    statements."""
    cuts = {1, len(lines) + 1}
    joined: set[int] = set()
    waiting = list(statements_in(tree))
    while waiting:
        node = waiting.pop()
        span = _line_range(node)
        cuts.update((span.start, span.stop))
        if not hasattr(node, "body") and not hasattr(node, "cases"):
            joined.update(span[1:])  # a second statement may begin on the last line of a long first one
        waiting += statements_in(node)
    edges = sorted(cuts - joined)
    for start, stop in pairwise(edges):
        while start < stop and not lines[start - 1].strip():
            start += 1
        while start < stop and not lines[stop - 2].strip():
            stop -= 1
        if start < stop:
            yield range(start, stop)


def _line_range(node: Statement) -> range:
    if isinstance(node, ast.match_case):
        return range(node.pattern.lineno, (node.body[-1].end_lineno or node.pattern.lineno) + 1)
    first = min([node.lineno, *(decorator.lineno for decorator in getattr(node, "decorator_list", ()))])
    return range(first, (node.end_lineno or node.lineno) + 1)


def _span(node: _Definition) -> tuple[Position, Position]:
    return (node.lineno, node.col_offset), (node.end_lineno or node.lineno, node.end_col_offset or node.col_offset)


# What failed ----------------------------------------------------------------------------------------------------------


def raised_by_hand(failure: Failure) -> bool:
    """Whether the error comes from `raise Name(...)` in the code and not from Monty. `raise error` only passes one
    on."""
    frame = failure.frames[-1] if failure.frames else None
    of_monty = failure.evalue == NOT_AN_EXCEPTION or failure.evalue.startswith("Internal error in monty: ")
    if failure.kind == "syntax" or frame is None or of_monty:
        return False
    raised = re.match(r"([\w.]+)\(|[A-Z]", failing_text(failure))
    if raised is None or failure.evalue == f"name {raised[1]!r} is not defined":
        return False
    return re.search(r"\braise\s*$", (line_of(frame) or "")[: max(frame.column - 1, 0)]) is not None


def line_of(frame: SourceFrame) -> str | None:
    """The line that a frame begins on; None for code in a string, or if its cell has no such line."""
    lines = split_lines(frame.cell.text) if frame.cell else []
    return lines[frame.line - 1] if 1 <= frame.line <= len(lines) else None


def failing_text(failure: Failure) -> str:
    """The source of the expression that failed; empty for code in a string."""
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
    """Whether a class defines one of the methods; None if the class is not in the traceback's cells."""
    found = class_named(failure, class_name)
    if found is None:
        return None
    return any(isinstance(node, ast.FunctionDef) and node.name in methods for node in found.body)
