"""Makes a Failure of Monty's errors: names, messages and frames in terms of the cells that the person typed."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

import pydantic_monty as monty

from ..budget import NAMES, LimitReached
from ..interrupts import INSISTENT, INSISTENT_SECONDS
from ..source import CellSource, Failure, SourceFrame
from ..source.ipython import unpasted
from ..source.passed_methods import CALL
from ..source.scopes import Outline
from ..source.source_map import ByteOffsets, line_feed_starts, place
from ..source.syntax_trees import expression_tree, parse_tree, statements_in
from .asked_in_vain import asked_in_vain
from .sentences import say

if TYPE_CHECKING:
    from ..limits import SessionLimits
    from ..sandbox import WorkerLost
    from ..source import Action
    from ..source.cell import Cell, Feed

_LARGE = 1 << 18  # characters above which a syntax error is Monty's to describe: ast takes seconds and gigabytes

_MOST_SEARCHED = 1 << 17  # characters above which no stray `return` or `await` is looked for, as `cell` parses no more
_AWAIT = re.compile(r"\b(?:await|async)\b")
_RETURN = re.compile(r"^(?:[^#\n]*[:;])?[^\S\n]*+return\b", re.MULTILINE)

INTERRUPTED = Failure("raised", "KeyboardInterrupt", "")
"""For what the person stopped before it began."""

RESTORED = say("restored")

STOPPED: dict[str, str] = {
    "interrupted": say("worker_stopped"),
    "insisted": say("worker_stopped_insistently", INSISTENT, f"{INSISTENT_SECONDS:g}"),
    "ended": say("worker_ended"),
}
"""What the person is told, by why the worker was stopped."""


def unparsable(error: monty.MontyError) -> bool:
    """Whether Monty refused to parse the source, so that none of it ran."""
    if not isinstance(error, (monty.MontyRuntimeError, monty.MontySyntaxError)):
        return False
    frames = error.traceback()  # a cell can raise SyntaxError itself: then something ran, and the frame has a function
    if len(frames) != 1 or frames[0].function_name is not None:
        return False
    from .locate import is_arity_error

    return not is_arity_error(type(error.exception()).__name__, error.display("msg"))


def raised(error: monty.MontyError, feed_of: Callable[[str], Feed | None]) -> Failure:
    """The Failure for code that raised or could not be parsed. feed_of: the feed that a frame's filename names."""
    inner = error.exception()
    name = type(inner).__name__
    message = (
        error.display("msg") if isinstance(error, (monty.MontyRuntimeError, monty.MontySyntaxError)) else str(error)
    )
    if name == "KeyError":
        message = _key(message)
    elif name == "NotImplementedError":
        name, message = asked_in_vain(name, message)
    frames = _without_wrappers(_frames(error, feed_of))
    return Failure("syntax" if unparsable(error) else "raised", name, message, frames)


def refused(refusal: Exception, failure: Failure) -> Failure:
    """The Failure for a refusal of the host whose exception Monty has no type for."""
    name = {"StdinUnavailable": "StdinNotImplementedError"}.get(type(refusal).__name__, type(refusal).__name__)
    if isinstance(refusal, LimitReached):
        return refusal.failure._replace(frames=failure.frames)
    frames = () if name == "UsageError" else failure.frames  # as in IPython, where the line itself is enough
    return Failure(failure.kind, name, str(refusal), frames)


def lost(error: WorkerLost, limits: SessionLimits, travelled: Action | None = None) -> Failure:
    """The Failure for a cell whose worker is gone. travelled: the cell's last action that went to another state, if
    any."""
    restored = RESTORED if travelled is None else say("restored_to_action", travelled.name)
    if error.cause in STOPPED:
        return Failure("interrupted", "KeyboardInterrupt", "", note=f"{STOPPED[error.cause]} {restored}")
    if error.cause == "memory":
        message = f"the session would need more than {limits.held('memory')}" if limits.now.memory else str(error)
        return Failure("memory", "MemoryError", message, note=restored)
    if error.cause == "time":
        return Failure("time", "TimeoutError", str(error), note=restored)
    if error.cause in NAMES:
        return Failure("limit", NAMES[error.cause], str(error), note=restored)
    return Failure("crashed", "WorkerCrashed", f"the sandbox worker died: {error}", note=restored)


def said_by_cpython(feed: Feed) -> Failure | None:
    """The Failure in CPython's words for source that CPython refuses too: its message and its place are clearer."""
    source, maps = feed.maps[0].original, feed.maps[1:]
    if len(source) > _LARGE:
        return None
    try:
        parse_tree(source)
    except SyntaxError as error:
        span = _span(error)
        for source_map in maps:
            span = source_map.lines_and_columns(*span)
        return _unparsed(feed.cell, span, error.msg, type(error).__name__)
    except (ValueError, RecursionError, MemoryError):
        return None
    return None


def _frames(error: monty.MontyError, feed_of: Callable[[str], Feed | None]) -> Iterator[SourceFrame]:
    if not isinstance(error, (monty.MontyRuntimeError, monty.MontySyntaxError)):
        return
    for frame in error.traceback():
        feed = feed_of(frame.filename)
        span = frame.line, frame.column, frame.end_line, frame.end_column
        function = frame.function_name or "<module>"
        if feed is not None and function == "<lambda>" and CALL in feed.maps[0].inserted(frame.line, frame.column):
            continue
        if feed is not None:
            yield SourceFrame(feed.cell, *feed.to_cell(*span), function)
        elif not frame.filename.startswith("<python-input-"):  # frames of the prelude are left out
            yield SourceFrame(None, *span, function)


def _without_wrappers(frames: Iterable[SourceFrame]) -> tuple[SourceFrame, ...]:
    # %timeit puts the person's code into a function, but to them it stands where the magic does
    found: list[SourceFrame] = []
    for frame in frames:
        if frame.function.startswith("__mk_") and found:
            frame = frame._replace(function=found.pop().function)
        found.append(frame)
    return tuple(found)


def _key(message: str) -> str:
    # Monty keeps only str(key) of a KeyError's key: quote it as repr(key) would, unless it reads as a number or a tuple
    try:
        key = ast.literal_eval(expression_tree(message.lstrip(" \t"))) if len(message) < 1000 else message
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):  # TypeError: "{[]}"
        key = message
    return message if isinstance(key, (int, float, complex, tuple, bytes, type(None))) else repr(message)


def impossible(source: CellSource, error: SyntaxError) -> Failure:
    """The Failure for text that cannot even be given to Monty. `error` says where it is wrong."""
    return _unparsed(source, _span(error), error.msg)


def _span(error: SyntaxError) -> tuple[int, int, int, int]:
    line, column = error.lineno or 1, error.offset or 1
    end = error.end_lineno or line, error.end_offset or column + 1
    return line, column, *max(end, (line, column + 1))


def _unparsed(cell: CellSource, span: tuple[int, int, int, int], message: str, name: str = "SyntaxError") -> Failure:
    return Failure("syntax", name, message, (SourceFrame(cell, *span, "<module>"),))


def stray(cell: Cell) -> Failure | None:
    """The Failure for a cell with a `return` outside of any function, or an `await` in one that is not asynchronous, if
    it has one. Monty would end the cell there silently, or say something else when it comes there."""
    source = cell.python
    returns, awaits = _RETURN.search(source) is not None, _AWAIT.search(source) is not None
    if len(source) > _MOST_SEARCHED or not (returns or awaits):
        return None
    try:
        tree, text = parse_tree(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None  # Monty reports what is wrong with it
    found = _awaits_in_plain_functions(tree) if awaits else []
    if returns:
        found += [(node, "'return' outside function") for node in _returns_outside(tree)]
    if not found:
        return None
    node, message = min(found, key=lambda each: (each[0].lineno, each[0].col_offset))
    return _unparsed(cell.source, _place_of(cell, text, node), message)


def _place_of(cell: Cell, text: str, node: ast.expr | ast.stmt) -> tuple[int, int, int, int]:
    """Where in the cell a node of its Python stands."""
    lines = line_feed_starts(text)
    start, end = ByteOffsets(text).span(node)
    pasted = unpasted(cell.source.text)
    above = (pasted.text if pasted else cell.source.text).count("\n") - text.count("\n")  # the line of a cell magic
    (line, column), (end_line, end_column) = place(lines, start), place(lines, end)
    span = line + above, column, end_line + above, end_column
    return span if pasted is None else pasted.lines_and_columns(*span)


def _returns_outside(tree: ast.Module) -> Iterator[ast.Return]:
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Return):
            yield node
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            waiting += statements_in(node)


def _awaits_in_plain_functions(tree: ast.Module) -> list[tuple[ast.expr | ast.stmt, str]]:
    found: list[tuple[ast.expr | ast.stmt, str]] = []
    for node, scope in Outline(tree).awaits:
        function = scope.function
        if function is None or function.kind == "async" or scope.lazy:
            continue
        if isinstance(node, (ast.ListComp, ast.SetComp, ast.DictComp)):
            found.append((node, "asynchronous comprehension outside of an asynchronous function"))
        elif isinstance(node, (ast.AsyncFor, ast.AsyncWith)):
            what = "for" if isinstance(node, ast.AsyncFor) else "with"
            found.append((node, f"'async {what}' outside async function"))
        else:
            found.append((node, "'await' outside async function"))
    return found
