"""The cells that led to a state, for tracebacks and completion. Branches share the steps that they have in common.

Most steps are never read again, and a session may have tens of thousands of cells. So each step but the last is packed,
from 3 KB of objects into some 200 bytes. That takes 30 µs, and unpacking one takes as long.
"""

from __future__ import annotations

import json
import threading
import zlib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from .source.cell import Feed
from .source.source_map import Edit, SourceMap
from .source.sources import CellSource

_Own = tuple[list[CellSource], dict[int, Feed]]
"""What a step adds to those before it: cells as plain Python, and feeds by number."""

StepData = dict[str, Any]
"""The same as plain data: `cells`, each a label and a text, and `feeds`, each as `feed_data` makes it."""

_LARGE = 1 << 20
"""Characters of source above which a step is not packed: that would take longer than people should wait."""

_WINDOW, _MEMORY = -12, 5  # so that zlib allocates 32 KB for a few hundred bytes, and not 256 KB
_USUAL = (
    b'"parts":["names"],"for i in range(import from print(def return self.{"cells":[],"feeds":{}}__mk_begin()\\nNone",null]'
    b'{"cells":[["In[123]","import "]],"feeds":{"45":{"label":"In[123]","text":"","parts":[],"maps":[[[0,0,"__mk_begin(123)\\n",'
    b'null],[7,7,"\\n\\nNone",null]]]}}}[0,0,"__mk_begin(123)\\n",null],[7,7,"__mk_value = (\\n",[7,8]],'
    b'[8,8,"\\n)\\n__mk_show(123)",[7,8]]]]}}}{"cells":[["In[1"]],"feeds":{"1":{"label":"In[1","text":"'
)
"""What most steps have in common."""


class CellLog:
    """One step, and those before it. Only the last step of a chain is added to; snapshots keep the others.

    Attributes:
        before: The step before it, if any.
        depth: How many steps are before it.
    """

    __slots__ = ("_first", "_own", "before", "depth")

    def __init__(self, before: CellLog | None = None) -> None:
        if before is not None:
            before._pack()
        self.before = before
        self.depth: int = 0 if before is None else before.depth + 1
        self._first: int | None = None  # the lowest number of its feeds
        self._own: _Own | bytes = ([], {})

    def add_feed(self, number: int, feed: Feed) -> None:
        """Note what the session's feed `number` was made of. Numbers grow from step to step."""
        own = self._open()[1]
        self._first = number if self._first is None else min(self._first, number)
        own[number] = feed

    def add_cell(self, cell: CellSource) -> None:
        """Note a cell that ran, as plain Python."""
        self._open()[0].append(cell)

    @property
    def own_cells(self) -> list[CellSource]:
        """The cells of this step."""
        own = self._own
        return list(own[0]) if isinstance(own, tuple) else [CellSource(*each) for each in _unpacked(own)["cells"]]

    @property
    def own_feeds(self) -> dict[int, Feed]:
        """The feeds of this step, by their numbers."""
        own = self._own
        if isinstance(own, tuple):
            return dict(own[1])
        return {int(number): feed_of(data) for number, data in _unpacked(own)["feeds"].items()}

    @property
    def own_data(self) -> StepData:
        """The cells and feeds of this step as plain JSON data, not to be changed."""
        own = self._own
        return _data(*own) if isinstance(own, tuple) else _unpacked(own)

    @property
    def is_packed(self) -> bool:
        """Whether it is packed: nothing is added to it any more."""
        return isinstance(self._own, bytes)

    def feed(self, number: int) -> Feed | None:
        """The feed that tracebacks call `<python-input-number>`."""
        step: CellLog | None = self
        while step is not None:
            if step._first is not None and step._first <= number:
                return step._own_feed(number)
            step = step.before
        return None

    def _own_feed(self, number: int) -> Feed | None:
        own = self._own
        if isinstance(own, tuple):
            return own[1].get(number)
        data = _unpacked(own)["feeds"].get(str(number))
        return None if data is None else feed_of(data)

    def sources(self) -> Iterator[CellSource]:
        """The cells that were fed, as the person typed them, newest first."""
        step: CellLog | None = self
        last: CellSource | None = None
        while step is not None:
            for cell in step._own_sources():
                if cell != last:
                    yield cell
                last = cell
            step = step.before

    def _own_sources(self) -> list[CellSource]:
        own = self._own
        if isinstance(own, tuple):
            return [feed.cell for feed in (own[1][number] for number in sorted(own[1], reverse=True))]
        feeds = _unpacked(own)["feeds"]
        return [CellSource(feeds[each]["label"], feeds[each]["text"]) for each in sorted(feeds, key=int, reverse=True)]

    def cells(self) -> list[CellSource]:
        """What ran, oldest first."""
        steps: list[list[CellSource]] = []
        step: CellLog | None = self
        while step is not None:
            steps.append(step.own_cells)
            step = step.before
        return [cell for cells in reversed(steps) for cell in cells]

    def _open(self) -> _Own:
        own = self._own
        assert isinstance(own, tuple), "another step comes after this one already"
        return own

    def _pack(self) -> None:
        own = self._own  # another thread may be reading it
        if isinstance(own, bytes):
            return
        cells, feeds = own
        if sum(len(cell.text) for cell in cells) + sum(len(feed.text) for feed in feeds.values()) > _LARGE:
            return
        packer = zlib.compressobj(4, wbits=_WINDOW, memLevel=_MEMORY, zdict=_USUAL)
        text = json.dumps(_data(cells, feeds), separators=(",", ":"))
        self._own = packer.compress(text.encode()) + packer.flush()


def _data(cells: list[CellSource], feeds: dict[int, Feed]) -> StepData:
    return {
        "cells": [[cell.label, cell.text] for cell in cells],
        "feeds": {str(number): feed_data(feed) for number, feed in feeds.items()},
    }


@lru_cache(maxsize=4)  # a traceback has many frames of few cells, and what was packed last is stored next
def _unpacked(packed: bytes) -> StepData:
    data: StepData = json.loads(zlib.decompressobj(wbits=_WINDOW, zdict=_USUAL).decompress(packed))
    return data


class KnownCells:
    """Keeps the cells of the last log that was asked for, to unpack only what the next one adds. For any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._steps: list[CellLog] = []  # each at its depth
        self._ends: list[int] = []  # how many cells there are with each
        self._cells: list[CellSource] = []

    def of(self, cell_log: CellLog) -> list[CellSource]:
        """The cells of the log, oldest first."""
        with self._lock:
            fresh: list[CellLog] = []
            step: CellLog | None = cell_log if cell_log.is_packed else cell_log.before
            while step is not None and not (step.depth < len(self._steps) and self._steps[step.depth] is step):
                fresh.append(step)
                step = step.before
            common = 0 if step is None else step.depth + 1
            del self._cells[self._ends[common - 1] if common else 0 :], self._steps[common:], self._ends[common:]
            for step in reversed(fresh):
                self._cells += step.own_cells
                self._steps.append(step)
                self._ends.append(len(self._cells))
            return self._cells + ([] if cell_log.is_packed else cell_log.own_cells)


# A feed as plain JSON data, as the disk and packed steps hold it ------------------------------------------------------


def feed_data(feed: Feed) -> dict[str, Any]:
    """The data of a feed, without its text: the edits make it from the cell's."""
    return {
        "label": feed.cell.label,
        "text": feed.cell.text,
        "parts": sorted(feed.parts),
        "maps": [[[edit.start, edit.end, edit.text, edit.blame] for edit in each.edits] for each in feed.maps],
    }


def feed_of(data: Mapping[str, Any]) -> Feed:
    """The feed of such data.

    Raises:
        KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError: The data is not what `feed_data`
            makes.
    """
    cell = CellSource(str(data["label"]), str(data["text"]))
    text, maps = cell.text, []
    for edits in reversed(data["maps"]):  # the last map is the one nearest to what the person typed
        made = SourceMap(text, [_edit(*each) for each in edits])
        maps.append(made)
        text = made.text
    return Feed(cell, text, tuple(reversed(maps)), frozenset(map(str, data["parts"])))


def _edit(start: Any, end: Any, text: Any, blame: Any) -> Edit:
    return Edit(int(start), int(end), str(text), None if blame is None else (int(blame[0]), int(blame[1])))
