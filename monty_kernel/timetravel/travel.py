"""Takes a session back and forth between its states, and says in one line what that changed."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pydantic_monty as monty

from monty_kernel.engine import prelude
from monty_kernel.engine.access import Written
from monty_kernel.engine.engine import Engine, Snapshot
from monty_kernel.engine.recorder import Diverged
from monty_kernel.engine.snapshot import Journaled

from ..store.errors import StoreError
from ..store.naming import NotNamed, check_room, share_in_memory
from .archive import Archive, Claimed, OnDisk, Stored
from .differences import Difference, Survey, compare
from .heap import give_back
from .packing import Kept, Packed, make_room, pack, packed_weight
from .timeline import NoSuchState, State, Timeline

LOOSE = 4 << 20
"""Bytes of dumps that may lie about before they are packed, which takes 10 ms: to pack each at once would cost the next cell its core."""

_TRIED = 50
"""States that are tried before a session is given up whose last one cannot be had."""


class TimeTravel:
    """The states of the engine's session. For the sandbox thread, between two feeds.

    keep: whether states are kept at all; without, only what interrupts and crashes need is, and that by the engine.
    most: bytes of memory that all states together may take; the oldest make room. archive: where they are stored besides.
    """

    def __init__(
        self, engine: Engine, *, keep: bool = True, most: int = 1 << 29, archive: Archive | None = None
    ) -> None:
        self._engine = engine
        self._archive = archive
        self._loose: list[State[Kept]] = []  # states whose snapshots are not packed yet
        self._loosely = 0  # what they weigh
        self._held: dict[int, State[Kept]] = {}  # states that were left and are in memory, the packer's
        self._keep = keep
        self._most = most
        self._packer = ThreadPoolExecutor(1, thread_name_prefix="packer")
        self._timeline: Timeline[Kept] | None = None
        self._numbered = True
        self._here: Snapshot | None = None  # the present state's, as the engine has it
        self._sessions = 0  # as the engine counted them then
        self._names: list[str] = []  # for the state that the running cell will make
        self._untold: list[str] = []  # why states were not named that were to be
        if archive is not None:
            archive.look_back()

    @property
    def timeline(self) -> Timeline[Kept]:
        """The states there are.

        Raises:
            NoSuchState: states are not kept, or the session could not be started.
        """
        if not self._keep:
            raise NoSuchState("States are not kept here: the kernel was started with --MontyKernel.snapshots=off.")
        if self._timeline is None:
            snapshot = self._engine.snapshot
            if snapshot is None:
                raise NoSuchState("There is no session yet, so there are no states.")
            self._timeline = Timeline(snapshot, len(snapshot.state))
            self._here, self._sessions = snapshot, self._engine.sessions
            self._store(self._timeline[0], snapshot, None)
        return self._timeline

    def begin(self, number: int) -> None:
        """A cell starts: see to it that there is a state before it. number: 0 for one outside the history.

        Such a cell, as nbval sends them, counts its own kind too when it goes back and forth.
        """
        self._numbered = number > 0
        if self._keep:
            self.timeline  # noqa: B018 - its root is the present state
            if self._sessions != self._engine.sessions:
                self.record(0, "(a new session, since nothing could be restored)", False)
            self._fell_back()

    def foresee(self, number: int, label: str, failed: bool) -> None:
        """Between a cell's end and its reply: see to it that no kill takes the cell away once its outcome is known.

        label: the cell's first line.
        """
        if self._archive is None or number <= 0:
            return
        run, parent = self._engine.last_run, self.timeline.current
        if self._engine.unsaved:
            if run is None:
                return  # its worker was lost, and with it all it did
            if not self._names and parent >= 0 and self._archive.foresee(number, parent, label, failed, run):
                return
            self._engine.save()
        self.record(number, label, failed)

    def record(self, number: int, label: str, failed: bool) -> None:
        """Add the state after a cell, if the cell made one: not if it only travelled or lost its worker."""
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
        run = self._engine.last_run if self._sessions == self._engine.sessions else None
        self._sessions = self._engine.sessions
        self._store(state, snapshot, run)
        self._pack(left)
        for name in names:
            try:
                self._require_room(name, snapshot)
            except NotNamed as error:
                self._untold.append(f"{error} That was to be the state {_where(state)}.")
            else:
                self._name(name)

    def overlook(self) -> None:
        """Add no state after a cell: whatever it left belongs to the present one."""
        snapshot, here = self._engine.snapshot, self._here
        self._names = []
        if self._keep and snapshot is not None and here is not None and self._sessions == self._engine.sessions:
            self._fell_back()
            self._here = snapshot

    def _fell_back(self) -> None:
        """Be where the engine is: after a worker's death it may have come only as far as to an earlier state."""
        snapshot, here = self._engine.snapshot, self._here
        if snapshot is None or here is None or len(snapshot.reruns) >= len(here.reruns):
            return
        number: int | None = self.timeline.current
        while number is not None:
            state = self.timeline[number]
            kept = state.snapshot.snapshot if isinstance(state.snapshot, Packed) else state.snapshot
            if not isinstance(kept, Snapshot) or kept.cell_log is not snapshot.cell_log:
                pass
            elif kept.reruns == snapshot.reruns[: len(kept.reruns)]:
                break
            number = state.parent
        else:
            return
        if kept.written is not None:
            self._engine.access.thaw(kept.written)
        self._here = snapshot
        self.timeline.go(state)
        if self._archive is not None and number >= 0:
            self._archive.move(number)

    def _store(self, state: State[Kept], snapshot: Snapshot, run: Journaled | None) -> None:
        if self._archive is None or state.number < 0:
            return
        parent = state.parent
        direct = parent is None or parent >= 0
        while parent is not None and parent < 0:
            parent = self.timeline[parent].parent
        # what ran outside the history is in no journal: then only a snapshot will do
        stored = Stored(state.number, parent, state.label, state.failed, snapshot, created=state.created)
        self._archive.keep(stored, run if direct else None)

    def _name(self, name: str) -> State[Kept]:
        state = self.timeline.name(name)
        if self._archive is not None and state.number >= 0:
            self._archive.name(state.number, name)
        return state

    def name(self, name: str) -> str:
        """Name the present state, or the one that the running cell will leave; what was done."""
        timeline = self.timeline
        if self._engine.unsaved:
            self._require_room(name, None)
            self._names.append(name)
            return f"The state after this cell will be named {name}."
        self._require_room(name, timeline[timeline.current].snapshot)
        state = self._name(name)
        return f"The state {_where(state)} is now named {name}."

    def unname(self, name: str) -> str:
        """Take a name away; what was done."""
        state = self.timeline.unname(name)
        if state is None:
            self._names = [each for each in self._names if each != name]
            self.timeline.find(name)  # says which names there are
            return f"No state is named {name}."
        if self._archive is not None and state.number >= 0:
            self._archive.unname(state.number, name)
        return f"The state {_where(state)} is not named {name} any more, and makes room like any other."

    def _require_room(self, name: str, kept: Kept | None) -> None:
        """See to it that a state may be named. kept: the state; None if it is yet to be made.

        Raises:
            NotNamed: named states would take too much.
        """
        timeline, archive = self.timeline, self._archive
        in_memory = [
            state
            for state in timeline.named()
            if state.names != {name} and (archive is None or archive.where(state.number) is None)
        ]
        shares = [share_in_memory(sum(packed_weight(state.snapshot) for state in in_memory), self._most)]
        if archive is not None:
            with suppress(StoreError):  # nothing can be stored now: what is in memory is limited all the same
                shares += archive.named(without=name)
        check_room(name, {*timeline.names, *self._names}, packed_weight(kept), shares)

    def notice(self) -> str | None:
        """What the person is to be told, once, of the last session of this notebook, or of the disk."""
        if self._untold:
            untold, self._untold = self._untold, []
            return "\n".join(untold)
        if self._archive is None:
            return None
        if self._archive.trouble is not None:
            trouble, self._archive.trouble = self._archive.trouble, None
            return f"The last states are in memory only, and lost if this kernel is killed: {trouble}."
        if self._archive.left is None:
            return None
        left, self._archive.left = self._archive.left, None
        how = "died" if left.how == "died" else "ended before its last cells could be stored"
        return f"The last session of this notebook {how}. %resume goes on where it stopped ({left.id})."

    def undo(self, cells: int) -> str:
        """Go back before the last `cells` cells; what that changed."""
        return self._go(self.timeline.back(cells, numbered=self._numbered))

    def redo(self, cells: int) -> str:
        """Go forward again; what that changed."""
        return self._go(self.timeline.forward(cells, numbered=self._numbered))

    def restore(self, text: str) -> str:
        """Go to the state of this number or name; what that changed."""
        return self._go(self.timeline.find(text))

    def _go(self, state: State[Kept]) -> str:
        self._settled()
        self.secure()
        before, left, files = self._survey(), self.timeline[self.timeline.current], self._engine.access.freeze()
        emptied = self._load(state)
        self.timeline.go(state)
        if self._archive is not None and state.number >= 0:
            self._archive.move(state.number)
        if left is not state:
            self._pack(left)
        said = compare(before, self._survey()).in_one_line()
        return f"The session is as it was {_where(state)}: {said}{self._of_files(files, emptied)}."

    def _settled(self) -> None:
        if self._engine.unsaved:
            raise NoSuchState(
                "What this cell did before is in no state yet: put the line first, or in a cell of its own."
            )

    def secure(self) -> None:
        """Between two cells, when nobody waits: see to it that no cell has to be run again to come back to the present state."""
        if self._here is None or not self._here.reruns or not self._engine.is_usable:
            return
        self._engine.take_snapshot()
        snapshot = self._engine.snapshot
        if snapshot is not None and not snapshot.reruns:
            self._here = self.timeline[self.timeline.current].snapshot = snapshot

    def diff(self, first: str, second: str | None) -> Difference:
        """How the state `second`, by default the present one, differs from `first`. The session stays where it is."""
        self._settled()
        self.secure()
        here = self._engine.snapshot
        older = self.timeline.find(first)
        newer = self.timeline.find(second) if second is not None else None
        assert here is not None
        try:
            after = self._survey() if newer is None else self._survey_of(newer)
            return compare(self._survey_of(older), after)
        finally:
            self._engine.load(here)
            self._here = here

    def _survey_of(self, state: State[Kept]) -> Survey | None:
        self._load(state)
        self._pack(state)
        return self._survey()

    def _of_files(self, before: Written, emptied: bool) -> str:
        """What became of overlays since they were as before."""
        now = self._engine.access.freeze()
        if emptied:
            return "; overlays of mounted folders begin empty, since the disk does not keep them" if now.layers else ""
        changed = [
            str(place) for (place, host), layer in now.layers.items() if before.layers.get((place, host)) is not layer
        ]
        return f"; changed in the overlay: {', '.join(changed)}" if changed else ""

    def _load(self, state: State[Kept]) -> bool:
        """Make the session what it was in this state; where that fails it stays what it is.

        Whether it came from the disk, which keeps nothing that was written to overlays.

        Raises:
            NoSuchState: the state cannot be had; the message says why.
        """
        kept, here = state.snapshot, self._engine.snapshot
        if kept is None:
            raise NoSuchState(f"The state {_where(state)} has been dropped to save space.")
        stored = isinstance(kept, OnDisk)
        try:
            if isinstance(kept, Packed):
                kept = kept.unpack()
            elif isinstance(kept, OnDisk):
                assert self._archive is not None  # it gave the place
                kept = self._archive.load(kept, state.number)
        except StoreError as error:
            raise NoSuchState(f"The state {_where(state)} cannot be read: {error}.") from None
        try:
            self._engine.load(kept)
        except BaseException as error:
            if here is not None:
                self._engine.load(here)
            if isinstance(error, Diverged):
                label = kept.reruns[error.done].cell.source.label
                raise NoSuchState(
                    f"The state {_where(state)} cannot be made again: {label} now ran otherwise: {error}."
                ) from None
            if isinstance(error, (monty.MontyError, RuntimeError)):
                memory = "memory limit" in str(error)
                why = "it needs more memory than max_memory or %limits allow" if memory else str(error)
                raise NoSuchState(f"The state {_where(state)} cannot be loaded: {why}.") from error
            raise
        self._here = state.snapshot = kept
        return stored

    def _pack(self, left: State[Kept]) -> None:
        self._loose.append(left)
        self._loosely += left.size
        if self._loosely < LOOSE:
            return
        loose, self._loose, self._loosely, timeline = self._loose, [], 0, self.timeline

        def packing() -> None:
            for state in loose:
                self._held.pop(state.number, None)  # it comes last: the others were left longer ago
                self._held[state.number] = state
                kept = state.snapshot
                if isinstance(kept, Snapshot) and state.number != timeline.current:
                    packed = pack(kept)
                    if state.snapshot is kept:
                        state.snapshot = packed
            where = self._archive.where if self._archive is not None else lambda number: None
            here = timeline[timeline.current]
            make_room(self._held.values(), (here.number, here.parent), self._most, where)
            gone = [
                number for number, state in self._held.items() if not isinstance(state.snapshot, (Snapshot, Packed))
            ]
            for number in gone:
                del self._held[number]

        self._packer.submit(packing)
        self._packer.submit(give_back)

    def close(self) -> None:
        """Let go of everything. Idempotent."""
        self._packer.shutdown(wait=False, cancel_futures=True)
        if self._archive is not None:
            self._archive.close()

    def added(self) -> Mapping[int, int] | None:
        """What storing each state added to the store, in bytes, by number; None if states are not stored."""
        return None if self._archive is None else self._archive.added()

    # Earlier sessions

    @property
    def archive(self) -> Archive:
        """Where sessions are stored.

        Raises:
            NoSuchState: they are not.
        """
        if self._archive is None:
            raise NoSuchState(
                "Sessions are not kept here: the kernel was not started with --MontyKernel.snapshots=disk."
            )
        return self._archive

    def resume(self, session: str) -> tuple[str, int]:
        """Go on where an earlier session stopped: what that changed, and the highest number of its cells.

        Raises:
            NoSuchState: it cannot be taken up; the present session goes on.
        """
        self._settled()
        self.secure()
        archive = self.archive
        try:
            claimed = archive.claim(session)
        except StoreError as error:
            raise NoSuchState(f"{error}.") from None
        try:
            return self._resume(archive, session, claimed)
        except BaseException:
            archive.disclaim()
            raise

    def _resume(self, archive: Archive, session: str, claimed: Claimed) -> tuple[str, int]:
        infos, current, place = claimed.states, claimed.last, OnDisk(session)
        states: list[State[Kept]] = []
        for info in infos:
            kept = None if info.kind == "dropped" else place
            state: State[Kept] = State(info.id.number, info.parent, info.label, info.failed, kept, info.size)
            state.created, state.names = info.created, frozenset(info.names)
            states.append(state)
        last = max((state.number for state in states), default=0)
        timeline = Timeline.of(states, last if current is None else current)
        before, here, files = self._survey(), self._engine.snapshot, self._engine.access.freeze()
        state, trouble = self._load_nearest(timeline, timeline[timeline.current])
        try:
            archive.adopt(infos)
        except StoreError as error:
            if here is not None:
                self._engine.load(here)
                self._here = here
            raise NoSuchState(f"{error}.") from None
        self._timeline = timeline
        self._loose = [each for each in states if isinstance(each.snapshot, Snapshot)]
        self._loosely = sum(each.size for each in self._loose)
        self._packer.submit(self._held.clear)
        if trouble:
            timeline.go(state)
            archive.move(state.number)
        said = compare(before, self._survey()).in_one_line()
        if claimed.lost:
            trouble = f"{claimed.lost} of its last cells could not be stored and are lost. {trouble}"
        return f"{trouble}The session {session} goes on {_where(state)}: {said}{self._of_files(files, True)}.", last

    def _load_nearest(self, timeline: Timeline[Kept], state: State[Kept]) -> tuple[State[Kept], str]:
        """Load a state, or the nearest before it that can be had; which, and what was in the way."""
        trouble: NoSuchState | None = None
        for _ in range(_TRIED):
            try:
                self._load(state)
                return state, f"{trouble} " if trouble else ""
            except NoSuchState as error:
                trouble = trouble or error
                if (
                    state.parent is None or error.__cause__ is not None
                ):  # one that is too large: those before it may be, too
                    break
                state = timeline[state.parent]
        assert trouble is not None
        raise trouble

    def _survey(self) -> Survey | None:
        parts = {part: prelude.source(part) for part in (prelude.VARIABLES, prelude.SURVEY)}
        found = self._engine.session.evaluate("__mk_survey(locals())", parts)
        return found if isinstance(found, dict) else None


def _where(state: State[Kept]) -> str:
    if state.number < 0:
        return f"after the cell {state.label!r}"
    return f"after In[{state.number}]" if state.number else "at the start"
