"""Runs cells in a session that outlives its worker: whatever kills the worker, the state before the cell comes back."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextlib import suppress

import pydantic_monty as monty

from ..outputs import Output
from ..sanitize.sanitizer import Sanitizer
from .access import Access
from .budget import Budget
from .errors.failures import INTERRUPTED, lost
from .frontend import CellFrontend, Frontend
from .limits import Limits, SessionLimits, show_size
from .progress_bars import ProgressBars
from .sandbox import WorkerLost
from .session import CellRun, Outcome, Session
from .snapshot import Diverged, Journaled, Recorder, Snapshot
from .source import Action, CellSource, Failure
from .source.cell import Cell
from .workers import Workers
from .written import Written, changes

__all__ = ["Engine", "Outcome", "Snapshot"]

_DIED = "The sandbox worker had died"
_TOO_LARGE = "Saving the session would have taken more than max_memory, so its worker was stopped"
_NOT_YET_TIGHT = " Until it can be saved, %limits does not hold for memory and recursion."


class Engine:
    """One session, and what brings it back: its last snapshot and the cells that ran since.

    All of it belongs to one thread, the sandbox thread, but `interrupts` and `known_cells`, which any thread may use.

    Attributes:
        limits: What the session may use, as cells have tightened it.
        sanitizer: What every output passes.
        session: The session in its worker.
        interrupts: Stops the cell that runs or is expected.
        snapshot: The last state that was saved; None before `start`.
        last_run: The cell that ran last, if it changed the session.
        sessions: How many sessions were started: one more after `%reset`, and after a state that could not be restored.
    """

    def __init__(
        self,
        limits: Limits,
        workers: Workers | None = None,
        access: Access | None = None,
        sanitizer: Sanitizer | None = None,
    ) -> None:
        """
        Args:
            limits: What the person grants the session.
            workers: Where its worker comes from, perhaps shared with other sessions; by default a pool of its own.
            access: What its cells are granted; by default nothing.
            sanitizer: What every output passes; by default nothing runs or loads anything where it is shown.
        """
        self.limits = SessionLimits(limits)
        self.sanitizer = Sanitizer() if sanitizer is None else sanitizer
        self._workers = Workers() if workers is None else workers
        self._owns_workers = workers is None
        self.session = Session(self.limits, self._workers, access)
        self._sandbox = self.session.sandbox
        self.interrupts = self._sandbox.interrupts
        self.snapshot: Snapshot | None = None
        self.last_run: Journaled | None = None
        self.sessions = 0
        self._journal: list[Journaled] = []  # the cells since the snapshot
        self.written = Written()  # as it was before the running cell, or after the last
        self._running: CellSource | None = None
        self._budget, self._bars = Budget(), ProgressBars()  # the running cell's
        self._started = False
        self._announced = False  # whether the failure of the cell told the person already that the session is restored
        self._died = _DIED  # why the session has to be restored
        self._notice: str | None = None  # what the person has yet to be told of a restored session

    @property
    def access(self) -> Access:
        """What cells are granted."""
        return self._sandbox.access

    @access.setter
    def access(self, access: Access) -> None:
        self._sandbox.access = access

    @property
    def known_cells(self) -> tuple[CellSource, ...]:
        """The cells of the session as plain Python, oldest first, the running one included. From any thread."""
        running = self._running
        return (*self.session.cells, running) if running is not None else tuple(self.session.cells)

    @property
    def budget(self) -> Budget:
        """What the running cell may still use, and the questions that are asked for it."""
        return self._budget

    @property
    def unsaved(self) -> bool:
        """Whether a cell ran since the last snapshot."""
        return self.session.changed

    @property
    def may_read_clock(self) -> bool:
        """Whether cells of the session may do something else when they run again, because they look at the clock."""
        return self.session.may_read_clock

    @property
    def is_usable(self) -> bool:
        """Whether there is a session, with a worker that lives."""
        return self._started and self._sandbox.is_alive()

    def start(self, parts: Collection[str] = ()) -> None:
        """Start a worker with a new, empty session that has these parts of the prelude."""
        self._sandbox.start()
        self.snapshot, self._journal, self._announced = None, [], False
        self.access.thaw(Written())
        self.session.start(parts)
        self._started = True
        self.sessions += 1
        self.take_snapshot()

    def close(self) -> None:
        """End the session, and give its worker back. Idempotent."""
        self._started = False
        self._sandbox.release()
        if self._owns_workers:
            self._workers.close()

    # Cells

    def run(
        self,
        cell: Cell,
        frontend: Frontend,
        *,
        number: int = 0,
        expressions: Mapping[str, str] | None = None,
        act: Callable[[Action], None] = lambda action: None,
    ) -> Outcome:
        """Run a cell, then evaluate the user expressions.

        What the cell did stays in the session, also when it fails, unless the worker was lost: then the session is as
        it was before the cell, or as the last action left it that went to another state.

        Args:
            frontend: Takes the outputs as they happen, sanitized. The result and the failure come back instead.
            number: The cell's execution count; 0 leaves no record of it.
            expressions: The user expressions, by name.
            act: Does the actions between the cell's feeds.
        """
        self.interrupts.expect()
        self.access.cell_starts(cell.source.label)
        self.limits.cell = cell.source.label
        self.sanitizer.start_cell()
        self._budget, self._bars = Budget(self.limits, most_shown=self.sanitizer.most_shown), ProgressBars()
        self._running, self.last_run = CellSource(cell.source.label, cell.python), None
        expressions, recorder, guarded = dict(expressions or {}), Recorder(), self._guarded(frontend)
        travelled: Action | None = None

        def act_and_look(action: Action) -> None:
            nonlocal travelled
            before = self.snapshot
            act(action)
            if action.changes and self.snapshot is not before:
                travelled = action

        try:
            if not self.is_usable:
                self._notice = self._restore()
            self.written = self.access.freeze()
            run = CellRun(guarded, number, recorder, self._budget)
            ran = self.session.run(cell, run, expressions, act_and_look)
            outcome = self._shown(ran, guarded)
        except KeyboardInterrupt:  # the person did not want to wait until the session was restored
            return Outcome(INTERRUPTED)
        except WorkerLost as error:
            self._sandbox.release()
            self._announced = True
            outcome = Outcome(lost(error, self.limits, travelled))
        else:
            if number:
                self.session.add_cell(cell)
            before, self.written = self.written.work, self.access.freeze()
            if self.session.changed:
                self.last_run = ran.journaled(cell, number, expressions, recorder, changes(before, self.written.work))
                self._journal.append(self.last_run)
        finally:
            self._running = None
            guarded.finish()
            self.interrupts.over()
        if number:
            self.session.missed(number, cell)
        return outcome

    def pass_over(self, cell: Cell, number: int) -> None:
        """Note that a cell was not run after all: `In` has it, and the session is as it was."""
        self.last_run = None
        if number:
            self.session.missed(number, cell)

    def show(self, output: Output, frontend: Frontend) -> None:
        """Show an output of the kernel's own, such as a magic's, among those of the running cell."""
        self._guarded(frontend).emit(output)

    def admits(self, output: Output) -> bool:
        """Whether the running cell may show this elsewhere than among its outputs; it counts all the same."""
        if self._budget.over is None and self._budget.admit(output) is None:
            self.interrupts.kill()
        return self._budget.over is None

    def _guarded(self, frontend: Frontend) -> CellFrontend:
        return CellFrontend(frontend, self.sanitizer, self._budget, self.interrupts.kill, self._bars)

    def _shown(self, outcome: Outcome, frontend: CellFrontend) -> Outcome:
        """The outcome with what of its results may be shown. What the cell did stays."""
        if outcome.failure is not None:
            return outcome
        try:
            result = None if outcome.result is None else frontend.result(outcome.result)
            if isinstance(result, Failure):
                return Outcome(result)
            if self._budget.over is not None:
                return Outcome(self._budget.over.failure)
            expressions = {
                name: value if isinstance(value, Failure) else frontend.result(value)
                for name, value in outcome.expressions.items()
            }
        except KeyboardInterrupt:  # while a large result was sanitized
            return Outcome(INTERRUPTED)
        return Outcome(None, result, expressions, outcome.cut_short)

    # Saving

    def save(self, *, dump: bool = True) -> bool:
        """Between two cells: save the session as it is now, or restore it if its worker is gone.

        Args:
            dump: Whether a dump may be taken. Without one the session is saved as the last snapshot and the cells that
                ran since, if they can run again.

        Returns:
            Whether a dump was taken.
        """
        dumped = False
        if not self.is_usable:
            with suppress(KeyboardInterrupt):  # the next cell tries again
                self._notice = self._restore()
        elif self.unsaved and (dump or not self._is_tight or not self._defer_snapshot()):
            self.take_snapshot()
            dumped = True
        if not self._is_tight and self.is_usable:
            self._notice = self._tighten() or self._notice
        return dumped

    def take_snapshot(self) -> Snapshot | None:
        """Dump the session as it is now; None if that is impossible, and then its worker is gone."""
        try:
            self.snapshot = self.session.dump()
        except (monty.MontyError, RuntimeError) as error:
            self._sandbox.release()  # what is left is the snapshot before this one, and the cells since
            if "memory limit" in str(error):
                self._died = _TOO_LARGE
            self._defer_snapshot()
            return None
        self._journal = []
        return self.snapshot

    def _defer_snapshot(self) -> bool:
        last = self.snapshot
        if last is None or not all(ran.can_run_again for ran in self._journal):
            return False
        reruns = (*last.reruns, *self._journal)
        self.snapshot = last.with_reruns(reruns, self.session.new_inputs, self.access.freeze())
        self._journal = []
        self.session.saved()
        return True

    # Restoring

    def recover(self) -> str | None:
        """Restore the session if its worker is gone; what the person is to be told."""
        if not self.is_usable:
            self._notice = self._restore()
        notice, self._notice = self._notice, None
        return notice

    def load(self, snapshot: Snapshot) -> None:
        """Make the session what it was when the snapshot was taken, in a fresh worker.

        Raises:
            MontyError, RuntimeError: The state is damaged or of another Monty version, or the worker died over it.
            Diverged: A cell that had to run again went another way.
            KeyboardInterrupt: The person did not want to wait for such a cell.
                After any of these the session is gone, until it is restored from `self.snapshot`.
        """
        self._load(snapshot, self.limits.now)
        if self.limits.now.memory != self.limits.granted.memory:
            self.session.require_within_memory()

    def _load(self, snapshot: Snapshot, limits: Limits) -> None:
        within = self.limits.granted if snapshot.reruns else limits  # cells run again within what they ran within
        self.session.load(snapshot, within)
        self.snapshot, self._journal = snapshot, []
        try:
            self.session.run_again(snapshot.reruns)
            if within.of_worker != limits.of_worker:
                self._sandbox.start(self._sandbox.dump(), limits)
        except BaseException:
            self._sandbox.release()
            raise
        if snapshot.written is not None:
            self.access.thaw(snapshot.written)
        self._started, self.session.changed, self.written = True, False, self.access.freeze()

    def _restore(self) -> str | None:
        """Restore the session as it was after the last cell, as far as possible; what the person is to be told."""
        if not self._started:
            self.start()
            return self._notice
        snapshot = self.snapshot
        if snapshot is None:
            self.start()
            return "The sandbox worker had died before anything could be saved; this is a new session."
        announced, self._announced = self._announced, False
        died, self._died = self._died, _DIED
        notice = f"{died}; the session is as it was after the last cell."
        journal = tuple(self._journal)
        if not all(ran.can_run_again for ran in journal):
            notice = f"{died} before the last cell could be saved; the session is as it was before it."
            announced, journal = False, ()
        try:
            written = self.written if journal else snapshot.written
            stopped = self._load_and_rerun(snapshot, (*snapshot.reruns, *journal), written)
            if stopped:
                notice, announced = f"{died}; {stopped}", False
        except (monty.MontyError, RuntimeError) as error:
            self.start()
            return f"{died} and the session could not be restored ({error}); this is a new session."
        had, now = self._sandbox.limits, self.limits.now  # a worker's limits are those that it loads a state with
        if died == _TOO_LARGE and (had.memory, had.recursion) != (now.memory, now.recursion):
            notice += _NOT_YET_TIGHT
        return self._notice if announced else notice

    def _load_and_rerun(self, snapshot: Snapshot, reruns: tuple[Journaled, ...], written: Written | None) -> str:
        """Load the snapshot and run these cells again, up to one that goes another way; what the person is told then.

        Args:
            written: What the cells had written in memory.
        """
        stopped = ""
        limits = self._sandbox.limits
        target = snapshot.with_reruns(reruns, self.session.new_inputs, written)
        while True:
            try:
                self._load(target, limits)
                return stopped
            except Diverged as error:
                again, first_lost = target.reruns[: error.done], target.reruns[error.done]
                where = f"after {again[-1].cell.source.label}" if again else "when it was last saved"
                label = first_lost.cell.source.label
                stopped = f"the session is as it was {where}, since {label} cannot be run again: {error}."
                target = target.with_reruns(again, {}, snapshot.written)

    # Limits that cells tightened

    @property
    def _is_tight(self) -> bool:
        """Whether the worker has them."""
        return self._sandbox.limits.of_worker == self.limits.now.of_worker

    def _tighten(self) -> str | None:
        """Load the session into a worker with the limits of now; what the person is to be told."""
        snapshot, had = self.snapshot, self._sandbox.limits
        if snapshot is None or snapshot.reruns or self.unsaved:
            return None  # it could not be dumped; it is tried again after the next cell
        wanted = self.limits.now.memory
        while True:
            try:
                self.load(snapshot)
                break
            except (monty.MontyError, RuntimeError) as error:
                if "memory limit" not in str(error):
                    self._sandbox.release()  # somebody killed that worker: the next cell restores the session
                    return None
            if self.limits.keep_memory() == had.memory:
                try:
                    self._load(snapshot, self.limits.now)  # it fitted before
                except (monty.MontyError, RuntimeError):
                    self._sandbox.release()  # the next cell tries again, and says what came of it
                    return None
                break
        kept = self.limits.now.memory
        if kept == wanted:
            return None
        stays = "there is no limit now" if kept is None else f"the limit stays at {show_size(kept)}"
        return f"The session already takes more memory than the {show_size(wanted or 0)} of %limits: {stays}."
