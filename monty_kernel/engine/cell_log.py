"""The cells that led to a state, for tracebacks and completion. Branches share the steps that they have in common.

Most steps are never read again, and a session may have tens of thousands of cells. So all but the last ones are packed, some
together, from 3 KB of objects each into less than 100 bytes. That takes 13 µs a step; packed alone a step took 50.
"""

from __future__ import annotations

import json
import threading
import zlib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from .source import CellSource
from .source.cell import Feed
from .source.source_map import Edit, SourceMap

_Own = tuple[list[CellSource], dict[int, Feed]]
"""What a step adds to those before it: cells as plain Python, and feeds by number."""

StepData = dict[str, Any]
"""The same as plain data: `cells`, each a label and a text, and `feeds`, each as `feed_data` makes it."""

UNCOUNTED = "main.py"
"""What Monty calls a source that it refuses before it counts it, since it nests too deeply: the one it was fed last."""

TOGETHER = 32
"""Steps that are packed together, once there are twice as many that are not packed."""

_MUCH = 1 << 18
"""Characters of source above which all are packed: nobody should wait for much more than that at once."""

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


class _Packed(NamedTuple):
    """A step that is packed with others. place: its index among them."""

    block: bytes
    place: int

    def unpack(self) -> StepData:
        return _unpacked(self.block)[self.place]


class CellLog:
    """One step, and those before it. Only the last step of a chain is added to; snapshots keep the others.

    Attributes:
        before: The step before it, if any.
        depth: How many steps are before it.
    """

    __slots__ = ("_complete", "_first", "_own", "_unpacked", "before", "depth")

    def __init__(self, before: CellLog | None = None) -> None:
        self.before = before
        self.depth: int = 0 if before is None else before.depth + 1
        self._first: int | None = None  # the lowest number of its feeds
        self._own: _Own | _Packed = ([], {})
        self._complete = False  # whether another step comes after it
        self._unpacked: _Unpacked = _Unpacked() if before is None else before._unpacked
        if before is not None and not before._complete:
            size = before._size()
            before._complete = True
            self._unpacked.add(before, size)

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
        return [CellSource(*each) for each in own.unpack()["cells"]] if isinstance(own, _Packed) else list(own[0])

    @property
    def own_data(self) -> StepData:
        """The cells and feeds of this step as plain JSON data, not to be changed."""
        own = self._own
        return own.unpack() if isinstance(own, _Packed) else _data(*own)

    @property
    def is_packed(self) -> bool:
        """Whether it is packed: nothing is added to it any more."""
        return isinstance(self._own, _Packed)

    def feed(self, number: int) -> Feed | None:
        """The feed that tracebacks call `<python-input-number>`."""
        steps = (step for step in self._and_before() if step._first is not None and step._first <= number)
        step = next(steps, None)
        return None if step is None else step._own_feed(number)

    def named(self, filename: str) -> Feed | None:
        """The feed that Monty calls by this name; None if it is none of a cell's."""
        if filename == UNCOUNTED:
            own = self._own
            return own[1][max(own[1])] if not isinstance(own, _Packed) and own[1] else None
        head, _, tail = filename.partition("<python-input-")
        return self.feed(int(tail[:-1])) if not head and tail[:-1].isdigit() else None

    def text_named(self, filename: str) -> str | None:
        """What that feed was given."""
        feed = self.named(filename)
        return None if feed is None else feed.text

    def _own_feed(self, number: int) -> Feed | None:
        own = self._own
        if not isinstance(own, _Packed):
            return own[1].get(number)
        data = own.unpack()["feeds"].get(str(number))
        return None if data is None else feed_of(data)

    def feeds_of(self, label: str) -> list[Feed]:
        """The feeds of the newest cell that tracebacks call so, in order; empty if there is none."""
        for step in self._and_before():
            own = step._own
            if isinstance(own, _Packed):
                feeds = own.unpack()["feeds"]
                found = [feed_of(feeds[each]) for each in sorted(feeds, key=int) if feeds[each]["label"] == label]
            else:
                found = [own[1][number] for number in sorted(own[1]) if own[1][number].cell.label == label]
            if found:
                return found
        return []

    def sources(self) -> Iterator[CellSource]:
        """The cells that were fed, as the person typed them, newest first."""
        last: CellSource | None = None
        for step in self._and_before():
            for cell in step._own_sources():
                if cell != last:
                    yield cell
                last = cell

    def _own_sources(self) -> list[CellSource]:
        own = self._own
        if not isinstance(own, _Packed):
            return [feed.cell for feed in (own[1][number] for number in sorted(own[1], reverse=True))]
        feeds = own.unpack()["feeds"]
        return [CellSource(feeds[each]["label"], feeds[each]["text"]) for each in sorted(feeds, key=int, reverse=True)]

    def _and_before(self) -> Iterator[CellLog]:
        step: CellLog | None = self
        while step is not None:
            yield step
            step = step.before

    def _size(self) -> int:
        cells, feeds = self._open()
        return sum(len(cell.text) for cell in cells) + sum(len(feed.text) for feed in feeds.values())

    def _open(self) -> _Own:
        own = self._own
        assert not self._complete and not isinstance(own, _Packed), "another step comes after this one already"
        return own


class _Unpacked:
    """The complete steps of a session that are not packed yet, of all its branches. Any thread may add one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._steps: list[CellLog] = []
        self._size = 0  # characters

    def add(self, step: CellLog, size: int) -> None:
        """Add a step, and pack the oldest if there are many, or all if they are large. size: characters of source."""
        if size > _LARGE:
            return
        with self._lock:
            self._steps.append(step)
            self._size += size
            count = len(self._steps) if self._size > _MUCH else TOGETHER if len(self._steps) >= 2 * TOGETHER else 0
            steps = self._steps[:count]
            del self._steps[:count]
            self._size = 0 if self._size > _MUCH else self._size
        if steps:
            _pack(steps)


def _pack(steps: list[CellLog]) -> None:
    packer = zlib.compressobj(4, wbits=_WINDOW, memLevel=_MEMORY, zdict=_USUAL)
    text = json.dumps([step.own_data for step in steps], separators=(",", ":"))
    block = packer.compress(text.encode()) + packer.flush()
    for place, step in enumerate(steps):
        step._own = _Packed(block, place)  # another thread may be reading it


def _data(cells: list[CellSource], feeds: dict[int, Feed]) -> StepData:
    return {
        "cells": [[cell.label, cell.text] for cell in cells],
        "feeds": {str(number): feed_data(feed) for number, feed in feeds.items()},
    }


@lru_cache(maxsize=4)  # a traceback has many frames of few cells, and what was packed last is stored next
def _unpacked(block: bytes) -> list[StepData]:
    steps: list[StepData] = json.loads(zlib.decompressobj(wbits=_WINDOW, zdict=_USUAL).decompress(block))
    return steps


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
            packed = cell_log.is_packed
            fresh: list[CellLog] = []
            step: CellLog | None = cell_log if packed else cell_log.before
            while step is not None and not (step.depth < len(self._steps) and self._steps[step.depth] is step):
                fresh.append(step)
                step = step.before
            common = 0 if step is None else step.depth + 1
            del self._cells[self._ends[common - 1] if common else 0 :], self._steps[common:], self._ends[common:]
            for step in reversed(fresh):
                self._cells += step.own_cells
                self._steps.append(step)
                self._ends.append(len(self._cells))
            return self._cells + ([] if packed else cell_log.own_cells)


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


def may_read_clock(source: str) -> bool:
    """Whether a cell may import the time: both modules that tell it have "time" in their names. Letters that are not
    ASCII may be others in a name."""
    return "time" in source or not source.isascii()
