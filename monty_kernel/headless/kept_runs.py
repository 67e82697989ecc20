"""What is kept of a notebook's runs, so that cells which did not change need not run again.

It is a session in the person's store, a tree of all runs of one notebook under the same settings. A state in it has what
the cells since the state before it showed, beside their keys. A cell's key is a hash, made with the person's key, of its
source and the key of the cell before it. The session is signed, shared, dropped and deleted like any other.
"""

from __future__ import annotations

import hashlib
import logging
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

import pydantic_monty

import monty_kernel
from monty_kernel.store import SessionRunning, StateRefused, StoreError
from monty_kernel.store.records import Retention
from monty_kernel.store.signing import canonical, storable
from monty_kernel.timetravel.stored_files import stored_bytes
from monty_kernel.timetravel.stored_state import meta_of, snapshot_of
from monty_kernel.timetravel.timeline import first_line
from monty_kernel.timetravel.user_store import user_store

if TYPE_CHECKING:
    from monty_kernel.engine.cell_log import CellLog
    from monty_kernel.engine.snapshot import Snapshot
    from monty_kernel.settings import Settings
    from monty_kernel.store.records import StateInfo

MOST_STATES = 1_000
"""States of one notebook's runs, after which all are forgotten and kept anew."""

MOST_BYTES = 256 << 20
"""Bytes that they may add to the store: what cells showed is kept as long as any state of theirs."""

_LABEL = 60  # characters

_log = logging.getLogger(__name__)


class KeptCell(NamedTuple):
    """What a cell showed when it ran.

    Attributes:
        key: Says which cell it is, after which others.
        outputs: Its outputs when it had ended, as nbformat has them.
        displays: The positions among its outputs of each display id.
        size: Characters of output that it made.
        timing: When it ran, as in the cell's metadata.
        asked: What it asked for from outside; empty if nothing.
    """

    key: str
    outputs: Sequence[Mapping[str, Any]]
    displays: Mapping[str, Sequence[int]] = {}
    size: int = 0
    timing: Mapping[str, str] = {}
    asked: str = ""


class Found(NamedTuple):
    """The cells that need not run again, and the session after the last of them."""

    cells: tuple[KeptCell, ...]
    snapshot: Snapshot


class KeptRuns:
    """The runs of one notebook under the same settings. For one thread.

    Args:
        notebook: What tells the notebook from others.
        settings: Those of the run.
        others: What else decides what cells do.

    Raises:
        StoreError: There is no store.
    """

    def __init__(self, notebook: str, settings: Settings, others: Mapping[str, Any]) -> None:
        decides = {
            "settings": {name: repr(value) for name, value in vars(settings).items()},
            "versions": [monty_kernel.__version__, sys.version],
            "others": dict(others),
        }
        kind = hashlib.sha256(canonical(decides)).hexdigest()
        versions = {"monty": pydantic_monty.__version__, "run": kind}
        self._store = user_store(_log, versions=versions)
        self._kind = kind
        self._notebook = f"{notebook} (incremental runs)"
        self._retention = Retention(
            settings.snapshot_max_days, settings.snapshot_max_states, settings.snapshot_max_bytes
        )
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="kept run")
        self._session: str | None = None
        self._number = 0  # of the newest state of the session
        self._parent: int | None = None
        self._since: CellLog | None = None
        self.trouble: str | None = None
        """Why nothing more is kept."""
        self.stateless = 0
        """How many cells behind those that were found did not change either, but have no state after them."""

    def keys(self, sources: Sequence[str]) -> list[str]:
        """The keys of a notebook's cells, which nobody without the person's key can make."""
        made: list[str] = []
        before = self._kind
        for source in sources:
            before = self._store.running.signer.tag("run cell", before, source).hex()[:32]
            made.append(before)
        return made

    def find(self, keys: Sequence[str], *, replay: bool) -> Found | None:
        """The most cells from the first on that are kept with the session after them.

        replay: Also such as asked for something from outside.

        Raises:
            StoreError: Nothing can be read.
        """
        sessions = [info for info in self._store.sessions(self._notebook) if info.versions.get("run") == self._kind]
        if not sessions:
            return None
        session = sessions[-1].id
        states = {info.id.number: info for info in self._store.states(session)}
        if len(states) > MOST_STATES or sum(info.added for info in states.values()) > MOST_BYTES:
            with suppress(SessionRunning):
                self._store.delete(session)
            return None
        self._session, self._number = session, max(states, default=0)
        by_key = {_last_key(info): info for info in states.values() if info.kind == "snapshot"}
        last = next((by_key[key] for key in reversed(keys) if key in by_key), None)
        found = None if last is None else self._read(session, states, last, keys, replay=replay)
        left = keys[0 if found is None else len(found.cells) :]
        with suppress(StoreError, ValueError):  # what was altered tells nothing
            self.stateless = self._count_known(session, list(states.values()), left, replay=replay)
        return found

    def _count_known(self, session: str, states: Sequence[StateInfo], keys: Sequence[str], *, replay: bool) -> int:
        """How many cells from the first of these on ran after the ones that were found, and may be kept."""
        count, parent = 0, self._parent
        while count < len(keys):
            onwards = [info for info in states if info.parent == parent and _first_key(info) == keys[count]]
            if not onwards:
                break
            parent = onwards[-1].id.number
            own = [_kept_cell(data) for data in self._store.meta(session, parent)["run"]]
            for cell in own:
                if count == len(keys) or cell.key != keys[count] or (cell.asked and not replay):
                    return count
                count += 1
        return count

    def _read(
        self, session: str, states: Mapping[int, StateInfo], last: StateInfo, keys: Sequence[str], *, replay: bool
    ) -> Found | None:
        way = [last]
        while (parent := way[-1].parent) is not None:
            if parent not in states:
                raise StateRefused(f"the state {session}@{parent} was altered")
            way.append(states[parent])
        metas: list[Mapping[str, Any]] = []
        cells: list[KeptCell] = []
        usable: tuple[int, int, int] | None = None  # the number of a state, and how many metas and cells lead to it
        for info in reversed(way):
            meta = self._store.meta(session, info.id.number)
            own = [_kept_cell(data) for data in meta["run"]]
            if [cell.key for cell in own] != list(keys[len(cells) : len(cells) + len(own)]):
                break  # its label says otherwise, so it is none of ours
            if not replay and any(cell.asked for cell in own):
                break
            metas.append(meta)
            cells += own
            if info.kind == "snapshot":
                usable = info.id.number, len(metas), len(cells)
        if usable is None:
            return None
        number, of_metas, of_cells = usable
        state, _ = self._store.get(session, number)
        snapshot = snapshot_of(state, metas[:of_metas])
        self._parent, self._since = number, snapshot.cell_log
        return Found(tuple(cells[:of_cells]), snapshot)

    def start_over(self) -> None:
        """What was found cannot be used: the run begins with the first cell, and is kept in a session of its own."""
        self._session, self._number, self._parent, self._since = None, 0, None, None
        self.stateless = 0

    def keep(self, cells: Sequence[KeptCell], source: str, snapshot: Snapshot) -> None:
        """Keep the session after some more cells, soon. source: That of the last of them."""
        label = f"{storable(first_line(source))[:_LABEL]}\n{cells[0].key} {cells[-1].key}"
        self._writer.submit(self._keep, [cell._asdict() for cell in cells], label, snapshot)

    def _keep(self, cells: Sequence[Mapping[str, Any]], label: str, snapshot: Snapshot) -> None:
        if self.trouble is not None:
            return
        try:
            session = self._own_session()
            meta = {**meta_of(snapshot, self._since), "run": cells}
            number = self._number + 1
            self._store.put(session, number, self._parent, stored_bytes(snapshot), meta, label=label)
            self._parent, self._number, self._since = number, number, snapshot.cell_log
        except SessionRunning:
            self.trouble = "another run of the notebook is being kept"
        except (StoreError, ValueError) as error:
            self.trouble = str(error)

    def _own_session(self) -> str:
        store, session = self._store, self._session
        if session is None:
            self._session = session = store.begin(self._notebook)
        elif session not in store.running:
            store.resume(session)
            # another run may have kept more since it was looked at
            self._number = max((info.id.number for info in store.states(session)), default=0)
        return session

    def close(self, *, cleans: bool) -> None:
        """Write what is to be kept, and perhaps drop what is old. Idempotent."""
        self._writer.shutdown()
        try:
            if self._session is not None and self._session in self._store.running:
                self._store.end(self._session)
                if cleans:
                    self._store.gc(self._retention)
        except StoreError as error:
            self.trouble = self.trouble or str(error)
        finally:
            self._store.close()


def _first_key(info: StateInfo) -> str:
    """The key of the first cell that led to a state from the one before it."""
    return info.label.rpartition("\n")[2].partition(" ")[0]


def _last_key(info: StateInfo) -> str:
    """The key of the cell that left a state."""
    return info.label.rpartition(" ")[2]


def _kept_cell(data: Mapping[str, Any]) -> KeptCell:
    return KeptCell(**{name: data[name] for name in KeptCell._fields})
