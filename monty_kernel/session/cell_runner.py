"""Runs one cell on the sandbox thread: from its text to its outcome."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from monty_kernel.bounded.waiting import waiting_by
from monty_kernel.engine.engine import Outcome
from monty_kernel.engine.errors.failures import INTERRUPTED, impossible, stray
from monty_kernel.engine.source import Action, CellSource, Failure
from monty_kernel.engine.source.cell import CellOptions, parse
from monty_kernel.isolation.pool import WallsMissing
from monty_kernel.outputs import Stream
from monty_kernel.timetravel.timeline import first_line

if TYPE_CHECKING:
    from monty_kernel.engine.errors.failed_cells import FailedCells
    from monty_kernel.session.frontend import SessionFrontend
    from monty_kernel.timetravel.dump_budget import DumpBudget


class CellRequest(NamedTuple):
    """A cell to run. number: its execution count, or the next one's if the cell stays out of the history (not
    `remember`). cell_id: what the front end calls it."""

    code: str
    number: int
    remember: bool
    silent: bool
    expressions: Mapping[str, str] = {}
    cell_id: str | None = None


class CellRunner:
    """Parses and runs cells on the engine; for the sandbox thread, where a large cell holds nobody up.

    Args:
        frontend: Shows what cells emit, and has the session's services.
        budget: The time that dumps may take.
        cells_wait: Whether another cell is queued.
        in_pause: Does something on the sandbox thread in the next pause between cells. Without it no dump waits.
    """

    def __init__(
        self,
        frontend: SessionFrontend,
        budget: DumpBudget,
        cells_wait: Callable[[], bool],
        in_pause: Callable[[Callable[[], object]], object] | None = None,
    ) -> None:
        services = frontend.services
        self._services = services
        self._engine = services.engine
        self._travel = services.travel
        self._types = services.types
        self._frontend = frontend
        self._trace = services.trace
        self._budget = budget
        self._cells_wait = cells_wait
        self._in_pause = in_pause
        self._failed_cells: FailedCells | None = None
        self._session = 0  # which session of the engine they belong to
        self._label = ""
        self._failed = False
        self._misused_magic = False

    def run(self, request: CellRequest) -> Outcome:
        """Run a cell; its outcome.

        Never raises, because a defect of ours must not leave the front end waiting for a reply.
        """
        start = time.perf_counter()
        self._label, self._travel.cell_id = first_line(request.code), request.cell_id
        try:
            with waiting_by(self._engine.interrupts.wait_for):
                outcome = self._explained(self._run(request), request)
            self._budget.worked(time.perf_counter() - start)
            self._failed = outcome.failure is not None
            failure = outcome.failure
            self._frontend.last_failure = failure and f"{failure.ename}: {failure.evalue[:1000]}"
            return outcome
        except KeyboardInterrupt:  # while the cell was read
            return Outcome(INTERRUPTED)
        except WallsMissing as error:
            return Outcome(Failure("raised", "WallsMissing", str(error)))
        except Exception as error:
            self._services.log.exception("A cell could not be run.")
            return Outcome(Failure("raised", type(error).__name__, f"internal error of monty-kernel: {error}"))
        finally:
            self._engine.interrupts.over()
            if self._trace is not None:
                self._trace.event("done")

    def _explained(self, outcome: Outcome, request: CellRequest) -> Outcome:
        """The outcome; a failure that comes from an earlier one says so."""
        if not request.remember:
            return outcome
        if outcome.failure is None:
            if self._failed_cells is not None:
                self._failed_cells.passed(request.code)
            return outcome
        if self._failed_cells is None or self._session != self._engine.sessions:
            from monty_kernel.engine.errors.failed_cells import FailedCells

            self._failed_cells, self._session = FailedCells(), self._engine.sessions
        source = CellSource(f"In[{request.number}]", request.code)
        failure = self._failed_cells.explained(outcome.failure, source)
        if failure.ename == "NameError" and failure.note is None:
            failure = failure._replace(note=self._travel.hint(failure.evalue))
        return replace(outcome, failure=failure)

    def passed_over(self, code: str) -> None:
        """Note a cell that did not run, since the one before it failed. From any thread."""
        if self._failed_cells is not None:
            self._failed_cells.passed_over(code)

    def save_state(self, request: CellRequest) -> None:
        """After `run`, while its outcome is on its way: keep the state that the cell left."""
        waiting = self._cells_wait()
        later = None if waiting or self._engine.may_read_clock or not self._budget.can_wait else self._in_pause
        dump = later is None and self._budget.allows(cells_wait=waiting)
        start = time.perf_counter()
        if self._engine.save(dump=dump):
            self._budget.dumped(time.perf_counter() - start, kept_waiting=waiting)
            if self._trace is not None and self._engine.snapshot is not None:
                self._trace.event("dumped", len(self._engine.snapshot.state))
        if self._misused_magic:  # nothing to undo
            self._travel.overlook()
        elif request.remember:
            self._travel.record(request.number, self._label, self._failed)
        else:
            self._travel.record(0, self._label, self._failed, request.code)
        if later is not None:
            later(self._secure)
        elif not waiting:
            self._travel.secure()  # the last of many may be one that leaves no state

    def _secure(self) -> None:
        start = time.perf_counter()
        if self._travel.secure():
            self._budget.dumped(time.perf_counter() - start, kept_waiting=False)
            if self._trace is not None and self._engine.snapshot is not None:
                self._trace.event("dumped", len(self._engine.snapshot.state))

    def _run(self, request: CellRequest) -> Outcome:
        source = CellSource(f"In[{request.number}]", request.code)
        names = self._engine.session.names
        options = CellOptions(request.number, show=not request.silent, begin=request.remember, names=names)
        try:
            cell = parse(source, lambda: self._services.magics, options)
        except SyntaxError as error:
            return Outcome(impossible(source, error))
        if self._trace is not None:
            self._trace.event("parsed")
        recovered = self._engine.recover()
        if recovered is not None:
            self._frontend.emit(Stream("stderr", recovered + "\n"))
        number = request.number if request.remember else 0
        self._travel.begin(number)
        self._notice(request)
        for notice in self._engine.access.notices():
            self._frontend.emit(Stream("stderr", notice + "\n"))
        refusal = stray(cell)
        if refusal is None and self._types.wanted and not request.silent:
            refusal = self._types.before(cell, self._frontend.emit)
        if refusal is not None:
            self._engine.pass_over(cell, number)
            return Outcome(refusal)
        outcome = self._engine.run(cell, self._frontend, number=number, expressions=request.expressions, act=self._act)
        self._types.after(cell, failed=outcome.failure is not None)
        failure = outcome.failure
        self._misused_magic = (
            failure is not None and failure.ename == "UsageError" and cell.python.strip() in ("", "pass", "None")
        )
        if not self._misused_magic:
            self._travel.foresee(number, self._label, failure is not None)
            if self._trace is not None:
                self._trace.event("logged")
        self._notice(request)  # again: before the first cell, notices of earlier sessions were not known yet
        return outcome

    def _notice(self, request: CellRequest) -> None:
        notice = self._travel.notice() if request.remember else None
        if notice is not None:
            self._frontend.emit(Stream("stderr", notice + "\n"))

    def _act(self, action: Action) -> None:
        self._services.magics.act(action, self._frontend)
