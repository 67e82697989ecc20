"""Whose end is the kernel's end, and that it is noticed."""

from __future__ import annotations

import asyncio
import os
import subprocess

import pytest

from monty_kernel.jupyter import parent_watch
from monty_kernel.jupyter.parent_watch import ParentWatch, process_to_watch
from tests.support.waiting import HANGING


def test_the_server_is_watched_if_it_is_an_ancestor() -> None:
    parent = os.getppid()
    assert process_to_watch({"JPY_PARENT_PID": str(parent)}) == parent


@pytest.mark.parametrize("named", ["", "0", "1", "server"])
def test_nothing_is_watched_if_nobody_asks_or_it_is_init(named: str) -> None:
    assert process_to_watch({"JPY_PARENT_PID": named}) is None
    assert process_to_watch({}) is None


def test_a_number_from_another_container_does_not_name_a_process_here() -> None:
    with subprocess.Popen(["sleep", "600"]) as stranger:
        watched = process_to_watch({"JPY_PARENT_PID": str(stranger.pid)})
        assert watched == (os.getppid() if os.getppid() > 1 else None)
        stranger.kill()


def notices(process: subprocess.Popen[bytes], kill_after: float = 0.1) -> bool:
    """Whether the end of a process is noticed, and not before it."""

    async def wait() -> None:
        noticed = asyncio.Event()
        watch = ParentWatch(process.pid, noticed.set, asyncio.get_running_loop())
        await asyncio.sleep(kill_after)
        assert not noticed.is_set()
        process.kill()
        process.wait()
        await asyncio.wait_for(noticed.wait(), HANGING)
        watch.close()

    asyncio.run(wait())
    return True


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="the process is looked at again and again")
def test_the_end_is_noticed_without_looking_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parent_watch, "_POLL_SECONDS", 100 * HANGING)
    with subprocess.Popen(["sleep", "600"]) as process:
        assert notices(process)


def test_the_end_is_noticed_where_there_is_no_pidfd(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "pidfd_open", raising=False)
    assert parent_watch._POLL_SECONDS < 1
    with subprocess.Popen(["sleep", "600"]) as process:
        assert notices(process)


def test_a_process_that_is_gone_already_is_noticed() -> None:
    with subprocess.Popen(["true"]) as process:
        process.wait()

    async def wait() -> None:
        noticed = asyncio.Event()
        ParentWatch(process.pid, noticed.set, asyncio.get_running_loop())
        await asyncio.wait_for(noticed.wait(), HANGING)

    asyncio.run(wait())


def test_a_closed_watch_says_nothing() -> None:
    async def wait(process: subprocess.Popen[bytes]) -> None:
        noticed = asyncio.Event()
        ParentWatch(process.pid, noticed.set, asyncio.get_running_loop()).close()
        process.kill()
        await asyncio.sleep(0.2)
        assert not noticed.is_set()

    with subprocess.Popen(["sleep", "600"]) as process:
        asyncio.run(wait(process))
