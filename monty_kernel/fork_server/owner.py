"""The owner's side: keeps a fork server of each kind that was needed, and asks it for kernels.

A server may start a kernel if its interpreter was started as the kernel's own would have been, for a forked kernel
cannot undo what its interpreter, its libraries and its modules made of the environment when they were loaded. Those
variables, and the interpreter with its flags, are the *kind* of a server. Each kind has its own server, started with
these variables only. All other variables belong to a single kernel, and no server sees them.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import os
import re
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .messages import START, Broken, Lines, Report, StartRequest, report_from
from .patience import MOST_SECONDS, Silent, patience

_MODULE = ("-m", "monty_kernel")
# Flags that act once, at the start. The others (-i, -v, -X, -W, ...) are for debugging.
_FLAGS = re.compile(r"-[BEIOPsS]+")

# Variables that are read while the interpreter starts and modules are imported; tests/fork_server/test_modules.py checks the list.
_READ_AT_START = re.compile(
    r"""_?PYTHON.* | LD_.* | LC_.* | LANG | LANGUAGE | MALLOC_.* | GLIBC_.* | OPENSSL_.* | SSL_.*
    | HOME | USER | USERNAME | LOGNAME | XDG_.* | APPDATA | LOCALAPPDATA | ANDROID_.*
    | JUPYTER_.* | IPYTHON.* | TRAITLETS_.* | PYZMQ_.* | ZMQ_.* | TORNADO_.* | LOGFIRE_.* | OTEL_.*""",
    re.VERBOSE,
)
_PATHS = ("PYTHONPATH", "PYTHONHOME", "PYTHONUSERBASE")  # relative paths mean another folder in each working directory


@dataclass(frozen=True, slots=True)
class Kind:
    """interpreter: its absolute path and flags. variables: its environment, sorted."""

    interpreter: tuple[str, ...]
    variables: tuple[tuple[str, str], ...]


def kind_of(cmd: Sequence[str], env: Mapping[str, str]) -> tuple[Kind, tuple[str, ...]] | None:
    """The kind of server for a kernel that `cmd` would start in `env`, and the kernel's own arguments.

    None if the kernel has to be started by running `cmd`: another program, unknown flags, an interpreter or a search path that
    depends on the working directory, or a Python that would look for modules there.
    """
    split = _split(cmd)
    if split is None:
        return None
    interpreter, argv = split
    if not os.path.isabs(interpreter[0]) or not all(map(_FLAGS.fullmatch, interpreter[1:])):
        return None
    if not any(letter in flag for flag in interpreter[1:] for letter in "PI"):
        return None
    for name in _PATHS:
        if name in env and not all(map(os.path.isabs, env[name].split(os.pathsep))):
            return None
    return Kind(interpreter, variables_of(env)), argv


def variables_of(env: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """The variables of `env` that have no effect on a running process any more, sorted."""
    return tuple(sorted((name, value) for name, value in env.items() if is_read_at_start(name)))


def is_read_at_start(name: str) -> bool:
    """Whether this variable belongs to the kind of a server rather than to a single kernel."""
    return _READ_AT_START.fullmatch(name) is not None


def runs_monty_kernel(cmd: Sequence[str]) -> bool:
    """Whether `cmd` runs Python with `-m monty_kernel`, even if no server can start it."""
    return _split(cmd) is not None


def can_fork() -> bool:
    """Whether kernels can be forked on this system. It needs process descriptors and /proc."""
    return sys.platform == "linux" and hasattr(os, "pidfd_open") and os.path.isdir("/proc/self/task")


def _split(cmd: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    for place in range(1, len(cmd) - 1):
        if tuple(cmd[place : place + 2]) == _MODULE:
            return tuple(cmd[:place]), tuple(cmd[place + 2 :])
    return None


MOST_SERVERS = 3  # each takes some 45 MB, most of it shared with its kernels
# Without an answer to anybody. On a busy machine a new server's imports may be slow, but hardly slower than a kernel's own.
FIRST_ANSWER_SECONDS = 20.0
ANSWER_SECONDS = 5.0
SECONDS_UNTIL_NEXT_TRY = 60.0  # after a new server of a kind did not work
STATUS_UNKNOWN = 255
"""The exit status of a kernel whose server was killed before it could report the status."""


class NoKernel(Exception):
    """No kernel was forked: start it without the fork server."""


class PortTaken(NoKernel):
    """Another process listens on one of the kernel's ports."""


class Stale(NoKernel):
    """The server's code differs from that on disk; a new server is needed."""


@dataclass(frozen=True, slots=True)
class Stdio:
    """Descriptors for the kernel's stdin, stdout and stderr. They belong to this process and stay open."""

    stdin: int
    stdout: int
    stderr: int


class ForkedKernel:
    """A kernel that another process forked, with those methods of `Popen` that a provisioner calls.

    `returncode` is None until `poll` or `wait` has seen the end. The fork server reports the end on `stream`; once that is closed,
    the server reaps the kernel.
    """

    stdin = stdout = stderr = None

    def __init__(self, args: Sequence[str], pid: int, stream: socket.socket, lines: Lines) -> None:
        """lines: what was received on the stream and not read yet. Raises OSError if there is no such process."""
        self.args = list(args)
        self.pid = pid
        self.returncode: int | None = None
        self._pidfd: int | None = os.pidfd_open(pid)
        self._stream: socket.socket | None = stream
        self._lines = lines
        stream.setblocking(False)

    def poll(self) -> int | None:
        """The exit status, negative for a signal; None while the kernel runs."""
        if self.returncode is None and self._stream is not None:
            try:
                while (line := self._lines.take()) is None:
                    self._lines.add(self._stream.recv(1 << 12))
                report = report_from(line)
                if report.event == "ended":
                    self._end(report.status)
            except BlockingIOError:
                pass
            except (OSError, Broken):
                self._close_stream()  # the server is gone; only the process itself can be asked now
        if self.returncode is None and self._stream is None and self._is_over(0):
            self._end(STATUS_UNKNOWN)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end, `timeout` seconds at most. Raises subprocess.TimeoutExpired."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while (status := self.poll()) is None:
            left = None if deadline is None else deadline - time.monotonic()
            if left is not None and left <= 0:
                assert timeout is not None
                raise subprocess.TimeoutExpired(self.args, timeout)
            if self._stream is None:
                self._is_over(left)
            else:
                select.select([self._stream], [], [], left)
        return status

    def send_signal(self, signum: int) -> None:
        """Signal the process, and never another one that has its pid by now."""
        if self.poll() is None and self._pidfd is not None:
            signal.pidfd_send_signal(self._pidfd, signum)

    def terminate(self) -> None:
        """Send SIGTERM."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """Send SIGKILL."""
        self.send_signal(signal.SIGKILL)

    def _is_over(self, seconds: float | None) -> bool:
        assert self._pidfd is not None
        poller = select.poll()
        poller.register(self._pidfd, select.POLLIN)
        return bool(poller.poll(None if seconds is None else seconds * 1000))

    def _end(self, status: int) -> None:
        self.returncode = status
        self._close_stream()
        if self._pidfd is not None:
            os.close(self._pidfd)
            self._pidfd = None

    def _close_stream(self) -> None:
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    def __del__(self) -> None:
        pidfd = getattr(self, "_pidfd", None)
        if pidfd is not None:
            os.close(pidfd)
            self._pidfd = None
        if getattr(self, "_stream", None) is not None:
            self._close_stream()


class ForkServer:
    """A running fork server. Thread-safe: each request is one datagram, and each kernel answers on its own stream."""

    def __init__(self, kind: Kind) -> None:
        """Start it. It is ready when it answers. Raises OSError if it cannot be started."""
        self._connection, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            self._process = subprocess.Popen(
                [*kind.interpreter, "-m", "monty_kernel.fork_server", str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                cwd="/",
                env=dict(kind.variables),
                start_new_session=True,  # Ctrl-C in the owner's terminal must not reach it
            )
        except BaseException:
            self._connection.close()
            raise
        finally:
            theirs.close()
        self._connection.setblocking(False)
        self._answers = 0  # to any request

    @property
    def pid(self) -> int:
        """The server's process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self._process.poll() is None

    async def start(self, request: StartRequest, stdio: Stdio) -> ForkedKernel:
        """Start a kernel that listens when this returns. Raises NoKernel, and leaves no process then."""
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        lines = Lines()
        kernel = None
        try:
            async with patience(lambda: self._answers, self._longest_silence):
                with theirs:
                    await self._ask([theirs.fileno(), stdio.stdin, stdio.stdout, stdio.stderr])
                born = await self._report(ours, lines)
                if born.event == "stale":
                    raise Stale(born.reason)
                if born.event != "born":
                    raise NoKernel(born.reason)
            kernel = ForkedKernel(request.argv, born.pid, ours, lines)
            async with patience(lambda: self._answers, self._longest_silence, MOST_SECONDS):
                await asyncio.get_running_loop().sock_sendall(ours, request.line())
                listening = await self._report(ours, lines)
            if listening.event == "taken":
                raise PortTaken(listening.reason)
            if listening.event != "listening":
                raise NoKernel(listening.reason)
        except BaseException as error:
            if kernel is not None:
                kernel.kill()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    kernel.wait(1.0)
            ours.close()
            if isinstance(error, Silent):
                self.end()
            if isinstance(error, (OSError, Broken, Silent)):
                raise NoKernel(f"{type(error).__name__}: {error}") from error
            raise
        return kernel

    def _longest_silence(self) -> float:
        return ANSWER_SECONDS if self._answers else FIRST_ANSWER_SECONDS

    async def _report(self, stream: socket.socket, lines: Lines) -> Report:
        loop = asyncio.get_running_loop()
        while (line := lines.take()) is None:
            lines.add(await loop.sock_recv(stream, 1 << 12))
        self._answers += 1
        return report_from(line)

    async def _ask(self, descriptors: Sequence[int]) -> None:
        while True:
            try:
                socket.send_fds(self._connection, [START], descriptors)
                return
            except BlockingIOError:
                await asyncio.sleep(0.005)  # hundreds of kernels may be requested at once

    def end(self) -> None:
        """End it and the forks that are not kernels yet. Its kernels go on, but their exit status stays unknown."""
        self._connection.close()
        if self._process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)  # each kernel leads its own group
            self._process.wait()

    def forget(self) -> None:
        """Release it in a fork of the process that started it, to which it does not belong."""
        self._connection.close()
        self._process.returncode = 0  # otherwise its destructor would warn


class ForkServers:
    """This process's servers by kind, the most recently used last. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._servers: dict[Kind, ForkServer] = {}
        self._not_before: dict[Kind, float] = {}  # `time.monotonic()`
        os.register_at_fork(after_in_child=self._forget)
        atexit.register(self.end)

    async def start(self, kind: Kind, request: StartRequest, stdio: Stdio) -> ForkedKernel:
        """Start a kernel with a server of this kind, or with a new one if that is outdated or gone. Raises NoKernel."""
        while True:
            server, new = self._get(kind)
            try:
                return await server.start(request, stdio)
            except Stale:
                self._drop(kind, server)
                if new:  # the code is being changed right now
                    raise
            except NoKernel:
                if server.alive:
                    raise
                self._drop(kind, server)
                if new:
                    self._not_before[kind] = time.monotonic() + SECONDS_UNTIL_NEXT_TRY
                    raise

    def end(self) -> None:
        """End all servers."""
        with self._lock:
            servers, self._servers = self._servers, {}
        for server in servers.values():
            server.end()

    def _get(self, kind: Kind) -> tuple[ForkServer, bool]:
        """The server of this kind, and whether it was started just now."""
        with self._lock:
            server = self._servers.pop(kind, None)
            new = server is None
            if server is None:
                if time.monotonic() < self._not_before.get(kind, 0.0):
                    raise NoKernel("a fork server of this kind did not work a moment ago")
                try:
                    server = ForkServer(kind)
                except OSError as error:
                    raise NoKernel(f"the fork server cannot be started: {error}") from error
            self._servers[kind] = server
            surplus = [self._servers.pop(oldest) for oldest in list(self._servers)[:-MOST_SERVERS]]
        for unused in surplus:
            unused.end()
        return server, new

    def _drop(self, kind: Kind, server: ForkServer) -> None:
        with self._lock:
            if self._servers.get(kind) is server:
                del self._servers[kind]
        server.end()

    def _forget(self) -> None:
        self._lock = threading.Lock()
        servers, self._servers = self._servers, {}
        for server in servers.values():
            server.forget()


servers = ForkServers()
