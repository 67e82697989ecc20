"""The owner's side: keeps a fork server of each kind that was needed, and asks it for kernels."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

from monty_kernel.fork_server.forked_kernel import ForkedKernel
from monty_kernel.fork_server.kind import Kind
from monty_kernel.fork_server.messages import START, Broken, Lines, Report, StartRequest, report_from

MOST_SERVERS = 3  # each holds some 45 MB, most of it shared with its kernels
# A new server may be slow to import on a busy machine, but hardly slower than a kernel would be by itself.
FIRST_ANSWER_SECONDS = 20.0
ANSWER_SECONDS = 5.0
SECONDS_UNTIL_NEXT_TRY = 60.0  # after a new server of a kind did not work


class NoKernel(Exception):
    """No kernel was forked and none will be: start it the plain way."""


class Stale(NoKernel):
    """The server's code is not that on disk any more; a new server will do."""


@dataclass(frozen=True, slots=True)
class Stdio:
    """The kernel's stdin, stdout and stderr: descriptors of ours, which stay open."""

    stdin: int
    stdout: int
    stderr: int


class ForkServer:
    """A running fork server. Thread-safe: what is sent to it is one datagram, and each kernel answers on a stream of its own."""

    def __init__(self, kind: Kind) -> None:
        """Start it; it is ready when it answers. Raises OSError if it cannot be started."""
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
                start_new_session=True,  # Ctrl-C in our terminal is not meant for it
            )
        except BaseException:
            self._connection.close()
            raise
        finally:
            theirs.close()
        self._connection.setblocking(False)
        self._has_answered = False

    @property
    def pid(self) -> int:
        """The server's process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self._process.poll() is None

    async def start(self, request: StartRequest, stdio: Stdio) -> ForkedKernel:
        """Start a kernel; when this returns, it listens. Raises NoKernel, and then no process is left of it."""
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        lines = Lines()
        kernel = None
        try:
            async with asyncio.timeout(ANSWER_SECONDS if self._has_answered else FIRST_ANSWER_SECONDS):
                with theirs:
                    await self._ask([theirs.fileno(), stdio.stdin, stdio.stdout, stdio.stderr])
                born = await _report(ours, lines)
                self._has_answered = True
                if born.event == "stale":
                    raise Stale(born.reason)
                if born.event != "born":
                    raise NoKernel(born.reason)
                kernel = ForkedKernel(request.argv, born.pid, ours, lines)
                await asyncio.get_running_loop().sock_sendall(ours, request.line())
                listening = await _report(ours, lines)
            if listening.event != "listening":
                raise NoKernel(listening.reason)
        except BaseException as error:
            if kernel is not None:
                kernel.kill()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    kernel.wait(1.0)
            ours.close()
            if isinstance(error, TimeoutError):
                self.end()
            if isinstance(error, (OSError, Broken)):
                raise NoKernel(f"{type(error).__name__}: {error}") from error
            raise
        return kernel

    async def _ask(self, descriptors: Sequence[int]) -> None:
        while True:
            try:
                socket.send_fds(self._connection, [START], descriptors)
                return
            except BlockingIOError:
                await asyncio.sleep(0.005)  # hundreds are asked for at once

    def end(self) -> None:
        """End it, and whatever it forked that has not become a kernel yet. Its kernels go on; nobody will know their exit status."""
        self._connection.close()
        if self._process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)  # a kernel leads a group of its own
            self._process.wait()

    def forget(self) -> None:
        """Let go of it in a copy of the process that started it (`os.fork`): it is not ours there."""
        self._connection.close()
        self._process.returncode = 0  # else its destructor would complain


async def _report(stream: socket.socket, lines: Lines) -> Report:
    loop = asyncio.get_running_loop()
    while (line := lines.take()) is None:
        lines.add(await loop.sock_recv(stream, 1 << 12))
    return report_from(line)


class ForkServers:
    """The servers of this process, by kind; the one used last comes last. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._servers: dict[Kind, ForkServer] = {}
        self._not_before: dict[Kind, float] = {}  # `time.monotonic()`
        os.register_at_fork(after_in_child=self._forget)
        atexit.register(self.end)

    async def start(self, kind: Kind, request: StartRequest, stdio: Stdio) -> ForkedKernel:
        """Start a kernel with a server of that kind, and with a new one if that is outdated or gone. Raises NoKernel."""
        while True:
            server, new = self._get(kind)
            try:
                return await server.start(request, stdio)
            except Stale:
                self._drop(kind, server)
                if new:  # somebody is changing the code right now
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
        """The server of that kind, and whether it was started just now."""
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
"""Those of this process."""
