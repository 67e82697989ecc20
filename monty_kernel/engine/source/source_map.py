"""Rewrites source text by edits, and leads places in the result back to what the person typed. Counts lines and
columns."""

from __future__ import annotations

import ast
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property, lru_cache
from itertools import accumulate
from typing import NamedTuple, overload

LARGE = 1 << 17
"""Characters of a text above which no list of its lines is made: there may be millions, each of 40 bytes and more."""

_BLOCK = 1 << 16


class Edit(NamedTuple):
    """Replaces `original[start:end]` by `text`.

    What is inserted at one place is ordered by what it encloses, so that edits which know nothing of each other nest: what
    closes something, the innermost first; what encloses nothing; what opens something, the outermost first. What replaces
    text from there on comes last.

    Attributes:
        blame: The original span that an error inside `text` belongs to; by default the replaced span.
        opens: Where what an insertion opens ends.
        closes: Where what an insertion closes begins.
    """

    start: int
    end: int
    text: str
    blame: tuple[int, int] | None = None
    opens: int | None = None
    closes: int | None = None

    def moved(self, offset: int) -> Edit:
        """The same edit of a text in which the original stands at an offset."""
        blame = self.blame and (self.blame[0] + offset, self.blame[1] + offset)
        opens = None if self.opens is None else self.opens + offset
        closes = None if self.closes is None else self.closes + offset
        return Edit(self.start + offset, self.end + offset, self.text, blame, opens, closes)


def enclosing(span: tuple[int, int], before: str, after: str) -> tuple[Edit, Edit]:
    """The two edits that put text around a span, which is to blame for what goes wrong in it."""
    return opening(span, before), Edit(span[1], span[1], after, span, closes=span[0])


def opening(span: tuple[int, int], text: str, blame: tuple[int, int] | None = None) -> Edit:
    """The edit that puts text before a span, where another edit closes it, at its end or before."""
    return Edit(span[0], span[0], text, blame or span, opens=span[1])


def _order(numbered: tuple[int, Edit]) -> tuple[int, int, int, int]:
    index, edit = numbered
    if edit.end > edit.start:
        return edit.start, 3, edit.end, index
    if edit.closes is not None:
        return edit.start, 0, -edit.closes, -index
    if edit.opens is not None:
        return edit.start, 2, -edit.opens, index
    return edit.start, 1, 0, index


class Rewritten(NamedTuple):
    """Edits of a text, and the names of the prelude's parts that they need."""

    edits: list[Edit]
    parts: frozenset[str] = frozenset()


class SourceMap:
    """An original text, the edits made to it, and the way back.

    Offsets count characters from 0; lines and columns count from 1.

    Raises:
        ValueError: Two edits overlap.
    """

    def __init__(self, original: str, edits: Iterable[Edit] = ()) -> None:
        self.original = original
        self.edits = [edit for _, edit in sorted(enumerate(edits), key=_order)]
        pieces: list[str] = []
        self._starts: list[int] = []  # where each edit's text begins in the rewritten text
        position = length = 0
        for edit in self.edits:
            if edit.start < position:
                raise ValueError(f"edit at {edit.start} overlaps the one before it, which ends at {position}")
            pieces += original[position : edit.start], edit.text
            length += edit.start - position
            self._starts.append(length)
            length += len(edit.text)
            position = edit.end
        pieces.append(original[position:])
        self.text = "".join(pieces)

    @cached_property
    def _original_lines(self) -> list[int] | None:
        return line_feed_starts(self.original) if len(self.original) <= LARGE else None

    @cached_property
    def _text_lines(self) -> list[int] | None:
        return line_feed_starts(self.text) if len(self.text) <= LARGE else None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The original span of `text[start:end]`, or the nearest place to it."""
        first, blamed = self._back(start)
        if blamed is not None and start == end:
            return blamed
        last, blamed_last = self._back(max(start, end - 1))
        if blamed is not None:
            first = blamed[0]
        last = blamed_last[1] if blamed_last is not None else last + (end > start)
        return first, max(first, last)

    def inserted(self, line: int, column: int) -> str:
        """The text of the edit that a place in the rewritten text is inside of; empty if it is the person's own."""
        offset = self._offset(line, column)
        index = bisect_right(self._starts, offset) - 1
        edit = self.edits[index] if index >= 0 else None
        return edit.text if edit is not None and offset - self._starts[index] < len(edit.text) else ""

    def _back(self, offset: int) -> tuple[int, tuple[int, int] | None]:
        index = bisect_right(self._starts, offset) - 1
        if index < 0:
            return offset, None
        edit = self.edits[index]
        inside = offset - self._starts[index]
        if inside < len(edit.text):
            return edit.start, edit.blame or (edit.start, edit.end)
        return min(edit.end + inside - len(edit.text), len(self.original)), None

    def lines_and_columns(self, line: int, column: int, end_line: int, end_column: int) -> tuple[int, int, int, int]:
        """The place in the original text that a place in the rewritten text comes from, as lines and columns."""
        start, end = self.span(self._offset(line, column), self._offset(end_line, end_column))
        return *self._place(start), *self._place(end)

    def _place(self, offset: int) -> tuple[int, int]:
        starts = self._original_lines
        return line_and_column(self.original, offset) if starts is None else place(starts, offset)

    def _offset(self, line: int, column: int) -> int:
        starts = self._text_lines
        if starts is None:
            start = line_start(self.text, line)
            end = self.text.find("\n", start or 0)
            return len(self.text) if start is None else min(start + column - 1, end if end >= 0 else len(self.text))
        if line > len(starts):
            return len(self.text)
        limit = starts[line] - 1 if line < len(starts) else len(self.text)
        return min(starts[line - 1] + column - 1, limit)


# Lines ----------------------------------------------------------------------------------------------------------------


def line_starts(text: str) -> list[int]:
    """The offset of each line as CPython's `ast` counts lines: they end with LF, CR LF or CR."""
    if "\r" not in text:
        return line_feed_starts(text)
    starts = [0]
    for position, character in enumerate(text):
        if character == "\n" or (character == "\r" and text[position + 1 : position + 2] != "\n"):
            starts.append(position + 1)
    return starts


def line_feed_starts(text: str) -> list[int]:
    """The offset of each line as Monty's frames count lines: they end with LF only."""
    starts = [0]
    position = text.find("\n")
    while position >= 0:
        starts.append(position + 1)
        position = text.find("\n", position + 1)
    return starts


def place(starts: list[int], offset: int) -> tuple[int, int]:
    """The line and the column of an offset, both from 1."""
    line = bisect_right(starts, offset)
    return line, offset - starts[line - 1] + 1


def split_lines(text: str) -> Sequence[str]:
    """The lines of `text`, without their ends (LF or CR LF), numbered as Monty numbers them."""
    return _split(text) if len(text) <= LARGE else Lines(text)


@lru_cache(maxsize=4)
def _split(text: str) -> tuple[str, ...]:
    return tuple(text.replace("\r\n", "\n").split("\n"))


class Lines(Sequence[str]):
    """The lines of a long text. Getting one takes as long as counting those before it: a millisecond for a few
    megabytes."""

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def _count(self) -> int:
        return self._text.count("\n") + 1

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            return [self[each] for each in range(*index.indices(len(self)))]
        number = index + len(self) if index < 0 else index
        start = line_start(self._text, number + 1)
        if start is None or number < 0:
            raise IndexError("there is no such line")
        end = self._text.find("\n", start)
        return self._text[start:] if end < 0 else self._text[start:end].removesuffix("\r")


def line_start(text: str, line: int) -> int | None:
    """The offset of a line, counted from 1; None if there are fewer."""
    position, left = 0, line - 1
    while left > 0:
        here = text.count("\n", position, position + _BLOCK)
        if here < left:
            position, left = position + _BLOCK, left - here
            if position > len(text):
                return None
            continue
        for _ in range(left):
            position = text.find("\n", position) + 1
        return position
    return position


def line_and_column(text: str, offset: int) -> tuple[int, int]:
    """The line and the column of an offset, both from 1."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


# Columns in bytes -----------------------------------------------------------------------------------------------------


class ByteColumns:
    """Makes columns in characters of columns in UTF-8 bytes, which `ast` counts. Both count from 0.

    A line is counted only once: a long one may hold thousands of nodes.
    """

    def __init__(self, row: Callable[[int], str]) -> None:
        """row: the text of a line, by its number from 1."""
        self._row = row
        self._ends: dict[int, array[int] | None] = {}  # where each character begins; None for plain ASCII

    def character(self, line: int, column: int) -> int:
        """The column in characters."""
        if line not in self._ends:
            row = self._row(line)
            sizes = () if row.isascii() else map(len, (each.encode(errors="replace") for each in row))
            self._ends[line] = None if row.isascii() else array("I", accumulate(sizes, initial=0))
        begins = self._ends[line]
        return column if begins is None else min(bisect_left(begins, column), len(begins) - 1)


class ByteOffsets:
    """Makes offsets of the places that `ast` gives in a text."""

    def __init__(self, text: str) -> None:
        self.starts = line_starts(text)
        self._text = text
        self._columns = None if text.isascii() else ByteColumns(self._row)

    def _row(self, line: int) -> str:
        return self._text[self.starts[line - 1] : self.starts[line] if line < len(self.starts) else len(self._text)]

    def offset(self, line: int, column: int) -> int:
        """The offset of a line from 1 and a column in UTF-8 bytes from 0."""
        return self.starts[line - 1] + (column if self._columns is None else self._columns.character(line, column))

    def span(self, node: ast.AST) -> tuple[int, int]:
        """The offsets of a node of the text's tree."""
        line, column = getattr(node, "lineno", 1), getattr(node, "col_offset", 0)
        end_line, end = getattr(node, "end_lineno", None) or line, getattr(node, "end_col_offset", None) or 0
        return self.offset(line, column), self.offset(end_line, end)
