"""Keeps a session's states in the store, on a thread of its own: no cell and no reply ever waits for the disk."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from monty_kernel.engine.cell_log import CellLog
from monty_kernel.engine.engine import Snapshot
from monty_kernel.engine.snapshot import Journaled
from monty_kernel.engine.source import MagicTable

from ..store import SessionRunning, StoreError, StoreUnavailable
from ..store.writer import StoreWriter, Task
from .batch import Batch, JournaledState
from .earlier_sessions import EarlierSessions
from .name_room import Share, shares_on_disk
from .stored_files import stored_bytes, stored_size
from .stored_state import OnDisk, StateToStore, entry_data, meta_of, read_state

if TYPE_CHECKING:
    from ..store.locks import RunningSessions
    from ..store.log import WriteAheadLog
    from ..store.records import How, Retention, StateInfo
    from ..store.store import SnapshotStore

LARGE = 32 << 20
"""Bytes of a state that does not go through the write-ahead log but is stored at once."""

GROWN = 64 << 20
"""Bytes stored after which states that are no longer kept are dropped."""

CLOSING = 2.0
"""Seconds that the end of the kernel waits, at most, for what is still to be written. Jupyter waits five."""


class _Foreseen(NamedTuple):
    """The cell whose state comes next.

    data: What it takes to run it again, if that is possible. position: Of its record in the log; 0 if it has none.
    """

    number: int
    data: Mapping[str, Any] | None
    position: int


class Archive:
    """One kernel's way to the store. Any thread may call. What cannot be stored is logged, once, and left out.

    Args:
        find_sessions: Says where the store is. Called on the archive's thread.
        open_store: Opens it, and may take its time. Called on the archive's thread.
        notebook: Tells the sessions of one notebook from others; None if the kernel does not know its notebook.
        magics: The table of magics, for cells that have to be run again.
        logger: Takes the errors.
        retention: Says what is kept; None: everything.
    """

    def __init__(
        self,
        find_sessions: Callable[[], RunningSessions],
        open_store: Callable[[RunningSessions], SnapshotStore],
        notebook: str | None,
        magics: Callable[[], MagicTable],
        logger: Any,
        retention: Callable[[], Retention] | None = None,
    ) -> None:
        self.trouble: str | None = None  # why states of this session cannot be stored any more
        self.observer: Callable[[], object] = lambda: None  # called on the archive's thread when all states are stored
        self._find_sessions = find_sessions
        self._running: RunningSessions | None = None
        self._open_store = open_store
        self._store: SnapshotStore | None = None
        self._magics = magics
        self._logger: logging.Logger = logger
        self._retention = retention
        self._grown = GROWN + 1  # bytes since the store was last looked through: once at the beginning
        self._added: dict[int, int] = {}  # the bytes that each stored state took
        self._parents: dict[int, int | None] = {}  # of the states of a session that was taken up
        self._cell_logs: dict[int, CellLog] = {}  # of each stored state's snapshot, or of the nearest before it
        self._place: OnDisk | None = None
        self._current = 0
        self._sessions = 0
        self._lock = threading.Lock()
        self._batch: Batch | None = None  # the one that the next state joins
        self._log: WriteAheadLog | None = None
        self._foreseen: _Foreseen | None = None
        self._kept: tuple[StateToStore, int] | None = None  # the last state, and the position of its record
        self._unlogged: set[int] = set()  # states that neither the log nor the store has
        self._named = False  # whether a state has a name
        self._loaded: tuple[str, dict[int, CellLog]] = ("", {})  # the other session that was read last
        self._writer = StoreWriter(logger, self._blocked, self._all_stored)
        self.earlier = EarlierSessions(notebook, self._writer, self.running, self.opened)
        self._writer.soon(self.running)

    @property
    def session(self) -> str | None:
        """The id of the session that runs; None until something of it is stored."""
        return self.earlier.present

    # What happens to the session

    def foresee(self, number: int, parent: int, label: str, failed: bool, run: Journaled) -> bool:
        """Log the cell that just ran, before anybody hears of its outcome: from then on no kill takes it away.

        Returns:
            False if it cannot be run again, so that only its state would do.
        """
        data, position = entry_data(run), 0
        if data is not None:
            fields = {"parent": parent, "label": label, "failed": failed, "entry": data}
            position = self._append("state", number, fields)
        self._foreseen = _Foreseen(number, data, position)
        return data is not None

    def keep(self, state: StateToStore, run: Journaled | None) -> None:
        """Store the state after a cell, soon.

        run: The cell that made it. Of cells that follow each other quickly only this is stored, in a tenth of the time,
            and a snapshot of the last one.
        """
        foreseen, self._foreseen = self._foreseen, None
        if foreseen is None or foreseen.number != state.number:
            foreseen = _Foreseen(state.number, entry_data(run), 0)
        data = None if run is None else foreseen.data
        position = foreseen.position or self._append_state(state, data)
        if not position:
            self._unlogged.add(state.number)
        with self._lock:
            state = state._replace(session=self._sessions)
            self._current = state.number
            self._kept = state._replace(snapshot=None), position
            if data is None:
                self._batch = None
                self._writer.write(Task(lambda: self._put(state), self._log, position))
                return
            batch = self._batch = Batch(self._journal, self._lost) if self._batch is None else self._batch
            batch.add(state, data)
        store, instead = (partial(self._store_batch, batch, state.number, whole) for whole in (True, False))
        self._writer.write(Task(store, self._log, position, instead))

    def keep_snapshot(self, number: int, snapshot: Snapshot) -> None:
        """Store a snapshot of the last state that was kept, if this is it: until now it took cells to be run again."""
        with self._lock:
            if self._kept is None or self._kept[0].number != number or self._kept[0].session != self._sessions:
                return
            state, position = self._kept
            if self._batch is not None and number in self._batch:
                self._batch.renew(snapshot)
                return
        self._writer.write(Task(partial(self._put, state._replace(snapshot=snapshot)), self._log, position))

    def name(self, number: int, name: str) -> None:
        """Name a state, soon."""
        self._named = True
        self._change("name", number, {"name": name}, lambda store, session: store.name(session, number, name))

    def unname(self, number: int, name: str) -> None:
        """Take a name away from a state, soon."""
        self._change("unname", number, {"name": name}, lambda store, session: store.unname(session, name))

    def move(self, number: int) -> None:
        """The person went to this state: the session is resumed here."""
        self._current = number
        self._change("move", number, {}, lambda store, session: store.move(session, number))

    def drop(self, number: int) -> None:
        """Drop what a state is restored from, soon, unless later states rest on it."""
        self._change("drop", number, {}, lambda store, session: store.drop(session, number))

    def shares(self, without: str) -> tuple[Share, ...]:
        """The room of named states on disk, without the one that has this name. Raises StoreError."""

        def measure() -> tuple[Share, ...]:
            size = None if self._retention is None else self._retention().size
            return () if size is None else shares_on_disk(self.opened().pinned(self._own_session(), without), size)

        return self._writer.now(measure)

    def close(self) -> None:
        """Write what is still to be written, and end the session in good order. Idempotent."""

        def end() -> None:
            self._leave()
            self.earlier.notes.close()
            if self._store is not None:
                self._store.close()

        if not self._writer.close(end, CLOSING) and self._store is not None and self.session is not None:
            self._store.mark_end(self.session, self._how())  # the thread may still finish

    # To the log, and then to the store

    def _append_state(self, state: StateToStore, data: Mapping[str, Any] | None) -> int:
        fields = {"parent": state.parent, **state.cell}
        if data is not None:
            return self._append("state", state.number, {**fields, "entry": data})
        snapshot = state.snapshot
        if snapshot is None or snapshot.reruns or stored_size(snapshot) > LARGE:
            return 0
        return self._append("state", state.number, {**fields, "meta": meta_of(snapshot, None)}, stored_bytes(snapshot))

    def _append(self, what: str, number: int, fields: Mapping[str, Any], state: bytes = b"") -> int:
        if self._log is None:
            try:
                self._log = self._writer.now(lambda: self._begin_log(self._own_session()))
            except StoreError as error:
                self._writer.complain(error)
                return 0
        return self._log.append(what, number, fields, state)

    def _begin_log(self, session: str) -> WriteAheadLog:
        from ..store.log import WriteAheadLog

        return WriteAheadLog(self.running(), session, self._logger)

    def _change(
        self, what: str, number: int, fields: Mapping[str, Any], change: Callable[[SnapshotStore, str], object]
    ) -> None:
        position, which = self._append(what, number, fields), self._sessions
        with self._lock:
            self._batch = None  # what comes later is stored after this

        def call() -> None:
            if which == self._sessions:
                change(self.opened(), self._own_session())

        self._writer.write(Task(call, self._log, position))

    def _store_batch(self, batch: Batch, number: int, whole: bool) -> None:
        """Store the batch, if this state of it is not stored yet. whole: With the snapshot of its last state."""
        with self._lock:
            if number not in batch:
                return  # it was stored with one before it
            self._batch = None if batch is self._batch else self._batch
        snapshot = batch.last.snapshot
        batch.store(self._put if whole and snapshot is not None and not snapshot.reruns else None)

    def _journal(self, states: Sequence[JournaledState]) -> None:
        from ..store.records import NewCell

        here = [(state, data) for state, data in states if state.session == self._sessions]
        if not here:
            return
        cells = [NewCell(state.number, state.parent, **state.cell, entry=data) for state, data in here]
        for (state, _), info in zip(here, self.opened().journal_all(self._own_session(), cells), strict=True):
            self._lead_on(state)
            self._added[state.number] = info.added
            self._unlogged.discard(state.number)

    def _lost(self, number: int, error: Exception) -> None:
        self._unlogged.add(number)  # its record in the log counts as stored
        self._writer.report_loss(error)

    def _put(self, state: StateToStore) -> None:
        snapshot = state.snapshot
        if snapshot is None or snapshot.reruns or state.session != self._sessions:
            return  # it rests on a snapshot that is gone, so it stays in memory; or another session was taken up
        store, session = self.opened(), self._own_session()
        since = self._lead_on(state)
        meta = meta_of(snapshot, since)
        try:
            info = store.put(session, state.number, state.parent, stored_bytes(snapshot), meta, **state.cell)
        except (StoreUnavailable, SessionRunning):
            raise
        except Exception:
            self._unlogged.add(state.number)  # unless its cell is stored instead
            raise
        self._cell_logs[state.number] = snapshot.cell_log
        self._added[state.number] = self._added.get(state.number, 0) + info.added
        self._unlogged.discard(state.number)
        self._grown += info.added
        if self._current != state.number and self._current in self._added:
            store.move(session, self._current)  # this came late; the session has gone on

    def _lead_on(self, state: StateToStore) -> CellLog | None:
        """The cell log of the nearest earlier state with a stored snapshot. Later states find it from this one too."""
        since, base = None, state.parent
        while base is not None and since is None:
            since, base = self._cell_logs.get(base), self._parents.get(base)
        if since is not None:
            self._cell_logs.setdefault(state.number, since)
        return since

    def _blocked(self, error: StoreError) -> None:
        self.trouble = str(error) if self._added else self.trouble

    def _all_stored(self) -> None:
        if self._log is not None:
            self._log.truncate()
        if self._grown > GROWN and self._retention is not None:
            self._grown = 0
            keep = self._retention()
            self._writer.guarded(lambda: self.opened().gc(keep))
        self.earlier.notes.write()
        self.observer()  # the last, so that the log is truncated whatever it does

    # Back from the store

    def where(self, number: int) -> OnDisk | None:
        """Where a state is stored; None if it is not (yet)."""
        if self.session is None or number not in self._added:
            return None
        if self._place is None or self._place.session != self.session:
            self._place = OnDisk(self.session)
        return self._place

    def added(self) -> Mapping[int, int]:
        """The bytes that storing each state took, once everything that waits is stored."""
        return self._writer.now(lambda: dict(self._added))

    def load(self, place: OnDisk, number: int) -> Snapshot:
        """Read a state back.

        Raises:
            StoreError: It is not what was stored, or cannot be read. The message says which.
        """

        def read() -> Snapshot:
            if place.session not in (self.session, self._loaded[0]):
                self._loaded = place.session, {}
            known = self._cell_logs if place.session == self.session else self._loaded[1]
            stored = read_state(self.opened(), place.session, number, self._magics, known)
            known.update(stored.cell_logs)
            return stored.snapshot

        return self._writer.now(read)

    # From one session to another

    def adopt(self, states: list[StateInfo]) -> None:
        """Go on with the session that was claimed, whose states these are. The present one ends.

        Raises:
            StoreError: It cannot be written to now. Nothing has changed.
        """

        def take_up() -> None:
            claimed = self.earlier.resume()
            self._sessions += 1
            self._leave()
            self._writer.forget_backlog()
            self._unlogged.clear()
            self.earlier.set_present(claimed)
            self._log = self._begin_log(claimed)
            self._named = any(info.names for info in states)
            self._added = {info.id.number: info.added for info in states}
            self._parents = {info.id.number: info.parent for info in states}
            self._cell_logs = self._loaded[1] if self._loaded[0] == claimed else {}
            self._loaded = "", {}

        self._writer.now(take_up)

    def _leave(self) -> None:
        """End the present session. What cannot be stored yet stays in its log."""
        self._writer.guarded(self._writer.try_backlog)
        if self._log is not None:
            self._log.close()
        if self.session is None:
            return
        if not self._writer.is_behind:
            self._writer.guarded(self._end)
        self.opened().leave(self.session, self._how())

    def _end(self) -> None:
        if self._unlogged or self.session is None:
            return
        if self._added.keys() <= {0} and not self._named:
            self.opened().forget(self.session)  # no cell ran in it
        else:
            self.opened().end(self.session)

    def _how(self) -> How:
        return "incomplete" if self._unlogged else "closed"

    def _own_session(self) -> str:
        session = self.session
        if session is None:
            session = self.running().begin(self.earlier.notebook)
            self.earlier.set_present(session)
        return session

    # For the archive's thread

    def running(self) -> RunningSessions:
        """The sessions of this process."""
        if self._running is None:
            self._running = self._find_sessions()
        return self._running

    def opened(self) -> SnapshotStore:
        """The store."""
        if self._store is None:
            self._store = self._open_store(self.running())
        return self._store
