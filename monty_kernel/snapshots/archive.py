"""Keeps a session's states in the store, on a thread of its own: no cell and no reply ever waits for the disk."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from monty_kernel.engine.cell import CellOptions, parse
from monty_kernel.engine.engine import Snapshot
from monty_kernel.engine.journal import Journaled
from monty_kernel.engine.rewrite import MagicTable
from monty_kernel.engine.sources import CellSource
from monty_kernel.engine.trail import Trail

from .journal_data import entries_of, entry_data
from .meta import meta_of, snapshot_of
from .refusals import StoreError

if TYPE_CHECKING:
    from .records import SessionInfo, StateInfo
    from .store import SnapshotStore

T = TypeVar("T")

QUIET = 0.1
"""Seconds between two snapshots that are stored, at least."""

PAUSE = 0.02
"""Seconds without a new cell after which storing begins."""

CLOSING = 2.0
"""Seconds that the end of the kernel waits, at most, for what is still to be written. Jupyter waits five."""


@dataclass(frozen=True, slots=True)
class OnDisk:
    """A state that the store has."""

    session: str
    number: int


@dataclass(frozen=True, slots=True)
class Stored:
    """A state to store. parent: the number of the nearest stored state before it."""

    number: int
    parent: int | None
    label: str
    failed: bool
    snapshot: Snapshot
    session: int = 0  # which of the kernel's sessions it belongs to: the first, or one taken up later


class Archive:
    """One kernel's way to the store.

    open_store: called on the archive's thread, on first use. notebook: what tells sessions of one notebook apart from others.
    Any thread may call; what fails is said in the log, once, and the session goes on without.
    """

    def __init__(
        self, open_store: Callable[[], SnapshotStore], notebook: str | None, magics: Callable[[], MagicTable], log: Any
    ) -> None:
        self._open_store = open_store
        self.notebook = notebook
        self._magics = magics
        self._log: logging.Logger = log
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="store")
        self._store: SnapshotStore | None = None
        self.session: str | None = None
        self._complained = False
        self.last_died: str | None = None
        """The last session of this notebook, if it died, once `look_back` has found out."""
        self._kept: set[int] = set()
        self._parents: dict[int, int | None] = {}
        self._trails: dict[int, Trail] = {}  # of the states whose snapshots are stored
        self._current = 0
        self._sessions = 0
        self._lock = threading.Lock()
        self._changed = threading.Condition()
        self._waiting: list[Callable[[], object]] = []
        self._gathering = self._hurry = False
        self._last_put = 0.0
        self._latest: Stored | None = None
        self._timer: threading.Timer | None = None

    def keep(self, state: Stored, run: Journaled | None) -> None:
        """Store the state after a cell, soon.

        run: the cell that made it. When cells follow each other quickly, this alone is stored of each, in a tenth of the
        time, and of the last a snapshot, `QUIET` seconds later.
        """
        with self._lock:
            state = replace(state, session=self._sessions)
            self._current = state.number
            data = entry_data(run) if run is not None and run.can_run_again else None
            if data is not None and (state.snapshot.reruns or time.monotonic() - self._last_put < QUIET):
                self._later(lambda: self._journal(state, data))
                if not state.snapshot.reruns:
                    self._latest = state
                    if self._timer is None:
                        self._timer = threading.Timer(QUIET, self._put_latest)
                        self._timer.daemon = True
                        self._timer.start()
                return
            self._last_put = time.monotonic()
        self._later(lambda: self._put(state))

    def _put_latest(self) -> None:
        with self._lock:
            state, self._latest, self._timer = self._latest, None, None
            self._last_put = time.monotonic()
        if state is not None:
            self._later(lambda: self._put(state))

    def _journal(self, state: Stored, data: Mapping[str, Any]) -> None:
        if state.session != self._sessions:
            return  # another session was taken up since; its states have these numbers too
        store, session = self._opened(), self._own_session()
        self._parents[state.number] = state.parent
        store.journal(session, state.number, state.parent, data, label=state.label, failed=state.failed)
        self._kept.add(state.number)

    def _put(self, state: Stored) -> None:
        if state.snapshot.reruns or state.session != self._sessions:
            return  # another session was taken up; or what it rests on has gone: it lives in memory alone
        store, session, snapshot = self._opened(), self._own_session(), state.snapshot
        since, base = None, state.parent
        while base is not None and since is None:
            since, base = self._trails.get(base), self._parents.get(base)
        self._parents[state.number] = state.parent
        store.put(
            session,
            state.number,
            state.parent,
            snapshot.state,
            meta_of(snapshot, since),
            label=state.label,
            failed=state.failed,
        )
        self._trails[state.number] = snapshot.trail
        self._kept.add(state.number)
        if self._current != state.number and self._current in self._kept:
            store.move(session, self._current)  # this put came late; the session has gone on

    def name(self, number: int, name: str) -> None:
        """Name a state, soon."""
        self._later(self._in_this_session(lambda: self._opened().name(self._own_session(), number, name)))

    def move(self, number: int) -> None:
        """The person went to this state: here the session is resumed."""
        self._current = number
        self._later(self._in_this_session(lambda: self._opened().move(self._own_session(), number)))

    def where(self, number: int) -> OnDisk | None:
        """Where a state is stored; None if it is not (yet)."""
        return OnDisk(self.session, number) if self.session is not None and number in self._kept else None

    def load(self, place: OnDisk) -> Snapshot:
        """Read a state back.

        Raises:
            StoreError: it is not what was stored, or cannot be read; the message says which.
        """

        def loading() -> Snapshot:
            store = self._opened()
            recovery = store.recovery(place.session, place.number)
            parents = {info.id.number: info for info in store.states(place.session)}
            way: list[int] = []
            number: int | None = recovery.base
            while number is not None and number in parents:
                if parents[number].kind == "snapshot":
                    way.append(number)
                number = parents[number].parent
            state, _ = store.get(place.session, recovery.base)
            snapshot = snapshot_of(state, [store.meta(place.session, each) for each in reversed(way)])
            self._trails[recovery.base] = snapshot.trail
            reruns = tuple(self._journaled(each.entry) for each in recovery.entries)
            return Snapshot(state, snapshot.next_feed, snapshot.parts, snapshot.trail, snapshot.unrecorded, reruns)

        return self._now(loading)

    def look_back(self) -> None:
        """Find out, soon, how the last session of this notebook ended; see `last_died`."""

        def looking() -> None:
            found = [info for info in self._opened().sessions() if info.notebook == self.notebook]
            if found and found[-1].how == "died" and found[-1].id != self.session:
                self.last_died = found[-1].id

        if self.notebook is not None:
            self._soon(looking)

    def sessions(self) -> list[SessionInfo]:
        """The sessions there are, the newest last. Raises StoreError."""
        return self._now(lambda: list(self._opened().sessions()))

    def adopt(self, session: str) -> list[StateInfo]:
        """Go on with an ended session; its states. Raises StoreError."""

        def adopting() -> list[StateInfo]:
            store = self._opened()
            store.resume(session)
            self._sessions += 1
            if self.session is not None:
                store.end(self.session)
            self.session = session
            states = store.states(session)
            self._kept = {info.id.number for info in states}
            self._parents, self._trails = {info.id.number: info.parent for info in states}, {}
            return states

        return self._now(adopting)

    def last_of(self, session: str, otherwise: int) -> int:
        """The number of the state that a session stopped at."""

        def last() -> int:
            found = [info.last for info in self._opened().sessions() if info.id == session]
            return otherwise if not found or found[0] is None else found[0]

        return self._now(last)

    def close(self) -> None:
        """Write what is still to be written, and end the session in good order. Idempotent."""

        def ending() -> None:
            if self._store is not None:
                if self.session is not None:
                    self._store.end(self.session)
                self._store.close()

        if self._timer is not None:
            self._timer.cancel()
            self._put_latest()
        self._flush()
        done = self._soon(ending)
        self._thread.shutdown(wait=False)
        if done is not None:
            with suppress(TimeoutError):
                done.result(CLOSING)

    def _journaled(self, data: Any) -> Journaled:
        number = int(data["number"])
        source = CellSource(str(data["label"]), str(data["source"]))
        cell = parse(source, self._magics, CellOptions(int(data["count"]), begin=number > 0))
        expressions = {str(name): str(text) for name, text in data["expressions"].items()}
        return Journaled(cell, number, expressions, entries_of(data["entries"]), bool(data["failed"]))

    def _opened(self) -> SnapshotStore:
        if self._store is None:
            self._store = self._open_store()
        return self._store

    def _own_session(self) -> str:
        if self.session is None:
            self.session = self._opened().begin(self.notebook)
        return self.session

    def _in_this_session(self, call: Callable[[], object]) -> Callable[[], object]:
        which = self._sessions
        return lambda: call() if which == self._sessions else None

    def _later(self, call: Callable[[], object]) -> None:
        """Do it when no cell has come for `PAUSE` seconds, `QUIET` seconds from now at the latest: cells need the cores."""
        with self._changed:
            self._waiting.append(call)
            self._changed.notify()
            if self._gathering:
                return
            self._gathering = True
        self._soon(self._gather)

    def _gather(self) -> None:
        deadline = time.monotonic() + QUIET
        with self._changed:
            count = -1
            while not self._hurry and count != len(self._waiting) and time.monotonic() < deadline:
                count = len(self._waiting)
                self._changed.wait(PAUSE)
            calls, self._waiting = self._waiting, []
            self._gathering = self._hurry = False
        for call in calls:
            self._guarded(call)

    def _flush(self) -> None:
        with self._changed:
            self._hurry = self._gathering
            self._changed.notify()

    def _now(self, call: Callable[[], T]) -> T:
        self._flush()
        return self._thread.submit(call).result()

    def _soon(self, call: Callable[[], object]) -> Future[None] | None:
        try:
            return self._thread.submit(self._guarded, call)
        except RuntimeError:  # closed
            return None

    def _guarded(self, call: Callable[[], object]) -> None:
        try:
            call()
        except StoreError as error:
            if not self._complained:
                self._complained = True
                self._log.warning("States are not kept on disk: %s", error)
