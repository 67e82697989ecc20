"""Reads a cell as running it would: magics and rewrites first, then Monty's parser, as often as it refuses something.

What was refused is blanked, so that the rest of the cell is read too.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from typing import NamedTuple

from monty_kernel.engine.errors.failures import impossible
from monty_kernel.engine.source import CellSource, Failure, MagicTable, NothingKnown, SourceFrame
from monty_kernel.engine.source.cell import Cell, CellOptions, Feed, parse
from monty_kernel.engine.source.source_map import ByteOffsets, line_feed_starts, place
from monty_kernel.engine.source.syntax_trees import parse_tree

from .asking import Parser, ParserLost

_MOST_REFUSALS = 50
"""Refusals of the parser that are looked for in one cell."""

_MOST_READ_AGAIN = 1 << 23
"""Characters of a notebook's cells that are read again because something in them was refused: some 20 seconds."""

_MOST_LOST = 5
"""Cells of a notebook that may each take all the time or memory that the parser has, three seconds."""

_LARGEST = 1 << 16
"""Characters of a cell whose names are looked at; as many as hints look at."""

Place = tuple[int, int, int, int]


class Part(NamedTuple):
    """One feed of a cell, as Monty gets it.

    Attributes:
        tree: Of the rewritten source, without what was refused.
        place: Where a node of the tree is in the cell.
    """

    tree: ast.Module
    place: Callable[[ast.expr | ast.stmt], Place]


class ReadCell(NamedTuple):
    """A cell that was read.

    Attributes:
        source: As the person typed it.
        refusals: What Monty's parser refuses, and whether CPython's takes it.
        parts: Its feeds, if their names can be looked at.
        calls: The magics that the host runs: their names, arguments and places.
        imports: Imports of IPython that fail.
        note: Why it could not be read to its end, if it could not.
        classes: The names of the classes whose bases were refused.
    """

    source: CellSource
    refusals: tuple[tuple[Failure, bool], ...]
    parts: tuple[Part, ...] = ()
    calls: tuple[tuple[str, str, Place], ...] = ()
    imports: tuple[tuple[str, Place], ...] = ()
    note: str | None = None
    classes: frozenset[str] = frozenset()


class _AllDefined(NothingKnown):
    """For cells that are read before anything runs: each name is taken for one that an earlier cell defines."""

    def undefined(self, names: frozenset[str]) -> frozenset[str]:
        """None of them."""
        return frozenset()


_OPTIONS = CellOptions(names=_AllDefined())


class CellReader:
    """Reads the cells of a notebook."""

    def __init__(self, magics: MagicTable, parser: Parser) -> None:
        self._magics = magics
        self._parser = parser
        self._read_again = 0
        self._lost = 0

    def read(self, source: CellSource) -> ReadCell:
        """Read a cell.

        Raises:
            MontyError, RuntimeError, WallsMissing: No worker could be started.
        """
        if self._lost >= _MOST_LOST:
            return ReadCell(source, (), note="cells before it took too much of the parser's time")
        text, found, classes = source.text, list[tuple[Failure, bool]](), set[str]()
        while True:
            try:
                cell = parse(CellSource(source.label, text), lambda: self._magics, _OPTIONS)
                failure = _refusal(cell, self._parser)
            except SyntaxError as error:
                return ReadCell(source, (*found, (impossible(source, error), False)))
            except ParserLost as error:
                self._lost += 1
                return ReadCell(source, tuple(found), note=str(error))
            if failure is None:
                return _read(source, cell, text, found, classes)
            accepted = _is_python(cell.python)
            frames = tuple(frame._replace(cell=source) for frame in failure.frames)
            found.append((failure._replace(frames=frames), accepted))
            if failure.evalue.endswith(_BASES) and (name := _CLASS.match(text, _span(text, failure.frames[-1])[0])):
                classes.add(name[1])
            blanked = _without(text, failure, accepted=accepted)
            if blanked is None or blanked == text:
                return _read(source, cell, text, found, classes)
            text = blanked
            self._read_again += len(text)
            if len(found) >= _MOST_REFUSALS or self._read_again > _MOST_READ_AGAIN:
                return ReadCell(
                    source, tuple(found), note=f"only the first {len(found):,} refusals of the parser are listed"
                )


def _refusal(cell: Cell, parser: Parser) -> Failure | None:
    for step in cell.steps:
        if isinstance(step, Feed) and (failure := parser.refusal(step)) is not None:
            return failure
    return None


def _is_python(text: str) -> bool:
    try:
        parse_tree(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _read(source: CellSource, cell: Cell, text: str, found: list[tuple[Failure, bool]], classes: set[str]) -> ReadCell:
    read = ReadCell(source, tuple(found), classes=frozenset(classes))
    if len(text) > _LARGEST:
        return read._replace(note=f"it has more than {_LARGEST:,} characters, so only its syntax was checked")
    parts = list[Part]()
    for step in cell.steps:
        if isinstance(step, Feed):
            try:
                tree, same = parse_tree(step.text)
            except SyntaxError:
                continue  # it is among the refusals, if it is worth one
            except (ValueError, RecursionError, MemoryError):
                return read._replace(note="it is too large or nested too deeply, so only its syntax was checked")
            parts.append(Part(tree, _Places(step, same)))
    calls, imports = list[tuple[str, str, Place]](), list[tuple[str, Place]]()
    for part in parts:
        _of_the_host(part, text.split("\n"), calls, imports)
    return read._replace(parts=tuple(parts), calls=tuple(calls), imports=tuple(imports))


class _Places:
    def __init__(self, feed: Feed, text: str) -> None:
        self._feed = feed
        self._lines, self._offsets = line_feed_starts(text), ByteOffsets(text)

    def __call__(self, node: ast.expr | ast.stmt) -> Place:
        start, end = self._offsets.span(node)
        return self._feed.to_cell(*place(self._lines, start), *place(self._lines, end))


def _of_the_host(
    part: Part, typed: list[str], calls: list[tuple[str, str, Place]], imports: list[tuple[str, Place]]
) -> None:
    """Find the magics that the rewritten cell asks the host for, and the imports that were rewritten to an error."""
    for node in ast.walk(part.tree):
        match node:
            case ast.Call(
                func=ast.Name(id="__mk_magic"), args=[ast.Constant(value=str(name)), ast.Constant(value=str(args))]
            ):
                calls.append((name, args, part.place(node)))
            case ast.Raise(
                exc=ast.Call(
                    func=ast.Name(id=("ImportError" | "ModuleNotFoundError") as error),
                    args=[ast.Constant(value=str(message))],
                )
            ):
                at = part.place(node)
                if re.match(r"\s*(?:from|import)\b", typed[at[0] - 1][at[1] - 1 :]):
                    imports.append((f"{error}: {message}", at))


# Blanking: what was refused becomes something of the same length, on the same lines -----------------------------------

_CLASS = re.compile(r"class\s+(\w+)\s*")
_DECORATORS = "method decorators (classmethod/staticmethod/property)"
_BASES = "class inheritance and metaclasses"
_GROUPS = "exception groups (try*/except*)"
_ASYNC = ("async for loops", "async context managers (async with)")


def _without(text: str, failure: Failure, *, accepted: bool) -> str | None:
    """The text without what was refused; None if that cannot be told apart."""
    if not failure.frames:
        return None
    frame = failure.frames[-1]
    start, end = _span(text, frame)
    if not accepted:
        return _blank(text, *_line(text, start)) if failure.evalue == "invalid syntax" else None
    what = failure.evalue.removeprefix("The monty syntax parser does not yet support ")
    if what == _BASES:
        head = _head_of_class(text, start)
        return _spaces(text, *head) if head else _blank(text, start, end)
    if what == _DECORATORS:
        definition = re.compile(r"^[ \t]*(?:async[ \t]+)?def\b", re.MULTILINE).search(text, start, end)
        return _spaces(text, start, definition.start()) if definition and text[start] == "@" else None
    if what == _GROUPS:
        return text[:start] + re.sub(r"\bexcept(\s*)\*", r"except\1 ", text[start:end]) + text[end:]
    if what.startswith("Invalid format specifier") and text[start - 1 : start] == ":":
        return _spaces(text, start - 1, end)
    if what in _ASYNC:
        line = text[start:].partition("\n")[0]
        shifted = re.sub(r"\Aasync([ \t]++)(.*)\Z", r"\2", line)
        return text[:start] + shifted + text[start + len(line) :]
    return _blank(text, start, end)


def _span(text: str, frame: SourceFrame) -> tuple[int, int]:
    starts = line_feed_starts(text)
    first, last = (starts[min(line, len(starts)) - 1] for line in (frame.line, frame.end_line))
    return min(first + frame.column - 1, len(text)), min(last + frame.end_column - 1, len(text))


def _line(text: str, offset: int) -> tuple[int, int]:
    end = text.find("\n", offset)
    start = text.rfind("\n", 0, offset) + 1
    return start + len(text[start:]) - len(text[start:].lstrip(" \t")), len(text) if end < 0 else end


def _spaces(text: str, start: int, end: int) -> str:
    return text[:start] + re.sub(r"[^\n]", " ", text[start:end]) + text[end:]


def _blank(text: str, start: int, end: int) -> str | None:
    if start >= end:
        return None
    return text[:start] + "0" + re.sub(r"[^\n]", " ", text[start + 1 : end]) + text[end:]


def _head_of_class(text: str, start: int) -> tuple[int, int] | None:
    """The span of the brackets behind a class's name."""
    match = _CLASS.match(text, start)
    if match is None or text[match.end() : match.end() + 1] != "(":
        return None
    depth = 0
    for position in range(match.end(), len(text)):
        depth += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(text[position], 0)
        if depth == 0:
            return match.end(), position + 1
    return None
