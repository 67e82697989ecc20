"""Keeps a session's states in the store, on a thread of its own: no cell and no reply ever waits for the disk."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from monty_kernel.engine.cell_log import CellLog
from monty_kernel.engine.engine import Snapshot
from monty_kernel.engine.snapshot import Journaled
from monty_kernel.engine.source.rewrite import MagicTable

from ..store.backlog import Backlog, Task
from ..store.errors import StoreError
from ..store.naming import Share, shares_on_disk
from ..store.notes import Notes
from ..store.storing_thread import QUIET, StoringThread
from .journal_data import entry_data
from .meta import meta_of
from .stored_state import read_state, sources

if TYPE_CHECKING:
    from ..store.records import How, Retention, SessionInfo, StateInfo
    from ..store.running import RunningSessions
    from ..store.store import SnapshotStore

LARGE = 32 << 20
"""Bytes of a state that is not noted as it is but stored at once."""

GROWN = 64 << 20
"""Bytes stored after which what is to be kept no longer is dropped."""

CLOSING = 2.0
"""Seconds that the end of the kernel waits, at most, for what is still to be written. Jupyter waits five."""


class OnDisk(NamedTuple):
    """Where the store has a state: one for all of a session, since there may be tens of thousands."""

    session: str


class Stored(NamedTuple):
    """A state to store. parent: the number of the nearest stored state before it."""

    number: int
    parent: int | None
    label: str
    failed: bool
    snapshot: Snapshot
    session: int = 0
    """Which of the kernel's sessions it belongs to: the first, or one taken up later."""
    created: float = 0.0


class _Foreseen(NamedTuple):
    """The cell whose state comes next. data: what it takes to run it again, if that is possible. note: which note says so."""

    number: int
    data: Mapping[str, Any] | None
    note: int


class Claimed(NamedTuple):
    """An ended session. last: the number of the state it stopped at. lost: how many of its cells could not be read."""

    states: list[StateInfo]
    last: int | None
    lost: int


class Archive:
    """One kernel's way to the store.

    find_sessions, open_store: called on the archive's thread; the first says where the store is, the second may take its time. notebook: what tells sessions of one notebook apart from others.
    retention: what is kept. Any thread may call; what fails is said in the log, once, and the session goes on without.
    """

    def __init__(
        self,
        find_sessions: Callable[[], RunningSessions],
        open_store: Callable[[RunningSessions], SnapshotStore],
        notebook: str | None,
        magics: Callable[[], MagicTable],
        log: Any,
        retention: Callable[[], Retention] | None = None,
    ) -> None:
        self.notebook = notebook
        self.session: str | None = None
        self.left: SessionInfo | None = None
        """The last session of this notebook, if it died or some of it is missing, once `look_back` has found out."""
        self.trouble: str | None = None
        """What keeps states of this session from being stored since others were, once that is known."""
        self._find_sessions = find_sessions
        self._running: RunningSessions | None = None
        self._open_store = open_store
        self._store: SnapshotStore | None = None
        self._magics = magics
        self._log: logging.Logger = log
        self._retention = retention
        self._grown = GROWN + 1  # bytes since the store was last looked through: once at the beginning
        self._complained = False
        self._added: dict[int, int] = {}  # the bytes that each stored state took
        self._parents: dict[int, int | None] = {}  # of the states of a session that was taken up
        self._cell_logs: dict[int, CellLog] = {}  # of each stored state's snapshot, or of the nearest before it
        self._place: OnDisk | None = None
        self._current = 0
        self._sessions = 0
        self._lock = threading.Lock()
        self._last_put = 0.0
        self._latest: Stored | None = None
        self._timer: threading.Timer | None = None
        self._notes: Notes | None = None
        self._foreseen: _Foreseen | None = None
        self._unnoted: set[int] = set()  # states that neither the notes nor the store have
        self._backlog = Backlog(log)
        self._named = False  # whether a state has a name
        self._claimed: str | None = None
        self._loaded: tuple[str, dict[int, CellLog]] = ("", {})  # the other session that was read last
        self._own: set[str] = set()  # sessions that were this kernel's since it was started
        self._thread = StoringThread(self._guarded, self._all_stored)
        self._thread.soon(self._sessions_here)

    # What happens to the session

    def foresee(self, number: int, parent: int, label: str, failed: bool, run: Journaled) -> bool:
        """Note the cell that just ran, before anybody hears of its outcome: from then on no kill takes it away.

        False if only its state would do.

        number, parent, label, failed: as of the state that it will leave.
        """
        data, note = _data(run), 0
        if data is not None:
            said = {"parent": parent, "label": label, "failed": failed, "entry": data}
            note = self._note("state", number, said)
        self._foreseen = _Foreseen(number, data, note)
        return data is not None

    def keep(self, state: Stored, run: Journaled | None) -> None:
        """Store the state after a cell, soon.

        run: the cell that made it. When cells follow each other quickly, this alone is stored of each, in a tenth of the
        time, and of the last a snapshot, `QUIET` seconds later.
        """
        foreseen, self._foreseen = self._foreseen, None
        if foreseen is None or foreseen.number != state.number:
            foreseen = _Foreseen(state.number, _data(run), 0)
        data = None if run is None else foreseen.data
        note = foreseen.note or self._note_state(state, data)
        if not note:
            self._unnoted.add(state.number)
        with self._lock:
            state = state._replace(session=self._sessions)
            self._current = state.number
            if data is not None and (state.snapshot.reruns or time.monotonic() - self._last_put < QUIET):
                self._later(Task(lambda: self._journal(state, data), self._notes, note))
                if not state.snapshot.reruns:
                    self._latest = state
                    if self._timer is None:
                        self._timer = threading.Timer(QUIET, self._put_latest)
                        self._timer.daemon = True
                        self._timer.start()
                return
            self._last_put = time.monotonic()
        instead = None if data is None else lambda: self._journal(state, data)
        self._later(Task(lambda: self._put(state), self._notes, note, instead))

    def name(self, number: int, name: str) -> None:
        """Name a state, soon."""
        self._named = True
        note = self._note("name", number, {"name": name})
        call = self._in_this_session(lambda: self._opened().name(self._own_session(), number, name))
        self._later(Task(call, self._notes, note))

    def unname(self, number: int, name: str) -> None:
        """Take a name away from a state, soon."""
        note = self._note("unname", number, {"name": name})
        call = self._in_this_session(lambda: self._opened().unname(self._own_session(), name))
        self._later(Task(call, self._notes, note))

    def named(self, without: str) -> tuple[Share, ...]:
        """What named states may take on disk, and what they take but for the one that has this name. Raises StoreError."""

        def looking() -> tuple[Share, ...]:
            size = None if self._retention is None else self._retention().size
            return () if size is None else shares_on_disk(self._opened().pinned(self._own_session(), without), size)

        return self._thread.now(looking)

    def move(self, number: int) -> None:
        """The person went to this state: here the session is resumed."""
        self._current = number
        note = self._note("move", number, {})
        call = self._in_this_session(lambda: self._opened().move(self._own_session(), number))
        self._later(Task(call, self._notes, note))

    def close(self) -> None:
        """Write what is still to be written, and end the session in good order. Idempotent."""

        def ending() -> None:
            self._leave()
            if self._store is not None:
                self._store.close()

        if self._timer is not None:
            self._timer.cancel()
            self._put_latest()
        if not self._thread.close(ending, CLOSING) and self._store is not None and self.session is not None:
            self._store.mark(self.session, self._how())  # it may come to an end yet

    # What is noted, and then stored

    def _note_state(self, state: Stored, data: Mapping[str, Any] | None) -> int:
        said = {"parent": state.parent, "label": state.label, "failed": state.failed, "created": state.created}
        if data is not None:
            return self._note("state", state.number, {**said, "entry": data})
        if state.snapshot.reruns or len(state.snapshot.state) > LARGE:
            return 0
        return self._note("state", state.number, {**said, "meta": meta_of(state.snapshot, None)}, state.snapshot.state)

    def _note(self, what: str, number: int, said: Mapping[str, Any], state: bytes = b"") -> int:
        if self._notes is None:

            def begin() -> Notes:
                return Notes(self._sessions_here(), self._own_session(), self._log)

            try:
                self._notes = self._thread.now(begin)
            except StoreError as error:
                self._complain(error)
                return 0
        return self._notes.add(what, number, said, state)

    def _later(self, task: Task) -> None:
        self._thread.later(lambda: self._do(task))
        if not task.note:
            self._thread.hurry()

    def _do(self, task: Task) -> None:
        self._backlog.add(task)
        if self._backlog.is_due:
            self._work_off()

    def _work_off(self) -> None:
        try:
            self._backlog.work_off()
        except StoreError as error:
            if self._added and not self._complained:
                self.trouble = str(error)
            raise
        self._complained = False

    def _put_latest(self) -> None:
        with self._lock:
            state, self._latest, self._timer = self._latest, None, None
            self._last_put = time.monotonic()
        if state is not None:
            self._thread.later(lambda: None if self._backlog else self._put(state))

    def _journal(self, state: Stored, data: Mapping[str, Any]) -> None:
        if state.session != self._sessions:
            return  # another session was taken up since; its states have these numbers too
        store, session = self._opened(), self._own_session()
        self._lead_on(state)
        info = store.journal(
            session,
            state.number,
            state.parent,
            data,
            label=state.label,
            failed=state.failed,
            created=state.created,
        )
        self._added[state.number] = info.added
        self._unnoted.discard(state.number)

    def _put(self, state: Stored) -> None:
        if state.snapshot.reruns or state.session != self._sessions:
            return  # another session was taken up; or what it rests on has gone: it lives in memory alone
        store, session, snapshot = self._opened(), self._own_session(), state.snapshot
        since = self._lead_on(state)
        info = store.put(
            session,
            state.number,
            state.parent,
            snapshot.state,
            meta_of(snapshot, since),
            label=state.label,
            failed=state.failed,
            created=state.created,
        )
        self._cell_logs[state.number] = snapshot.cell_log
        self._added[state.number] = self._added.get(state.number, 0) + info.added
        self._unnoted.discard(state.number)
        self._grown += info.added
        if self._current != state.number and self._current in self._added:
            store.move(session, self._current)  # this put came late; the session has gone on

    def _lead_on(self, state: Stored) -> CellLog | None:
        """The cell log of the nearest state before this one whose snapshot is stored; those after this one find it too."""
        since, base = None, state.parent
        while base is not None and since is None:
            since, base = self._cell_logs.get(base), self._parents.get(base)
        if since is not None:
            self._cell_logs.setdefault(state.number, since)
        return since

    def _all_stored(self) -> None:
        if self._notes is not None:
            self._notes.clear()
        if self._grown > GROWN and self._retention is not None:
            self._grown = 0
            keep = self._retention()
            self._guarded(lambda: self._opened().gc(keep))

    # What there is

    def where(self, number: int) -> OnDisk | None:
        """Where a state is stored; None if it is not (yet)."""
        if self.session is None or number not in self._added:
            return None
        if self._place is None or self._place.session != self.session:
            self._place = OnDisk(self.session)
        return self._place

    def added(self) -> Mapping[int, int]:
        """The bytes that storing each state took, of all that are to be stored."""
        return self._thread.now(lambda: dict(self._added))

    def load(self, place: OnDisk, number: int) -> Snapshot:
        """Read a state back.

        Raises:
            StoreError: it is not what was stored, or cannot be read; the message says which.
        """

        def loading() -> Snapshot:
            if place.session not in (self.session, self._loaded[0]):
                self._loaded = place.session, {}
            known = self._cell_logs if place.session == self.session else self._loaded[1]
            found = read_state(self._opened(), place.session, number, self._magics, known)
            known.update(found.cell_logs)
            return found.snapshot

        return self._thread.now(loading)

    def look_back(self) -> None:
        """Find out, soon, how the last session of this notebook ended; see `left`."""

        def looking() -> None:
            found = [info for info in self._opened().sessions() if info.notebook == self.notebook]
            if not found or found[-1].how not in ("died", "incomplete") or found[-1].id == self.session:
                return
            if any(info.id.number for info in self._opened().states(found[-1].id)):  # else no cell ran in it
                self.left = found[-1]

        if self.notebook is not None:
            self._thread.soon(looking)

    def sessions(self) -> list[SessionInfo]:
        """The sessions there are, the newest last. Raises StoreError."""
        return self._thread.now(lambda: list(self._opened().sessions()))

    def is_own(self, info: SessionInfo) -> bool:
        """Whether this kernel ran the session last, before or after it was restarted. A session it took up counts."""

        def comparing() -> bool:
            kernel = self._sessions_here().kernel
            return info.id in self._own or (info.notebook == self.notebook and info.kernel == kernel is not None)

        return self._thread.now(comparing)

    def names(self, info: SessionInfo) -> list[str]:
        """Names that the session's cells seem to define, the newest first: for the person alone. Raises StoreError."""
        from .left_behind import names_in

        return self._thread.now(lambda: names_in(sources(self._opened(), info.id, info.last or 0)))

    def claim(self, session: str) -> Claimed:
        """Take an ended session, for `adopt` or `disclaim`.

        Raises:
            StoreError: it cannot be had.
        """

        def claiming() -> Claimed:
            store = self._opened()
            info = store.claim(session)
            self._claimed = info.id
            try:
                return Claimed(store.states(info.id), info.last, store.lost(info.id))
            except StoreError:
                self._disclaim()
                raise

        return self._thread.now(claiming)

    def disclaim(self) -> None:
        """Give back what was claimed: this session goes on."""
        self._thread.now(self._disclaim)

    def _disclaim(self) -> None:
        claimed, self._claimed = self._claimed, None
        if claimed is not None:
            self._opened().disclaim(claimed)

    def adopt(self, states: list[StateInfo]) -> None:
        """Go on with the session that was claimed, whose states these are; the one until now ends.

        Raises:
            StoreError: it cannot be written to now; nothing has changed.
        """

        def adopting() -> None:
            claimed = self._claimed
            assert claimed is not None  # claim() comes first
            self._opened().resume(claimed)
            self._claimed = None
            self._sessions += 1
            self._leave()
            self._backlog.clear()
            self._unnoted.clear()
            self._own.add(claimed)
            self.session, self._notes = claimed, Notes(self._sessions_here(), claimed, self._log)
            self._named = any(info.names for info in states)
            self._added = {info.id.number: info.added for info in states}
            self._parents = {info.id.number: info.parent for info in states}
            self._cell_logs = self._loaded[1] if self._loaded[0] == claimed else {}
            self._loaded = "", {}

        self._thread.now(adopting)

    def _leave(self) -> None:
        """End the present session. What cannot be stored yet stays in its notes."""
        self._guarded(self._work_off)
        if self._notes is not None:
            self._notes.close()
        if self.session is None:
            return
        if not self._backlog:
            self._guarded(self._end)
        self._opened().leave(self.session, self._how())

    def _end(self) -> None:
        assert self.session is not None
        if self._unnoted:
            return
        if self._added.keys() <= {0} and not self._named:
            self._opened().forget(self.session)  # nothing ran in it
        else:
            self._opened().end(self.session)

    def _how(self) -> How:
        return "incomplete" if self._unnoted else "closed"

    def _sessions_here(self) -> RunningSessions:
        if self._running is None:
            self._running = self._find_sessions()
        return self._running

    def _opened(self) -> SnapshotStore:
        if self._store is None:
            self._store = self._open_store(self._sessions_here())
        return self._store

    def _own_session(self) -> str:
        if self.session is None:
            self.session = self._sessions_here().begin(self.notebook)
            self._own.add(self.session)
        return self.session

    def _in_this_session(self, call: Callable[[], object]) -> Callable[[], object]:
        which = self._sessions
        return lambda: call() if which == self._sessions else None

    def _guarded(self, call: Callable[[], object]) -> None:
        try:
            call()
        except StoreError as error:
            self._complain(error)
        except Exception:  # a defect of ours must not keep what comes next from being stored
            self._log.exception("States of this session may be missing on disk.")

    def _complain(self, error: StoreError) -> None:
        if not self._complained:
            self._complained = True
            self._log.warning("States are not kept on disk: %s", error)


def _data(run: Journaled | None) -> Mapping[str, Any] | None:
    return entry_data(run) if run is not None and run.can_run_again else None
