"""Reads a state out of the store, as the snapshot that the engine loads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from monty_kernel.engine.cell import CellOptions, parse
from monty_kernel.engine.engine import Snapshot
from monty_kernel.engine.host import Written
from monty_kernel.engine.journal import Journaled
from monty_kernel.engine.rewrite import MagicTable
from monty_kernel.engine.sources import CellSource

from .journal_data import entries_of
from .meta import snapshot_of

if TYPE_CHECKING:
    from .store import SnapshotStore


@dataclass(frozen=True, slots=True)
class StoredState:
    """A state that was read. base: the number of the snapshot that it rests on; its reruns lead on from there."""

    snapshot: Snapshot
    base: int


def read_state(store: SnapshotStore, session: str, number: int, magics: Callable[[], MagicTable]) -> StoredState:
    """The state after the session's cell `number`; 0 is its start. What cells had written to overlays is not on disk.

    Raises:
        StoreError: it is not what was stored, or cannot be read; the message says which.
    """
    recovery = store.recovery(session, number)
    parents = {info.id.number: info for info in store.states(session)}
    way: list[int] = []
    here: int | None = recovery.base
    while here is not None and here in parents:
        if parents[here].kind == "snapshot":
            way.append(here)
        here = parents[here].parent
    state, _ = store.get(session, recovery.base)
    snapshot = snapshot_of(state, [store.meta(session, each) for each in reversed(way)])
    reruns = tuple(_journaled(each.entry, magics) for each in recovery.entries)
    whole = Snapshot(state, snapshot.next_feed, snapshot.parts, snapshot.trail, snapshot.unrecorded, reruns, Written())
    return StoredState(whole, recovery.base)


def _journaled(data: Any, magics: Callable[[], MagicTable]) -> Journaled:
    number = int(data["number"])
    source = CellSource(str(data["label"]), str(data["source"]))
    cell = parse(source, magics, CellOptions(int(data["count"]), begin=number > 0))
    expressions = {str(name): str(text) for name, text in data["expressions"].items()}
    return Journaled(cell, number, expressions, entries_of(data["entries"]), bool(data["failed"]))
