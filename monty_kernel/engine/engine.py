"""Runs cells in a session that outlives its worker: whatever kills the worker, the state before the cell comes back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import replace
from typing import Any, TypeVar

from ..outputs import Output, Result
from ..sanitize.sanitizer import Sanitizer
from .access import Access
from .budget import Budget, MeteredFrontend
from .errors.failures import lost
from .frontend import Frontend
from .limits import Limits, SessionLimits
from .questions import Questions
from .recorder import Recorder
from .recovery import Recovery
from .sandbox import WorkerLost
from .sanitized_host import SanitizedFrontend
from .session import INTERRUPTED, CellRun, Outcome, Session
from .snapshot import Journaled, Snapshot
from .source.cell import Cell
from .source.rewrite import Action
from .source.sources import CellSource, Failure
from .workers import Workers

__all__ = ["Engine", "Outcome", "Snapshot"]

T = TypeVar("T")


class Engine:
    """One session. All methods but `expect`, `interrupt` and `kill` belong to one thread, the sandbox thread.

    limits: what the person grants it. workers: where its worker comes from, perhaps shared with other sessions; without, a
    pool that ends with it.
    access: what its cells are granted. sanitizer: what every output passes; by default, nothing goes on that would run or
    load anything where it is shown.
    """

    def __init__(
        self,
        limits: Limits,
        workers: Workers | None = None,
        access: Access | None = None,
        sanitizer: Sanitizer | None = None,
    ) -> None:
        self.limits = SessionLimits(limits)
        self.sanitizer = Sanitizer() if sanitizer is None else sanitizer
        self._running: CellSource | None = None
        self.last_run: Journaled | None = None
        """The cell that ran last, if it left its mark on the session."""
        self._workers = Workers() if workers is None else workers
        self._owns_workers = workers is None
        self._session = Session(self.limits, self._workers, access)
        self._sandbox = self._session.sandbox
        self._recovery = Recovery(self._session, self.limits)
        self._budget = Budget()  # the running cell's

    @property
    def access(self) -> Access:
        """What cells are granted."""
        return self._sandbox.access

    @access.setter
    def access(self, access: Access) -> None:
        self._sandbox.access = access

    @property
    def cells(self) -> list[CellSource]:
        """What ran in this session and was remembered, as plain Python, oldest first."""
        return self._session.cells

    @property
    def known_cells(self) -> tuple[CellSource, ...]:
        """The same, and the one that is running. From any thread."""
        running = self._running
        return (*self.cells, running) if running is not None else tuple(self.cells)

    def start(self) -> None:
        """Start the worker and a new, empty session."""
        self._recovery.start()

    def close(self) -> None:
        """End the session, and give its worker back. Idempotent."""
        self._recovery.end()
        if self._owns_workers:
            self._workers.close()

    # Interrupts

    def expect(self) -> None:
        """Say that a cell will come to `run`: an interrupt from now until `over` is meant for it. Idempotent."""
        self._sandbox.interrupts.expect()

    def over(self) -> None:
        """Say that an expected cell has ended, or will not come after all. Idempotent."""
        self._sandbox.interrupts.over()

    def interrupt(self) -> bool:
        """Stop the cell that runs or is expected, from any thread; False when there is none."""
        return self._sandbox.interrupts.interrupt()

    @property
    def is_feeding(self) -> bool:
        """Whether a feed is under way, also while it waits for the host."""
        return self._sandbox.interrupts.running

    def wait_for(self, future: Future[T]) -> T:
        """The future's result, waited for in the middle of a feed or between two. Raises KeyboardInterrupt."""
        return self._sandbox.interrupts.wait_for(future)

    @property
    def questions(self) -> Questions:
        """Asks what the kernel has to ask while the cell runs."""
        return self._budget.questions

    def kill(self) -> None:
        """End the running cell and its worker at once, from any thread. For leaving: nothing is restored by this."""
        self._sandbox.interrupts.kill()

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
        """Run a cell, then evaluate the user expressions. `act` does the actions between the cell's feeds.

        Outputs go to `frontend` as they happen, through the sanitizer; the result and the failure come back. What the cell did stays in the
        session, also when it fails, unless the worker was lost: then the session is as it was before the cell, or as the last action
        made it that went to another state.
        """
        self.expect()
        self._sandbox.access.begin(cell.source.label)
        self.limits.cell = cell.source.label
        self._budget = Budget(self.limits, most_shown=self.sanitizer.most_shown)
        self.last_run = None
        self._running = CellSource(cell.source.label, cell.python)
        self.sanitizer.begin()
        recorder, asked = Recorder(), dict(expressions or {})
        went: Action | None = None

        def acting(action: Action) -> None:
            nonlocal went
            before = self.snapshot
            act(action)
            if action.changes and self.snapshot is not before:
                went = action

        try:
            self._recovery.before_cell()
            how = CellRun(SanitizedFrontend(frontend, self.sanitizer), number, recorder, self._budget)
            ran = self._session.run(cell, how, asked, acting)
            outcome = self._sanitized(self._admitted(ran), frontend)
        except KeyboardInterrupt:  # of the restoring
            return Outcome(INTERRUPTED)
        except WorkerLost as error:
            self._recovery.lost()
            outcome = Outcome(lost(error, self.limits, went))
        else:
            if number:
                self._session.add_cell(cell)
            if self._session.changed:
                failed = ran.failure is not None
                cut_short = (
                    not recorder.is_whole
                    or outcome.cut_short
                    or any(each is INTERRUPTED for each in outcome.expressions.values())
                )
                self.last_run = Journaled(
                    cell,
                    number,
                    asked,
                    tuple(recorder.entries),
                    failed,
                    cut_short,
                    len(cell.source.text) + recorder.size,
                )
            self._recovery.after_cell(self.last_run)
        finally:
            self._running = None
            self.sanitizer.finish(frontend.emit)
            self.over()
        if number:
            self._session.missed(number, cell)
        return outcome

    def pass_over(self, cell: Cell, number: int) -> None:
        """Note that a cell was not run after all: `In` has it, the session is as it was."""
        self.last_run = None
        if number:
            self._session.missed(number, cell)

    def show(self, output: Output, frontend: Frontend) -> None:
        """Put an output of the kernel's own, such as a magic's, among those of the running cell."""
        MeteredFrontend(SanitizedFrontend(frontend, self.sanitizer), self._budget, self._sandbox.interrupts.kill).emit(
            output
        )

    def admits(self, output: Output) -> bool:
        """Whether the running cell may still show this, of what is not shown among its outputs; it counts."""
        if self._budget.over is None and self._budget.admit(output) is None:
            self._sandbox.interrupts.kill()
        return self._budget.over is None

    def _admitted(self, outcome: Outcome) -> Outcome:
        """The outcome, if its result may still be shown, with those expressions that may; what the cell did stays."""
        if outcome.result is not None:
            self._budget.admit(outcome.result)
        over = self._budget.over
        if over is not None:
            return outcome if outcome.failure else Outcome(Failure("limit", over.name, str(over)))
        return replace(outcome, expressions={name: self._fitting(each) for name, each in outcome.expressions.items()})

    def _fitting(self, found: Result | Failure) -> Result | Failure:
        if isinstance(found, Result):
            self._budget.admit(found)
            if (over := self._budget.over) is not None:
                return Failure("limit", over.name, str(over))
        return found

    def _sanitized(self, outcome: Outcome, frontend: Frontend) -> Outcome:
        def result(shown: Result) -> Result:
            return self.sanitizer.result(shown, frontend.emit)

        try:
            return replace(
                outcome,
                result=None if outcome.result is None else result(outcome.result),
                expressions={
                    name: found if isinstance(found, Failure) else result(found)
                    for name, found in outcome.expressions.items()
                },
            )
        except KeyboardInterrupt:  # while a large result was sanitized; what the cell did stays
            return Outcome(INTERRUPTED)

    # Between cells: what is remembered

    @property
    def snapshot(self) -> Snapshot | None:
        """The last state that was remembered."""
        return self._recovery.snapshot

    @property
    def unsaved(self) -> bool:
        """Whether something ran since then."""
        return self._session.changed

    @property
    def sessions(self) -> int:
        """How many were started: one more after `%reset`, and where nothing could be restored."""
        return self._recovery.sessions

    @property
    def is_usable(self) -> bool:
        """Whether there is a session, with a worker that lives."""
        return self._recovery.is_usable

    def recover(self) -> str | None:
        """Make the session usable if its worker is gone, by loading the last snapshot; what the person is to be told."""
        return self._recovery.recover()

    def settle(self, *, dump: bool = True) -> bool:
        """Between two cells: remember the session as it is now, or restore it if its worker is gone; whether it was dumped.

        dump: whether a dump may be taken; without one, the session is remembered by what ran since the last, if it can be.
        """
        return self._recovery.settle(dump=dump)

    def take_snapshot(self) -> None:
        """Remember the session as it is now, for `recover`."""
        self._recovery.take_snapshot()

    def load(self, snapshot: Snapshot) -> None:
        """Make the session what it was when the snapshot was taken, in a fresh worker.

        Raises:
            MontyError, RuntimeError: the state is damaged or of another Monty version, or the worker died over it.
            Diverged: a cell that had to be run again went another way.
            KeyboardInterrupt: the person did not want to wait for such a cell.
            After any of them the session is gone, until it is restored from the snapshot that `snapshot` says.
        """
        self._recovery.load(snapshot)

    def evaluate(self, text: str, parts: Mapping[str, str]) -> Any:
        """The plain-data value of an expression over the prelude's functions; None if it fails. Runs no user code.

        parts: further prelude source by name, fed once per session before the expression.
        """
        return self._session.evaluate(text, parts)

    def inputs(self) -> dict[int, str]:
        """What `In` holds, by number, with what it is yet to hold. Between two feeds."""
        return self._session.inputs()
