"""What the lines of a cell became: the person's text beside what Monty was given for it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from .cell import Feed
from .source_map import SourceMap, split_lines

_IN_EVERY_CELL = re.compile(
    r"(?:__mk_begin\(\d+\)\n.*|__mk_value = \(\n *|\n\)\n.*__mk_show\(\d+\)|\n.*None)?\Z", re.DOTALL
)
"""What is put around the code of every cell: it records the source, and shows the last expression."""


class Change(NamedTuple):
    """Neighbouring lines of a cell, from the line with the number `first`, and the lines that they became."""

    first: int
    typed: tuple[str, ...]
    became: tuple[str, ...]


def changes(feed: Feed) -> Iterator[Change]:
    """The lines of the feed's cell that Monty was given in another form, in their order."""
    wrapped, *others = feed.maps
    edits = [edit for edit in wrapped.edits if edit.end > edit.start or not _IN_EVERY_CELL.match(edit.text)]
    inner = SourceMap(wrapped.original, edits)
    bare = Feed(feed.cell, inner.text, (inner, *others), feed.parts)
    became: dict[int, list[str]] = {}
    for number, line in enumerate(split_lines(inner.text), 1):
        became.setdefault(bare.to_cell(number, 1, number, 1)[0], []).append(line)
    typed = split_lines(feed.cell.text)
    reached = range(min(became), max(became) + 1) if became else range(0)
    yield from _joined(
        Change(number, (typed[number - 1],), tuple(became.get(number, ())))
        for number in reached
        if became.get(number) != [typed[number - 1]]
    )


def _joined(found: Iterable[Change]) -> Iterator[Change]:
    # a line that nothing stands for belongs to a statement that became something at another of its lines
    last: Change | None = None
    for change in found:
        next_line = last is not None and last.first + len(last.typed) == change.first
        if last is not None and next_line and not (last.became and change.became):
            last = Change(last.first, last.typed + change.typed, last.became + change.became)
            continue
        if last is not None:
            yield last
        last = change
    if last is not None:
        yield last
