"""A kernel process and a client that waits for nothing but the kernel: no polling intervals, no grace periods."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from queue import Empty
from typing import Any

import psutil  # type: ignore[import-untyped,unused-ignore]
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

SECONDS = 60.0
EXECUTE = {"silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False, "stop_on_error": True}

Message = dict[str, Any]


class Kernel:
    """A running kernel. Times are seconds of `time.perf_counter`."""

    def __init__(self, manager: KernelManager, client: BlockingKernelClient, spawned: float) -> None:
        self.manager, self.client, self.spawned = manager, client, spawned

    @property
    def process(self) -> psutil.Process:
        return psutil.Process(self.manager.provisioner.pid)  # type: ignore[union-attr]

    @property
    def processes(self) -> list[psutil.Process]:
        """The kernel with its descendants, and the fork server that it comes from, if it does."""
        parent = self.process.parent()
        server = [parent] if parent is not None and "monty_kernel.fork_server" in parent.cmdline() else []
        return [self.process, *self.process.children(recursive=True), *server]

    def wait_for_welcome(self) -> None:
        """Until the kernel says `iopub_welcome`: from then on nothing it publishes is lost. ipykernel >= 7 says it too."""
        while self.client.get_iopub_msg(timeout=SECONDS)["msg_type"] != "iopub_welcome":
            pass

    def wait_until_heard(self) -> None:
        """Until a request's `idle` arrives: the same for a kernel that says no `iopub_welcome`."""
        while True:
            request = self.client.kernel_info()
            self.take_reply(request)
            with suppress(Empty):
                while True:
                    message = self.client.get_iopub_msg(timeout=0.2)
                    ours = message["parent_header"].get("msg_id") == request
                    if ours and message["content"].get("execution_state") == "idle":
                        return

    def start(self, code: str) -> str:
        """Send an `execute_request`; returns its id."""
        return str(self.client.execute(code, allow_stdin=False))

    def until_idle(self, request: str) -> list[Message]:
        """The request's IOPub messages up to the `idle` that ends it."""
        messages = []
        while True:
            message = self.client.get_iopub_msg(timeout=SECONDS)
            if message["parent_header"].get("msg_id") == request:
                messages.append(message)
                if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
                    return messages

    def until(self, request: str, kind: str) -> Message:
        """The request's next IOPub message of that type."""
        while True:
            message = self.client.get_iopub_msg(timeout=SECONDS)
            if message["parent_header"].get("msg_id") == request and message["msg_type"] == kind:
                return dict(message)

    def take_reply(self, request: str) -> Message:
        """Take the request's reply off the shell channel."""
        while True:
            message = self.client.get_shell_msg(timeout=SECONDS)
            if message["parent_header"].get("msg_id") == request:
                return dict(message["content"])

    def run(self, code: str) -> tuple[float, list[Message]]:
        """Run a cell: seconds from sending to `idle`, and what it published. Raises RuntimeError if it fails."""
        begin = time.perf_counter()
        request = self.start(code)
        messages = self.until_idle(request)
        taken = time.perf_counter() - begin
        reply = self.take_reply(request)
        if reply["status"] != "ok":
            raise RuntimeError(f"The cell {code!r} failed: {reply.get('ename')}: {reply.get('evalue')}")
        return taken, messages

    def time_to_idle(self, code: str) -> float:
        """Like `run`, with the client's own work kept out: the request is signed before, and no answer is parsed.

        jupyter_client takes about 1 ms for that, as long as a third of what is to be measured.
        """
        return self.times_of_idle([code])[0]

    def times_of_idle(self, codes: Sequence[str], *, at_once: bool = False) -> list[float]:
        """Seconds from the first cell's request to each cell's `idle`, without the client's own work.

        at_once: whether all are sent at the beginning, or each when the one before it is idle.

        Raises:
            RuntimeError: a cell failed.
        """
        session = self.client.session
        messages = [session.msg("execute_request", {"code": code, **EXECUTE}) for code in codes]
        requests = [session.serialize(message) for message in messages]
        identities = [message["header"]["msg_id"].encode() for message in messages]
        shell, iopub = self.client.shell_channel.socket, self.client.iopub_channel.socket
        times = []
        begin = time.perf_counter()
        if at_once:
            for request in requests:
                shell.send_multipart(request)
        for request, identity in zip(requests, identities, strict=True):
            if not at_once:
                shell.send_multipart(request)
            while True:
                answer = iopub.recv_multipart()
                # ... header, parent header, metadata, content: the protocol's order
                if b'"idle"' in answer[-1] and identity in answer[-3]:
                    break
            times.append(time.perf_counter() - begin)
        for code in codes:
            reply = json.loads(shell.recv_multipart()[-1])
            if reply["status"] != "ok":
                raise RuntimeError(f"The cell {code!r} failed: {reply.get('ename')}: {reply.get('evalue')}")
        return times

    def shut_down(self) -> float:
        """Send `shutdown_request`; seconds until the process is gone."""
        process = self.process
        begin = time.perf_counter()
        message = self.client.session.msg("shutdown_request", {"restart": False})
        self.client.control_channel.send(message)
        process.wait(SECONDS)
        return time.perf_counter() - begin


@contextmanager
def running_kernel(name: str, *options: str, fork: bool = True) -> Iterator[Kernel]:
    """Start a kernel and connect all channels at once, before it listens, as front ends do; end it afterwards.

    fork: whether the kernelspec's provisioner may fork it, as in Jupyter, or its argv is run, as in VS Code.

    Nothing has been exchanged yet when this returns: see `Kernel.wait_for_welcome`.
    """
    manager = KernelManager(kernel_name=name)
    if not fork:
        manager.provisioner = LocalProvisioner(kernel_spec=manager.kernel_spec, parent=manager)
    spawned = time.perf_counter()
    manager.start_kernel(extra_arguments=list(options), stderr=subprocess.DEVNULL)
    client = manager.client()
    client.start_channels(hb=False)
    kernel = Kernel(manager, client, spawned)
    try:
        yield kernel
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
        manager.cleanup_resources()
