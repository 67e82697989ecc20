"""From a copy of the fork server to a kernel of its own: its session, descriptors, environment, folder, and then its sockets."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Sequence
from typing import NoReturn, TextIO

from monty_kernel.fork_server.messages import Broken, Report, StartRequest, read_line, request_from
from monty_kernel.jupyter import channels, connection

_PATIENCE_SECONDS = 10.0  # with an owner that asked for a kernel and then says nothing


def live(stream: socket.socket, stdio: Sequence[int]) -> NoReturn:
    """Be a kernel until its end; called in the forked process, with nothing done yet. Never returns, never raises."""
    status = 1
    try:
        os.setsid()
        _settle_descriptors(stream, stdio)
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
    stream.settimeout(_PATIENCE_SECONDS)
    try:
        stream.sendall(Report("born", pid=os.getpid()).line())
        request = request_from(read_line(stream))
    except (Broken, OSError):
        return 1  # the owner has given up on us
    early = None
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # until the app takes over
    try:
        _settle_in(request)
        path = connection.file_named_in(request.argv)
        info = connection.read(path) if path is not None else None
        if info is None or not info.complete:
            raise connection.ConnectionFailed("nothing says where to listen")
        early = channels.bind(info)
        early.start_heartbeat()
        stream.sendall(Report("listening").line())
    except (OSError, ValueError, connection.ConnectionFailed) as error:
        if early is not None:
            early.close(linger_ms=0)
        _report_failure(stream, error)
        return 1
    stream.close()
    from monty_kernel.jupyter import app

    app.main(list(request.argv), early, starter=request.starter)
    return 0


def _report_failure(stream: socket.socket, error: Exception) -> None:
    with contextlib.suppress(OSError):  # nobody is there to be told
        stream.sendall(Report("failed", reason=str(error)).line())


def _settle_descriptors(stream: socket.socket, stdio: Sequence[int]) -> None:
    """Keep the stream and our own stdin, stdout and stderr; the server's, and those of other kernels, are none of ours."""
    for number, descriptor in enumerate(stdio):
        os.dup2(descriptor, number)
    kept = stream.fileno()
    os.closerange(3, kept)
    os.closerange(kept + 1, _highest_descriptor() + 1)
    sys.stdin, sys.stdout, sys.stderr = (
        _standard(number, like) for number, like in enumerate((sys.__stdin__, sys.__stdout__, sys.__stderr__))
    )
    sys.__stdin__, sys.__stdout__, sys.__stderr__ = sys.stdin, sys.stdout, sys.stderr  # type: ignore[misc]


def _highest_descriptor() -> int:
    return max(map(int, os.listdir("/proc/self/fd")))


def _standard(number: int, like: TextIO | None) -> io.TextIOWrapper:
    """A stream such as the interpreter makes at its start, for what the descriptor is now: a terminal, a pipe, a file."""
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


def _settle_in(request: StartRequest) -> None:
    """Take the kernel's environment and folder. Raises OSError if the folder is not there."""
    os.environ.clear()
    os.environ.update(request.env)
    time.tzset()
    tempfile.tempdir = None
    os.chdir(request.cwd)
    sys.argv[1:] = request.argv
