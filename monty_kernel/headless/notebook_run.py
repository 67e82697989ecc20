"""One run of one notebook: its cells go through the engine one after the other, and their outputs into the notebook."""

from __future__ import annotations

import copy
import datetime
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Literal

from monty_kernel.bounded.helper_pool import Unanswered
from monty_kernel.bounded.waiting import waiting_by
from monty_kernel.engine.engine import Engine, Outcome
from monty_kernel.engine.sandbox import WorkerLost
from monty_kernel.engine.source import Failure
from monty_kernel.engine.written import Layer
from monty_kernel.outputs import Error
from monty_kernel.session.cell_runner import CellRequest, CellRunner
from monty_kernel.session.replies import LANGUAGE_INFO, error_content
from monty_kernel.settings import HEADLESS, Settings
from monty_kernel.timetravel.dump_budget import FREE, DumpBudget

from .frontend import NotebookFrontend, NotebookOutputs
from .notebook_file import tags
from .notebook_shape import Node, sanitized_outputs
from .session_pool import SessionPool, Start

DUMPS = 0.1
"""Share of the cells' time that snapshots may take. Cells since the last one are run again after a crash."""

GRACE = 2.0
"""Seconds that a cell has to end after it was interrupted for taking too long. A cell that still runs then is ended."""

LAST_WORDS = 0.1
"""Seconds to wait for `stop` after a worker died: Ctrl-C in a terminal reaches the workers first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """How a notebook is run.

    Attributes:
        settings: The options of its session.
        timeout: Seconds that a cell may take, whatever it does; None, or a number not above 0, for no limit.
        interrupt_on_timeout: Interrupt such a cell instead of ending the run. It may catch that and end within `GRACE`;
            after that it is undone.
        allow_errors: Go on after a cell that failed.
        record_timing: Note in each cell's metadata when it ran.
        max_output: Characters of output that the notebook may get; None for no limit.
        start: The state that the run starts from; None for an empty session.
    """

    settings: Settings = HEADLESS
    timeout: float | None = None
    interrupt_on_timeout: bool = False
    allow_errors: bool = False
    record_timing: bool = True
    max_output: int | None = 100_000_000
    start: Start | None = None


Kind = Literal["error", "timeout", "output", "stopped"]


@dataclass(frozen=True, slots=True)
class FailedCell:
    """The cell at which a run ended early.

    Attributes:
        kind: `error`, it failed; `timeout`, it took too long; `output`, it made too much output; `stopped`, the run was
            stopped.
        index: Its place among all the notebook's cells, from 0.
        number: Its execution count.
    """

    kind: Kind
    index: int
    number: int
    ename: str
    evalue: str
    traceback: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ran:
    """The result of a run.

    Attributes:
        cells: How many ran to their end, with success or not.
        files: What the notebook left in memory, its working folder included.
    """

    cells: int
    seconds: float
    failed: FailedCell | None = None
    files: Layer = field(default_factory=dict)


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
            try:
                pool.start(services.engine, self._options.start)
            except (KeyboardInterrupt, WorkerLost):
                if not self._stopped.is_set():
                    raise
            frontend = NotebookFrontend(services, self._outputs, self._options.max_output)
            cells, failed = self._execute_cells(frontend)
            files = services.engine.written.work
        return Ran(cells, time.perf_counter() - started, failed, files)

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

    def _execute_cells(self, frontend: NotebookFrontend) -> tuple[int, FailedCell | None]:
        services = frontend.services
        if self._options.start is not None:
            services.count_from(self._options.start.last)
        runner = CellRunner(frontend, DumpBudget(DUMPS, free=0.0, guess=FREE), cells_wait=lambda: True)
        first, cells = services.count, 0
        for index, cell in enumerate(self._book["cells"]):
            if cell["cell_type"] != "code" or not cell["source"].strip() or "skip-execution" in tags(cell):
                continue
            failed = self._execute_cell(runner, frontend, index, first + cells + 1)
            if failed is not None and self._is_final(failed):
                return cells, failed
            cells += 1
            self._on_cell()
            if failed is not None and not (self._options.allow_errors or "raises-exception" in tags(cell)):
                return cells, failed
        return cells, None

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
