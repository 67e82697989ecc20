"""What is remembered of a session between cells, and how it comes back from that, whatever killed its worker."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import pydantic_monty as monty

from .access import Written
from .limits import Limits, SessionLimits, show_size
from .recorder import Diverged
from .sandbox import FeedError, WorkerLost
from .session import Session
from .snapshot import Journaled, Snapshot

_DIED = "The sandbox worker had died"
_TOO_LARGE = "Saving the session would have taken more than max_memory, and its worker was ended"
_NOT_YET_TIGHT = " Until it can be saved, %limits does not hold for memory and recursion."
_ALLOCATION = "[0] * 1000\nNone"


class Recovery:
    """The last snapshot of a session and the cells since, which together make the session again. For the sandbox thread.

    snapshot: None before there is one. sessions: how many were started: one more after `%reset`, and where nothing could be restored.
    """

    def __init__(self, session: Session, limits: SessionLimits) -> None:
        self.snapshot: Snapshot | None = None
        self.sessions = 0
        self._session = session
        self._sandbox = session.sandbox
        self._limits = limits
        self._journal: list[Journaled] = []  # the cells since the snapshot
        self._written = Written()  # as it was before the running cell, or after the last
        self._started = False
        self._announced = False  # whether the person was told, by the cell's failure, that the session is restored
        self._died = _DIED  # why the session has to be restored
        self._notice: str | None = None  # what the person is yet to be told of a restored session

    @property
    def is_usable(self) -> bool:
        """Whether there is a session, with a worker that lives."""
        return self._started and self._sandbox.is_alive()

    def start(self) -> None:
        """Start the worker and a new, empty session."""
        self._sandbox.start()
        self.snapshot, self._journal, self._announced = None, [], False
        self._sandbox.access.thaw(Written())
        self._session.begin()
        self._started = True
        self.sessions += 1
        self.take_snapshot()

    def end(self) -> None:
        """Give the worker back. Idempotent."""
        self._started = False
        self._sandbox.release()

    # Around each cell

    def before_cell(self) -> None:
        """A cell is about to run: restore the session if its worker is gone.

        Raises:
            KeyboardInterrupt: the person did not want to wait for that.
        """
        if not self.is_usable:
            self._notice = self._restore()
        self._written = self._sandbox.access.freeze()

    def after_cell(self, ran: Journaled | None) -> None:
        """It ran; None: and did nothing to the session."""
        self._written = self._sandbox.access.freeze()
        if ran is not None:
            self._journal.append(ran)

    def lost(self) -> None:
        """It took the worker with it, and its failure tells the person."""
        self._sandbox.release()
        self._announced = True

    def recover(self) -> str | None:
        """Make the session usable if its worker is gone, by loading the last snapshot; what the person is to be told."""
        if not self.is_usable:
            self._notice = self._restore()
        notice, self._notice = self._notice, None
        return notice

    def settle(self, *, dump: bool) -> bool:
        """Between two cells: remember the session as it is now, or restore it if its worker is gone; whether it was dumped.

        dump: whether a dump may be taken; without one, the session is remembered by what ran since the last, if it can be.
        """
        dumped = False
        if not self.is_usable:
            with suppress(KeyboardInterrupt):  # the next cell tries again
                self._notice = self._restore()
        elif self._session.changed and (dump or not self._is_tight or not self._defer_snapshot()):
            self.take_snapshot()
            dumped = True
        if not self._is_tight and self.is_usable:
            self._notice = self._tighten() or self._notice
        return dumped

    # To remember

    def take_snapshot(self) -> None:
        """Remember the session as it is now."""
        try:
            self.snapshot = self._session.dump()
        except (monty.MontyError, RuntimeError) as error:
            self._sandbox.release()  # what is left is the snapshot before this one, and how to come from there to here
            if "memory limit" in str(error):
                self._died = _TOO_LARGE
            self._defer_snapshot()
            return
        self._journal = []

    def _defer_snapshot(self) -> bool:
        last = self.snapshot
        if last is None or not all(done.can_run_again for done in self._journal):
            return False
        again = self._with_reruns(last, (*last.reruns, *self._journal))
        self.snapshot = replace(again, written=self._sandbox.access.freeze())
        self._journal = []
        self._session.noted()
        return True

    def _with_reruns(self, snapshot: Snapshot, reruns: tuple[Journaled, ...]) -> Snapshot:
        """The snapshot with these cells to run again; the sources of all others that ran since go to `In` all the same."""
        sources = dict(snapshot.unrecorded)
        sources |= {done.number: done.cell.source.text for done in snapshot.reruns if done.number}
        sources |= self._session.new_inputs
        for done in reruns:
            sources.pop(done.number, None)
        return replace(snapshot, reruns=reruns, unrecorded=tuple(sorted(sources.items())))

    # To come back

    def load(self, snapshot: Snapshot) -> None:
        """Make the session what it was when the snapshot was taken, in a fresh worker. Raises what `Engine.load` says."""
        self._load(snapshot, self._limits.now)
        if self._limits.now.memory != self._limits.granted.memory:
            try:  # a worker finds out that it is over its limit when it next allocates
                self._session.ask(_ALLOCATION)
            except (FeedError, WorkerLost) as error:
                self._sandbox.release()
                over = isinstance(error, FeedError) or error.cause == "memory"
                raise RuntimeError(f"it is over the memory limit ({error})" if over else str(error)) from error

    def _load(self, snapshot: Snapshot, limits: Limits) -> None:
        within = self._limits.granted if snapshot.reruns else limits  # cells run again within what they ran within
        self._session.load(snapshot, within)
        self.snapshot, self._journal = snapshot, []
        try:
            for number, done in enumerate(snapshot.reruns):
                try:
                    self._session.run_again(done)
                except Diverged as error:
                    error.done = number
                    raise
            if _worker_limits(within) != _worker_limits(limits):
                self._sandbox.start(self._sandbox.dump(), limits)
        except BaseException:
            self._sandbox.release()
            raise
        if snapshot.written is not None:
            self._sandbox.access.thaw(snapshot.written)
        self._started, self._session.changed = True, False

    def _restore(self) -> str | None:
        if not self._started:
            self.start()
            return self._notice
        snapshot = self.snapshot
        if snapshot is None:
            self.start()
            return "The sandbox worker had died before anything could be saved; this is a new session."
        announced, self._announced = self._announced, False
        died, self._died = self._died, _DIED
        said = f"{died}; the session is as it was after the last cell."
        journal = tuple(self._journal)
        if not all(done.can_run_again for done in journal):
            said = f"{died} before the last cell could be saved; the session is as it was before it."
            announced, journal = False, ()
        try:
            written = self._written if journal else snapshot.written
            stopped = self._load_as_far_as(snapshot, (*snapshot.reruns, *journal), written)
            if stopped:
                said, announced = f"{died}; {stopped}", False
        except (monty.MontyError, RuntimeError) as error:
            self.start()
            return f"{died} and the session could not be restored ({error}); this is a new session."
        had, now = self._sandbox.limits, self._limits.now  # a worker's limits are those that it loads a state with
        if died == _TOO_LARGE and (had.memory, had.recursion) != (now.memory, now.recursion):
            said += _NOT_YET_TIGHT
        return self._notice if announced else said

    def _load_as_far_as(self, snapshot: Snapshot, reruns: tuple[Journaled, ...], written: Written | None) -> str:
        """Load the snapshot and run these cells again, up to one that goes another way; what the person is to be told of it.

        written: what they had written.
        """
        said, whole = "", replace(self._with_reruns(snapshot, reruns), written=written)
        limits = self._sandbox.limits
        while True:
            try:
                self._load(whole, limits)
                return said
            except Diverged as error:
                again, lost = whole.reruns[: error.done], whole.reruns[error.done :]
                where = f"after {again[-1].cell.source.label}" if again else "when it was last saved"
                said = (
                    f"the session is as it was {where}, since {lost[0].cell.source.label} cannot be run again: {error}."
                )
                sources = dict(whole.unrecorded) | {each.number: each.cell.source.text for each in lost if each.number}
                unrecorded = tuple(sorted(sources.items()))
                whole = replace(whole, reruns=again, unrecorded=unrecorded, written=snapshot.written)

    # Limits that cells tightened

    @property
    def _is_tight(self) -> bool:
        """Whether the worker has them."""
        return _worker_limits(self._sandbox.limits) == _worker_limits(self._limits.now)

    def _tighten(self) -> str | None:
        """Load the session into a worker with the limits of now; what the person is to be told."""
        snapshot, had = self.snapshot, self._sandbox.limits
        if snapshot is None or snapshot.reruns or self._session.changed:
            return None  # it could not be dumped; it is tried again after the next cell
        asked = self._limits.now.memory
        while True:
            try:
                self.load(snapshot)
                break
            except (monty.MontyError, RuntimeError) as error:
                if "memory limit" not in str(error):
                    self._sandbox.release()  # somebody killed that worker: the next cell loads the state again, and says so
                    return None
            if self._limits.keep_memory() == had.memory:
                try:
                    self._load(snapshot, self._limits.now)  # it fitted before
                except (monty.MontyError, RuntimeError):
                    self._sandbox.release()  # the next cell tries again, and says what came of it
                    return None
                break
        kept = self._limits.now.memory
        if kept == asked:
            return None
        stays = "there is no limit" if kept is None else f"the limit stays at {show_size(kept)}"
        return f"The session takes more memory already than the {show_size(asked or 0)} of %limits: {stays}."


def _worker_limits(limits: Limits) -> tuple[object, ...]:
    """Those that the worker keeps; the others are the host's to keep."""
    return limits.memory, limits.seconds, limits.recursion
