"""Where clients reach the kernel: the connection file, understood without importing Jupyter, which would cost start time."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

CHANNELS = ("shell", "iopub", "stdin", "control", "hb")
TRANSPORTS = ("tcp", "ipc")


class ConnectionFailed(Exception):
    """The kernel cannot listen where it was told to. The message says why and what to do."""


class PortTaken(ConnectionFailed):
    """Another process listens there."""


class ConnectionInfo(NamedTuple):
    """What a connection file says. Port 0 means: choose one. `key` None means: the file names none."""

    transport: str = "tcp"
    ip: str = "127.0.0.1"
    shell_port: int = 0
    iopub_port: int = 0
    stdin_port: int = 0
    control_port: int = 0
    hb_port: int = 0
    key: str | None = None
    signature_scheme: str | None = None
    curve_publickey: str | None = None
    curve_secretkey: str | None = None

    def port(self, channel: str) -> int:
        return int(getattr(self, f"{channel}_port"))

    def ports(self) -> dict[str, int]:
        """`{"shell_port": 50123, ...}`, as `connect_request` answers."""
        return {f"{channel}_port": self.port(channel) for channel in CHANNELS}

    def with_ports(self, ports: Mapping[str, int]) -> ConnectionInfo:
        return self._replace(**dict[str, Any](ports))

    @property
    def complete(self) -> bool:
        return all(self.ports().values())


def parse(document: Mapping[str, Any], origin: str) -> ConnectionInfo:
    """The info in a connection file's JSON; `ConnectionFailed` names the field that makes no sense.

    Fields that we do not know are left alone: managers put their own into these files.
    """
    transport = document.get("transport", "tcp")
    if transport not in TRANSPORTS:
        raise ConnectionFailed(f"{origin}: transport {transport!r} is not one of {', '.join(TRANSPORTS)}.")
    fields: dict[str, Any] = {"transport": transport}
    for channel in CHANNELS:
        port = document.get(f"{channel}_port", 0)
        if not isinstance(port, int) or isinstance(port, bool) or not 0 <= port <= 65535:
            raise ConnectionFailed(f"{origin}: {channel}_port is {port!r}; it must be a whole number from 0 to 65535.")
        fields[f"{channel}_port"] = port
    for name in ("ip", "key", "signature_scheme", "curve_publickey", "curve_secretkey"):
        value = document.get(name)
        if value is not None and not isinstance(value, str):
            raise ConnectionFailed(f"{origin}: {name} must be a string.")
        fields[name] = value
    if not fields["ip"]:
        fields["ip"] = "127.0.0.1" if transport == "tcp" else f"{os.path.splitext(origin)[0]}-ipc"
    if (fields["curve_publickey"] is None) != (fields["curve_secretkey"] is None):
        # Half a key pair must not quietly become an unencrypted connection.
        raise ConnectionFailed(f"{origin}: has only one of curve_publickey and curve_secretkey; encryption needs both.")
    return ConnectionInfo(**fields)


def read(path: str | os.PathLike[str]) -> ConnectionInfo:
    """The info in the connection file at `path`. Raises ConnectionFailed."""
    return parse(_read_document(path), os.fspath(path))


def _read_document(path: str | os.PathLike[str]) -> dict[str, Any]:
    try:
        with open(path, encoding="utf-8") as file:
            document = json.load(file)
    except OSError as error:
        raise ConnectionFailed(f"Cannot read the connection file {path}: {error.strerror}.") from error
    except ValueError as error:
        raise ConnectionFailed(f"The connection file {path} is not JSON: {error}.") from error
    if not isinstance(document, dict):
        raise ConnectionFailed(f"The connection file {path} must hold a JSON object.")
    return document


def write(path: str | os.PathLike[str], info: ConnectionInfo, key: str, signature_scheme: str) -> None:
    """Say in the file at `path` where the kernel listens; readable by this user alone, and never seen half written.

    What an existing file says beside that (a manager's own fields) stays in it.
    """
    import tempfile
    from pathlib import Path

    from jupyter_core.paths import secure_write

    from monty_kernel.files.private import make_private

    path = Path(path)
    document: dict[str, Any] = _read_document(path) if path.exists() else {}
    document |= {"transport": info.transport, "ip": info.ip, **info.ports()}
    document |= {"key": key, "signature_scheme": signature_scheme}
    document.setdefault("kernel_name", "")
    if info.curve_publickey is not None:
        document |= {"curve_publickey": info.curve_publickey, "curve_secretkey": info.curve_secretkey}
    try:
        make_private(path.parent)
        fd, scratch = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
        os.close(fd)
        try:
            with secure_write(scratch) as file:
                json.dump(document, file, indent=2)
            os.replace(scratch, path)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(scratch)
            raise
    except OSError as error:
        raise ConnectionFailed(f"Cannot write the connection file {path}: {error.strerror}.") from error


def file_named_in(argv: Sequence[str]) -> str | None:
    """The existing file that `-f FILE` names, if `argv` says so once and plainly.

    Only a quick look that lets the sockets be bound before the imports; traitlets has the last word on the command line.
    """
    named = [argv[i + 1] for i, arg in enumerate(argv[:-1]) if arg in ("-f", "--f")]
    named += [arg.partition("=")[2] for arg in argv if arg.startswith(("-f=", "--f="))]
    return named[0] if len(named) == 1 and os.path.isfile(named[0]) else None
