"""The thread that drives the session does things in order, outlives what fails on it, and holds nobody up while it starts."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from monty_kernel.jupyter.sandbox_thread import Posted, SandboxThread
from tests.support.kernel_client import Kernel
from tests.support.waiting import HANGING, until


@pytest.fixture
def thread() -> Iterator[SandboxThread]:
    started = SandboxThread()
    yield started
    started.shutdown()


def _post(thread: SandboxThread, call: Callable[[], object], then: Callable[[], object] = lambda: None) -> object:
    """The call's result, or its error raised, when all that was posted is done."""

    async def wait() -> object:
        posted = thread.post(call, then)
        await asyncio.wait_for(thread.idle(), HANGING)
        return await posted

    return asyncio.run(wait())


def test_what_is_posted_is_waited_for_and_what_is_submitted_is_not(thread: SandboxThread) -> None:
    go, done = threading.Event(), []
    thread.submit(go.wait, HANGING)
    asyncio.run(asyncio.wait_for(thread.idle(), HANGING))
    assert not go.is_set()
    threading.Timer(0.01, go.set).start()
    assert _post(thread, lambda: len(done), lambda: done.append(1)) == 0
    assert done == [1]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_an_error_goes_to_the_loop_and_ends_neither_it_nor_the_thread(
    thread: SandboxThread, error: type[BaseException], caplog: pytest.LogCaptureFixture
) -> None:
    done: list[int] = []

    def failing() -> None:
        raise error("on purpose")

    with pytest.raises(ValueError if error is ValueError else RuntimeError, match="on purpose"):
        _post(thread, failing, lambda: done.append(0))
    _post(thread, lambda: None, failing)  # logged
    _post(thread, lambda: None, lambda: done.append(1))
    assert done == [1] and caplog.text.count("on purpose") >= 2


def test_an_interrupt_reaches_the_first_cell_while_the_session_starts(
    start: Callable[..., Kernel], tmp_path: Path
) -> None:
    """The session starts with the import of the tools, which may take long."""
    go, tools = tmp_path / "go", tmp_path / "slow.py"
    tools.write_text(
        f"import os, time\nwhile not os.path.exists({str(go)!r}): time.sleep(0.01)\n"
        "from monty_kernel import tool\n@tool\ndef shop() -> int:\n    return 1\n"
    )
    kernel = start("--tools", str(tools))
    request = kernel.client.execute("x = 1")
    kinds: set[str] = set()

    def shown() -> bool:
        kinds.add(kernel.client.get_iopub_msg(timeout=HANGING)["msg_type"])
        return "execute_input" in kinds

    until(shown)
    kernel.manager.interrupt_kernel()
    kernel.client.control_channel.send(kernel.client.session.msg("interrupt_request", {}))
    assert kernel.client.get_control_msg(timeout=HANGING)["msg_type"] == "interrupt_reply"
    go.touch()
    while (reply := kernel.client.get_shell_msg(timeout=HANGING))["parent_header"].get("msg_id") != request:
        pass
    assert reply["content"].get("ename") == "KeyboardInterrupt"
    assert kernel.run("x").reply["ename"] == "NameError"


def test_what_is_for_a_pause_waits_for_one(thread: SandboxThread) -> None:
    done: list[str] = []
    paused = threading.Event()

    def cell() -> None:
        done.append("cell")
        thread.in_pause(lambda: (done.append("pause"), paused.set()))

    async def cells() -> None:
        for _ in range(3):
            posted = thread.post(cell, lambda: None)
            posted.told()
            await posted

    asyncio.run(cells())
    assert paused.wait(HANGING)
    assert done == ["cell"] * 3 + ["pause"]


def test_the_loop_can_wait_for_what_it_posted(thread: SandboxThread) -> None:
    go = threading.Event()

    async def wait() -> None:
        quick, slow = thread.post(lambda: 1, lambda: None), thread.post(lambda: go.wait(HANGING), lambda: None)
        assert quick.finished_within(HANGING) and await quick == 1
        assert not slow.finished_within(0)
        go.set()
        assert await asyncio.wait_for(_awaited(slow), HANGING)

    asyncio.run(wait())


async def _awaited(posted: Posted[bool]) -> bool:
    return await posted
