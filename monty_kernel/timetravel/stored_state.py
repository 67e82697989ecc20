"""Reads a state out of the store, as the snapshot that the engine loads."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from monty_kernel.engine.access import Written
from monty_kernel.engine.cell_log import CellLog
from monty_kernel.engine.engine import Snapshot
from monty_kernel.engine.snapshot import Journaled
from monty_kernel.engine.source.cell import CellOptions, parse
from monty_kernel.engine.source.rewrite import MagicTable
from monty_kernel.engine.source.sources import CellSource

from ..store.errors import StateRefused
from .journal_data import entries_of
from .meta import snapshot_of

if TYPE_CHECKING:
    from ..store.store import SnapshotStore


class StoredState(NamedTuple):
    """A state that was read.

    cell_logs: of the snapshot that it rests on and of those before, by their numbers; its reruns lead on from there.
    """

    snapshot: Snapshot
    cell_logs: Mapping[int, CellLog]


def read_state(
    store: SnapshotStore,
    session: str,
    number: int,
    magics: Callable[[], MagicTable],
    known: Mapping[int, CellLog] | None = None,
) -> StoredState:
    """The state after the session's cell `number`; 0 is its start. What cells had written to overlays is not on disk.

    known: cell logs of snapshots of the session, so that what led to them need not be read.

    Raises:
        StoreError: it is not what was stored, or cannot be read; the message says which.
    """
    try:
        return _read(store, session, number, magics, known or {})
    except (ValueError, SyntaxError) as error:  # of a session that was imported, and made by no kernel
        raise StateRefused(f"what it says of its cells is not what a kernel writes: {error}") from error


def _read(
    store: SnapshotStore, session: str, number: int, magics: Callable[[], MagicTable], known: Mapping[int, CellLog]
) -> StoredState:
    recovery = store.recovery(session, number)
    state, meta = store.get(session, recovery.base)
    if recovery.base in known:
        snapshot = replace(snapshot_of(state, [meta]), cell_log=known[recovery.base])
        way = [recovery.base]
    else:
        way = _way(store, session, recovery.base, known)
        before = known.get(way.pop()) if way[-1] in known else None
        metas = (store.meta(session, each) for each in reversed(way[1:]))
        snapshot = snapshot_of(state, [*metas, meta], before)
    cell_logs: dict[int, CellLog] = {}
    step: CellLog | None = snapshot.cell_log
    for each in way:
        if step is not None:
            cell_logs[each], step = step, step.before
    reruns = tuple(_journaled(each.entry, magics) for each in recovery.entries)
    whole = Snapshot(
        state, snapshot.next_feed, snapshot.parts, snapshot.cell_log, snapshot.unrecorded, reruns, Written()
    )
    return StoredState(whole, cell_logs)


def sources(store: SnapshotStore, session: str, number: int) -> Iterator[str]:
    """The source of the cells that led to a state, the newest first, as far as it can be read.

    Raises:
        StoreError: nothing of the way there can be read.
    """
    recovery = store.recovery(session, number)
    for entry in reversed(recovery.entries):
        yield str(entry.entry.get("source", ""))
    for each in _way(store, session, recovery.base, {}):
        cells = store.meta(session, each).get("cells")
        for cell in reversed(cells if isinstance(cells, list) else []):
            if isinstance(cell, list) and len(cell) == 2:
                yield str(cell[1])


def _way(store: SnapshotStore, session: str, base: int, known: Mapping[int, CellLog]) -> list[int]:
    """The numbers of a snapshot and of those before it, back to the first or to one whose cell log is known."""
    states = {info.id.number: info for info in store.states(session)}
    way: list[int] = []
    here: int | None = base
    while here is not None and here in states:
        if states[here].size:  # its metadata is there, also if the snapshot was dropped
            way.append(here)
            if here in known:
                break
        here = states[here].parent
    return way or [base]


def _journaled(data: Any, magics: Callable[[], MagicTable]) -> Journaled:
    try:
        return _parsed(data, magics)
    except (KeyError, TypeError, AttributeError, OverflowError) as error:
        raise ValueError(f"not a journalled cell: {error!r}") from error


def _parsed(data: Any, magics: Callable[[], MagicTable]) -> Journaled:
    number = int(data["number"])
    source = CellSource(str(data["label"]), str(data["source"]))
    cell = parse(source, magics, CellOptions(int(data["count"]), begin=number > 0))
    expressions = {str(name): str(text) for name, text in data["expressions"].items()}
    return Journaled(
        cell, number, expressions, entries_of(data["entries"]), bool(data["failed"]), size=len(source.text)
    )
