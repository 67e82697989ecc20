"""A kernel process and a client of it, for tests that speak the protocol message by message."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped,unused-ignore]
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager

from tests.support.waiting import HANGING

from .environment import KERNEL

Message = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """What came back for one request: the reply's content, and the IOPub messages as (type, content)."""

    reply: Message
    iopub: tuple[tuple[str, Message], ...]

    @property
    def outputs(self) -> list[tuple[str, Message]]:
        """The IOPub messages that a front end would show."""
        return [(kind, content) for kind, content in self.iopub if kind not in ("status", "execute_input")]

    @property
    def text(self) -> str:
        """Everything printed, the result, and the error's name and message, one after another."""
        return "".join(map(_text, self.outputs))


def _text(output: tuple[str, Message]) -> str:
    kind, content = output
    if kind == "stream":
        return str(content["text"])
    return f"{content['ename']}: {content['evalue']}" if kind == "error" else str(content["data"]["text/plain"])


class Kernel:
    """A running kernel. `stderr` is the file that its process's own stderr goes to."""

    def __init__(self, manager: KernelManager, client: BlockingKernelClient, stderr: Path) -> None:
        self.manager, self.client, self.stderr = manager, client, stderr

    def request(self, kind: str, content: Message) -> Answer:
        """Send on the shell channel and wait for the reply and the `idle` that ends it."""
        message = self.client.session.msg(kind, content)
        self.client.shell_channel.send(message)
        return self.answer(message["header"]["msg_id"])

    def send_shell(self, kind: str, content: Message) -> str:
        """Send on the shell channel and do not wait; returns the request's id."""
        message = self.client.session.msg(kind, content)
        self.client.shell_channel.send(message)
        return str(message["header"]["msg_id"])

    def answer(self, request: str) -> Answer:
        """Wait for a request's reply and its `idle`."""
        reply = self.reply(request)
        iopub: list[tuple[str, Message]] = []
        while True:
            message = self.client.get_iopub_msg(timeout=HANGING)
            if message["parent_header"].get("msg_id") != request:
                continue
            iopub.append((message["msg_type"], message["content"]))
            if iopub[-1] == ("status", {"execution_state": "idle"}):
                return Answer(reply, tuple(iopub))

    def reply(self, request: str) -> Message:
        """The content of the reply to a request; replies to others are passed over."""
        deadline = time.monotonic() + HANGING
        while True:
            message = self.client.get_shell_msg(timeout=max(0.01, deadline - time.monotonic()))
            if message["parent_header"].get("msg_id") == request:
                content: Message = message["content"]
                return content

    def wait_for_iopub(self, request: str, kind: str) -> None:
        """Until a message of that type about the request is published."""
        while True:
            message = self.client.get_iopub_msg(timeout=HANGING)
            if message["parent_header"].get("msg_id") == request and message["msg_type"] == kind:
                return

    def execute(self, code: str, flags: Mapping[str, bool]) -> Answer:
        return self.request("execute_request", {"code": code, "user_expressions": {}, **flags})

    def process(self) -> psutil.Process:
        """The kernel's process."""
        return psutil.Process(self.manager.provisioner.pid)  # type: ignore[union-attr]


@contextmanager
def running_kernel(folder: Path) -> Iterator[Kernel]:
    """Start a kernel in `folder`; end it afterwards."""
    stderr = folder / "kernel-stderr.txt"
    manager = KernelManager(kernel_name=KERNEL)
    with stderr.open("wb") as sink:
        manager.start_kernel(cwd=str(folder), stderr=sink)
    client = manager.client()
    try:
        client.start_channels()
        client.wait_for_ready(timeout=HANGING)
        yield Kernel(manager, client, stderr)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=False)
