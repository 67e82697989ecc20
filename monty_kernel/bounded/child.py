"""The helper process: reads a job, does it and answers, until its owner is gone or it has grown too large.

A job is a function of a text and plain data that returns plain data and a text. Owner and helper send each other frames: the sizes,
the plain data as JSON, and the text. The text is not part of the JSON, since 4 MB of control characters would be six times as long
when escaped there.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import struct
from collections.abc import Callable
from importlib import import_module
from io import FileIO, RawIOBase
from typing import Any, NamedTuple

MEMORY = 1 << 30
"""Bytes of address space."""

LONGEST_DATA = 8 << 20
LONGEST_TEXT = 32 << 20
"""Bytes of each that a frame may have."""

_HEAD = struct.Struct(">II")

Job = Callable[..., tuple[Any, str]]


class BrokenFrame(Exception):
    """The other side ended in the middle of a frame, or announces one that is longer than allowed."""


class Frame(NamedTuple):
    """One message. data: anything that JSON can hold."""

    data: Any
    text: str = ""


def write_frame(stream: RawIOBase, frame: Frame) -> None:
    """Send a frame.

    Raises:
        OSError: nobody reads.
        ValueError: the frame would be too long.
    """
    data = json.dumps(frame.data, separators=(",", ":")).encode()
    text = frame.text.encode("utf-8", "surrogatepass")
    if len(data) > LONGEST_DATA or len(text) > LONGEST_TEXT:
        raise ValueError("longer than a frame may be")
    for part in (_HEAD.pack(len(data), len(text)) + data, text):
        left = memoryview(part)
        while left:
            left = left[stream.write(left) :]


def read_frame(stream: RawIOBase) -> Frame | None:
    """Receive a frame; None at the end of the stream.

    Raises:
        BrokenFrame: what arrives is not a whole frame.
        OSError: the stream cannot be read.
    """
    head = _read(stream, _HEAD.size)
    if not head:
        return None
    if len(head) < _HEAD.size:
        raise BrokenFrame
    data_size, text_size = _HEAD.unpack(head)
    if data_size > LONGEST_DATA or text_size > LONGEST_TEXT:
        raise BrokenFrame
    data, text = _read(stream, data_size), _read(stream, text_size)
    if len(data) < data_size or len(text) < text_size:
        raise BrokenFrame
    try:
        return Frame(json.loads(data), text.decode("utf-8", "surrogatepass"))
    except ValueError as error:
        raise BrokenFrame from error


def _read(stream: RawIOBase, size: int) -> bytearray:
    """This many bytes, or fewer at the end of the stream."""
    content = bytearray(size)
    at = 0
    with memoryview(content) as view:
        while at < size and (count := stream.readinto(view[at:])):
            at += count
    del content[at:]
    return content


def main(retire_above: int) -> None:
    """Serve until the end of stdin. retire_above: MiB of memory in use after a job, above which a new process does the next one."""
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
        last = "memory" in answer.data or _resident() > retire_above << 20
        try:
            write_frame(replies, Frame({**answer.data, "last": last}, answer.text))
        except ValueError as error:
            write_frame(replies, Frame({"error": str(error), "last": last}))
        if last:
            return


def _streams() -> tuple[FileIO, FileIO]:
    """The two pipes. Whatever else writes to stdout must not write into the second."""
    requests, replies = FileIO(os.dup(0), "rb"), FileIO(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    return requests, replies


def _answer(name: str, text: str, arguments: list[Any]) -> Frame:
    try:
        value, output = _job(name)(text, *arguments)
        return Frame({"value": value}, output)
    except MemoryError:
        return Frame({"memory": True})
    except Exception as error:  # a library may fail on odd text in any way; the caller is told
        return Frame({"error": f"{type(error).__name__}: {error}"[:1_000]})


def _job(name: str) -> Job:
    """The function that a job's name `module:function` stands for. What it needs is imported here, not in the kernel."""
    module, _, function = name.partition(":")
    job: Job = getattr(import_module(module), function)
    return job


def _limit_memory() -> None:
    # Windows has no such limit; a tighter one may be set already
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _limit_time(seconds: float) -> None:
    # SIGPROF ends the process, also in the middle of a library's C code, and after the caller itself was killed
    with contextlib.suppress(AttributeError, ValueError, OSError):  # Windows has no such timer
        signal.setitimer(signal.ITIMER_PROF, seconds)


def _resident() -> int:
    """Bytes of memory in use; 0 where the system does not say."""
    try:
        with open("/proc/self/statm", "rb") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return 0
