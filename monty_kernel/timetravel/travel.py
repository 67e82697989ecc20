"""Takes a session back and forth between its states, and says in one line what that changed."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

import pydantic_monty as monty

from monty_kernel.engine.snapshot import Diverged
from monty_kernel.engine.written import Layer

from ..store import StoreError
from .archive import Archive
from .differences import LARGE, Difference, Survey, changes, compare, survey
from .earlier_sessions import Claimed
from .file_differences import FileDifference, compare_files
from .kept_states import KeptStates
from .packing import Kept, Packed
from .stored_state import OnDisk
from .timeline import NoSuchState, State, Timeline

if TYPE_CHECKING:
    from .journey import Journey

_TRIED = 50
"""States that are tried before a session is given up whose last one cannot be loaded."""


class TimeTravel(KeptStates):
    """The way between the states of the engine's session. For the sandbox thread, between two feeds."""

    def undo(self, cells: int, magics: Collection[str] = ()) -> str:
        """Go back before the last `cells` cells that changed something; a report in one line. Raises NoSuchState.

        magics: The names of the line magics that only look.
        """
        return self._travel(lambda way: self.timeline.back(cells, numbered=self._numbered, looks=way.looks), magics)

    def redo(self, cells: int, magics: Collection[str] = ()) -> str:
        """Go forward again, over `cells` cells that changed something; a report in one line. Raises NoSuchState.

        magics: The names of the line magics that only look: a cell that only looks begins no branch.
        """
        go = self._travel
        return go(
            lambda way: self.timeline.forward(cells, numbered=self._numbered, looks=way.looks), magics, back=False
        )

    def restore(self, text: str) -> str:
        """Go to the state with this number or name; a report in one line. Raises NoSuchState."""
        return self._go_to(self.timeline.find(text))

    def restore_state(self, number: int) -> str:
        """Go to the state with this number; a report in one line. Raises NoSuchState."""
        return self._go_to(self.timeline[number])

    def _go_to(self, state: State[Kept]) -> str:
        quick = max(state.size, self.timeline[self.timeline.current].size) > LARGE
        return self._travel(lambda way: state, quick=quick)

    def _travel(
        self,
        choose: Callable[[Journey], State[Kept]],
        magics: Collection[str] = (),
        *,
        back: bool = True,
        quick: bool = False,
    ) -> str:
        self.timeline  # noqa: B018 - raises if states are not kept
        self._require_state()
        self.secure()
        here, left = self._engine.snapshot, self.timeline[self.timeline.current]
        from .journey import Journey  # few sessions are undone

        way = Journey(self._engine, self.timeline, self._load, magics, quick=quick)
        before, files = way.survey(left), self._engine.access.freeze()
        try:
            state = choose(way)
            emptied = way.arrive(state)
        except BaseException:
            if way.has_moved and here is not None:
                self._engine.load(here)
                self._here = here
            raise
        finally:
            for visited in {each.number: each for each in (left, *way.visited)}.values():
                self._packer.left(visited, self.timeline)
        self._move_to(state)
        report = changes(self._engine, before, way.survey(state), files, emptied=emptied, quick=quick)
        return f"The session is as it was {state.place}: {way.explain(report)}.{way.said_of_passed() if back else ''}"

    def _require_state(self) -> None:
        if self._engine.unsaved:
            raise NoSuchState("No state has what this cell did so far: put this line first, or into a cell of its own.")

    def diff(self, first: str, second: str | None) -> tuple[Difference, list[FileDifference]]:
        """How the state `second`, by default the present one, differs from `first`. The session stays where it is.

        Returns:
            How the variables and the environment differ, and how the files of the working folder do.

        Raises:
            NoSuchState: One of them cannot be loaded.
        """
        self._require_state()
        self.secure()
        here = self._engine.snapshot
        older = self.timeline.find(first)
        newer = self.timeline.find(second) if second is not None else None
        assert here is not None
        try:
            after, files_after = self._seen(newer)
            before, files_before = self._seen(older)
            return compare(before, after), compare_files(files_before, files_after)
        finally:
            self._engine.load(here)
            self._here = here

    def _seen(self, state: State[Kept] | None) -> tuple[Survey | None, Layer]:
        """The variables and the files of a state; None stands for the present one."""
        if state is not None:
            self._load(state)
            self._packer.left(state, self.timeline)
        return survey(self._engine), self._engine.access.freeze().work

    def _load(self, state: State[Kept]) -> bool:
        """Make the session what it was in this state. If that fails it stays as it is.

        Returns:
            Whether the state came from the disk, which keeps nothing that was written to overlays.

        Raises:
            NoSuchState: The state cannot be loaded. The message says why.
        """
        kept, here = state.snapshot, self._engine.snapshot
        if kept is None:
            raise NoSuchState(f"The state {state.place} has been dropped to save space, or deleted.")
        stored = isinstance(kept, OnDisk)
        try:
            if isinstance(kept, Packed):
                kept = kept.unpack()
            elif isinstance(kept, OnDisk):
                assert self._archive is not None  # it gave the place
                kept = self._archive.load(kept, state.number)
        except StoreError as error:
            raise NoSuchState(f"The state {state.place} cannot be read: {error}.") from None
        try:
            self._engine.load(kept)
        except BaseException as error:
            if here is not None:
                self._engine.load(here)
            if isinstance(error, Diverged):
                label = kept.reruns[error.done].cell.source.label
                why = f"{label} ran differently this time: {error}"
                raise NoSuchState(f"The state {state.place} cannot be restored: {why}.") from None
            if isinstance(error, (monty.MontyError, RuntimeError)):
                memory = "memory limit" in str(error)
                why = "it needs more memory than max_memory or %limits allow" if memory else str(error)
                raise NoSuchState(f"The state {state.place} cannot be loaded: {why}.") from error
            raise
        self._here = state.snapshot = kept
        return stored

    def resume(self, session: str) -> tuple[str, int]:
        """Continue where an earlier session stopped.

        Returns:
            A report in one line, and the highest number of the session's cells.

        Raises:
            NoSuchState: It cannot be taken up. The present session goes on.
        """
        self._require_state()
        self.secure()
        archive = self._require_archive()
        claimed = archive.earlier.claim(session)
        try:
            return self._resume(archive, session, claimed)
        except BaseException:
            archive.earlier.disclaim()
            raise

    def _resume(self, archive: Archive, session: str, claimed: Claimed) -> tuple[str, int]:
        timeline: Timeline[Kept] = claimed.timeline(OnDisk(session))
        quick = max(each.size for each in (self.timeline[self.timeline.current], timeline[timeline.current])) > LARGE
        before, here, files = survey(self._engine, quick=quick), self._engine.snapshot, self._engine.access.freeze()
        state, trouble = self._load_nearest(timeline, timeline[timeline.current])
        try:
            archive.adopt(claimed.states)
        except StoreError as error:
            if here is not None:
                self._engine.load(here)
                self._here = here
            raise NoSuchState(f"{error}.") from None
        archive.earlier.notes.fill(session, timeline)
        self._timeline = timeline
        archive.earlier.notes.begin(timeline)
        self._packer.start_over(timeline)
        if trouble:
            self._move_to(state)
        changed = changes(self._engine, before, survey(self._engine, quick=quick), files, emptied=True, quick=quick)
        if claimed.lost:
            trouble = f"{claimed.lost} of its last cells could not be stored and are lost. {trouble}"
        return f"{trouble}The session {session} continues {state.place}: {changed}.", max(s.number for s in timeline)

    def _load_nearest(self, timeline: Timeline[Kept], state: State[Kept]) -> tuple[State[Kept], str]:
        """Load a state, or the nearest before it that can be loaded; which one, and why not the first."""
        trouble: NoSuchState | None = None
        for _ in range(_TRIED):
            try:
                self._load(state)
                return state, f"{trouble} " if trouble else ""
            except NoSuchState as error:
                trouble = trouble or error
                if state.parent is None or error.__cause__ is not None:
                    break  # a state that is too large has a cause; those before it may be too large as well
                state = timeline[state.parent]
        assert trouble is not None
        raise trouble
