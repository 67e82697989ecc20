"""The fork server, `python -P -m monty_kernel.fork_server FD`: has everything imported, no threads and no secrets, and
forks kernels.

FD is its end of a socket pair that it shares with its owner, the process that starts kernels. Each datagram requests
one kernel. The server ends when that connection or its owner does; its kernels go on by themselves. If it ends early,
or anything else is wrong with it, its owner starts kernels without it.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import io
import os
import pkgutil
import select
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NoReturn, TextIO

from monty_kernel.jupyter import channels, connection

from .messages import DESCRIPTORS, START, Broken, Report, StartRequest, read_line, request_from
from .patience import MOST_SECONDS

NEEDED = (
    "tornado.platform.asyncio",
    "monty_kernel.jupyter.app",
    "monty_kernel.jupyter.kernel",
    "monty_kernel.jupyter.frontend",
    "monty_kernel.session.cell_runner",
    "monty_kernel.timetravel.travel",
)
"""In this order. The first kernel waits until they are imported."""

SOON = (
    "monty_kernel.timetravel.archive",
    "monty_kernel.store.store",
    "sqlite3",
    "ctypes",
    "zstandard",
    "pyfastcdc",
    "nh3",
)
"""What each kernel imports while the person reads, and packages that modules of this one import on first use."""

NOT_KERNELS = (
    "monty_kernel.__main__",
    "monty_kernel.cli",
    "monty_kernel.engine.prelude",  # runs in Monty; the package itself comes with the engine
    "monty_kernel.fork_server",
    "monty_kernel.headless",
    "monty_kernel.isolation.probe",
    "monty_kernel.isolation.trial",
)
"""Modules, and packages with everything in them, that no kernel imports."""


def useful() -> tuple[str, ...]:
    """The names of all modules that are worth importing while a server is idle."""
    return (*SOON, *(name for name in _ours(Path(__file__).parents[1], "monty_kernel") if not _is_no_kernels(name)))


def _ours(folder: Path, package: str) -> Iterator[str]:
    for found in pkgutil.iter_modules([str(folder)]):
        name = f"{package}.{found.name}"
        yield name
        if found.ispkg:
            yield from _ours(folder / found.name, name)


def _is_no_kernels(name: str) -> bool:
    return any(name == one or name.startswith(one + ".") for one in NOT_KERNELS)


_PAUSE_SECONDS = 2.0  # without a request, before the server imports what is merely useful
_REQUEST_SECONDS = MOST_SECONDS  # within which the owner has to send its request after a fork


class Watched:
    """Descriptors, each with a callback for when it can be read or, with `end_only`, when the other side closes it."""

    def __init__(self) -> None:
        self._epoll = select.epoll()
        self._callbacks: dict[int, Callable[[], None]] = {}

    def add(self, descriptor: int, callback: Callable[[], None], *, end_only: bool = False) -> None:
        """Watch a descriptor."""
        self._epoll.register(descriptor, select.EPOLLRDHUP if end_only else select.EPOLLIN)
        self._callbacks[descriptor] = callback

    def remove(self, descriptor: int) -> None:
        """Stop watching a descriptor. Call this before it is closed."""
        self._epoll.unregister(descriptor)
        del self._callbacks[descriptor]

    def wait(self, seconds: float | None) -> bool:
        """Wait for the next descriptor and call its callback. Returns False if nothing happened within this time."""
        for descriptor, _ in self._epoll.poll(seconds, 1):  # one at a time: its callback may remove others
            self._callbacks[descriptor]()
            return True
        return False


class Kernels:
    """The kernels that were forked and not reaped yet. Reports their ends.

    A kernel that has ended stays a zombie until its owner knows of it, so that no signal meant for it reaches another process.
    """

    def __init__(self, watched: Watched) -> None:
        self._watched = watched
        self._streams: dict[int, socket.socket] = {}
        self._pidfds: dict[int, int] = {}

    def add(self, pid: int, stream: socket.socket) -> None:
        """Watch a new kernel, and report its end on `stream`."""
        stream.setblocking(False)
        self._streams[pid], self._pidfds[pid] = stream, os.pidfd_open(pid)
        self._watched.add(self._pidfds[pid], lambda: self._ended(pid))
        # whatever arrives on it is for the kernel
        self._watched.add(stream.fileno(), lambda: self._released(pid), end_only=True)

    def _ended(self, pid: int) -> None:
        pidfd = self._pidfds.pop(pid)
        self._watched.remove(pidfd)
        os.close(pidfd)
        result = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        assert result is not None  # its descriptor says so
        status = result.si_status if result.si_code == os.CLD_EXITED else -result.si_status
        if pid not in self._streams:
            os.waitpid(pid, 0)
            return
        with contextlib.suppress(OSError):  # if the owner is gone, so is the connection, and `_released` comes next
            self._streams[pid].send(Report("ended", pid=pid, status=status).line())

    def _released(self, pid: int) -> None:
        """The owner has closed its end: it knows of the kernel's end, or no longer needs to."""
        stream = self._streams.pop(pid)
        self._watched.remove(stream.fileno())
        stream.close()
        if pid not in self._pidfds:
            os.waitpid(pid, 0)


class Code:
    """The state of the imported modules' files when they were imported."""

    def __init__(self) -> None:
        self._files = {sys.executable: _state(sys.executable)}
        self._seen: set[str] = set()

    def note(self) -> None:
        """Remember the files of the modules that were imported since the last call."""
        for name in sys.modules.keys() - self._seen:
            self._seen.add(name)
            try:
                # not `getattr`, which would load a deferred package
                file = object.__getattribute__(sys.modules[name], "__dict__").get("__file__")
            except AttributeError:
                continue  # None, or an object that stands in for a module
            if isinstance(file, str):
                self._files[file] = _state(file)

    def changed(self) -> bool:
        """Whether any of the files has changed, by an upgrade or by an editor."""
        return any(_state(file) != state for file, state in self._files.items())


def _state(file: str) -> tuple[int, int, int] | None:
    try:
        found = os.stat(file)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def serve(connection: socket.socket, owner: int) -> NoReturn:
    """Fork kernels for the process `owner` until it ends or closes the connection."""
    watched = Watched()
    kernels, code = Kernels(watched), Code()
    for name in NEEDED:
        importlib.import_module(name)
    code.note()
    later = list(useful())

    def end() -> NoReturn:
        os._exit(0)

    watched.add(connection.fileno(), lambda: _start(connection, kernels, code))
    watched.add(os.pidfd_open(owner), end)
    if os.getppid() != owner:
        end()
    pause = _PAUSE_SECONDS
    while True:
        if watched.wait(pause if later else None):
            pause = _PAUSE_SECONDS
        elif later:
            with contextlib.suppress(ImportError):  # its users will say that it is missing
                importlib.import_module(later.pop(0))  # one at a time, so that kernels can be started in between
            code.note()
            pause = 0


def _start(connection: socket.socket, kernels: Kernels, code: Code) -> None:
    """Take one request and fork."""
    data, descriptors, _, _ = socket.recv_fds(connection, len(START) + 1, DESCRIPTORS, socket.MSG_CMSG_CLOEXEC)
    if not data:
        os._exit(0)  # the owner has closed its end
    try:
        if data == START and len(descriptors) == DESCRIPTORS:
            _fork(socket.socket(fileno=os.dup(descriptors[0])), descriptors[1:], kernels, code)
    finally:
        for descriptor in descriptors:
            os.close(descriptor)


def _fork(stream: socket.socket, stdio: Sequence[int], kernels: Kernels, code: Code) -> None:
    refusal = None
    if code.changed():
        refusal = Report("stale", reason="the code on disk has changed")
    elif len(os.listdir("/proc/self/task")) != 1:
        refusal = Report("stale", reason="there is a thread, whose locks a fork would leave locked")
    else:
        gc.freeze()  # otherwise the kernel's first collection would write to every page and share none
        try:
            pid = os.fork()
        except OSError as error:
            refusal = Report("failed", reason=str(error))
        else:
            if pid == 0:
                _live(stream, stdio)
            kernels.add(pid, stream)
            return
    with contextlib.suppress(OSError):
        stream.send(refusal.line())
    stream.close()


# In the forked process: from a copy of the server to a kernel


def _live(stream: socket.socket, stdio: Sequence[int]) -> NoReturn:
    """Be a kernel until it ends. Called first thing in the forked process; never returns and never raises."""
    status = 1
    try:
        os.setsid()
        _take_descriptors(stream, stdio)
        status = _run(stream)
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        for standard in (sys.stdout, sys.stderr):
            try:
                standard.flush()
            except (OSError, ValueError):
                status = status or 120  # as the interpreter does
        os._exit(status)


def _run(stream: socket.socket) -> int:
    stream.settimeout(_REQUEST_SECONDS)
    try:
        stream.sendall(Report("born", pid=os.getpid()).line())
        request = request_from(read_line(stream))
    except (Broken, OSError):
        return 1  # the owner has given up
    early = None
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # until the app takes over
    try:
        _take_environment(request)
        path = connection.file_named_in(request.argv)
        info = connection.read(path) if path is not None else None
        if info is None or not info.complete:
            raise connection.ConnectionFailed("no connection file says where to listen")
        early = channels.bind(info)
        early.start_heartbeat()
        stream.sendall(Report("listening").line())
    except (OSError, ValueError, connection.ConnectionFailed) as error:
        if early is not None:
            early.close(linger_ms=0)
        with contextlib.suppress(OSError):  # the owner is gone
            taken = isinstance(error, connection.PortTaken)
            stream.sendall(Report("taken" if taken else "failed", reason=str(error)).line())
        return 1
    stream.close()
    from monty_kernel.jupyter import app

    app.main(list(request.argv), early, starter=request.starter)
    return 0


def _take_descriptors(stream: socket.socket, stdio: Sequence[int]) -> None:
    """Keep the stream and the kernel's own stdin, stdout and stderr; close those of the server and of other kernels."""
    for number, descriptor in enumerate(stdio):
        os.dup2(descriptor, number)
    kept = stream.fileno()
    os.closerange(3, kept)
    os.closerange(kept + 1, max(map(int, os.listdir("/proc/self/fd"))) + 1)
    sys.stdin, sys.stdout, sys.stderr = (
        _standard(number, like) for number, like in enumerate((sys.__stdin__, sys.__stdout__, sys.__stderr__))
    )
    sys.__stdin__, sys.__stdout__, sys.__stderr__ = sys.stdin, sys.stdout, sys.stderr  # type: ignore[misc]


def _standard(number: int, like: TextIO | None) -> io.TextIOWrapper:
    """Make a stream as the interpreter does at its start, for what the descriptor is now: a terminal, a pipe or a file."""
    assert isinstance(like, io.TextIOWrapper)
    raw = io.FileIO(number, like.mode, closefd=False)
    raw.name = like.name
    unbuffered = like.write_through  # python -u
    stream = io.TextIOWrapper(
        io.BufferedReader(raw) if number == 0 else raw if unbuffered else io.BufferedWriter(raw),
        encoding=like.encoding,
        errors=like.errors,
        line_buffering=not unbuffered and (number == 2 or raw.isatty()),
        write_through=unbuffered,
    )
    stream.mode = like.mode  # type: ignore[misc]  # as the interpreter does
    return stream


def _take_environment(request: StartRequest) -> None:
    """Take the kernel's environment and working directory. Raises OSError if that does not exist."""
    os.environ.clear()
    os.environ.update(request.env)
    time.tzset()
    vars(tempfile)["tempdir"] = None  # as an attribute it would load the module
    os.chdir(request.cwd)
    sys.argv[1:] = request.argv


def main() -> NoReturn:
    """Prepare and serve."""
    connection = socket.socket(fileno=int(sys.argv[1]))
    connection.set_inheritable(False)
    gc.disable()  # what is imported stays; each kernel turns it on again when its session stands
    serve(connection, os.getppid())
