"""The kernel process: options, sockets on one loop, signals, the watch on the parent, and a quick, quiet end."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import sys
import threading
import warnings
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import zmq
from jupyter_client.session import Session
from jupyter_core.paths import jupyter_runtime_dir
from traitlets import CaselessStrEnum, Float, Instance, Integer, TraitError, Type, Unicode
from traitlets.config.application import Application, LevelFormatter, catch_config_error
from traitlets.config.loader import Config

from monty_kernel import __version__
from monty_kernel.jupyter import connection
from monty_kernel.jupyter.channels import Channels, bind
from monty_kernel.jupyter.connection import CHANNELS, ConnectionFailed, ConnectionInfo
from monty_kernel.jupyter.guarded_stream import GuardedStream
from monty_kernel.jupyter.iopub import IOPub
from monty_kernel.jupyter.parent_watch import ParentWatch, process_to_watch
from monty_kernel.jupyter.wire_session import WireSession
from monty_kernel.outputs.log_text import for_log
from monty_kernel.settings import CONFIGURATION_FILES, configuration_folders
from monty_kernel.startup import end_start

# The steps of the process's end, in seconds. Together they take less than the one second that is promised.
CLOSE_KERNEL_SECONDS = 0.5
FINISH_IOPUB_SECONDS = 0.1
LAST_RESORT_SECONDS = 0.9

LONGEST_START_SECONDS = 5.0

SWITCH_SECONDS = 0.0005
"""After this time, a thread that wants the interpreter gets it, instead of after Python's 5 ms. What packs and stores states
would keep a cell waiting: without this, of 100 cells back to back five took longer than 3.4 ms, with it than 2.4 ms."""


class VisibleFormatter(LevelFormatter):
    """Formats as traitlets does, but lets a notebook's text steer neither a terminal nor a build service."""

    def format(self, record: logging.LogRecord) -> str:
        """The record's text."""
        return for_log(super().format(record))


class MontyKernelApp(Application):
    """Becomes a Monty kernel: `python -P -m monty_kernel -f CONNECTION_FILE`."""

    _log_formatter_cls = VisibleFormatter
    name = Unicode("monty_kernel")
    version = Unicode(__version__)
    description = Unicode(
        "A Jupyter kernel whose cells run in Monty, a sandboxed Python interpreter.\n\n"
        "Front ends start it with `-f CONNECTION_FILE`. Started without, it chooses its ports and writes such a file, "
        "and\n"
        "`jupyter console --existing FILE` connects to it. Options can be set on the command line or in\n"
        "`monty_kernel_config.py` (or `.json`) in one of Jupyter's configuration folders (`jupyter --paths`)."
    )
    examples = Unicode("python -P -m monty_kernel -f kernel.json --MontyKernel.max_memory=2_000_000_000")

    kernel_class = Type("monty_kernel.jupyter.kernel.MontyKernel", klass="ipykernel.kernelbase.Kernel")
    kernel = Instance("ipykernel.kernelbase.Kernel", allow_none=True)
    session = Instance(Session, allow_none=True)

    connection_file = Unicode(help="The JSON file that says where to listen; it is written if it does not exist.").tag(
        config=True
    )
    config_file = Unicode(help="Read this configuration file instead of those in Jupyter's folders.").tag(config=True)
    transport = CaselessStrEnum(connection.TRANSPORTS, None, allow_none=True, help="How clients connect [tcp].").tag(
        config=True
    )
    ip = Unicode(help="Where to listen: an IP address, or the beginning of a path for ipc [127.0.0.1].").tag(
        config=True
    )
    shell_port = Integer(0, help="Port of the shell channel [chosen].").tag(config=True)
    iopub_port = Integer(0, help="Port of the IOPub channel [chosen].").tag(config=True)
    stdin_port = Integer(0, help="Port of the stdin channel [chosen].").tag(config=True)
    control_port = Integer(0, help="Port of the control channel [chosen].").tag(config=True)
    hb_port = Integer(0, help="Port of the heartbeat [chosen].").tag(config=True)

    client_patience = Float(
        10.0,
        min=0.0,
        help="Seconds after which a client that has stopped reading is left behind, so that the others get their "
        "output. It "
        "misses messages until it reads again.",
    ).tag(config=True)

    aliases = {
        "f": "MontyKernelApp.connection_file",
        "config": "MontyKernelApp.config_file",
        "log-level": "MontyKernelApp.log_level",
        "transport": "MontyKernelApp.transport",
        "ip": "MontyKernelApp.ip",
        "tools": "MontyKernel.tools",
        "mount": "MontyKernel.mounts",
        "audit": "MontyKernel.audit_file",
        "trace": "MontyKernel.trace_file",
        "typecheck": "MontyKernel.typecheck",
        **{channel: f"MontyKernelApp.{channel}_port" for channel in CHANNELS},
    }
    flags = {
        "debug": ({"MontyKernelApp": {"log_level": logging.DEBUG}}, "Log everything to stderr."),
    }

    def __init__(self, channels: Channels | None = None, starter: int | None = None, **kwargs: Any) -> None:
        """
        Args:
            channels: sockets bound before the imports; used if they listen where the options say.
            starter: the process that started the kernel, if that is not its parent.
            **kwargs: for traitlets.
        """
        super().__init__(**kwargs)
        self.classes = [type(self), self.kernel_class, Session]
        self.loop: asyncio.AbstractEventLoop | None = None
        self.channels = channels
        self.starter = starter
        self.iopub: IOPub | None = None
        self._parent_watch: ParentWatch | None = None
        self._wrote_connection_file = False
        self._quitting = False
        self._tasks: set[asyncio.Future[Any]] = set()

    # Options

    @catch_config_error
    def initialize(self, argv: list[str] | None = None) -> None:
        """Read the options, bind the sockets and make the kernel.

        If that fails, exit with status 1 and one line on stderr.
        """
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, self._end_before_start)
        self.parse_command_line(argv)
        if (
            self.extra_args and not self.connection_file
        ):  # with a connection file they come from `jupyter run`, and are for the client
            self.fail(f"What is {self.extra_args[0]!r}? The kernel takes options only; --help lists them.")
        self.load_config_files()
        try:
            self.init_session()
            self.init_channels()
        except ConnectionFailed as error:
            self.fail(str(error))
        self.init_loop()
        self.init_kernel()

    def parse_command_line(self, argv: list[str] | None = None) -> None:
        """Read the command line.

        All front ends use one that names a connection file and nothing else, and that one is read here. traitlets would
        first make an option of each trait, which takes 2 ms, and in a forked kernel writes to half a megabyte of shared
        memory.
        """
        words = sys.argv[1:] if argv is None else argv
        if len(words) == 2 and words[0] == "-f" and os.path.isabs(words[1]):
            self.argv = list(words)
            self.cli_config = Config({"MontyKernelApp": {"connection_file": words[1]}})
            self.update_config(self.cli_config)
        else:
            super().parse_command_line(argv)

    def load_config_files(self) -> None:
        """Load `jupyter_config` and `monty_kernel_config` from Jupyter's folders; the command line prevails."""
        command_line = deepcopy(self.cli_config)
        if self.config_file:
            folder, name = os.path.split(os.path.abspath(self.config_file))
            if not os.path.isfile(self.config_file):
                self.fail(f"There is no configuration file {self.config_file}.")
            self.load_config_file(name, path=[folder])
        else:
            folders = configuration_folders()
            for name in CONFIGURATION_FILES:
                self.load_config_file(name, path=folders)
        self.update_config(command_line)

    def fail(self, message: str) -> None:
        """End the process before it becomes a kernel, with one line on stderr."""
        print(f"{self.name}: {message}", file=sys.stderr)
        if self.channels is not None:
            self.channels.close(linger_ms=0)
        self.exit(1)

    # Sockets

    def init_session(self) -> None:
        """Find the connection file and read it; options of the command line prevail."""
        info = ConnectionInfo()
        self.connection_file_path = self._find_connection_file()
        if self.connection_file_path.exists():
            info = connection.read(self.connection_file_path)
        elif self.transport == "ipc":
            info = connection.parse({"transport": "ipc"}, str(self.connection_file_path))
        self._told_in_file = info
        changes: dict[str, Any] = {}
        for option in ("transport", "ip", *(f"{channel}_port" for channel in CHANNELS)):
            value = getattr(self, option)
            if value:
                changes[option] = value
        self.connection_info = info._replace(**changes)
        self.session = WireSession(parent=self)
        try:
            if info.key is not None:
                self.session.key = info.key.encode()
            if info.signature_scheme:
                self.session.signature_scheme = info.signature_scheme
        except TraitError as error:
            raise ConnectionFailed(f"{self.connection_file_path}: {error}") from error

    def _find_connection_file(self) -> Path:
        name = self.connection_file or f"kernel-{os.getpid()}.json"
        if os.path.isfile(name) or os.path.dirname(name):
            return Path(name).absolute()
        return Path(jupyter_runtime_dir(), name)

    def init_channels(self) -> None:
        """Bind the sockets, unless they were bound early and in the right place, and write the connection file."""
        wanted = self.connection_info
        if self.channels is not None and self.channels.requested != wanted:
            self.channels.close(linger_ms=0)
            self.channels = None
        if self.channels is None:
            self.channels = bind(wanted)
            self.channels.start_heartbeat()
        self.connection_info = self.channels.info
        if not self.connection_file_path.exists():
            self._wrote_connection_file = True
        elif self._told_in_file == self.connection_info and self.connection_info.key is not None:
            return
        assert self.session is not None
        connection.write(
            self.connection_file_path, self.connection_info, self.session.key.decode(), self.session.signature_scheme
        )
        if self._wrote_connection_file and sys.stderr is not None and sys.stderr.isatty():
            print(
                f"To connect a client: jupyter console --existing {self.connection_file_path.name}\n"
                "Ctrl-C interrupts the running cell; `kill` or Ctrl-\\ ends the kernel.",
                file=sys.stderr,
            )

    # The kernel on its loop

    def init_loop(self) -> None:
        # a warning of `ast` about a cell does not belong in the server's log; Monty decides what is valid
        warnings.simplefilter("ignore", SyntaxWarning)
        warnings.simplefilter("ignore", DeprecationWarning)
        # The default loop of Windows cannot watch ZeroMQ's descriptors.
        self.loop = asyncio.SelectorEventLoop() if sys.platform == "win32" else asyncio.new_event_loop()
        asyncio.set_event_loop(self.loop)
        self.loop.set_exception_handler(self._log_uncaught)
        for name in ("tornado", "asyncio"):
            logger = logging.getLogger(name)
            logger.handlers[:] = self.log.handlers  # else each would set up a format of its own
            logger.propagate = False

    def init_kernel(self) -> None:
        assert self.channels is not None and isinstance(self.session, WireSession) and self.loop is not None
        self.iopub = IOPub(self.channels.iopub, self.session, self.loop, log=self.log, grace=self.client_patience)
        self.kernel = self.kernel_class(
            parent=self,
            session=self.session,
            shell_stream=GuardedStream(self.channels.shell, self.session, channel="shell", log=self.log),
            control_stream=GuardedStream(self.channels.control, self.session, channel="control", log=self.log),
            iopub_socket=self.iopub,
            stdin_socket=self.channels.stdin,
            log=self.log,
        )
        self.kernel.record_ports(self.connection_info.ports())

    def _log_uncaught(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        self.log.error("%s", context.get("message"), exc_info=error if isinstance(error, BaseException) else None)

    def start(self) -> None:
        """Serve until the kernel is asked to end; return when everything is closed."""
        assert self.loop is not None and self.kernel is not None
        sys.setswitchinterval(SWITCH_SECONDS)
        self._install_signal_handlers()
        pid = process_to_watch(starter=self.starter)
        if pid is not None:
            self._parent_watch = ParentWatch(pid, self.quit, self.loop)
        self.kernel.start()
        self.loop.call_later(LONGEST_START_SECONDS, end_start)  # in case the session has not started by then
        while not self._quitting:
            try:
                self.loop.run_forever()  # ipykernel's shutdown_request ends it with `loop.stop()`
                self.quit()
            except KeyboardInterrupt:
                self._interrupt()
        self.loop.run_until_complete(self._close())
        assert self.channels is not None
        self.channels.close()
        self._remove_files()

    def _end_before_start(self, *_: object) -> None:
        """SIGTERM before the loop exists: no cell has run, so there are only files to remove."""
        self._remove_files()
        os._exit(0)

    def _remove_files(self) -> None:
        if self.channels is not None:
            self.channels.remove_files()
        if self._wrote_connection_file:
            with contextlib.suppress(OSError):
                self.connection_file_path.unlink()

    def quit(self) -> None:
        """End the kernel soon: from the loop's thread. Idempotent."""
        if self._quitting:
            return
        self._quitting = True
        last_resort = threading.Timer(LAST_RESORT_SECONDS, os._exit, (0,))
        last_resort.daemon = True
        last_resort.start()
        assert self.loop is not None
        self.loop.stop()

    async def _close(self) -> None:
        close: Callable[[], Any] | None = getattr(self.kernel, "close", None)
        if close is not None:
            try:
                async with asyncio.timeout(CLOSE_KERNEL_SECONDS):
                    await close()
            except TimeoutError:
                self.log.info("The kernel took too long to close.")
            except Exception:
                self.log.exception("The kernel did not close cleanly.")
        if self._parent_watch is not None:
            self._parent_watch.close()
        assert self.iopub is not None and self.kernel is not None
        await self.iopub.finish(FINISH_IOPUB_SECONDS)
        for stream in (self.kernel.shell_stream, self.kernel.control_stream):
            assert stream is not None
            stream.flush(zmq.POLLOUT)

    # Signals

    def _install_signal_handlers(self) -> None:
        if threading.current_thread() is not threading.main_thread():
            return
        assert self.loop is not None
        if sys.platform == "win32":
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            return
        self.loop.add_signal_handler(signal.SIGTERM, self.quit)
        self.loop.add_signal_handler(signal.SIGINT, self._interrupt)
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup
            self.loop.add_signal_handler(signal.SIGHUP, self.quit)

    def _interrupt(self) -> None:
        """Ctrl-C in the terminal that the kernel shares with its front end: it interrupts the cell, not the kernel."""
        interrupt: Callable[[], Any] | None = getattr(self.kernel, "interrupt", None)
        result = interrupt() if interrupt is not None else None
        if asyncio.iscoroutine(result):
            task = asyncio.ensure_future(result, loop=self.loop)
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)


def main(argv: list[str] | None = None, channels: Channels | None = None, starter: int | None = None) -> None:
    """Run a kernel in this process until it ends. For `channels` and `starter` see `MontyKernelApp`."""
    app = MontyKernelApp.instance(channels=channels, starter=starter)
    app.initialize(argv)
    app.start()
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            with contextlib.suppress(OSError, ValueError):
                stream.flush()
    # everything is closed, and tearing down the interpreter would take longer than closing it did
    os._exit(0)
