"""MontyKernel: Jupyter messages in, engine calls, messages out."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from functools import cached_property, partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pydantic_monty
from ipykernel._version import kernel_protocol_version
from ipykernel.kernelbase import Kernel

from monty_kernel import __version__
from monty_kernel.bounded.modest import is_modest
from monty_kernel.isolation.orphans import OrphanWatch
from monty_kernel.jupyter.frontend import KernelFront
from monty_kernel.jupyter.guarded_stream import GuardedStream
from monty_kernel.jupyter.reconnecting import Reconnecting
from monty_kernel.jupyter.request_content import problem
from monty_kernel.jupyter.sandbox_thread import SandboxThread, resolve
from monty_kernel.jupyter.shell_queue import Request, ShellQueue
from monty_kernel.jupyter.vscode import is_housekeeping
from monty_kernel.kernel_traits import KernelTraits
from monty_kernel.session.language_info import LANGUAGE_INFO
from monty_kernel.session.replies import error_content, expression_contents
from monty_kernel.startup import end_start

if TYPE_CHECKING:
    from monty_kernel.engine.engine import Engine, Outcome
    from monty_kernel.engine.source.sources import Failure
    from monty_kernel.engine.workers import Workers
    from monty_kernel.grants.grants import Grants
    from monty_kernel.grants.quota import Quota
    from monty_kernel.history.history import History
    from monty_kernel.introspect.introspector import Introspector
    from monty_kernel.magics.registry import Magics
    from monty_kernel.session.cell_runner import CellRequest, CellRunner
    from monty_kernel.session.view import SessionView
    from monty_kernel.timetravel.archive import Archive
    from monty_kernel.timetravel.travel import TimeTravel
    from monty_kernel.typecheck.checker import Checker
    from monty_kernel.typecheck.checks import TypeChecks

T = TypeVar("T")

_RUNNER = "monty_kernel.session.cell_runner"
"""What runs cells, with the engine and all that belongs to it."""

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


async def _error_content(failure: Failure) -> dict[str, Any]:
    """What `error_content` gives. Off the loop where a helper may have to parse a cell, for its scopes."""
    if all(frame.cell is None or is_modest(frame.cell.text) for frame in failure.frames):
        return error_content(failure)
    return await asyncio.to_thread(error_content, failure)


class MontyKernel(KernelTraits, Kernel):
    """The kernel. Its loop never runs user code: the session lives in a worker process, driven by one thread."""

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
        self._count = 0
        self._closed = False
        self._executing: dict[str, Any] | None = None  # the execute_request whose cell runs
        self._orphans = OrphanWatch()
        self._grants = self._granted()
        self._making = threading.RLock()
        self._pool: Workers | None = None
        self._engine: Engine | None = None
        self._travel: TimeTravel | None = None
        self._checker: Checker | None = None
        self._thread = SandboxThread()
        # a request waits until the session is ready again after the cell before it
        self._queue = ShellQueue(self._serve, self._answer, QUESTIONS, ready=self._thread.idle)
        self._reconnecting = Reconnecting()
        self._thread.submit(self._start_session)

    # What is made, and imported, when first used: by the sandbox thread, while the loop tells the client that the kernel is here

    @property
    def _workers(self) -> Workers:
        """Where the session's worker comes from."""
        with self._making:
            if self._pool is None:
                from monty_kernel.engine.workers import Workers

                self._pool = Workers(self._orphans.watch, walls=self.walls, memory=self.max_memory)
            return self._pool

    @property
    def engine(self) -> Engine:
        """The session."""
        with self._making:
            if self._engine is None:
                from monty_kernel.engine.engine import Engine
                from monty_kernel.sanitize.sanitizer import Sanitizer

                self._engine = Engine(self.limits, self._workers, self._grants, Sanitizer(trust=self.trust_outputs))
            return self._engine

    @cached_property
    def front(self) -> KernelFront:
        """The running cell's way to the front end."""
        return KernelFront(self, asyncio.get_event_loop())

    @cached_property
    def _runner(self) -> CellRunner:
        from monty_kernel.session.cell_runner import CellRunner
        from monty_kernel.timetravel.policy import DumpBudget

        budget = DumpBudget(self.snapshot_budget)
        cells_wait = self._queue.cells_wait
        return CellRunner(
            self.engine, self.front, lambda: self.magics, self.travel, budget, cells_wait, self.types, self.log
        )

    @cached_property
    def types(self) -> TypeChecks:
        """The type check of cells before they run."""
        from monty_kernel.typecheck.checks import TypeChecks

        return TypeChecks(self.engine, self.typecheck, self._make_checker)

    def _make_checker(self) -> Checker:
        from monty_kernel.typecheck.checker import checker

        self._checker = checker(self.walls, self._orphans)
        return self._checker

    @property
    def travel(self) -> TimeTravel:
        """The states of the session."""
        with self._making:
            if self._travel is None:
                from monty_kernel.timetravel.travel import TimeTravel

                archive = self._archive() if self.snapshots == "disk" else None
                self._travel = TimeTravel(
                    self.engine, keep=self.snapshots != "off", most=self.snapshot_memory, archive=archive
                )
            return self._travel

    def _archive(self) -> Archive:
        from monty_kernel.timetravel.user_archive import user_archive

        return user_archive(
            lambda: self.magics,
            self.log,
            self._identity(),
            days=self.snapshot_max_days,
            states=self.snapshot_max_states,
            size=self.snapshot_max_bytes,
        )

    def _identity(self) -> str | None:
        """What tells this kernel from others: its connection file and key, which a restart alone keeps. No cell can read them."""
        file, key = getattr(self.parent, "connection_file_path", None), self.session.key if self.session else b""
        return f"{file}\n{key.hex()}" if file is not None and key else None

    def count_from(self, last: int) -> None:
        """Cells count on from this number, if it is higher than theirs."""
        self._count = max(self._count, last)

    @cached_property
    def magics(self) -> Magics:
        """The table of magics."""
        from monty_kernel.magics.registry import Magics

        return Magics()

    @cached_property
    def introspector(self) -> Introspector:
        """What answers completion and inspection."""
        from monty_kernel.introspect.introspector import Introspector

        return Introspector(self.session_view, self.magics, self._tool_namespaces)

    @cached_property
    def session_view(self) -> SessionView:
        """What introspection sees of the session."""
        from monty_kernel.session.view import SessionView

        return SessionView(self.engine, self._thread, lambda: self._executing is not None)

    @cached_property
    def history(self) -> History:
        """The history kept between kernels."""
        from monty_kernel.history.history import History, default_path

        return History(default_path() if self.history_file is None else self.history_file or None, self.log)

    # Life

    def start(self) -> None:
        """Serve requests from now on."""
        super().start()  # type: ignore[no-untyped-call]
        assert isinstance(self.shell_stream, GuardedStream)
        self.shell_stream.on_message(self._received)
        self.front  # noqa: B018 - opens the stdin channel

    def _start_session(self) -> None:
        from monty_kernel.isolation.launch import WallsMissing

        try:
            if self._grants is not None:
                from monty_kernel.grants.opening import grant_or_tell

                grant_or_tell(self._grants, self.tools, self.mounts, self.log)
            workers = self._workers
            import_module(_RUNNER)  # on a thread beside the worker's start it took longer: they share one lock
            self.engine.start()
            if workers.unwalled is not None:
                self.log.warning("The sandbox is the only wall. %s", workers.unwalled)
            self.travel  # noqa: B018 - so that the first cell need not wait for it
        except WallsMissing as error:
            self.log.error("The sandbox worker was not started. %s", error)
        except Exception:
            if not self._closed:  # else close() has just killed the worker
                self.log.exception("The sandbox worker did not start; the next cell tries again.")
        finally:
            end_start()

    def _granted(self) -> Grants | None:
        if not (self.tools or self.mounts or self.audit_file):
            return None
        from monty_kernel.grants.audit import Audit
        from monty_kernel.grants.grants import Grants

        audit = Audit(Path(self.audit_file).expanduser() if self.audit_file else None)
        return Grants(audit, self.tool_permissions, self.own_files, self.mount_quota)

    @property
    def mount_quota(self) -> Quota:
        """What cells may add to folders that are mounted to be changed, nothing of it used yet."""
        from monty_kernel.grants.quota import Quota

        return Quota(self.mount_max_bytes, self.mount_max_files)

    @property
    def own_files(self) -> list[Path]:
        """What no cell may change, wherever it is: the configuration, if it was named, and the history."""
        named = (getattr(self.parent, "config_file", None), self.history_file)
        return [Path(file).expanduser() for file in named if file]

    def _tool_namespaces(self) -> dict[str, object]:
        modules = self._grants.tool_modules if self._grants is not None else {}
        return {name: module.namespace for name, module in modules.items()}

    async def close(self) -> None:
        """End the session and its workers. Idempotent."""
        if self._closed:
            return
        self._closed = True
        self.front.close()
        if self._checker is not None:
            self.engine.interrupt()  # a cell that is being checked does not begin any more
        self.engine.kill()
        await self._on_sandbox_thread(self.engine.close)
        if self._checker is not None:
            await self._on_sandbox_thread(self._checker.close)
        await self._on_sandbox_thread(self._workers.close)
        self._thread.shutdown(wait=False)
        if self._travel is not None:
            self._travel.close()
        self._orphans.close()
        self.engine.access.close()
        if "history" in self.__dict__:
            await asyncio.to_thread(self.history.close)

    def _on_sandbox_thread(self, call: Callable[..., T], *args: Any) -> asyncio.Future[T]:
        return asyncio.get_running_loop().run_in_executor(self._thread, call, *args)

    # Requests on shell, in order

    def _received(self, idents: list[bytes], message: dict[str, Any]) -> None:
        assert self.session is not None
        if message["header"]["msg_type"] == "interrupt_request":  # VS Code sends it here, and cannot wait for the cell
            self.interrupt()
            self.session.send(self.shell_stream, "interrupt_reply", {"status": "ok"}, message, ident=idents)
            return
        self._queue.put(idents, message)

    async def _serve(self, request: Request) -> None:
        """Handle one request to its end. Never raises: those behind it are served, whatever became of it."""
        if self._closed:
            return
        try:
            await self._serve_one(request)
        except Exception:
            if not self._closed:
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
        self._publish_status("idle", "shell")

    async def _answer(self, request: Request) -> None:
        """Answer a question while a cell runs; its status messages must not leave the cell looking idle."""
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
            if request.type == "execute_request":  # no front end shows the reply alone
                self.front.send(
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
        self.shell_stream.flush()  # what has reached the socket was sent before the failure was known
        self._queue.abort_waiting()

    # Requests on control

    async def interrupt_request(self, stream: Any, ident: Any, parent: dict[str, Any]) -> None:
        """Handle an interrupt_request."""
        self.interrupt()
        assert self.session is not None
        self.session.send(stream, "interrupt_reply", {"status": "ok"}, parent, ident=ident)

    def interrupt(self) -> None:
        """Stop the running cell, if one runs."""
        self.engine.interrupt()

    async def _at_shutdown(self) -> None:
        # ipykernel would hunt for child processes, one sleep after the other; ours are ended by close()
        await self.close()
        assert self.session is not None
        if self._shutdown_message is not None:
            self.session.send(self.iopub_socket, self._shutdown_message, ident=self._topic("shutdown"))

    # Comms: nothing in the sandbox can hold one

    async def comm_open(self, stream: Any, ident: Any, parent: dict[str, Any]) -> None:
        """Close what a front end opens, as the message specification asks of a kernel that knows no such target."""
        self.front.send("comm_close", {"comm_id": parent["content"].get("comm_id"), "data": {}})

    async def comm_msg(self, stream: Any, ident: Any, parent: dict[str, Any]) -> None:
        """Ignore a message to a comm that is not there."""

    comm_close = comm_msg
    msg_types = [*Kernel.msg_types, "comm_open", "comm_msg", "comm_close"]
    control_msg_types = [kind for kind in Kernel.control_msg_types if kind != "execute_request"]  # one cell at a time

    # Execution

    @property
    def execution_count(self) -> int:
        """The count of the cell that runs, or that ran last."""
        return self._count

    @execution_count.setter
    def execution_count(self, value: int) -> None:
        """Ignored: ipykernel counts each cell that is not silent; as in IPython, those that are remembered count."""

    async def _execute(self, request: Request) -> None:
        """Run a cell. It is on its way to the worker before anything is sent: the worker computes while the loop sends."""
        assert self.session is not None
        parent, content = request.message, request.message["content"]
        code, silent = content["code"], bool(content.get("silent", False))
        # as in IPython, a blank cell does not count
        remember = bool(content.get("store_history", not silent)) and not silent and not (code == "" or code.isspace())
        self._count += remember
        # as in IPython, a cell outside the history is numbered like the next one that will be in it
        number = self._count + (not remember)
        self.front.begin(allow_stdin=bool(content.get("allow_stdin", False)))
        expressions = {name: str(text) for name, text in (content.get("user_expressions") or {}).items()}
        from monty_kernel.session.cell_runner import CellRequest

        cell = CellRequest(code, number, remember, silent, expressions)
        running = None
        noted = remember and ("history" in self.__dict__ or "%" in code)
        if noted:  # before the cell can ask for it; where it cannot, loading the history need not keep it waiting
            self.history.add(number, code)
        if not is_housekeeping(code, store_history=remember):
            self._executing, running = parent, self._hand_over(cell)
        metadata = self.init_metadata(parent)
        self._publish_status("busy", "shell")
        if not silent:
            self._publish_execute_input(code, parent, number)
        if remember and not noted:
            self.history.add(number, code)
        reply = {"status": "ok", "execution_count": self._count, "payload": self.front.payload, "user_expressions": {}}
        if running is not None:
            try:
                reply |= await self._publish_outcome(cell, await running)
            except Exception as error:  # a defect of ours must not leave the front end waiting for a reply
                self.log.exception("What came of a cell could not be sent.")
                ename, evalue = type(error).__name__, f"internal error of monty-kernel: {error}"
                reply |= {"status": "error", "ename": ename, "evalue": evalue, "traceback": []}
        self._executing = None
        if reply["status"] == "error" and not silent and content.get("stop_on_error", True):
            self._abort_queues()  # before the reply: what a client sends upon it is not meant
        self.session.send(self.shell_stream, "execute_reply", reply, parent, metadata=metadata, ident=request.idents)

    def _hand_over(self, cell: CellRequest) -> asyncio.Future[Outcome]:
        self.engine.expect()
        loop, runner = asyncio.get_running_loop(), self._runner
        running: asyncio.Future[Outcome] = loop.create_future()

        def work() -> None:
            loop.call_soon_threadsafe(resolve, running, runner.run(cell))
            self._settle(cell)  # while the loop sends what came of the cell

        self._thread.post(work)
        return running

    def _settle(self, cell: CellRequest) -> None:
        from monty_kernel.isolation.launch import WallsMissing

        try:
            self._runner.settle(cell)
        except WallsMissing:
            pass  # the cell before has said so, and the next will
        except Exception:
            if not self._closed:
                self.log.exception("The session could not be remembered; the next cell starts from what is known.")

    async def _publish_outcome(self, cell: CellRequest, outcome: Outcome) -> dict[str, Any]:
        """Publish what the cell ended with; what the reply has to say of it."""
        await self.front.flush()
        if outcome.failure is not None:
            error = await _error_content(outcome.failure)
            if not cell.silent:
                self.front.send("error", {key: error[key] for key in ("ename", "evalue", "traceback")})
            return error
        if outcome.result is not None and not cell.silent:
            self.front.send_output(outcome.result, cell.number)
            if cell.remember:
                self.history.add_output(cell.number, str(outcome.result.data.get("text/plain", "")))
        return {"user_expressions": expression_contents(outcome.expressions)}

    # What the front end asks about code

    async def do_complete(self, code: str, cursor_pos: int) -> dict[str, Any]:
        """Completions at a place; the content of its complete_reply."""
        found = await self.introspector.complete(code, cursor_pos)
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
        """What is known of the name at a place; the content of its inspect_reply."""
        found = await self.introspector.inspect(code, cursor_pos, detail_level)
        return {
            "status": "ok",
            "found": found.found,
            "data": self.engine.sanitizer.page(found.data),
            "metadata": dict(found.metadata),
        }

    async def do_is_complete(self, code: str) -> dict[str, Any]:
        """Whether a console should run the code or go on reading."""
        status, indent = await self.introspector.is_complete(code)
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
        """Earlier inputs; the content of history_reply. What else a client says is ignored, as in other requests."""
        history = self.history
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
        """The content of kernel_info_reply: only what works."""
        return {
            "protocol_version": kernel_protocol_version,
            "implementation": self.implementation,
            "implementation_version": self.implementation_version,
            "language_info": self.language_info,
            "banner": self.banner,
            "help_links": self.help_links,
            "supported_features": [],
        }
