"""What a cell's text is made of, for tracebacks: its lines, its statements, its functions and their arguments."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from monty_kernel.engine.source.syntax_trees import syntax_tree
from monty_kernel.engine.source.text_lines import split_lines

# 64 KiB parse in some 60 ms; an error in a longer cell shows plain lines and names without arguments.
PARSE_LIMIT = 65_536

_LONE_RETURN = re.compile(r"\r(?!\n)")  # ends a line for `ast`, not for Monty
_MAGIC = re.compile(r"^([ \t]*)[%!?].*$", re.MULTILINE)

_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda
Position = tuple[int, int]
"""1-based line, 0-based column in UTF-8 bytes: the way `ast` counts."""


@dataclass(frozen=True, slots=True)
class Scope:
    """A function, class or lambda of a cell. `label` is what tracebacks call it: `A.f(self, x, *args)`."""

    name: str
    label: str
    start: Position
    end: Position
    lines: range  # decorators included; for a lambda those of the function around it


@dataclass(frozen=True, slots=True)
class CellLayout:
    """A cell's text taken apart. `pieces` are the line ranges of its statements; both are empty if it does not parse."""

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
    """Take a cell apart. Never raises: text that is no Python, or too long, gives lines only."""
    lines = split_lines(text)
    tree = parse(text)
    if tree is None:
        return CellLayout(lines)
    return CellLayout(lines, tuple(_scopes(tree, text)), tuple(_pieces(tree, lines)))


def parse(text: str) -> ast.Module | None:
    """The syntax tree of a cell, magic lines left out; None if there is none to be had."""
    if len(text) > PARSE_LIMIT or _LONE_RETURN.search(text):
        return None
    for source in (text, _MAGIC.sub(r"\1pass", text)):
        try:
            return syntax_tree(source)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
    return None


def _scopes(tree: ast.Module, text: str) -> Iterator[Scope]:
    # A stack, not recursion: an expression may be nested deeper than Python's own stack.
    children = ast.iter_child_nodes if "lambda" in text else _statements  # half the time for a long cell
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


_Statement = ast.stmt | ast.excepthandler | ast.match_case


def _statements(node: ast.AST) -> Iterator[_Statement]:
    """The statements directly below one; `except` and `case` clauses count as such."""
    for field in ("body", "handlers", "orelse", "finalbody", "cases"):
        below = getattr(node, field, None)
        if isinstance(below, list):  # the body of a lambda is an expression
            yield from below


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
    """Cut the cell at every statement. A compound statement's head is a piece, so are comments between statements."""
    cuts = {1, len(lines) + 1}
    joined: set[int] = set()
    waiting = list(_statements(tree))
    while waiting:
        node = waiting.pop()
        span = _line_range(node)
        cuts.update((span.start, span.stop))
        if not hasattr(node, "body") and not hasattr(node, "cases"):
            joined.update(span[1:])  # a second statement may begin on the last line of a long first one
        waiting += _statements(node)
    edges = sorted(cuts - joined)
    for start, stop in pairwise(edges):
        while start < stop and not lines[start - 1].strip():
            start += 1
        while start < stop and not lines[stop - 2].strip():
            stop -= 1
        if start < stop:
            yield range(start, stop)


def _line_range(node: _Statement) -> range:
    if isinstance(node, ast.match_case):
        return range(node.pattern.lineno, (node.body[-1].end_lineno or node.pattern.lineno) + 1)
    first = min([node.lineno, *(decorator.lineno for decorator in getattr(node, "decorator_list", ()))])
    return range(first, (node.end_lineno or node.lineno) + 1)


def _span(node: _Definition) -> tuple[Position, Position]:
    return (node.lineno, node.col_offset), (node.end_lineno or node.lineno, node.end_col_offset or node.col_offset)
