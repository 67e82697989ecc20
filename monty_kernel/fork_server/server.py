"""The fork server, `python -P -m monty_kernel.fork_server FD`: has everything imported, no threads and no secrets, and forks kernels.

FD is its end of a socket pair that it shares with its owner, the process that starts kernels. Each datagram asks for one kernel.
It ends when that connection or its owner does; the kernels then see to themselves. What it exits with before its time, and
anything else that is wrong with it, is a reason for its owner to start kernels the plain way.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import select
import socket
import sys
from collections.abc import Callable, Sequence
from typing import NoReturn

from monty_kernel.fork_server import newborn
from monty_kernel.fork_server.messages import DESCRIPTORS, START, Report
from monty_kernel.fork_server.modules import NEEDED, useful

_PAUSE_SECONDS = 2.0  # nobody asked for a kernel for so long: time to import what is merely useful


class Watched:
    """Descriptors, and what to call when there is something to read on them or, if that is all that counts, when they end."""

    def __init__(self) -> None:
        self._epoll = select.epoll()
        self._callbacks: dict[int, Callable[[], None]] = {}

    def add(self, descriptor: int, callback: Callable[[], None], *, end_only: bool = False) -> None:
        """Watch a descriptor."""
        self._epoll.register(descriptor, select.EPOLLRDHUP if end_only else select.EPOLLIN)
        self._callbacks[descriptor] = callback

    def remove(self, descriptor: int) -> None:
        """Watch it no more; before it is closed."""
        self._epoll.unregister(descriptor)
        del self._callbacks[descriptor]

    def wait(self, seconds: float | None) -> bool:
        """Wait for the next descriptor and call; False if there was none for so long."""
        for descriptor, _ in self._epoll.poll(seconds, 1):  # one: what it does may concern the others
            self._callbacks[descriptor]()
            return True
        return False


class Kernels:
    """The kernels that were forked and have not been buried: what is told of them, and when.

    A kernel that has ended stays a zombie until its owner has been told, so that no signal meant for it goes to a stranger.
    """

    def __init__(self, watched: Watched) -> None:
        self._watched = watched
        self._streams: dict[int, socket.socket] = {}
        self._pidfds: dict[int, int] = {}

    def add(self, pid: int, stream: socket.socket) -> None:
        """Watch a newborn kernel; tell of its end over `stream`."""
        stream.setblocking(False)
        self._streams[pid], self._pidfds[pid] = stream, os.pidfd_open(pid)
        self._watched.add(self._pidfds[pid], lambda: self._ended(pid))
        # what arrives on it is for the kernel
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
        """The owner has closed its end: it knows, or does not want to."""
        stream = self._streams.pop(pid)
        self._watched.remove(stream.fileno())
        stream.close()
        if pid not in self._pidfds:
            os.waitpid(pid, 0)


class Code:
    """The files that the imported modules came from, as they were then."""

    def __init__(self) -> None:
        self._files = {sys.executable: _state(sys.executable)}
        self._seen: set[str] = set()

    def note(self) -> None:
        """Remember the files of what has been imported since the last time."""
        for name in sys.modules.keys() - self._seen:
            self._seen.add(name)
            try:
                # not `getattr`: asked of a deferred package, it would load that
                file = object.__getattribute__(sys.modules[name], "__dict__").get("__file__")
            except AttributeError:
                continue  # None, or an object that only stands for a module
            if isinstance(file, str):
                self._files[file] = _state(file)

    def changed(self) -> bool:
        """Whether any of them is another by now: an upgrade, or somebody at work on it."""
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
            with contextlib.suppress(ImportError):  # whatever uses it will say that it is missing
                importlib.import_module(later.pop(0))  # one at a time: kernels can be started in between
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
        gc.freeze()  # else the newborn's first collection would write to every page, and none were shared any more
        try:
            pid = os.fork()
        except OSError as error:
            refusal = Report("failed", reason=str(error))
        else:
            if pid == 0:
                newborn.live(stream, stdio)
            kernels.add(pid, stream)
            return
    with contextlib.suppress(OSError):
        stream.send(refusal.line())
    stream.close()


def main() -> NoReturn:
    """Prepare and serve."""
    connection = socket.socket(fileno=int(sys.argv[1]))
    connection.set_inheritable(False)
    gc.disable()  # what is imported stays; each kernel turns it on again when its session stands
    serve(connection, os.getppid())
