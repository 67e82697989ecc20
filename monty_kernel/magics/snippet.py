"""What the code on a magic's line is: an expression, statements, or something that must not be spliced into a cell."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from monty_kernel.engine.source.source_map import ByteOffsets, line_starts
from monty_kernel.engine.source.statements import logical_lines
from monty_kernel.engine.source.syntax_trees import syntax_tree

from .declare import BadCode

_LONG = 1 << 17  # characters: `ast` takes 0.1 s for these, during which the kernel hears nothing
_TOO_DEEP = (ValueError, RecursionError, MemoryError)
_STRAY = {ast.Return: "'return' outside function", ast.Break: "'break' outside loop"}
_STRAY |= {ast.Continue: "'continue' not properly in loop", ast.Yield: "'yield' outside function"}
_STRAY |= {ast.YieldFrom: "'yield' outside function"}
_AWAITS = (ast.Await, ast.AsyncFor, ast.AsyncWith)


@dataclass(frozen=True, slots=True)
class Snippet:
    """Code that can be spliced into a cell on lines of its own: brackets, strings and continuations end where it ends.

    expression: the span of the only expression in it, None if it is anything else. quiet: a semicolon follows that.
    awaits: it awaits at its own level. empty: there is nothing but comments.
    CPython's parser may refuse what Monty's takes; such code counts as statements, and Monty judges it.
    """

    expression: tuple[int, int] | None = None
    quiet: bool = False
    awaits: bool = False
    empty: bool = False


def examine(text: str) -> Snippet:
    """Look at code before it is spliced.

    Raises:
        BadCode: it would spill over into what follows it, or leave the function that it is put into.
    """
    if len(text) > _LONG:
        raise BadCode(f"the code is longer than {_LONG:,} characters", (0, len(text)))
    try:
        tree = syntax_tree(text)
    except SyntaxError as error:
        if _spills_over(text):
            raise BadCode(error.msg, _span(text, error)) from None
        return Snippet()
    except _TOO_DEEP:
        raise BadCode("the code is too large, or nested too deeply", (0, len(text))) from None
    places = ByteOffsets(text)
    for node in _own_level(tree):
        if type(node) in _STRAY:
            raise BadCode(_STRAY[type(node)], places.span(node))
    awaits = any(
        isinstance(node, _AWAITS) or (isinstance(node, ast.comprehension) and node.is_async)
        for node in _own_level(tree)
    )
    if len(tree.body) == 1 and isinstance(tree.body[0], ast.Expr):
        start, end = places.span(tree.body[0])
        return Snippet((start, end), text[end:].lstrip(" \t\f").startswith(";"), awaits)
    return Snippet(awaits=awaits, empty=not tree.body)


def _spills_over(text: str) -> bool:
    # behind code that ends where it ends, a comment is a line of its own
    probe = text + "\n#"
    return "\r" in text or list(logical_lines(probe))[-1] != (len(text) + 1, len(probe))


def _own_level(tree: ast.AST, in_loop: bool = False) -> Iterator[ast.AST]:
    """The nodes that run when the code runs; of `break` and `continue` only those without a loop around them."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            continue
        if isinstance(node, (ast.Break, ast.Continue)) and in_loop:
            continue
        yield node
        yield from _own_level(node, in_loop or isinstance(node, (ast.For, ast.AsyncFor, ast.While)))


def _span(text: str, error: SyntaxError) -> tuple[int, int]:
    starts = line_starts(text)
    start = starts[min(error.lineno or 1, len(starts)) - 1] + max(0, (error.offset or 1) - 1)
    start = max(0, min(start, len(text) - 1))
    return start, min(start + 1, len(text))
