"""Helpers do jobs, are killed with those that nobody waits for or that take too much, and end with their owner."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import CancelledError, ThreadPoolExecutor
from pathlib import Path

import pytest

from monty_kernel.bounded.child import MEMORY
from monty_kernel.bounded.rooms import JobFailed, Room, TooMuch, Unanswered, ask, reading
from monty_kernel.bounded.waiting import waiting_by
from tests.support.kernel_process import alive
from tests.support.waiting import HANGING, until

SLOW = "x = 1\n" * 33_000 + "from " + "a." * 20_000 + "b import c"
HUGE = "import " + "a." * 90_000 + "a"


@pytest.fixture
def room() -> Iterator[Room]:
    made = Room(most=1, retire_above=200)
    yield made
    made.close()


def test_a_job_is_done(room: Room) -> None:
    assert room.submit("judge", "for i in x:", seconds=5).result(HANGING) == (["incomplete", "    "], "")
    (pid,) = room.pids
    assert room.submit("judge", "x", seconds=5).result(HANGING) == (["complete", ""], "")
    assert room.pids == [pid], "the same helper serves again"


def test_what_takes_too_long_is_killed_and_the_next_is_served(room: Room) -> None:
    room.submit("judge", "x", seconds=5).result(HANGING)
    (pid,) = room.pids
    with pytest.raises(TooMuch):
        room.submit("judge", SLOW[:199_000], seconds=0.05).result(HANGING)
    until(lambda: not alive(pid))
    assert room.submit("judge", "x", seconds=5).result(HANGING)[0] == ["complete", ""]
    assert pid not in room.pids


def test_its_memory_is_bounded(room: Room) -> None:
    assert room.submit("judge", HUGE, seconds=60).result(HANGING)[0] == ["invalid", ""], (
        "1.5 GiB and more would be needed"
    )
    assert room.submit("judge", "x", seconds=5).result(HANGING)[0] == ["complete", ""]
    limits = Path(f"/proc/{room.pids[0]}/limits").read_text()
    assert f"Max address space         {MEMORY}" in limits


def test_a_job_that_nobody_waits_for_is_killed(room: Room) -> None:
    room.submit("judge", "x", seconds=5).result(HANGING)
    (pid,) = room.pids
    slow = room.submit("judge", HUGE, seconds=60)
    waiting = room.submit("judge", "x", seconds=5)
    time.sleep(0.05)
    assert slow.cancel()
    until(lambda: not alive(pid))
    assert waiting.result(HANGING)[0] == ["complete", ""]
    with pytest.raises(CancelledError):
        slow.result()


def test_a_fault_in_a_job_is_told(room: Room) -> None:
    with pytest.raises(JobFailed, match="KeyError"):
        room.submit("no such job", seconds=5).result(HANGING)


def test_a_helper_that_was_killed_by_others_is_replaced(room: Room) -> None:
    room.submit("judge", "x", seconds=5).result(HANGING)
    os.kill(room.pids[0], signal.SIGKILL)
    until(lambda: not alive(room.pids[0]) if room.pids else True)
    with pytest.raises(Unanswered):
        room.submit("judge", "x", seconds=5).result(HANGING)
    assert room.submit("judge", "x", seconds=5).result(HANGING)[0] == ["complete", ""]


def test_idle_helpers_end() -> None:
    room = Room(most=1, retire_above=200, idle=0.05)
    try:
        room.submit("judge", "x", seconds=5).result(HANGING)
        until(lambda: not room.pids)
        assert room.submit("judge", "x", seconds=5).result(HANGING)[0] == ["complete", ""]
    finally:
        room.close()


def test_texts_of_any_characters_arrive(room: Room) -> None:
    for text in ("\0", "\ud800", "\U0001f600é", "x" * 90_000):
        assert room.submit("judge", f"{text!r} + '{text}'", seconds=5).result(HANGING)[0][0] in ("complete", "invalid")


def test_a_thread_with_an_event_loop_does_not_wait() -> None:
    async def wait() -> None:
        ask("judge", "x", seconds=5)

    with pytest.raises(Unanswered):
        asyncio.run(wait())

    async def wait_as_told() -> object:
        with waiting_by(lambda future: future.result(HANGING)):
            return ask("judge", "x", seconds=5)[0]

    assert asyncio.run(wait_as_told()) == ["complete", ""]


def test_an_interrupted_wait_kills_the_helper() -> None:
    ask("judge", "x", seconds=5)

    def interrupt(future: object) -> None:
        raise KeyboardInterrupt

    before = set(reading().pids)
    with waiting_by(interrupt), pytest.raises(KeyboardInterrupt):
        ask("judge", HUGE, seconds=60)
    assert ask("judge", "x", seconds=5)[0] == ["complete", ""]
    assert len(before) <= 4


def test_a_slow_job_does_not_keep_others_waiting() -> None:
    slow = reading().submit("judge", HUGE, seconds=60)
    with ThreadPoolExecutor(4) as threads:
        assert all(
            found[0] == ["complete", ""] for found in threads.map(lambda _: ask("judge", "x", seconds=5), range(20))
        )
    slow.cancel()


ENDINGS = {
    "the end of its code": "pass",
    "os._exit": "import os; os._exit(0)",
    "SIGKILL": "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
    "SIGTERM": "import os, signal; os.kill(os.getpid(), signal.SIGTERM)",
}
OWNER = """
import sys, time
from monty_kernel.bounded.child import MEMORY
from monty_kernel.bounded.rooms import reading
room = reading()
room.submit("judge", "x", seconds=5).result(30)
busy = room.submit("judge", "import " + "a." * 90_000 + "a", seconds=3)
idle = room.submit("judge", "x", seconds=5).result(30)
print(*room.pids, flush=True)
"""


@pytest.mark.parametrize("end", ENDINGS)
def test_helpers_end_with_their_owner_however_it_ends(end: str) -> None:
    owner = subprocess.run(
        [sys.executable, "-P", "-c", OWNER + ENDINGS[end]], capture_output=True, text=True, timeout=HANGING
    )
    pids = [int(pid) for pid in owner.stdout.split()]
    assert pids, owner.stderr
    until(lambda: not any(map(alive, pids)))


FORKING = """
import os, sys
from monty_kernel.bounded.child import MEMORY
from monty_kernel.bounded.rooms import ask, reading
ask("judge", "x", seconds=5)
before = reading().pids
if os.fork() == 0:
    found = ask("judge", "for i in x:", seconds=5)[0]
    os._exit(0 if found == ["incomplete", "    "] and reading().pids != before else 1)
assert os.wait()[1] == 0
assert ask("judge", "x", seconds=5)[0] == ["complete", ""]
assert reading().pids == before
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_fork_has_helpers_of_its_own() -> None:
    done = subprocess.run([sys.executable, "-P", "-c", FORKING], capture_output=True, text=True, timeout=HANGING)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_helper_gets_no_environment_and_no_descriptors(room: Room) -> None:
    room.submit("judge", "x", seconds=5).result(HANGING)
    process = Path(f"/proc/{room.pids[0]}")
    names = {line.split(b"=")[0].decode() for line in (process / "environ").read_bytes().split(b"\0") if line}
    assert names <= {"HOME", "XDG_CACHE_HOME", "TMPDIR", "TEMP", "TMP", "LD_LIBRARY_PATH"}
    assert os.readlink(process / "cwd") == "/"
    assert len(list((process / "fd").iterdir())) <= 6
