"""One run of one notebook: its cells go through the engine one after the other, and their outputs into the notebook."""

from __future__ import annotations

import copy
import datetime
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

import pydantic_monty as monty

from monty_kernel.bounded.helper_pool import Unanswered
from monty_kernel.bounded.waiting import waiting_by
from monty_kernel.engine.engine import Engine, Outcome
from monty_kernel.engine.sandbox import WorkerLost
from monty_kernel.engine.source import Failure
from monty_kernel.outputs import Error
from monty_kernel.session.cell_runner import CellRequest, CellRunner
from monty_kernel.session.replies import LANGUAGE_INFO, error_content
from monty_kernel.timetravel.dump_budget import FREE, DumpBudget

from .frontend import NotebookFrontend, NotebookOutputs
from .notebook_file import tags
from .notebook_shape import Node, sanitized_outputs
from .run_terms import FailedCell, Kind, Ran, RunOptions
from .session_pool import SessionPool, Start

if TYPE_CHECKING:
    from monty_kernel.session.services import SessionServices

    from .incremental import IncrementalRun, Skipped
    from .kept_runs import KeptCell

DUMPS = 0.1
"""Share of the cells' time that snapshots may take. Cells since the last one are run again after a crash."""

KEPT_DUMPS = 1.0
"""The same in a run whose states are kept for the next one, which runs the cells since the last one again."""

KEPT_FREE = 0.02
"""Seconds that a dump may always take there."""

GRACE = 2.0
"""Seconds that a cell has to end after it was interrupted for taking too long. A cell that still runs then is ended."""

LAST_WORDS = 0.1
"""Seconds to wait for `stop` after a worker died: Ctrl-C in a terminal reaches the workers first."""


class NotebookRun:
    """Runs a notebook in place. `execute` belongs to one thread, any other may call `stop`.

    Args:
        book: The notebook.
        options: How to run it.
        node: Converts a plain dict to the kind of dict that the notebook is made of.
        on_cell: Called after each cell that ran.
    """

    def __init__(
        self,
        book: Node,
        options: RunOptions,
        *,
        node: Callable[[Node], Node] = dict,
        on_cell: Callable[[], None] = lambda: None,
    ) -> None:
        self._book = book
        self._options = options
        self._node = node
        self._on_cell = on_cell
        self._outputs = NotebookOutputs(book, node)
        self._ran: set[int] = set()  # the cells that were begun: their outputs are of this run
        self._engine: Engine | None = None
        self._stopped = threading.Event()
        self._late = False  # whether the running cell has taken too long
        self._lock = threading.Lock()
        self._running = 0  # the running cell's number
        self._timer: threading.Timer | None = None  # of the running cell
        self._waiting = 0  # cells that are still to run
        self._unsaved: CellRequest | None = None  # the cell whose state is to be kept before the next one runs

    def stop(self) -> None:
        """End the run: the running cell is cut short, no other starts. `execute` returns soon."""
        self._stopped.set()
        self._cut_short()

    def execute(self, pool: SessionPool) -> Ran:
        """Run the cells. Whatever happens to them, what they showed until then is in the notebook.

        Raises:
            MontyError, RuntimeError: no worker could be started.
            Diverged: the state to start from could not be made again.
            ToolsRefused, MountRefused: the settings grant what cannot be had.
        """
        try:
            return self._execute(pool)
        finally:
            if not self._options.settings.trust_outputs:
                self._sanitize_what_stayed()

    def _execute(self, pool: SessionPool) -> Ran:
        started = time.perf_counter()
        self._book["metadata"]["language_info"] = self._node(copy.deepcopy(LANGUAGE_INFO))
        with pool.session(self._options.settings) as services:
            self._engine = services.engine
            incremental = self._incremental()
            skipped: Skipped | None = None
            try:
                found = self._start(pool, services, incremental)
                frontend = NotebookFrontend(services, self._outputs, self._options.max_output)
                cells, failed = self._execute_cells(frontend, incremental, found)
            finally:
                if incremental is not None:
                    skipped = incremental.close()
            files = services.engine.written.work
        return Ran(cells, time.perf_counter() - started, failed, files, skipped)

    def _incremental(self) -> IncrementalRun | None:
        wanted, options = self._options.incremental, self._options
        if wanted is None:
            return None
        from .incremental import IncrementalRun  # few runs are

        sources = [self._book["cells"][index]["source"] for index in self._to_run()]
        others = {"timeout": options.timeout, "most": options.max_output, "catch": options.interrupt_on_timeout}
        return IncrementalRun(wanted, sources, options.settings, others)

    def _to_run(self) -> list[int]:
        """The places of the cells that are to run."""
        cells = self._book["cells"]
        return [
            index
            for index, cell in enumerate(cells)
            if cell["cell_type"] == "code" and cell["source"].strip() and "skip-execution" not in tags(cell)
        ]

    def _start(
        self, pool: SessionPool, services: SessionServices, incremental: IncrementalRun | None
    ) -> Sequence[KeptCell]:
        """Start the session; the cells that need not run."""
        found = None if incremental is None else incremental.find()
        try:
            if found is not None and incremental is not None:
                try:
                    pool.start(services.engine, Start(found.snapshot, 0))
                    return found.cells
                except (monty.MontyError, RuntimeError) as error:
                    incremental.cannot_use(str(error))
            pool.start(services.engine, self._options.start)
        except (KeyboardInterrupt, WorkerLost):
            if not self._stopped.is_set():
                raise
            if incremental is not None:
                incremental.cannot_use("the run was stopped")
        return ()

    def _sanitize_what_stayed(self) -> None:
        # the state of widgets: no output shows them any more, since the outputs of such cells are left out
        self._book["metadata"].pop("widgets", None)
        with waiting_by(self._unless_stopped):
            for index, cell in enumerate(self._book["cells"]):
                if cell["cell_type"] == "code" and cell["outputs"] and index not in self._ran:
                    cell["outputs"] = sanitized_outputs(cell["outputs"], self._node, cell=index)

    def _unless_stopped(self, future: Future[Any]) -> Any:
        """The result of a helper that sanitizes a large output.

        Once the run is stopped nobody waits for it, and the output is left out.
        """
        while not future.done():
            if self._stopped.wait(0.02):
                raise Unanswered("the run was stopped")
        return future.result()

    def _execute_cells(
        self, frontend: NotebookFrontend, incremental: IncrementalRun | None, found: Sequence[KeptCell]
    ) -> tuple[int, FailedCell | None]:
        services = frontend.services
        if self._options.start is not None:
            services.count_from(self._options.start.last)
        budget = DumpBudget(DUMPS, free=0.0, guess=FREE)
        if incremental is not None:
            budget = DumpBudget(KEPT_DUMPS, free=KEPT_FREE, guess=FREE)
            granted = services.granted
            modules = () if granted is None else tuple(granted.tool_modules)
            incremental.begin(modules, has_mounts=bool(services.settings.mounts))
        runner = CellRunner(frontend, budget, cells_wait=lambda: self._waiting > 0)
        first, to_run = services.count, self._to_run()
        for index, kept in zip(to_run, found, strict=False):
            self._skip_cell(frontend, index, kept)
        cells = 0
        for place, index in enumerate(to_run[len(found) :], len(found)):
            cell = self._book["cells"][index]
            shown = self._outputs.size
            self._waiting = len(to_run) - place
            failed = self._execute_cell(runner, frontend, index, first + place + 1)
            self._waiting -= 1
            if failed is not None and self._is_final(failed):
                return cells, failed
            cells += 1
            self._on_cell()
            if incremental is not None:
                self._keep(incremental, place, index, self._outputs.size - shown, failed)
                self._save(runner, incremental, place)
            if failed is not None and not (self._options.allow_errors or "raises-exception" in tags(cell)):
                return cells, failed
        return cells, None

    def _skip_cell(self, frontend: NotebookFrontend, index: int, kept: KeptCell) -> None:
        """Show what a cell showed when it ran."""
        cell = self._book["cells"][index]
        cell["execution_count"] = frontend.start_cell(cell["source"])
        self._outputs.restore_cell(index, kept.outputs, kept.displays)
        self._outputs.size += kept.size
        self._ran.add(index)  # its outputs are not those of the file
        if self._options.record_timing:
            cell["metadata"]["execution"] = self._node(dict(kept.timing))
        self._on_cell()

    def _keep(self, incremental: IncrementalRun, place: int, index: int, size: int, failed: FailedCell | None) -> None:
        """Tell of a cell that ran. place: Among the cells that were to run."""
        assert self._engine is not None
        cell = self._book["cells"][index]

        def kept(key: str, asked: str) -> KeptCell:
            from .kept_runs import KeptCell

            outputs, displays = copy.deepcopy(cell["outputs"]), self._outputs.displays_of(index)
            timing = dict(cell["metadata"].get("execution", {}))
            return KeptCell(key, outputs, displays, size, timing, asked)

        why_not = "failed" if failed is not None else ""
        if self._outputs.changed_earlier:
            why_not = "changed what an earlier cell shows"
        incremental.ran(place, self._engine, kept, why_not)

    def _save(self, runner: CellRunner, incremental: IncrementalRun, place: int) -> None:
        """Save the state at once: the next run may go on from it. That after the last cell is dumped whatever it takes."""
        assert self._engine is not None
        if self._unsaved is not None and not self._stopped.is_set():
            runner.save_state(self._unsaved)
            self._unsaved = None
            incremental.saved(place, self._engine)

    def _is_final(self, failed: FailedCell) -> bool:
        """Whether this ends the run even where errors are allowed."""
        return failed.kind != "error" and not (failed.kind == "timeout" and self._options.interrupt_on_timeout)

    def _execute_cell(
        self, runner: CellRunner, frontend: NotebookFrontend, index: int, count: int
    ) -> FailedCell | None:
        cell = self._book["cells"][index]
        if self._stopped.is_set():
            return FailedCell("stopped", index, frontend.services.count, "KeyboardInterrupt", "the run was stopped")
        number = frontend.start_cell(cell["source"])
        cell["execution_count"] = number
        if self._options.record_timing:
            cell["metadata"]["execution"] = self._node({})
        if self._unsaved is not None:
            runner.save_state(self._unsaved)
        self._note_time(cell, "iopub.status.busy", "iopub.execute_input")
        self._outputs.start_cell(index)
        self._ran.add(index)
        request = CellRequest(cell["source"], number, remember=True, silent=False)
        outcome = self._run(runner, request)
        failed = self._why_cut_short(outcome, frontend, index)
        if failed is None or failed.kind == "output" or not self._is_final(failed):
            failed = self._show(outcome, failed, index, number)
        self._outputs.end_cell()
        if failed is None or not self._is_final(failed):
            cell["execution_count"] = count
            self._note_time(cell, "shell.execute_reply", "iopub.status.idle")
            self._unsaved = request
        return failed

    def _show(self, outcome: Outcome, cut: FailedCell | None, index: int, number: int) -> FailedCell | None:
        """Put the cell's result or error into the notebook; its failure. cut: why it was cut short."""
        failure = outcome.failure
        if cut is not None:
            note = failure.note if failure is not None and cut.kind == "timeout" else None
            failure = Failure("raised", cut.ename, cut.evalue, note=note)
        if failure is None:
            if outcome.result is not None:
                self._outputs.add(outcome.result, number)
            return None
        content = error_content(failure)
        error = Error(content["ename"], content["evalue"], tuple(content["traceback"]))
        self._outputs.add(error)
        kind: Kind = "error" if cut is None else cut.kind
        return FailedCell(kind, index, number, error.ename, error.evalue, error.traceback)

    def _run(self, runner: CellRunner, request: CellRequest) -> Outcome:
        assert self._engine is not None
        seconds = self._options.timeout
        self._engine.interrupts.expect()
        with self._lock:
            self._running, self._late = request.number, False
        if seconds is not None and seconds > 0:
            with self._lock:
                self._after(min(seconds, threading.TIMEOUT_MAX), self._take_too_long, request.number)
        if self._stopped.is_set():  # `stop` came before the engine expected a cell, so its interrupt was lost
            self._engine.interrupts.interrupt()
        try:
            return runner.run(request)
        finally:
            with self._lock:
                self._running = 0
                if self._timer is not None:
                    self._timer.cancel()
                self._timer = None

    def _after(self, seconds: float, call: Callable[[int], None], number: int) -> None:
        self._timer = threading.Timer(seconds, call, (number,))
        self._timer.daemon = True
        self._timer.start()

    def _take_too_long(self, number: int) -> None:
        with self._lock:
            if self._running != number:
                return
            if self._options.interrupt_on_timeout and self._engine is not None:
                self._engine.interrupts.interrupt()
                self._after(GRACE, self._ignore_the_interrupt, number)
            else:
                self._late = True
                self._cut_short()

    def _ignore_the_interrupt(self, number: int) -> None:
        with self._lock:
            if self._running == number:
                self._late = True
                self._cut_short()

    def _cut_short(self) -> None:
        if self._engine is not None:
            self._engine.interrupts.interrupt()
            self._engine.interrupts.kill()

    def _why_cut_short(self, outcome: Outcome, frontend: NotebookFrontend, index: int) -> FailedCell | None:
        failure, number = outcome.failure, frontend.services.count
        if frontend.overflowed:
            said = f"the notebook's output would be longer than {self._options.max_output:,} characters"
            return FailedCell("output", index, number, "OutputLimitExceeded", said)
        if failure is None:
            return None
        if self._late:
            said = f"the cell took longer than {self._options.timeout:g} seconds"
            if self._options.interrupt_on_timeout:
                said += f" and did not end within {GRACE:g} seconds of KeyboardInterrupt"
            return FailedCell("timeout", index, number, "CellTimeoutError", said)
        if self._stopped.wait(LAST_WORDS if failure.kind == "crashed" else 0):
            return FailedCell("stopped", index, number, "KeyboardInterrupt", "the run was stopped")
        return None

    def _note_time(self, cell: Node, *events: str) -> None:
        if self._options.record_timing:
            now = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
            execution: dict[str, Any] = cell["metadata"].setdefault("execution", self._node({}))
            for event in events:
                execution[event] = now
