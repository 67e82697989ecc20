"""MontyKernel: it takes Jupyter's requests, has the session do the work, and sends replies."""

from __future__ import annotations

import asyncio
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pydantic_monty
from ipykernel._version import kernel_protocol_version
from ipykernel.kernelbase import Kernel

from monty_kernel import __version__
from monty_kernel.bounded import is_modest
from monty_kernel.jupyter.frontend import KernelFrontend
from monty_kernel.jupyter.guarded_stream import GuardedStream
from monty_kernel.jupyter.kernel_session import KernelSession
from monty_kernel.jupyter.reconnecting import Reconnecting
from monty_kernel.jupyter.request_content import problem
from monty_kernel.jupyter.shell_queue import Request, ShellQueue
from monty_kernel.jupyter.vscode import is_housekeeping
from monty_kernel.jupyter.wire_session import WireSession
from monty_kernel.session.replies import LANGUAGE_INFO, error_content, expression_contents
from monty_kernel.settings import OPTIONS, Settings, traits

if TYPE_CHECKING:
    from monty_kernel.engine.engine import Outcome
    from monty_kernel.jupyter.sandbox_thread import Posted
    from monty_kernel.outputs import Result
    from monty_kernel.session.cell_runner import CellRequest, CellRunner

QUESTIONS = frozenset(
    {
        "complete_request",
        "inspect_request",
        "is_complete_request",
        "history_request",
        "kernel_info_request",
        "comm_info_request",
    }
)


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


class MontyKernel(Kernel):
    """The kernel. Its loop never runs user code: the session lives in a worker process, driven by one thread.

    Its options are set as `MontyKernel.…`, on the command line or in a file in a configuration folder of Jupyter.
    """

    vars().update(traits())

    implementation = "monty_kernel"
    implementation_version = __version__
    language_info = LANGUAGE_INFO
    banner = (
        f"Monty {pydantic_monty.__version__}, a sandboxed Python (monty-kernel {__version__}): "
        "no files, no network, no environment.\nType %lsmagic for the magics, name? for help."
    )
    help_links = [
        {"text": "Monty", "url": "https://github.com/pydantic/monty"},
        {"text": "Python Reference", "url": "https://docs.python.org/3.14"},
    ]

    profile_dir = None  # of IPython, which ipykernel would import for it

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)  # type: ignore[no-untyped-call]
        self._execute_sleep = 0.0  # ipykernel's time for its IOPub thread, which does not exist here
        self._executing: dict[str, Any] | None = None  # the execute_request whose cell runs
        self._reconnecting = Reconnecting()
        settings = Settings(**{name: getattr(self, name) for name in OPTIONS})
        own_files = (getattr(self.parent, "config_file", None), settings.history_file, settings.trace_file)
        self._services = KernelSession(
            settings,
            self.log,
            [Path(file).expanduser() for file in own_files if file],
            self._identity(),
            lambda: self._executing is not None,
        )
        # a request waits until the session is ready again after the cell before it
        self._queue = ShellQueue(self._serve, self._answer, QUESTIONS, ready=self._services.thread.idle)
        self._services.start()

    def _identity(self) -> str | None:
        """This kernel's connection file and key, which only a restart keeps."""
        file, key = getattr(self.parent, "connection_file_path", None), self.session.key if self.session else b""
        return f"{file}\n{key.hex()}" if file is not None and key else None

    @cached_property
    def frontend(self) -> KernelFrontend:
        """The running cell's way to the front end."""
        return KernelFrontend(self, self._services, asyncio.get_event_loop())

    @cached_property
    def _runner(self) -> CellRunner:
        from monty_kernel.session.cell_runner import CellRunner
        from monty_kernel.timetravel.dump_budget import DumpBudget

        budget = DumpBudget(self._services.settings.snapshot_budget)
        return CellRunner(self.frontend, budget, self._queue.cells_wait, self._services.thread.in_pause)

    # Life

    def start(self) -> None:
        """Serve requests from now on."""
        super().start()  # type: ignore[no-untyped-call]
        assert isinstance(self.shell_stream, GuardedStream)
        self.shell_stream.on_message(self._received)
        self.frontend  # noqa: B018 - opens the stdin channel

    async def close(self) -> None:
        """End the session and its workers. Idempotent."""
        if not self._services.closed:
            self.frontend.close()
            await self._services.close()

    # Requests on shell, in order

    def _received(self, idents: list[bytes], message: dict[str, Any]) -> None:
        if message["header"]["msg_type"] == "interrupt_request":  # VS Code sends it here, and cannot wait for the cell
            self._interrupt(self.shell_stream, idents, message)
        else:
            self._queue.put(idents, message)

    async def _serve(self, request: Request) -> None:
        """Handle one request to its end. Never raises, because the requests behind it must be served."""
        if self._services.closed:
            return
        try:
            await self._serve_one(request)
        except Exception:
            if not self._services.closed:
                self.log.exception("A %s could not be answered.", request.type)

    async def _serve_one(self, request: Request) -> None:
        self.set_parent(request.idents, request.message, channel="shell")
        if request.type != "execute_request" or problem(request.type, request.message["content"]) is not None:
            self._publish_status("busy", "shell")
            await self._handle(request)
        elif self._queue.is_aborted(request):
            self._publish_status("busy", "shell")
            self._send_abort_reply(self.shell_stream, request.message, request.idents)
        else:
            await self._reconnecting.over()
            await self._execute(request)
            return
        self._publish_status("idle", "shell")

    async def _answer(self, request: Request) -> None:
        """Answer a question while a cell runs. Its status messages must not make the cell look idle."""
        self._publish_status("busy", "shell", parent=request.message)
        await self._handle(request)
        self._publish_status("idle", "shell", parent=request.message)
        if self._executing is not None:
            self._publish_status("busy", "shell", parent=self._executing)

    async def _handle(self, request: Request) -> None:
        handler = self.shell_handlers.get(request.type)
        if handler is None:
            self.log.info("Unknown message type %s", request.type)
            return
        wrong = problem(request.type, request.message["content"])
        if wrong is not None:
            if request.type == "execute_request":  # no front end shows an error that only the reply has
                self.frontend.send(
                    "error", {"ename": "ValueError", "evalue": wrong, "traceback": [f"ValueError: {wrong}"]}
                )
            self._send_error_reply(request, "ValueError", wrong)
            return
        try:
            await handler(self.shell_stream, request.idents, request.message)
        except Exception as error:  # a defect of ours must not leave the front end waiting for a reply
            self.log.exception("The handler of %s failed.", request.type)
            self._send_error_reply(request, type(error).__name__, f"internal error of monty-kernel: {error}")

    def _send_error_reply(self, request: Request, ename: str, evalue: str) -> None:
        assert self.session is not None
        content = {"status": "error", "ename": ename, "evalue": evalue, "traceback": []}
        kind = request.type.removesuffix("_request") + "_reply"
        self.session.send(self.shell_stream, kind, content, request.message, ident=request.idents)

    def _abort_queues(self, subshell_id: str | None = None) -> None:
        assert self.shell_stream is not None
        self.shell_stream.flush()  # requests in the socket were sent before the failure was known
        self._queue.abort_waiting()

    # Requests on control

    async def interrupt_request(self, stream: Any, ident: Any, parent: dict[str, Any]) -> None:
        """Handle an interrupt_request."""
        self._interrupt(stream, ident, parent)

    def _interrupt(self, stream: Any, idents: Any, request: dict[str, Any]) -> None:
        assert self.session is not None
        self.interrupt()
        self.session.send(stream, "interrupt_reply", {"status": "ok"}, request, ident=idents)

    def interrupt(self) -> None:
        """Stop the running cell, if one runs."""
        self._services.engine.interrupts.interrupt()

    async def _at_shutdown(self) -> None:
        # ipykernel would look for child processes, with sleeps in between; close() has ended ours
        await self.close()
        assert self.session is not None
        if self._shutdown_message is not None:
            self.session.send(self.iopub_socket, self._shutdown_message, ident=self._topic("shutdown"))

    # Comms: the sandbox cannot hold one

    async def comm_open(self, stream: Any, ident: Any, parent: dict[str, Any]) -> None:
        """Close the comm at once. The message specification asks this of a kernel that does not know the target."""
        self.frontend.send("comm_close", {"comm_id": parent["content"].get("comm_id"), "data": {}})

    async def comm_msg(self, stream: Any, ident: Any, parent: dict[str, Any]) -> None:
        """Ignore a message to a comm that does not exist."""

    comm_close = comm_msg
    msg_types = [*Kernel.msg_types, "comm_open", "comm_msg", "comm_close"]
    control_msg_types = [kind for kind in Kernel.control_msg_types if kind != "execute_request"]  # one cell at a time

    # Execution

    @property
    def execution_count(self) -> int:
        """The count of the cell that runs, or that ran last."""
        return self._services.count

    @execution_count.setter
    def execution_count(self, value: int) -> None:
        """Ignored: ipykernel counts each cell that is not silent, but in IPython only those in the history count."""

    async def _execute(self, request: Request) -> None:
        """Run a cell, from busy to idle."""
        assert isinstance(self.session, WireSession)
        parent, content = request.message, request.message["content"]
        cell = self._cell_of(request)
        running = self._begin(cell, parent)
        reply = {
            "status": "ok",
            "execution_count": self._services.count,
            "payload": self.frontend.payload,
            "user_expressions": {},
        }
        result: Result | None = None
        if running is not None:
            try:
                running.finished_within(AT_ONCE)
                outcome = await running
                await self.frontend.flush()
                result = outcome.result
                reply |= await _reply_content(outcome)
            except Exception as error:  # a defect of ours must not leave the front end waiting for a reply
                reply |= self._defect(error)
        self._executing = None
        if reply["status"] == "error" and not cell.silent and content.get("stop_on_error", True):
            self._abort_queues()  # before the reply: requests that a client sends after it must not be aborted
        metadata = self.init_metadata(parent)
        with self.session.together():
            if not cell.silent:
                try:
                    self._publish_outcome(cell, result, reply)
                except Exception as error:
                    reply |= self._defect(error)
            self.session.send(
                self.shell_stream, "execute_reply", reply, parent, metadata=metadata, ident=request.idents
            )
            self._publish_status("idle", "shell")
        if running is not None:
            running.told()
        if self._services.trace is not None:
            self._services.trace.event("replied")

    def _cell_of(self, request: Request) -> CellRequest:
        from monty_kernel.session.cell_runner import CellRequest

        content = request.message["content"]
        code, silent = content["code"], bool(content.get("silent", False))
        # as in IPython, a blank cell does not count
        remember = bool(content.get("store_history", not silent)) and not silent and not (code == "" or code.isspace())
        self._services.count += remember
        # as in IPython, a cell outside the history is numbered like the next one that will be in it
        number = self._services.count + (not remember)
        self.frontend.start_cell(allow_stdin=bool(content.get("allow_stdin", False)))
        if self._services.trace is not None:
            waited = asyncio.get_running_loop().time() - request.received
            self._services.trace.received(number, len(code.encode("utf-8", "surrogatepass")), waited)
        expressions = {name: str(text) for name, text in (content.get("user_expressions") or {}).items()}
        return CellRequest(code, number, remember, silent, expressions)

    def _begin(self, cell: CellRequest, parent: dict[str, Any]) -> Posted[Outcome] | None:
        """Hand the cell over, and only say so when its worker computes: then the two threads do not wait for each other."""
        assert isinstance(self.session, WireSession)
        running = None
        noted = cell.remember and (self._services.has("history") or "%" in cell.code)
        if noted:  # before the cell can ask for it; a cell that cannot need not wait until the history is loaded
            self._services.history.add(cell.number, cell.code)
        if not is_housekeeping(cell.code, store_history=cell.remember):
            self._executing, running = parent, self._hand_over(cell)
            self._services.engine.interrupts.under_way_within(AT_ONCE)
        with self.session.together():
            self._publish_status("busy", "shell")
            if not cell.silent:
                self._publish_execute_input(cell.code, parent, cell.number)
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
                self.log.exception("The state could not be kept; the next cell starts from the last one that was.")

    def _publish_outcome(self, cell: CellRequest, result: Result | None, reply: dict[str, Any]) -> None:
        if reply["status"] == "error":
            self.frontend.send("error", {key: reply[key] for key in ("ename", "evalue", "traceback")})
        elif result is not None:
            self.frontend.send_output(result, cell.number)
            if cell.remember:
                self._services.history.add_output(cell.number, str(result.data.get("text/plain", "")))

    def _defect(self, error: Exception) -> dict[str, Any]:
        """What the reply says of a defect of ours."""
        self.log.exception("The result of a cell could not be sent.")
        ename, evalue = type(error).__name__, f"internal error of monty-kernel: {error}"
        return {"status": "error", "ename": ename, "evalue": evalue, "traceback": []}

    # What the front end asks about code

    async def do_complete(self, code: str, cursor_pos: int) -> dict[str, Any]:
        """Completions at a place in the code; the content of complete_reply."""
        found = await self._services.introspector.complete(code, cursor_pos)
        return {
            "status": "ok",
            "matches": list(found.matches),
            "cursor_start": found.cursor_start,
            "cursor_end": found.cursor_end,
            "metadata": found.metadata(),
        }

    async def do_inspect(
        self, code: str, cursor_pos: int, detail_level: int = 0, omit_sections: Any = ()
    ) -> dict[str, Any]:
        """What is known of the name at a place in the code; the content of inspect_reply."""
        found = await self._services.introspector.inspect(code, cursor_pos, detail_level)
        return {
            "status": "ok",
            "found": found.found,
            "data": self._services.engine.sanitizer.page(found.data),
            "metadata": dict(found.metadata),
        }

    async def do_is_complete(self, code: str) -> dict[str, Any]:
        """Whether a console should run the code or go on reading."""
        status, indent = await self._services.introspector.is_complete(code)
        return {"status": status, "indent": indent} if status == "incomplete" else {"status": status}

    async def do_history(
        self,
        hist_access_type: str,
        output: bool,
        raw: bool,
        session: int = 0,
        start: int = 1,
        stop: int | None = None,
        n: int | None = None,
        pattern: str | None = None,
        unique: bool = False,
        **unknown: Any,
    ) -> dict[str, Any]:
        """Earlier inputs; the content of history_reply. Unknown fields are ignored, as in other requests."""
        history = self._services.history
        if hist_access_type == "tail":
            query = partial(history.tail, n)
        elif hist_access_type == "range":
            query = partial(history.range, session, start, stop)
        else:
            query = partial(history.search, pattern or "*", n=n, unique=unique)
        found = await asyncio.to_thread(query, raw=raw, output=output)  # another kernel may hold the file for a while
        return {"status": "ok", "history": found}

    # What the front end may know

    @property
    def kernel_info(self) -> dict[str, Any]:
        """The content of kernel_info_reply. It names only what works."""
        return {
            "protocol_version": kernel_protocol_version,
            "implementation": self.implementation,
            "implementation_version": self.implementation_version,
            "language_info": self.language_info,
            "banner": self.banner,
            "help_links": self.help_links,
            "supported_features": [],
        }
