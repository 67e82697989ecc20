"""Snapshots and journaled cells as plain JSON data for the store, and read back as the engine loads them."""

from __future__ import annotations

import base64
import decimal
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic_monty import MontyFileHandle

from monty_kernel.engine.cell_log import CellLog, feed_of
from monty_kernel.engine.engine import Snapshot
from monty_kernel.engine.snapshot import Entry, Journaled
from monty_kernel.engine.source import CellSource, MagicTable
from monty_kernel.engine.source.cell import CellOptions, parse
from monty_kernel.engine.written import Written, changed

from ..store import StateRefused
from .stored_files import apart, changes_data, changes_of, files_meta

if TYPE_CHECKING:
    from ..store.reading import StoreReader

Meta = Mapping[str, Any]
"""What a snapshot holds besides Monty's dump."""

_BOXES: Mapping[str, Any] = {"tuple": tuple, "set": set, "frozenset": frozenset}
_LONG = 4096  # bits: Python converts no int of more than 4,300 decimal digits, but any in hexadecimal
_WRONG_TYPE = (KeyError, TypeError, AttributeError, IndexError, OverflowError)

# Snapshots


class OnDisk(NamedTuple):
    """Where the store has a state. All states of a session share one, since there may be tens of thousands."""

    session: str


class StateToStore(NamedTuple):
    """A state to store. parent: the number of the nearest stored state before it."""

    number: int
    parent: int | None
    label: str
    failed: bool
    snapshot: Snapshot | None
    """None once that of a later state is stored instead."""
    session: int = 0
    """Which of the kernel's sessions it belongs to: the first, or one that was taken up later."""
    created: float = 0.0

    @property
    def cell(self) -> Mapping[str, Any]:
        """What the store is told about its cell."""
        return {"label": self.label, "failed": self.failed, "created": self.created}


def meta_of(snapshot: Snapshot, since: CellLog | None) -> Meta:
    """The data of a snapshot, with the cells and feeds since an earlier one's cell log.

    since: The earlier log. None: all cells and feeds.
    """
    cells: list[list[str]] = []
    feeds: dict[str, Any] = {}
    steps = _steps(snapshot.cell_log, since)
    for step in reversed(steps):
        own = step.own_data  # made anew each time if the step is not packed
        cells += own["cells"]
        feeds |= own["feeds"]
    return {
        "whole": since is None or (bool(steps) and steps[-1].before is not since),
        "next_feed": snapshot.next_feed,
        "parts": sorted(snapshot.parts),
        "unrecorded": [list(part) for part in snapshot.unrecorded],
        "cells": cells,
        "feeds": feeds,
        **files_meta(snapshot),
    }


def snapshot_of(state: bytes, metas: Iterable[Meta], cell_log: CellLog | None = None) -> Snapshot:
    """The snapshot that the store has.

    Args:
        state: What `stored_bytes` made.
        metas: The data of its ancestors, oldest first, and its own last. Each becomes a step of its cell log.
        cell_log: The log that led to the oldest of them, if that is not the first.

    Raises:
        ValueError: The data is not what `meta_of` makes.
    """
    last: Meta = {}
    try:
        for last in metas:
            cell_log = CellLog(None if last.get("whole") else cell_log)
            for label, text in last["cells"]:
                cell_log.add_cell(CellSource(str(label), str(text)))
            for number, data in last["feeds"].items():
                cell_log.add_feed(int(number), feed_of(data))
        unrecorded = tuple((int(number), str(text)) for number, text in last["unrecorded"])
        parts = frozenset(map(str, last["parts"]))
        dump, files = apart(state, last)
        written = Written(work=files, work_size=sum(node.size for node in files.values()))
        return Snapshot(dump, int(last["next_feed"]), parts, cell_log or CellLog(), unrecorded, written=written)
    except _WRONG_TYPE as error:
        raise ValueError(f"not a snapshot's data: {error!r}") from error


def _steps(cell_log: CellLog, since: CellLog | None) -> list[CellLog]:
    """The steps of a log after `since`, the last first; all of them if `since` is not among them."""
    steps: list[CellLog] = []
    step: CellLog | None = cell_log
    while step is not None and step is not since:
        steps.append(step)
        step = step.before
    return steps


# Journaled cells


def entry_data(done: Journaled | None) -> Mapping[str, Any] | None:
    """The data of a cell that can be run again; None if it cannot, or if JSON cannot express what the host answered."""
    if done is None or not done.can_run_again:
        return None
    try:
        entries = [[_to_json(part) for part in entry] for entry in done.entries]
    except (TypeError, RecursionError):
        return None
    files = changes_data(done.files)
    if files is None:
        return None
    label = done.cell.source.label
    return {
        "label": label,
        "source": done.cell.source.text,
        "number": done.number,
        "count": int(label[3:-1]) if label.startswith("In[") else 0,
        "expressions": dict(done.expressions),
        "entries": entries,
        "failed": done.failed,
        **({"files": files} if files else {}),
    }


def entries_of(data: Any) -> tuple[Entry, ...]:
    """The host's answers, from what `entry_data` made of them.

    Raises:
        ValueError: It is something else.
    """
    if not isinstance(data, list) or not all(isinstance(entry, list) for entry in data):
        raise ValueError("not a journal's entries")
    try:
        return tuple(tuple(_from_json(part) for part in entry) for entry in data)
    except (KeyError, TypeError, AttributeError, RecursionError, decimal.InvalidOperation) as error:
        raise ValueError(f"not a journal's entries: {error!r}") from error


def _to_json(value: Any) -> object:
    if isinstance(value, int) and value.bit_length() > _LONG:
        return {"int": hex(value)}
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, bytes):
        return {"bytes": base64.b64encode(value).decode()}
    if type(value) is list:
        return [_to_json(item) for item in value]
    for name, kind in _BOXES.items():
        if type(value) is kind:
            return {name: [_to_json(item) for item in value]}
    if type(value) is dict:
        return {"dict": [[_to_json(key), _to_json(item)] for key, item in value.items()]}
    if type(value) is decimal.Decimal:
        return {"decimal": str(value)}
    if isinstance(value, PurePosixPath):
        return {"path": str(value)}
    if type(value) is MontyFileHandle:
        return {"handle": [value.path, value.mode]}
    raise TypeError(f"{type(value).__name__} has no place in JSON")


def _from_json(value: Any) -> Any:
    if isinstance(value, dict):
        ((name, inside),) = value.items()
        if name in _BOXES:
            return _BOXES[name](_from_json(item) for item in inside)
        if name == "dict":
            return {_from_json(key): _from_json(item) for key, item in inside}
        if name == "int":
            return int(str(inside), 16)
        if name == "path":
            return PurePosixPath(str(inside))
        if name == "handle":
            return MontyFileHandle(*map(str, inside))
        return decimal.Decimal(str(inside)) if name == "decimal" else base64.b64decode(str(value["bytes"]))
    if isinstance(value, list):
        return [_from_json(item) for item in value]
    return value


def _journaled(data: Any, magics: Callable[[], MagicTable]) -> Journaled:
    try:
        number = int(data["number"])
        source = CellSource(str(data["label"]), str(data["source"]))
        cell = parse(source, magics, CellOptions(int(data["count"]), begin=number > 0))
        expressions = {str(name): str(text) for name, text in data["expressions"].items()}
        entries = entries_of(data["entries"])
        size, files = len(source.text), changes_of(data.get("files", []))
        return Journaled(cell, number, expressions, entries, bool(data["failed"]), size=size, files=files)
    except _WRONG_TYPE as error:
        raise ValueError(f"not a journaled cell: {error!r}") from error


# Out of the store


class StoredState(NamedTuple):
    """A state that was read.

    cell_logs: Those of the snapshot that it rests on and of the ones before, by their numbers. Its reruns follow.
    """

    snapshot: Snapshot
    cell_logs: Mapping[int, CellLog]


def read_state(
    store: StoreReader,
    session: str,
    number: int,
    magics: Callable[[], MagicTable],
    known: Mapping[int, CellLog] | None = None,
) -> StoredState:
    """The state after a session's cell. What cells had written to overlays is not on disk.

    Args:
        store: Where it is.
        session: The whole id.
        number: The number of the cell; 0 is the session's start.
        magics: The table of magics, for the cells that have to be run again.
        known: Cell logs of snapshots of the session, so that the cells that led to them need not be read.

    Raises:
        StoreError: It is not what was stored, or cannot be read. The message says which.
    """
    try:
        return _read(store, session, number, magics, known or {})
    except (ValueError, SyntaxError) as error:  # no kernel made it: the session was imported
        raise StateRefused(f"its cells are not in the form that a kernel writes: {error}") from error


def _read(
    store: StoreReader, session: str, number: int, magics: Callable[[], MagicTable], known: Mapping[int, CellLog]
) -> StoredState:
    recovery = store.recovery(session, number)
    state, meta = store.get(session, recovery.base)
    if recovery.base in known:
        snapshot = replace(snapshot_of(state, [meta]), cell_log=known[recovery.base])
        way = [recovery.base]
    else:
        way = _way(store, session, recovery.base, known)
        before = known.get(way.pop()) if way[-1] in known else None
        metas = (store.meta(session, earlier) for earlier in reversed(way[1:]))
        snapshot = snapshot_of(state, [*metas, meta], before)
    cell_logs: dict[int, CellLog] = {}
    step: CellLog | None = snapshot.cell_log
    for earlier in way:
        if step is not None:
            cell_logs[earlier], step = step, step.before
    reruns = tuple(_journaled(entry.entry, magics) for entry in recovery.entries)
    files = snapshot.written.work if snapshot.written is not None else {}
    for ran in reruns:
        files = changed(files, ran.files)
    written = Written(work=files, work_size=sum(node.size for node in files.values()))
    return StoredState(replace(snapshot, reruns=reruns, written=written), cell_logs)


def sources(store: StoreReader, session: str, number: int, without: Container[str] = ()) -> Iterator[str]:
    """The sources of the cells that led to a state, the newest first, as far as they can be read.

    without: The labels of cells to leave out.

    Raises:
        StoreError: Nothing of the way there can be read.
    """
    recovery = store.recovery(session, number)
    for entry in reversed(recovery.entries):
        if f"In[{entry.number}]" not in without:
            yield str(entry.entry.get("source", ""))
    for snapshot in _way(store, session, recovery.base, {}):
        cells = store.meta(session, snapshot).get("cells")
        for cell in reversed(cells if isinstance(cells, list) else []):
            if isinstance(cell, list) and len(cell) == 2 and cell[0] not in without:
                yield str(cell[1])


def _way(store: StoreReader, session: str, base: int, known: Mapping[int, CellLog]) -> list[int]:
    """The numbers of a snapshot and of those before it, back to the first or to one whose cell log is known."""
    states = {info.id.number: info for info in store.states(session)}
    way: list[int] = []
    here: int | None = base
    while here is not None and here in states:
        if states[here].size:  # its metadata is there even if the snapshot was dropped
            way.append(here)
            if here in known:
                break
        here = states[here].parent
    return way or [base]
