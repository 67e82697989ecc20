"""Finds where an error stands in the cells' source, where Monty gives no place or a wrong one.

Measured on pydantic-monty 1.4.0:

- A call with wrong arguments is placed at the function's definition, without any other frame.
- An exception that is made with two arguments has no frame at all.
- An error that passes `finally`, a bare `raise` or an `except` of another type is placed at the expression that was
  evaluated last, and the frames inside are gone.
- What comes out of `asyncio.gather` lacks the frames around it.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from inspect import Parameter, Signature
from itertools import islice
from typing import NamedTuple

from ..source import CellSource, Failure, SourceFrame
from ..source.source_map import ByteColumns, split_lines
from .cell_code import NOT_AN_EXCEPTION, failing_text, parse
from .sentences import say

_ARITY = re.compile(
    r"(?P<name>\w+|<lambda>)\(\) (?:missing \d+ required|takes (?:from )?\d+|takes no|got multiple values)"
)
_EXCEPTION_ARGUMENTS = "Internal error in monty: exceptions can only be called with zero or one string argument"
_CELLS_SEARCHED = 50  # the newest: each takes milliseconds to parse


class _Found(NamedTuple):
    """A node, the function around it, and whether a condition decides if it is reached."""

    node: ast.AST
    function: str
    conditional: bool


def is_arity_error(name: str, message: str) -> bool:
    """Whether an error says that a call's arguments do not fit. Monty places it like a syntax error."""
    return name == "TypeError" and _ARITY.match(message) is not None


def locate(failure: Failure, cell: CellSource, cells: Iterable[CellSource]) -> Failure:
    """The failure with frames as CPython would have them, as far as they can be found. Never raises.

    Args:
        cell: The cell that was running.
        cells: The cells that ran before, newest first.
    """
    if failure.kind != "raised":
        return failure
    if len(failure.frames) == 1 and is_arity_error(failure.ename, failure.evalue):
        return _call(failure, cell, cells)
    if not failure.frames and failure.evalue == _EXCEPTION_ARGUMENTS:
        return _exception(failure, cell, cells)
    failure = _reraised(failure)
    if failure.frames and failure.frames[0].function != "<module>":
        around = [found for found in _nodes(cell, ast.Await) if found.function == "<module>"]
        if len(around) == 1:
            return failure._replace(frames=(_frame(cell, around[0]), *failure.frames))
    return failure


# Calls ----------------------------------------------------------------------------------------------------------------


def _call(failure: Failure, cell: CellSource, cells: Iterable[CellSource]) -> Failure:
    place = failure.frames[0]
    match = _ARITY.match(failure.evalue)
    assert match is not None
    name = match["name"]
    text = failing_text(failure)
    if text != name and not (name == "<lambda>" and text.startswith("lambda")):
        return failure  # Monty knows the place, as for keyword-only arguments
    try:
        definition = _definition(place, name)
    except ValueError:  # not a signature to this Python
        definition = None
    if definition is not None:
        names, signature = definition
        few = "missing" in match[0]
        for source in _holding(rf"\b(?:{'|'.join(map(re.escape, names))})\s*\(" if names else r"\(", cell, cells):
            calls = [found for found in _nodes(source, ast.Call) if _names(found.node, names, place, source)]
            sure = [call for call in calls if _fits(call.node, signature, few=few) is False]
            unsure = [call for call in calls if _fits(call.node, signature, few=few) is None]
            frames = _way(source, _one(sure) or (_one(unsure) if source is cell else None), cell)
            if frames:
                return failure._replace(frames=frames)
    note = say("defined_here", name)
    return failure._replace(frames=(place._replace(function=name),), note=note)


def _way(source: CellSource, found: _Found | None, cell: CellSource) -> tuple[SourceFrame, ...]:
    """The frames from the running cell to what was found in `source`; none if the cell does not seem to lead there."""
    if found is None:
        return ()
    calls = [
        each for each in _nodes(cell, ast.Call) if each.function == "<module>" and _called(each.node) == found.function
    ]
    if found.function == "<module>":
        return (_frame(cell, found),) if source is cell else ()
    if source is not cell and not re.search(rf"\b{re.escape(found.function)}\b", cell.text):
        return ()
    return (*(_frame(cell, each) for each in calls if len(calls) == 1), _frame(source, found))


def _definition(place: SourceFrame, name: str) -> tuple[list[str], Signature] | None:
    """The names by which the function is called, and its signature."""
    tree = parse(place.cell.text) if place.cell is not None else None
    for owner in ast.walk(tree or ast.Module([], [])):
        for node in ast.iter_child_nodes(owner):
            if isinstance(node, ast.Lambda) and name == "<lambda>" and _starts(node, place):
                targets = owner.targets if isinstance(owner, ast.Assign) else []
                return [target.id for target in targets if isinstance(target, ast.Name)], _signature(node.args, 0)
            if (
                isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
                and node.name == name
                and node.lineno == place.line
            ):
                if not isinstance(owner, ast.ClassDef):
                    return [name], _signature(node.args, 0)
                return [owner.name if name == "__init__" else name], _signature(node.args, 1)
    return None


def _signature(args: ast.arguments, bound: int) -> Signature:
    kinds = [Parameter.POSITIONAL_ONLY] * len(args.posonlyargs) + [Parameter.POSITIONAL_OR_KEYWORD] * len(args.args)
    plain = [*args.posonlyargs, *args.args]
    first = len(plain) - len(args.defaults)
    found = [
        Parameter(arg.arg, kind, default=None if index >= first else Parameter.empty)
        for index, (arg, kind) in enumerate(zip(plain, kinds, strict=True))
    ][bound:]
    found += [Parameter(args.vararg.arg, Parameter.VAR_POSITIONAL)] if args.vararg else []
    found += [
        Parameter(arg.arg, Parameter.KEYWORD_ONLY, default=Parameter.empty if default is None else None)
        for arg, default in zip(args.kwonlyargs, args.kw_defaults, strict=True)
    ]
    return Signature(found + ([Parameter(args.kwarg.arg, Parameter.VAR_KEYWORD)] if args.kwarg else []))


def _names(call: ast.AST, names: list[str], place: SourceFrame, source: CellSource) -> bool:
    if isinstance(call, ast.Call) and isinstance(call.func, ast.Lambda):
        return source == place.cell and _starts(call.func, place)
    return _called(call) in names


def _called(call: ast.AST) -> str | None:
    """The name of the function or method that is called."""
    function = call.func if isinstance(call, ast.Call) else None
    name = getattr(function, "id", getattr(function, "attr", None))
    return name if isinstance(name, str) else None


def _fits(call: ast.AST, signature: Signature, *, few: bool) -> bool | None:
    """Whether the arguments fit; False only for the mistake that is looked for, too `few` or too many. None if
    unknown."""
    assert isinstance(call, ast.Call)
    if any(isinstance(each, ast.Starred) for each in call.args) or any(each.arg is None for each in call.keywords):
        return None
    try:
        signature.bind(*call.args, **{each.arg: each for each in call.keywords if each.arg})
        return True
    except TypeError as error:
        return str(error).startswith("missing") is not few


# Exceptions -----------------------------------------------------------------------------------------------------------


def _exception(failure: Failure, cell: CellSource, cells: Iterable[CellSource]) -> Failure:
    for source in _holding(r"\b[A-Z]\w+\s*\(", cell, cells):
        calls = [found for found in _nodes(source, ast.Call) if _makes_exception(found.node)]
        sure = [call for call in calls if _one_text(call.node) is False]
        unsure = [call for call in calls if _one_text(call.node) is None]
        frames = _way(source, _one(sure) or (_one(unsure) if source is cell else None), cell)
        if frames:
            return failure._replace(frames=frames)
    return failure


def _makes_exception(call: ast.AST) -> bool:
    made = getattr(builtins, getattr(getattr(call, "func", None), "id", ""), None)
    return isinstance(made, type) and issubclass(made, BaseException)


def _one_text(call: ast.AST) -> bool | None:
    """Whether the call gives one string or nothing, as Monty demands; None if unknown."""
    assert isinstance(call, ast.Call)
    if len(call.args) > 1 or call.keywords:
        return False
    given = call.args[0] if call.args else ast.Constant("")
    if isinstance(given, ast.Constant):
        return isinstance(given.value, str)
    if isinstance(given, (ast.Tuple, ast.List, ast.Dict, ast.Set, ast.ListComp)):
        return False
    return True if isinstance(given, ast.JoinedStr) else None


# try ------------------------------------------------------------------------------------------------------------------


def _reraised(failure: Failure) -> Failure:
    place = failure.frames[-1] if failure.frames else None
    if place is None or place.cell is None or not re.search(r"\b(?:except|finally)\b", place.cell.text):
        return failure
    if failure.evalue == NOT_AN_EXCEPTION or failure.evalue.startswith("catching classes"):
        return failure
    tree = parse(place.cell.text)
    for block in reversed([node for node in ast.walk(tree or ast.Module([], [])) if isinstance(node, ast.Try)]):
        last = _passed(block, place)
        if last is None:
            continue
        own = _is_own(last, failure)
        if own is False:
            return _moved(failure, block)
        return failure if own else failure._replace(note=say("perhaps_above", say("loses_place")))
    return failure


def _passed(block: ast.Try, place: SourceFrame) -> ast.expr | None:
    """The expression that was evaluated last before the error went on, if the frame is placed there."""
    for handler in block.handlers:
        bare = [node for node in handler.body if isinstance(node, ast.Raise) and node.exc is None]
        for part in (handler.type, *(handler.body if bare else ())):
            found = _at(part, place)
            if found is not None:
                return found
    return next((found for part in block.finalbody if (found := _at(part, place)) is not None), None)


def _at(part: ast.AST | None, place: SourceFrame) -> ast.expr | None:
    """The expression in a part of the tree that has exactly the place of the frame."""
    if part is None or not getattr(part, "lineno", 0) <= place.line <= getattr(part, "end_lineno", 0):
        return None
    for node in ast.walk(part):
        # a column in bytes is never less than in characters: this saves counting for most nodes of a long line
        if (
            isinstance(node, ast.expr)
            and (node.lineno, node.end_lineno) == (place.line, place.end_line)
            and place.column - 1 <= node.col_offset <= 4 * (place.column - 1)
            and _place(place.cell, node) == place[1:5]
        ):
            return node
    return None


def _is_own(node: ast.expr, failure: Failure) -> bool | None:
    """Whether the expression itself raised the error; None if that is unknown."""
    if isinstance(node, ast.Name):
        return f"'{node.id}'" in failure.evalue
    if isinstance(node, ast.Attribute):
        return f"'{node.attr}'" in failure.evalue or None
    if isinstance(node, ast.Call):
        return False if isinstance(node.func, ast.Name) and node.func.id == "print" else None
    return False if isinstance(node, (ast.Constant, ast.List, ast.Tuple, ast.Dict, ast.JoinedStr)) else None


def _moved(failure: Failure, block: ast.Try) -> Failure:
    place = failure.frames[-1]
    assert place.cell is not None
    while len(block.body) == 1 and isinstance(block.body[0], ast.Try):
        block = block.body[0]
    only = block.body[0]
    target = getattr(only, {ast.Raise: "exc", ast.Assert: "test"}.get(type(only), "value"), None) or only
    if len(block.body) == 1 and not hasattr(only, "body") and not hasattr(only, "cases"):
        span = _place(place.cell, target)
        calls = any(isinstance(node, ast.Call) for node in ast.walk(target))
        note = say("calls_not_shown", say("loses_place")) if calls else None
    else:
        span = _place(place.cell, block)
        span = *span[:2], span[0], span[1] + len("try")
        note = say("from_this_block", say("loses_place"))
    frame = SourceFrame(place.cell, *span, place.function)
    return failure._replace(frames=(*failure.frames[:-1], frame), note=failure.note or note)


# The tree -------------------------------------------------------------------------------------------------------------


def _holding(pattern: str, cell: CellSource, cells: Iterable[CellSource]) -> Iterator[CellSource]:
    """The running cell, then the others that contain the pattern, newest first."""
    yield cell
    others = (each for each in cells if each is not cell and re.search(pattern, each.text))
    yield from islice(others, _CELLS_SEARCHED)


def _nodes(cell: CellSource, kind: type[ast.AST]) -> Iterator[_Found]:
    """The nodes of a kind in a cell, in the order of their places."""
    tree = parse(cell.text)
    waiting: list[_Found] = [] if tree is None else [_Found(tree, "<module>", False)]
    found: list[_Found] = []
    while waiting:
        node, function, conditional = waiting.pop()
        if isinstance(node, kind):
            found.append(_Found(node, function, conditional))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            function, conditional = node.name, True
        elif isinstance(node, ast.Lambda):
            function, conditional = "<lambda>", True
        conditional = conditional or isinstance(node, (ast.If, ast.IfExp, ast.BoolOp, ast.Try, ast.Match, ast.While))
        waiting.extend(_Found(child, function, conditional) for child in ast.iter_child_nodes(node))
    return iter(sorted(found, key=lambda each: (getattr(each.node, "lineno", 0), getattr(each.node, "col_offset", 0))))


def _one(found: Sequence[_Found]) -> _Found | None:
    """The one that failed: the only one, or the first if no condition decides whether it is reached."""
    return found[0] if len(found) == 1 or (found and not found[0].conditional) else None


def _frame(cell: CellSource, found: _Found) -> SourceFrame:
    return SourceFrame(cell, *_place(cell, found.node), found.function)


def _starts(node: ast.AST, frame: SourceFrame) -> bool:
    return frame.cell is not None and _place(frame.cell, node)[:2] == (frame.line, frame.column)


def _place(cell: CellSource | None, node: ast.AST) -> tuple[int, int, int, int]:
    """A node's lines and columns as frames count them: from 1, in characters."""
    columns = _columns(cell.text if cell is not None else "")
    line, at = getattr(node, "lineno", 1), getattr(node, "col_offset", 0)
    end_line, end = getattr(node, "end_lineno", line), getattr(node, "end_col_offset", at)
    return line, columns.character(line, at) + 1, end_line, columns.character(end_line, end) + 1


@lru_cache(maxsize=4)
def _columns(text: str) -> ByteColumns:
    lines = split_lines(text)
    return ByteColumns(lambda line: lines[line - 1] if line <= len(lines) else "")
