"""The inputs of one session by their numbers: the latest as they are, older ones packed, some sixty together."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

_TOGETHER = 64
"""Inputs in a block. As many stay as they are beside those that will be the next block; to pack one takes 0.2 ms."""

_LONG = 1 << 13
"""Characters of an input, or of its output, above which it stays as it is, so that no block takes more than 10 ms to pack."""


@dataclass(slots=True)
class Input:
    """What was typed, and the plain text of its result, if one is known."""

    source: str
    output: str | None = None


@dataclass(frozen=True, slots=True)
class _Block:
    """Packed inputs. first, last: the lowest and the highest of their numbers."""

    first: int
    last: int
    count: int
    data: bytes

    def unpacked(self) -> dict[int, Input]:
        return {number: Input(source, output) for number, source, output in json.loads(zlib.decompress(self.data))}


class Inputs:
    """A mapping that keeps old values in a tenth of their memory. For one thread at a time."""

    def __init__(self) -> None:
        self._recent: dict[int, Input] = {}
        self._blocks: list[_Block] = []
        self._packable = 0  # of the recent ones, at most

    def __len__(self) -> int:
        return len(self._recent) + sum(block.count for block in self._blocks)

    def __setitem__(self, number: int, value: Input) -> None:
        self._unpack_around(number)
        self._recent[number] = value
        self._packable += 1
        if self._packable >= 2 * _TOGETHER:
            self._pack()

    def get(self, number: int) -> Input | None:
        """The input of this number; what is changed in it stays changed."""
        if number not in self._recent:
            self._unpack_around(number)
        return self._recent.get(number)

    @property
    def last(self) -> int:
        """The highest number; 0 if there is none."""
        return max((*self._recent, *(block.last for block in self._blocks)), default=0)

    def between(self, first: int, end: int) -> list[tuple[int, Input]]:
        """The inputs from number `first` to before `end`, in order."""
        found = {number: each for number, each in self._recent.items() if first <= number < end}
        for block in self._blocks:
            if block.first < end and first <= block.last:
                found |= {number: each for number, each in block.unpacked().items() if first <= number < end}
        return sorted(found.items())

    def tail(self, count: int) -> list[tuple[int, Input]]:
        """The last inputs, so many, in order."""
        if count <= 0:
            return []
        found = sorted(self._recent.items())[-count:]
        for block in sorted(self._blocks, key=lambda block: -block.last):
            if len(found) >= count and block.last < found[0][0]:
                break
            found = sorted([*found, *block.unpacked().items()])[-count:]
        return found

    def __iter__(self) -> Iterator[tuple[int, Input]]:
        """All of them, in order."""
        return iter(self.between(self._lowest(), self.last + 1))

    def clear(self) -> None:
        """Forget them."""
        self._recent, self._blocks, self._packable = {}, [], 0

    def _lowest(self) -> int:
        return min((*self._recent, *(block.first for block in self._blocks)), default=0)

    def _unpack_around(self, number: int) -> None:
        for block in [block for block in self._blocks if block.first <= number <= block.last]:
            self._blocks.remove(block)
            self._recent |= block.unpacked()
            self._packable += block.count

    def _pack(self) -> None:
        numbers = sorted(number for number, each in self._recent.items() if _is_short(each))
        self._packable = len(numbers)
        if len(numbers) < 2 * _TOGETHER:
            return
        oldest = numbers[:_TOGETHER]
        rows = [(number, self._recent[number].source, self._recent[number].output) for number in oldest]
        data = zlib.compress(json.dumps(rows, separators=(",", ":")).encode(), 1)
        self._blocks.append(_Block(oldest[0], oldest[-1], len(oldest), data))
        for number in oldest:
            del self._recent[number]
        self._packable -= len(oldest)


def _is_short(each: Input) -> bool:
    return len(each.source) <= _LONG and len(each.output or "") <= _LONG
