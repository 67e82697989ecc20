"""The text that the checker is given for a cell: a line that brings in what the session holds, and what will run of the cell."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence

from monty_kernel.engine.source.cell import Cell, Feed
from monty_kernel.engine.source.rewrite import Action
from monty_kernel.engine.source.source_map import line_feed_starts, line_starts, place

from .outline import Outline
from .session_stub import ANY

NOTEBOOK = "__mk_notebook"
"""The module that the checker finds the session's stub in."""

_OF_THE_PRELUDE = re.compile(r"\b__mk_\w+")


def checked_feeds(cell: Cell) -> list[Feed]:
    """What runs of a cell before an action that may make the session another one: what is after it nobody can know."""
    feeds: list[Feed] = []
    for step in cell.steps:
        if isinstance(step, Feed):
            feeds.append(step)
        elif isinstance(step, Action) and step.changes:
            break
    return feeds


class Program:
    """The text for the checker, and the way from places in it back to the cell.

    kinds: the session's names that it mentions. lines: imports that bind them, as `session_stub.stub` gives both.
    unknown: further names that are to be taken as bound, to anything. stop: a name in it that is nowhere defined: the checker always finds
    fault with that, so the text never runs.
    """

    def __init__(
        self,
        feeds: Sequence[Feed],
        seen: Outline,
        kinds: Mapping[str, str],
        lines: Mapping[str, str],
        unknown: Sequence[str] = (),
    ) -> None:
        self._feeds = feeds
        body = joined(feeds)
        first = [
            f"import {NOTEBOOK} as __mk_n",
            "from typing import Any as __mk_Any",
            f"{ANY} = __mk_n.{ANY}",
            *(f"{name} = {ANY}" for name in sorted(set(_OF_THE_PRELUDE.findall(body)))),
        ]
        for number, name in enumerate(dict.fromkeys([*kinds, *unknown, *sorted(seen.from_inside)])):
            again = seen.bound[name] + (name in kinds) > 1 and name not in seen.defined
            if name in seen.annotated:
                if name in kinds and name not in seen.from_inside:
                    first.append(f"{name} = __mk_n.{name}")
            elif name in seen.from_inside or name not in kinds or (again and name in seen.read_inside):
                first.append(f"{name}: __mk_Any = {ANY}")
            elif lines[name]:
                first += [lines[name].format(f"__mk_{number}"), f"{name} = __mk_{number}"]
            else:
                first.append(f"{name} = __mk_n.{name}")
        stop = "__mk_stop"
        while stop in body:
            stop += "_"
        self.stop = stop
        self._head = "; ".join(first) + f"; {stop}\n"
        for at in seen.nones:
            body = body[:at] + ANY + body[at + len(ANY) :]
        self.text = self._head + body
        self._starts = line_starts(self.text)
        self._line_starts = [line_feed_starts(feed.text) for feed in feeds]
        self._typed = [feed.cell.text.split("\n") for feed in feeds]
        self._at: list[int] = []
        position = 0
        for feed in feeds:
            self._at.append(position)
            position += len(feed.text) + 1

    def offset(self, row: int, column: int) -> int:
        """A place as the checker gives it, both from 1 -> the offset in the joined feeds; negative if it is not in the cell."""
        if row > len(self._starts):
            return len(self.text) - len(self._head)
        return self._starts[row - 1] + column - 1 - len(self._head)

    def in_cell(self, start: int, end: int) -> tuple[int, int, int, int] | None:
        """A span of the joined feeds -> the place in the cell, as lines and columns from 1; None if nobody typed what is there."""
        number = bisect_right(self._at, start) - 1
        if start < 0 or number < 0:
            return None
        feed, at = self._feeds[number], self._at[number]
        starts, typed = self._line_starts[number], self._typed[number]
        limit = len(feed.text)
        begin, stop = min(start - at, limit), min(end - at, limit)
        span = feed.to_cell(*place(starts, begin), *place(starts, stop))
        here = feed.text[begin:stop].partition("\n")[0]
        row = typed[span[0] - 1] if span[0] <= len(typed) else ""
        return span if here and row.startswith(here.rstrip("\r"), span[1] - 1) else None


def joined(feeds: Sequence[Feed]) -> str:
    """Feeds as one text, a line break between two."""
    return "\n".join(feed.text for feed in feeds)
