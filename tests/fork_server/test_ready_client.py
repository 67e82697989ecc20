"""Clients that do not listen to silence: they read to the end of their own request and no further; else they are jupyter_client's."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
from queue import Empty
from typing import Any

import pytest
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import AsyncKernelManager, KernelManager
from jupyter_client.threaded import ThreadedKernelClient

from tests.support.forked_kernels import answers, pid_of, started
from tests.support.waiting import HANGING

QUIET = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


class Recorder:
    """What was read from a channel in waiting: kinds of messages, and each time that there was nothing."""

    def __init__(self, channel: Any, messages: list[dict[str, Any]] | None = None) -> None:
        self.channel, self.read = channel, list[str]()
        self.messages = messages  # instead of the channel's own

    def get_msg(self, timeout: float | None = None) -> dict[str, Any]:
        try:
            if self.messages is None:
                message: dict[str, Any] = self.channel.get_msg(timeout=timeout)
            elif self.messages:
                message = self.messages.pop(0)
            else:
                raise Empty
        except Empty:
            self.read.append("nothing")
            raise
        self.read.append(message["content"].get("execution_state", message["msg_type"]))
        return message

    def __getattr__(self, name: str) -> Any:
        return getattr(self.channel, name)


def connected(manager: KernelManager) -> BlockingKernelClient:
    """A client whose subscription has arrived: what is published from now on reaches it."""
    client = manager.client()
    client.start_channels()
    assert client.iopub_channel.socket.poll(20_000)
    return client


def test_it_reads_to_the_idle_of_its_own_request_and_no_further() -> None:
    with started() as (manager, _):
        client = connected(manager)
        recorder = client._iopub_channel = Recorder(client.iopub_channel)
        client.wait_for_ready(timeout=HANGING)
        assert recorder.read == ["iopub_welcome", "busy", "idle"]
        assert client.iopub_channel is recorder
        with pytest.raises(Empty):
            client.get_iopub_msg(timeout=0.1)
        assert client.kernel_info(reply=True, timeout=HANGING)["content"]["implementation"] == "monty_kernel"
        assert answers(client)
        client.stop_channels()


def test_the_idle_of_another_client_does_not_end_it() -> None:
    with started() as (manager, _):
        client = connected(manager)
        idle = {"msg_type": "status", "content": {"execution_state": "idle"}, "parent_header": {"msg_id": "another's"}}
        info = {"msg_type": "status", "content": {"execution_state": "starting"}, "parent_header": {}}
        recorder = client._iopub_channel = Recorder(client.iopub_channel, [idle, info])
        client.wait_for_ready(timeout=HANGING)
        assert recorder.read == ["idle", "starting", "nothing"]  # its own never came: silence, as ever
        client.stop_channels()


def test_where_nothing_is_published_it_gives_up_as_ever() -> None:
    with started() as (manager, _):
        client = connected(manager)
        client._iopub_channel = Recorder(client.iopub_channel, [])
        with pytest.raises(RuntimeError, match="didn't respond in 0 seconds"):
            client.wait_for_ready(timeout=0)
        client.stop_channels()


def test_a_dead_kernel_and_one_that_does_not_answer_are_the_same_errors() -> None:
    with started() as (manager, client):
        os.kill(pid_of(manager), signal.SIGSTOP)
        with pytest.raises(RuntimeError, match="didn't respond in 1 seconds"):
            client.wait_for_ready(timeout=1)
        os.kill(pid_of(manager), signal.SIGKILL)
        with pytest.raises(RuntimeError, match="Kernel died before replying to kernel_info"):
            client.wait_for_ready(timeout=HANGING)


def test_async_managers_and_restarts() -> None:
    async def live() -> None:
        manager = AsyncKernelManager(kernel_name="monty")
        await manager.start_kernel(**QUIET)
        client = manager.client()
        client.start_channels()
        try:
            assert isinstance(client, AsyncKernelClient)
            assert type(client) is not AsyncKernelClient
            for _ in range(2):
                await client.wait_for_ready(timeout=HANGING)
                reply = await client.execute_interactive("1", timeout=HANGING)
                assert reply["content"]["status"] == "ok"
                await manager.restart_kernel(**QUIET)
        finally:
            client.stop_channels()
            await manager.shutdown_kernel(now=True)

    asyncio.run(live())


def test_kernels_started_the_plain_way_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "darwin")
    with started() as (manager, client):
        assert type(client) is not BlockingKernelClient
        assert answers(client)
        other = manager.client()
        assert type(other) is type(client)


class Chosen(BlockingKernelClient):
    """A class of client that the person chose."""


@pytest.mark.parametrize("kind", [ThreadedKernelClient, Chosen])
def test_a_class_that_somebody_chose_is_kept(kind: type) -> None:
    for before in (True, False):
        manager = KernelManager(kernel_name="monty", **({"client_factory": kind} if before else {}))
        manager.start_kernel(**QUIET)
        try:
            if not before:
                manager.client_factory = kind
            assert type(manager.client()) is kind
        finally:
            manager.shutdown_kernel(now=True)


def test_other_kernels_and_their_clients_are_left_alone() -> None:
    with started(), started("python3") as (_, client):
        assert type(client) is BlockingKernelClient
    assert KernelManager().client_factory is BlockingKernelClient
    assert AsyncKernelManager().client_factory is AsyncKernelClient
