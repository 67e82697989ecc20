"""Keeps a state after each cell of a session, with names for some, in memory and in the store."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

from monty_kernel.engine.engine import Engine, Snapshot
from monty_kernel.engine.snapshot import Journaled

from ..store import StoreError
from .archive import Archive
from .earlier_sessions import EarlierSessions
from .name_room import NotNamed, check_room, share_in_memory
from .packing import Kept, Packed, Packer, packed_weight
from .stored_state import OnDisk, StateToStore
from .timeline import NoSuchState, State, Timeline

if TYPE_CHECKING:
    from ..store.records import SessionInfo

MOST_TOUCHED = 256
"""States that are remembered for front ends. Of the others they hear a little later."""


class KeptStates:
    """The states of the engine's session. For the sandbox thread, between two feeds.

    Args:
        engine: Runs the session.
        keep: Whether states are kept at all. Without, the engine keeps what it takes to survive interrupts and crashes.
        most: Bytes of memory that all states together may take. The oldest make room.
        archive: Where states are stored besides.
    """

    def __init__(
        self, engine: Engine, *, keep: bool = True, most: int = 1 << 29, archive: Archive | None = None
    ) -> None:
        self._engine = engine
        self._archive = archive
        self._keep = keep
        self._most = most
        self._packer = Packer(most, self._where_stored)
        self._timeline: Timeline[Kept] | None = None
        self._numbered = True
        self._here: Snapshot | None = None  # the present state's, as the engine has it
        self._sessions = 0  # as the engine counted them then
        self._names: list[str] = []  # for the state that the running cell will make
        self._refusals: list[str] = []  # why those names were refused
        self.cell_id: str | None = None
        """What the front end calls the cell that runs."""
        self.touched: deque[int] = deque(maxlen=MOST_TOUCHED)
        """Numbers of states that front ends have to be told of again."""
        if archive is not None:
            archive.earlier.look_back()

    @property
    def keeps(self) -> bool:
        """Whether states are kept, so that one can go back to them."""
        return self._keep

    @property
    def known(self) -> Timeline[Kept] | None:
        """The states there are so far; None before the first cell. From any thread."""
        return self._timeline

    def is_stored(self, number: int) -> bool:
        """Whether the disk has a state. From any thread."""
        return self._where_stored(number) is not None

    def read(self, state: State[Kept]) -> Snapshot:
        """What a state that only the disk has is restored from. From any thread. Raises StoreError."""
        assert self._archive is not None  # it gave the place
        assert isinstance(state.snapshot, OnDisk)
        return self._archive.load(state.snapshot, state.number)

    def note(self, state: State[Kept]) -> None:
        """Write down what front ends are told of a state and the store does not hold, soon. From any thread."""
        if self._archive is not None and self._timeline is not None:
            self._archive.earlier.notes.add(state, self._timeline)

    @property
    def session(self) -> str | None:
        """The id of the session in the store; None if it is not there, or not yet. From any thread."""
        return None if self._archive is None else self._archive.session

    @property
    def last_session(self) -> tuple[SessionInfo, bool, int | None] | None:
        """The last session of this notebook, as long as it can be taken up, whether this kernel ran it, and how many
        variables it has, if that is known.

        None as long as the store has not answered. From any thread.
        """
        earlier = None if self._archive is None else self._archive.earlier
        last = None if earlier is None else earlier.last
        return None if earlier is None or last is None else (last, earlier.seems_own(last), earlier.last_variables)

    @property
    def timeline(self) -> Timeline[Kept]:
        """The states there are.

        Raises:
            NoSuchState: States are not kept, or the session could not be started.
        """
        if not self._keep:
            raise NoSuchState("States are not kept here: the kernel was started with --MontyKernel.snapshots=off.")
        if self._timeline is None:
            snapshot = self._engine.snapshot
            if snapshot is None:
                raise NoSuchState("There is no session yet, so there are no states.")
            self._timeline = Timeline(snapshot, len(snapshot.state))
            if self._archive is not None:
                self._archive.earlier.notes.begin(self._timeline)
            self._here, self._sessions = snapshot, self._engine.sessions
            self._store(self._timeline[0], snapshot, None)
        return self._timeline

    def begin(self, number: int) -> None:
        """A cell starts: make sure that there is a state before it.

        number: 0 for a cell outside the history, as nbval sends them. In such cells %undo counts other such cells too.
        """
        self._numbered = number > 0
        if self._keep:
            self.timeline  # noqa: B018 - its root is the present state
            if self._sessions != self._engine.sessions:
                self.record(0, "(a new session, since nothing could be restored)", False)
            self._fell_back()

    def foresee(self, number: int, label: str, failed: bool) -> None:
        """Between a cell's end and its reply: make sure that no kill takes the cell away once its outcome is known.

        label: The cell's first line.
        """
        if self._archive is None or number <= 0:
            return
        run, parent = self._engine.last_run, self.timeline.current
        if self._engine.unsaved:
            if run is None:
                return  # its worker was lost, with everything that it did
            if not self._names and parent >= 0 and self._archive.foresee(number, parent, label, failed, run):
                return
            self._engine.save()
        self.record(number, label, failed)

    def record(self, number: int, label: str, failed: bool, source: str | None = None) -> None:
        """Add the state after a cell, if the cell made one: not if it only travelled or lost its worker.

        source: The cell's, if it is outside the history.
        """
        if not self._keep:
            return
        timeline, snapshot = self.timeline, self._engine.snapshot
        names, self._names = self._names, []
        here = self._here
        if snapshot is None or (here and snapshot.state is here.state and len(snapshot.reruns) <= len(here.reruns)):
            self._fell_back()
            return
        self._here = snapshot
        left = timeline[timeline.current]
        state = timeline.record(number, label, failed, snapshot, len(snapshot.state))
        state.source, state.cell_id = source, self.cell_id
        if self.cell_id is not None:
            self.note(state)
        run = self._engine.last_run if self._sessions == self._engine.sessions else None
        self._sessions = self._engine.sessions
        self._store(state, snapshot, run)
        self._packer.left(left, timeline)
        for name in names:
            try:
                self._require_room(name, snapshot)
            except NotNamed as error:
                self._refusals.append(f"{error} It was meant for the state {state.place}.")
            else:
                self._name(name)

    def overlook(self) -> None:
        """Add no state after a cell: its effects belong to the present one."""
        snapshot, here = self._engine.snapshot, self._here
        self._names = []
        if self._keep and snapshot is not None and here is not None and self._sessions == self._engine.sessions:
            self._fell_back()
            self._here = snapshot

    def _fell_back(self) -> None:
        """Be where the engine is: when a worker dies, it may come back only to an earlier state."""
        snapshot, here = self._engine.snapshot, self._here
        if snapshot is None or here is None or len(snapshot.reruns) >= len(here.reruns):
            return
        for state in self.timeline.way_back():
            kept = state.snapshot.snapshot if isinstance(state.snapshot, Packed) else state.snapshot
            if not isinstance(kept, Snapshot) or kept.cell_log is not snapshot.cell_log:
                continue
            if kept.reruns == snapshot.reruns[: len(kept.reruns)]:
                if kept.written is not None:
                    self._engine.access.thaw(kept.written)
                self._here = snapshot
                self._move_to(state)
                return

    def _move_to(self, state: State[Kept]) -> None:
        self.timeline.go(state)
        if self._archive is not None and state.number >= 0:
            self._archive.move(state.number)

    def _store(self, state: State[Kept], snapshot: Snapshot, run: Journaled | None) -> None:
        if self._archive is None or state.number < 0:
            return
        parent = state.parent
        direct = parent is None or parent >= 0
        while parent is not None and parent < 0:
            parent = self.timeline[parent].parent
        # cells outside the history are in no journal, so that only a snapshot brings their effects back
        stored = StateToStore(state.number, parent, state.label, state.failed, snapshot, created=state.created)
        self._archive.keep(stored, run if direct else None)

    def _where_stored(self, number: int) -> OnDisk | None:
        return None if self._archive is None else self._archive.where(number)

    def _name(self, name: str, number: int | None = None) -> State[Kept]:
        state = self.timeline.name(name, number)
        self.touched.append(state.number)
        if self._archive is not None and state.number >= 0:
            self._archive.name(state.number, name)
        return state

    def name(self, name: str) -> str:
        """Name the present state, or the one that the running cell will leave; a one-line report. Raises NotNamed."""
        if self._engine.unsaved:
            self._require_room(name, None)
            self._names.append(name)
            return f"The state after this cell will be named {name}."
        self._require_room(name, self.timeline[self.timeline.current].snapshot)
        return f"The state {self._name(name).place} is now named {name}."

    def name_state(self, number: int, name: str) -> str:
        """Name any state; a report in one line. Raises NoSuchState, NotNamed."""
        kept = self.timeline[number].snapshot
        if kept is None:
            raise NotNamed(f"The state {self.timeline[number].place} has been dropped: a name would not bring it back.")
        self._require_room(name, kept)
        return f"The state {self._name(name, number).place} is now named {name}."

    def delete(self, number: int) -> str:
        """Drop what a state is restored from, to save space; a report in one line. Raises NoSuchState."""
        state = self.timeline[number]
        if number in (0, self.timeline.current):
            raise NoSuchState(f"The state {state.place} is not deleted: the start and the present state always stay.")
        if state.names:
            raise NoSuchState(f"The state {state.place} is not deleted: it is named {', '.join(sorted(state.names))}.")
        if state.snapshot is not None and self._archive is not None and number > 0:
            self._archive.drop(number)
        state.snapshot = None
        self.touched.append(number)
        return f"The state {state.place} is deleted."

    def unname(self, name: str) -> str:
        """Take a name away; a report in one line. Raises NoSuchState."""
        state = self.timeline.unname(name)
        if state is None:
            self._names = [other for other in self._names if other != name]
            self.timeline.find(name)  # raises, with the names there are
            return f"No state is named {name}."
        self.touched.append(state.number)
        if self._archive is not None and state.number >= 0:
            self._archive.unname(state.number, name)
        return f"The state {state.place} is no longer named {name}, and can be dropped like any other."

    def _require_room(self, name: str, kept: Kept | None) -> None:
        """Make sure that a state may be named. kept: The state; None if it is yet to be made. Raises NotNamed."""
        in_memory = [
            state.snapshot
            for state in self.timeline.named()
            if state.names != {name} and self._where_stored(state.number) is None
        ]
        shares = [share_in_memory(sum(map(packed_weight, in_memory)), self._most)]
        if self._archive is not None:
            with suppress(StoreError):  # nothing can be stored now; the limit in memory holds all the same
                shares += self._archive.shares(without=name)
        check_room(name, {*self.timeline.names, *self._names}, packed_weight(kept), shares)

    def notice(self) -> str | None:
        """What the person should be told, once, about names, the disk, or the last session of this notebook."""
        if self._refusals:
            refusals, self._refusals = self._refusals, []
            return "\n".join(refusals)
        archive = self._archive
        if archive is None:
            return None
        if archive.trouble is not None:
            trouble, archive.trouble = archive.trouble, None
            return f"The last states are in memory only, and lost if this kernel is killed: {trouble}."
        return archive.earlier.notice()

    def hint(self, message: str) -> str | None:
        """What to say of a NameError with this message, if the last session of this notebook had the name."""
        return None if self._archive is None else self._archive.earlier.hint(message)

    def secure(self) -> bool:
        """Between two cells, when nobody waits: make sure that no cell has to run again; whether that took a dump."""
        if self._here is None or not self._here.reruns or not self._engine.is_usable:
            return False
        snapshot = self._engine.take_snapshot()
        if snapshot is None:
            return False
        state = self.timeline[self.timeline.current]
        self._here = state.snapshot = snapshot
        if self._archive is not None:
            self._archive.keep_snapshot(state.number, snapshot)
        return True

    def close(self) -> None:
        """Store what is still to be stored, and end the threads. Idempotent."""
        self._packer.close()
        if self._archive is not None:
            self._archive.close()

    def added(self) -> Mapping[int, int] | None:
        """The bytes that storing each state added to the store, by number; None if states are not stored."""
        return None if self._archive is None else self._archive.added()

    @property
    def earlier(self) -> EarlierSessions:
        """The sessions in the store. Raises NoSuchState if sessions are not stored."""
        return self._require_archive().earlier

    def _require_archive(self) -> Archive:
        if self._archive is None:
            raise NoSuchState("Sessions are not kept here: start the kernel with --MontyKernel.snapshots=disk.")
        return self._archive
