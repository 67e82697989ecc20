"""The lines of a cell's text, also of one with millions of them: those are found when they are asked for, and no list is kept.

Lines end with LF alone, as Monty's frames count them.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property, lru_cache
from typing import overload

LARGE = 1 << 17
"""Characters of a text above which a list of its lines, or of where they begin, is not made: each line would take 40 bytes and more."""

_BLOCK = 1 << 16


def split_lines(text: str) -> Sequence[str]:
    """The lines of `text`, without their ends (LF or CR LF), numbered as Monty numbers them."""
    return _split(text) if len(text) <= LARGE else Lines(text)


@lru_cache(maxsize=4)
def _split(text: str) -> tuple[str, ...]:
    return tuple(text.replace("\r\n", "\n").split("\n"))


class Lines(Sequence[str]):
    """The lines of a long text. To get one takes time in proportion to what is before it, a millisecond for a few megabytes."""

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
    """The offset at which a line begins, counted from 1; None if there are fewer."""
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
