"""A kernel process and the sockets to talk to it, with nothing in between: what tests of the process need to see."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import zmq
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.connect import write_connection_file
from jupyter_client.session import Session

from tests.support.waiting import HANGING

STAND_IN = [sys.executable, "-P", str(Path(__file__).parent / "standin" / "launch.py")]
MONTY = [sys.executable, "-P", "-m", "monty_kernel"]
KEY = b"the key of these tests"


class KernelProcess:
    """A kernel started from a connection file in `folder`; ends with the `with` block, and must have ended quietly."""

    def __init__(
        self,
        folder: Path,
        argv: Sequence[str] = STAND_IN,
        *,
        options: Sequence[str] = (),
        env: Mapping[str, str] | None = None,
        info: Mapping[str, Any] | None = None,
        cwd: Path | None = None,
    ) -> None:
        self.file = folder / "connection.json"
        write_connection_file(str(self.file), key=KEY, **(dict(info) if info else {}))
        self.stderr = folder / "stderr"
        self.clients: list[BlockingKernelClient] = []
        self.sockets: list[zmq.Socket[bytes]] = []
        with self.stderr.open("wb") as stderr:
            self.process = subprocess.Popen(
                [*argv, "-f", str(self.file), *options],
                env={**os.environ, "JPY_PARENT_PID": str(os.getpid()), **(env or {})},
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=stderr,
                stderr=stderr,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def info(self) -> dict[str, Any]:
        document = json.loads(self.file.read_text())
        assert isinstance(document, dict)
        return document

    def url(self, channel: str) -> str:
        info = self.info
        joint = ":" if info["transport"] == "tcp" else "-"
        return f"{info['transport']}://{info['ip']}{joint}{info[f'{channel}_port']}"

    def socket(self, channel: str, kind: int, **options: int) -> zmq.Socket[bytes]:
        """A bare socket connected to a channel; the session of `session()` speaks its language."""
        socket = zmq.Context.instance().socket(kind)
        socket.linger = 0
        for name, value in options.items():
            setattr(socket, name, value)
        socket.connect(self.url(channel))
        self.sockets.append(socket)
        return socket

    def session(self) -> Session:
        return Session(key=KEY)

    def client(self) -> BlockingKernelClient:
        """A connected client whose IOPub subscription the kernel has confirmed."""
        client = BlockingKernelClient(connection_file=str(self.file))
        client.load_connection_file()
        client.start_channels()
        self.clients.append(client)
        while client.get_iopub_msg(timeout=HANGING)["msg_type"] != "iopub_welcome":
            pass
        return client

    def wait(self, seconds: float = HANGING) -> int:
        """The exit status."""
        return self.process.wait(seconds)

    def output(self) -> str:
        """What the process has written to its own stdout and stderr."""
        return self.stderr.read_text()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for client in self.clients:
            client.stop_channels()
        for socket in self.sockets:
            socket.close()
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(HANGING)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise


def messages_of(client: BlockingKernelClient, request: str, timeout: float = HANGING) -> list[dict[str, Any]]:
    """The IOPub messages that answer `request`, up to and including `idle`."""
    found: list[dict[str, Any]] = []
    while True:
        message = client.get_iopub_msg(timeout=timeout)
        if message["parent_header"].get("msg_id") != request:
            continue
        found.append(message)
        if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
            return found


def run(client: BlockingKernelClient, code: str, timeout: float = HANGING) -> str:
    """The text of a cell's result."""
    request = client.execute(code)
    results = [m for m in messages_of(client, request, timeout) if m["msg_type"] == "execute_result"]
    assert len(results) == 1, results
    text = results[0]["content"]["data"]["text/plain"]
    assert isinstance(text, str)
    return text


def alive(pid: int) -> bool:
    """Whether a process runs; a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def eventually_gone(pid: int, seconds: float = HANGING) -> bool:
    """Whether a process ends within so many seconds."""
    deadline = time.monotonic() + seconds
    while alive(pid):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def memory_of(pid: int) -> int:
    """Resident bytes."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise ProcessLookupError(pid)
