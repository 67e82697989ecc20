"""The messages of owner, fork server and new kernel: JSON lines over one private socket pair per kernel.

The *owner* is the process with the kernel manager. It passes the kernel's end of a new socket pair, and the kernel's stdin, stdout
and stderr, to the fork server over a connection that only these two have. The server forks at once and reads nothing from the pair.
The new kernel itself reports `born`, reads the `StartRequest`, and reports `listening`, or ends with `taken`, if another process
has one of its ports, or `failed`. So the server never holds a kernel's environment or connection file, and a slow or huge request
delays no other kernel. The server reports `stale` instead of forking if its code on disk has changed, and `ended` when the kernel
has ended.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

Event = Literal["born", "listening", "taken", "failed", "stale", "ended"]

START = b"start"
"""The only datagram between owner and server. It carries four descriptors: stream, stdin, stdout, stderr."""
DESCRIPTORS = 4

_MOST_BYTES = 1 << 26  # of one line; a process's environment is at most a few MiB


class Broken(Exception):
    """The other side is gone, or does not keep to the protocol."""


@dataclass(frozen=True, slots=True)
class StartRequest:
    """How this kernel differs from others of its kind.

    argv: what follows `-m monty_kernel`. env: the whole environment. cwd: absolute. starter: the owner's pid.
    """

    argv: tuple[str, ...]
    env: Mapping[str, str]
    cwd: str
    starter: int

    def line(self) -> bytes:
        """The request on the wire. Text that is not UTF-8 (surrogate escapes) arrives unchanged."""
        return _line(asdict(self))


def request_from(line: bytes) -> StartRequest:
    """Read a request. Raises Broken."""
    document = _document(line)
    try:
        argv, env = (
            tuple(map(str, document["argv"])),
            {str(name): str(value) for name, value in document["env"].items()},
        )
        return StartRequest(argv, env, str(document["cwd"]), int(document["starter"]))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Broken(f"not a start request: {error!r}") from error


@dataclass(frozen=True, slots=True)
class Report:
    """News of a kernel. pid: with `born`. status: with `ended`, as in `Popen.returncode`. reason: with `taken`, `failed` and `stale`."""

    event: Event
    pid: int = 0
    status: int = 0
    reason: str = ""

    def line(self) -> bytes:
        """The report on the wire."""
        return _line(asdict(self))


def report_from(line: bytes) -> Report:
    """Read a report. Raises Broken."""
    document = _document(line)
    try:
        return Report(document["event"], int(document["pid"]), int(document["status"]), str(document["reason"]))
    except (KeyError, TypeError, ValueError) as error:
        raise Broken(f"not a report: {error!r}") from error


def _line(document: dict[str, Any]) -> bytes:
    return json.dumps(document).encode("ascii") + b"\n"


def _document(line: bytes) -> dict[str, Any]:
    try:
        document = json.loads(line)
    except ValueError as error:
        raise Broken(f"not JSON: {error}") from error
    if not isinstance(document, dict):
        raise Broken("not a JSON object")
    return document


class Lines:
    """Assembles lines from the bytes that arrive."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def add(self, data: bytes) -> None:
        """Add what `recv` returned. Raises Broken at the end of the stream, and if a line is too long."""
        if not data:
            raise Broken("the connection ended")
        self._buffer += data
        if len(self._buffer) > _MOST_BYTES:
            raise Broken("a line is too long")

    def take(self) -> bytes | None:
        """The next whole line without its newline; None if there is none yet."""
        line, newline, rest = self._buffer.partition(b"\n")
        if not newline:
            return None
        self._buffer = rest
        return bytes(line)


def read_line(stream: socket.socket) -> bytes:
    """Wait for one line on a blocking socket. Raises Broken at its end, TimeoutError after the socket's timeout."""
    lines = Lines()
    while (line := lines.take()) is None:
        try:
            lines.add(stream.recv(1 << 16))
        except TimeoutError:
            raise
        except OSError as error:
            raise Broken(str(error)) from error
    return line
