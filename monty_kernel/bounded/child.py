"""The helper process: reads a job, does it, answers; ends when nobody is there any more, or when it has grown too large."""

from __future__ import annotations

import contextlib
import os
import signal
from io import FileIO
from typing import Any

from .frames import BrokenFrame, Frame, read_frame, write_frame
from .jobs import job

MEMORY = 1 << 30
"""Bytes of address space."""


def main(retire_above: int) -> None:
    """Serve until the end of stdin. retire_above: MiB of memory in use after a job, above which a fresh process shall do the next."""
    requests, replies = _streams()
    _limit_memory()
    while True:
        try:
            request = read_frame(requests)
        except BrokenFrame:
            return
        if request is None:
            return
        name, arguments, seconds = request.data
        _limit_time(seconds)
        answer = _answer(name, request.text, arguments)
        _limit_time(0)
        last = "memory" in answer.data or resident() > retire_above << 20
        try:
            write_frame(replies, Frame({**answer.data, "last": last}, answer.text))
        except ValueError as error:
            write_frame(replies, Frame({"error": str(error), "last": last}))
        if last:
            return


def _streams() -> tuple[FileIO, FileIO]:
    """The two pipes; whatever else writes to stdout must not write into the second."""
    requests, replies = FileIO(os.dup(0), "rb"), FileIO(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    return requests, replies


def _answer(name: str, text: str, arguments: list[Any]) -> Frame:
    try:
        value, given = job(name)(text, *arguments)
        return Frame({"value": value}, given)
    except MemoryError:
        return Frame({"memory": True})
    except Exception as error:  # a library may fail on odd text in any way; the caller is told
        return Frame({"error": f"{type(error).__name__}: {error}"[:1_000]})


def _limit_memory() -> None:
    with contextlib.suppress(
        ImportError, OSError, ValueError
    ):  # Windows has no such limit; a tighter one may be set already
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _limit_time(seconds: float) -> None:
    # SIGPROF ends the process, also in the middle of a library's C code, and when the caller itself was killed
    with contextlib.suppress(AttributeError, ValueError, OSError):  # Windows has no such timer
        signal.setitimer(signal.ITIMER_PROF, seconds)


def resident() -> int:
    """Bytes of memory in use; 0 where the system does not say."""
    try:
        with open("/proc/self/statm", "rb") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return 0
