"""MontyKernel: it takes Jupyter's requests, has the session do the work, and sends replies."""

from __future__ import annotations

import asyncio
import os
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pydantic_monty
from ipykernel._version import kernel_protocol_version
from ipykernel.kernelbase import Kernel

from monty_kernel import __version__
from monty_kernel.jupyter.execution import Execution
from monty_kernel.jupyter.frontend import KernelFrontend
from monty_kernel.jupyter.guarded_stream import GuardedStream
from monty_kernel.jupyter.help_links import HelpLink, documents
from monty_kernel.jupyter.kernel_session import KernelSession
from monty_kernel.jupyter.reconnecting import Reconnecting
from monty_kernel.jupyter.request_content import problem
from monty_kernel.jupyter.shell_queue import Request, ShellQueue
from monty_kernel.jupyter.timeline_protocol import TARGET, VERSION
from monty_kernel.session.replies import LANGUAGE_INFO
from monty_kernel.settings import OPTIONS, Settings, traits

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from monty_kernel.engine.engine import Outcome
    from monty_kernel.jupyter.timeline_comms import TimelineComms

# comms too: a front end that comes while a cell runs wants to see the states now
QUESTIONS = frozenset(
    {
        "complete_request",
        "inspect_request",
        "is_complete_request",
        "history_request",
        "kernel_info_request",
        "comm_info_request",
        "comm_open",
        "comm_msg",
        "comm_close",
    }
)

NOT_ON_CONTROL = frozenset({"execute_request", "debug_request"}) | {
    f"{what}_subshell_request" for what in ("create", "delete", "list")
}
"""What ipykernel would take there: a cell, though only one runs at a time, and what this kernel does not have."""


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
        "no files, no network, no environment.\n%undo takes a change back, %lsmagic lists the magics, name? is help."
    )
    help_links = [
        {"text": "Monty", "url": "https://github.com/pydantic/monty"},
        {"text": "Python Reference", "url": "https://docs.python.org/3.14"},
    ]

    profile_dir = None  # of IPython, which ipykernel would import for it

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)  # type: ignore[no-untyped-call]
        self._execute_sleep = 0.0  # ipykernel's time for its IOPub thread, which does not exist here
        self._reconnecting = Reconnecting()
        settings = Settings(**{name: getattr(self, name) for name in OPTIONS})
        own_files = (getattr(self.parent, "config_file", None), settings.history_file, settings.trace_file)
        self._services = KernelSession(
            settings,
            self.log,
            [Path(file).expanduser() for file in own_files if file],
            self._identity(),
        )
        self._on_control: set[asyncio.Task[None]] = set()  # so that they are not collected
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
    def _execution(self) -> Execution:
        return Execution(self, self.frontend, self._services, self._queue, self._cell_ended)

    def _cell_ended(self, outcome: Outcome | None) -> None:
        if "comms" in vars(self):
            self.comms.cell_ended(outcome)

    # Life

    def start(self) -> None:
        """Serve requests from now on."""
        super().start()  # type: ignore[no-untyped-call]
        assert isinstance(self.shell_stream, GuardedStream)
        assert isinstance(self.control_stream, GuardedStream)
        self.shell_stream.on_message(self._received)
        self.control_stream.on_message(self._received_on_control)
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
            self._execution.passed_over(request)
            self._publish_status("busy", "shell")
            self._send_abort_reply(self.shell_stream, request.message, request.idents)
        else:
            await self._reconnecting.over()
            await self._execution.run(request)
            return
        self._publish_status("idle", "shell")

    async def _answer(self, request: Request) -> None:
        """Answer a question while a cell runs. Its status messages must not make the cell look idle."""
        self._publish_status("busy", "shell", parent=request.message)
        await self._handle(request)
        self._publish_status("idle", "shell", parent=request.message)
        if self._services.request is not None:
            self._publish_status("busy", "shell", parent=self._services.request)

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
        content = {"status": "error", "ename": ename, "evalue": evalue, "traceback": []}
        self._send_reply(self.shell_stream, request, content)

    def _send_reply(self, stream: Any, request: Request, content: dict[str, Any]) -> None:
        assert self.session is not None
        kind = request.type.removesuffix("_request") + "_reply"
        self.session.send(stream, kind, content, request.message, ident=request.idents)

    # Requests on control

    def _received_on_control(self, idents: list[bytes], message: dict[str, Any]) -> None:
        loop = asyncio.get_running_loop()
        request = Request(idents, message, 0, loop.time())
        task = loop.create_task(self._control(request))
        self._on_control.add(task)
        task.add_done_callback(self._on_control.discard)

    async def _control(self, request: Request) -> None:
        """Answer a request on control. Those about states wait for nothing, and nothing waits for them."""
        try:
            if request.type.startswith("timeline_") and request.type in self._timeline_handlers:
                await self._answer_about_states(request)
            else:
                async with self._control_lock:
                    await self._serve_control(request)
        except Exception:
            if not self._services.closed:
                self.log.exception("A %s on control could not be answered.", request.type)

    async def _serve_control(self, request: Request) -> None:
        self.set_parent(request.idents, request.message, channel="control")
        self._publish_status("busy", "control")
        handler = self.control_handlers.get(request.type)
        wrong = problem(request.type, request.message["content"])
        if handler is None:
            self.log.info("Unknown message type %s on control", request.type)
            wrong = f"this kernel knows no {request.type} on control"
        try:
            if wrong is None and handler is not None:
                await handler(self.control_stream, request.idents, request.message)
            elif request.type.endswith("_request"):
                error: dict[str, Any] = {"status": "error", "ename": "ValueError", "evalue": wrong, "traceback": []}
                self._send_reply(self.control_stream, request, error)
        finally:
            self._publish_status("idle", "control")

    async def _answer_about_states(self, request: Request) -> None:
        """Answer a request about states. Its status messages must not make a running cell look idle."""
        self._publish_status("busy", "control", parent=request.message)
        try:
            reply = await self._timeline_handlers[request.type](request.message["content"])
        except Exception as error:  # a defect of ours must not leave the front end waiting for a reply
            self.log.exception("A %s could not be answered.", request.type)
            evalue = f"internal error of monty-kernel: {error}"
            reply = {"status": "error", "ename": type(error).__name__, "evalue": evalue, "traceback": []}
        self._send_reply(self.control_stream, request, reply)
        self._publish_status("idle", "control", parent=request.message)
        if self._services.request is not None:
            self._publish_status("busy", "shell", parent=self._services.request)

    @cached_property
    def _timeline_handlers(self) -> Mapping[str, Callable[[Mapping[str, Any]], Awaitable[dict[str, Any]]]]:
        if not self._services.keeps_states:
            return {}
        from monty_kernel.jupyter.timeline_requests import TimelineRequests

        requests = TimelineRequests(self._services, self.frontend, self._queue.cells_wait, self.comms)
        return {"timeline_request": requests.reply, "timeline_act_request": requests.act}

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

    # Comms: the sandbox cannot hold one, so there are only those of the timeline

    @cached_property
    def comms(self) -> TimelineComms:
        """The front ends that follow the states."""
        from monty_kernel.jupyter.timeline_comms import TimelineComms

        return TimelineComms(self._services, self._publish)

    def _publish(self, kind: str, content: dict[str, Any], parent: dict[str, Any]) -> None:
        assert self.session is not None
        self.session.send(self.iopub_socket, kind, content, parent=parent, ident=self._topic(kind))

    async def comm_open(self, stream: Any, ident: Any, parent: dict[str, Any]) -> None:
        """Open a comm of the timeline. One of another target is closed at once, as the message specification asks."""
        await self.iopub_socket.drained()  # a tree may be large, and its reader slow
        self.comms.open(parent)

    async def comm_msg(self, stream: Any, ident: Any, parent: dict[str, Any]) -> None:
        """Ignore a message to a comm: clients are only told."""

    async def comm_close(self, stream: Any, ident: Any, parent: dict[str, Any]) -> None:
        """A client closed its comm."""
        self.comms.close(parent)

    async def comm_info_request(self, stream: Any, ident: Any, parent: dict[str, Any]) -> None:
        """Say which comms are open."""
        assert self.session is not None
        asked = parent["content"].get("target_name")
        ids = self.comms.ids if "comms" in vars(self) and asked in (None, TARGET) else []
        content = {"status": "ok", "comms": {comm_id: {"target_name": TARGET} for comm_id in ids}}
        self.session.send(stream, "comm_info_reply", content, parent, ident=ident)

    msg_types = [*Kernel.msg_types, "comm_open", "comm_msg", "comm_close"]
    control_msg_types = [kind for kind in Kernel.control_msg_types if kind not in NOT_ON_CONTROL]

    # Execution

    @property
    def execution_count(self) -> int:
        """The count of the cell that runs, or that ran last."""
        return self._services.count

    @execution_count.setter
    def execution_count(self, value: int) -> None:
        """Ignored: ipykernel counts each cell that is not silent, but in IPython only those in the history count."""

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

    @cached_property
    def _documents(self) -> list[HelpLink]:
        return documents(getattr(self.parent, "connection_file_path", None), os.environ)

    @property
    def kernel_info(self) -> dict[str, Any]:
        """The content of kernel_info_reply. It names only what works."""
        keeps = self._services.keeps_states
        return {
            "protocol_version": kernel_protocol_version,
            "implementation": self.implementation,
            "implementation_version": self.implementation_version,
            "language_info": self.language_info,
            "banner": self.banner,
            "help_links": [*self._documents, *self.help_links],
            "supported_features": [TARGET] if keeps else [],
            **({"monty": {"timeline": VERSION, "last_session": self._services.last_session}} if keeps else {}),
        }
