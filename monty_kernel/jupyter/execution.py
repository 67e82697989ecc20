"""Runs one cell for an execute_request, and sends what comes of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from monty_kernel.bounded import is_modest
from monty_kernel.jupyter.frontend import KernelFrontend
from monty_kernel.jupyter.guarded_stream import GuardedStream
from monty_kernel.jupyter.kernel_session import KernelSession
from monty_kernel.jupyter.sandbox_thread import Posted
from monty_kernel.jupyter.shell_queue import Request, ShellQueue
from monty_kernel.jupyter.vscode import is_housekeeping
from monty_kernel.jupyter.wire_session import WireSession
from monty_kernel.session.replies import error_content, expression_contents

if TYPE_CHECKING:
    from ipykernel.kernelbase import Kernel

    from monty_kernel.engine.engine import Outcome
    from monty_kernel.outputs import Result
    from monty_kernel.session.cell_runner import CellRequest, CellRunner

ARRIVING = 0.03
"""Seconds from the last cell that arrived from JupyterLab to an error, at least. JupyterLab takes some 10 ms to send the cells
of a Run All, and its server as long to pass them on; both take longer on a busy machine, but then cells go on arriving.
Clients that name no cell, such as agents, get an error at once."""

MOST_ARRIVING = 0.5
"""Seconds that a cell's error waits for cells that go on arriving."""

SENT_BEFORE = 0.5
"""Seconds for which requests are received that may have been sent before an error. A client may never stop sending."""

LONGEST_CELL_ID = 64
"""Characters of a cell's id, as nbformat has it."""

AT_ONCE = 0.002
"""Seconds that the loop waits for a cell without looking at anything else."""


async def _reply_content(outcome: Outcome) -> dict[str, Any]:
    """What the reply says of the outcome. Made off the loop if a helper process may have to parse a cell for it."""
    failure = outcome.failure
    if failure is None:
        return {"user_expressions": expression_contents(outcome.expressions)}
    if all(frame.cell is None or is_modest(frame.cell.text) for frame in failure.frames):
        return error_content(failure)
    return await asyncio.to_thread(error_content, failure)


def _cell_id(metadata: dict[str, Any]) -> str | None:
    """What JupyterLab calls the cell of a request."""
    cell_id = metadata.get("cellId")
    if not isinstance(cell_id, str) or not 0 < len(cell_id) <= LONGEST_CELL_ID:
        return None
    return cell_id if cell_id.isascii() and cell_id.isprintable() else None


class Execution:
    """For the loop: one cell at a time.

    Args:
        kernel: Publishes and replies.
        frontend: The running cell's way to the front end.
        services: The session, and the thread that drives it.
        queue: The requests that wait.
        ended: Called when a cell has been answered, with what came of it; None if that is not known.
    """

    def __init__(
        self,
        kernel: Kernel,
        frontend: KernelFrontend,
        services: KernelSession,
        queue: ShellQueue,
        ended: Callable[[Outcome | None], object],
    ) -> None:
        assert isinstance(kernel.session, WireSession)
        self._kernel = kernel
        self._session = kernel.session
        self._frontend = frontend
        self._services = services
        self._queue = queue
        self._ended = ended

    @cached_property
    def _runner(self) -> CellRunner:
        from monty_kernel.session.cell_runner import CellRunner
        from monty_kernel.timetravel.dump_budget import DumpBudget

        budget = DumpBudget(self._services.settings.snapshot_budget)
        return CellRunner(self._frontend, budget, self._queue.cells_wait, self._services.thread.in_pause)

    async def run(self, request: Request) -> None:
        """Run a cell, from busy to idle."""
        kernel, session = self._kernel, self._session
        parent, content = request.message, request.message["content"]
        cell = self._cell_of(request)
        running = self._begin(cell, parent)
        reply = {
            "status": "ok",
            "execution_count": self._services.count,
            "payload": self._frontend.payload,
            "user_expressions": {},
        }
        result: Result | None = None
        outcome: Outcome | None = None
        if running is not None:
            try:
                running.finished_within(AT_ONCE)
                outcome = await running
                await self._frontend.flush()
                result = outcome.result
                reply |= await _reply_content(outcome)
            except Exception as error:  # a defect of ours must not leave the front end waiting for a reply
                reply |= self._defect(error)
        self._services.request, self._services.turned = None, time.monotonic()
        left = any(each["source"] == "ask_exit" for each in self._frontend.payload)
        if (left or reply["status"] == "error") and not cell.silent and content.get("stop_on_error", True):
            await self._let_arrive(request)
            await self._receive_what_was_sent()
            # before the reply: requests that a client sends after it must not be aborted
            self._queue.abort_waiting(request)
        metadata = kernel.init_metadata(parent)
        with session.together():
            if not cell.silent:
                try:
                    self._publish_outcome(cell, result, reply)
                except Exception as error:
                    reply |= self._defect(error)
            session.send(kernel.shell_stream, "execute_reply", reply, parent, metadata=metadata, ident=request.idents)
            kernel._publish_status("idle", "shell")
        if running is not None:
            self._stream.receive_waiting()  # if cells wait, the state may be kept without a dump
            running.told()
            self._ended(outcome)
        if self._services.trace is not None:
            self._services.trace.event("replied")

    @property
    def _stream(self) -> GuardedStream:
        assert isinstance(self._kernel.shell_stream, GuardedStream)
        return self._kernel.shell_stream

    async def _let_arrive(self, request: Request) -> None:
        """Let what a Run All of JupyterLab sends behind a cell arrive before the cell's error is known, which then aborts it."""
        if "cellId" not in request.message["metadata"]:
            return
        loop = asyncio.get_running_loop()
        until = loop.time() + MOST_ARRIVING
        while (left := min(self._queue.last_cell + ARRIVING, until) - loop.time()) > 0:  # noqa: ASYNC110 - cells move the time
            await asyncio.sleep(left)

    async def _receive_what_was_sent(self) -> None:
        """Put into the queue what is in the socket: it was sent before the failure was known."""
        loop = asyncio.get_running_loop()
        until = loop.time() + SENT_BEFORE
        while self._stream.receive_waiting():
            if loop.time() > until:
                return
            await asyncio.sleep(0)  # interrupts are heard

    def passed_over(self, request: Request) -> None:
        """Note a cell that is aborted, since the one before it failed."""
        content = request.message["content"]
        if not content.get("silent", False):
            self._runner.passed_over(content["code"])

    def _cell_of(self, request: Request) -> CellRequest:
        from monty_kernel.session.cell_runner import CellRequest

        content = request.message["content"]
        code, silent = content["code"], bool(content.get("silent", False))
        # as in IPython, a blank cell does not count
        remember = bool(content.get("store_history", not silent)) and not silent and not (code == "" or code.isspace())
        self._services.count += remember
        # as in IPython, a cell outside the history is numbered like the next one that will be in it
        number = self._services.count + (not remember)
        self._frontend.start_cell(allow_stdin=bool(content.get("allow_stdin", False)))
        if self._services.trace is not None:
            waited = asyncio.get_running_loop().time() - request.received
            self._services.trace.received(number, len(code.encode("utf-8", "surrogatepass")), waited)
        expressions = {name: str(text) for name, text in (content.get("user_expressions") or {}).items()}
        return CellRequest(code, number, remember, silent, expressions, _cell_id(request.message["metadata"]))

    def _begin(self, cell: CellRequest, parent: dict[str, Any]) -> Posted[Outcome] | None:
        """Hand the cell over, and only say so when its worker computes: then the two threads do not wait for each other."""
        kernel = self._kernel
        running = None
        noted = cell.remember and (self._services.has("history") or "%" in cell.code)
        if noted:  # before the cell can ask for it; a cell that cannot need not wait until the history is loaded
            self._services.history.add(cell.number, cell.code)
        if not is_housekeeping(cell.code, store_history=cell.remember):
            self._services.turned = time.monotonic()
            self._services.request, running = parent, self._hand_over(cell)
            self._services.engine.interrupts.under_way_within(AT_ONCE)
        with self._session.together():
            kernel._publish_status("busy", "shell")
            if not cell.silent:
                kernel._publish_execute_input(cell.code, parent, cell.number)
        if cell.remember and not noted:
            self._services.history.add(cell.number, cell.code)
        return running

    def _hand_over(self, cell: CellRequest) -> Posted[Outcome]:
        self._services.engine.interrupts.expect()
        # the state is saved while the loop sends what came of the cell
        return self._services.thread.post(partial(self._runner.run, cell), then=partial(self._save_state, cell))

    def _save_state(self, cell: CellRequest) -> None:
        from monty_kernel.isolation.pool import WallsMissing

        try:
            self._runner.save_state(cell)
        except WallsMissing:
            pass  # the cell before has said so, and the next will
        except Exception:
            if not self._services.closed:
                self._kernel.log.exception(
                    "The state could not be kept; the next cell starts from the last one that was."
                )

    def _publish_outcome(self, cell: CellRequest, result: Result | None, reply: dict[str, Any]) -> None:
        if reply["status"] == "error":
            self._frontend.send("error", {key: reply[key] for key in ("ename", "evalue", "traceback")})
        elif result is not None:
            self._frontend.send_output(result, cell.number)
            if cell.remember:
                self._services.history.add_output(cell.number, str(result.data.get("text/plain", "")))

    def _defect(self, error: Exception) -> dict[str, Any]:
        """What the reply says of a defect of ours."""
        self._kernel.log.exception("The result of a cell could not be sent.")
        ename, evalue = type(error).__name__, f"internal error of monty-kernel: {error}"
        return {"status": "error", "ename": ename, "evalue": evalue, "traceback": []}
