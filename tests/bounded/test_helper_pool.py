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
from monty_kernel.bounded.helper_pool import HelperPool, JobFailed, TooMuch, Unanswered, ask, quick_helpers
from monty_kernel.bounded.waiting import waiting_by
from tests.support.kernel_process import alive
from tests.support.waiting import HANGING, until

JUDGE = "monty_kernel.introspect.completeness:judged"
SLOW = "x = 1\n" * 33_000 + "from " + "a." * 20_000 + "b import c"
HUGE = "import " + "a." * 90_000 + "a"


@pytest.fixture
def pool() -> Iterator[HelperPool]:
    made = HelperPool(most=1, retire_above=200)
    yield made
    made.close()


def test_a_job_is_done(pool: HelperPool) -> None:
    assert pool.submit(JUDGE, "for i in x:", seconds=5).result(HANGING) == (["incomplete", "    "], "")
    (pid,) = pool.pids
    assert pool.submit(JUDGE, "x", seconds=5).result(HANGING) == (["complete", ""], "")
    assert pool.pids == [pid], "the same helper serves again"


def test_what_takes_too_long_is_killed_and_the_next_is_served(pool: HelperPool) -> None:
    pool.submit(JUDGE, "x", seconds=5).result(HANGING)
    (pid,) = pool.pids
    with pytest.raises(TooMuch):
        pool.submit(JUDGE, SLOW[:199_000], seconds=0.05).result(HANGING)
    until(lambda: not alive(pid))
    assert pool.submit(JUDGE, "x", seconds=5).result(HANGING)[0] == ["complete", ""]
    assert pid not in pool.pids


def test_its_memory_is_bounded(pool: HelperPool) -> None:
    assert pool.submit(JUDGE, HUGE, seconds=60).result(HANGING)[0] == ["invalid", ""], (
        "1.5 GiB and more would be needed"
    )
    assert pool.submit(JUDGE, "x", seconds=5).result(HANGING)[0] == ["complete", ""]
    limits = Path(f"/proc/{pool.pids[0]}/limits").read_text()
    assert f"Max address space         {MEMORY}" in limits


def test_a_job_that_nobody_waits_for_is_killed(pool: HelperPool) -> None:
    pool.submit(JUDGE, "x", seconds=5).result(HANGING)
    (pid,) = pool.pids
    slow = pool.submit(JUDGE, HUGE, seconds=60)
    waiting = pool.submit(JUDGE, "x", seconds=5)
    time.sleep(0.05)
    assert slow.cancel()
    until(lambda: not alive(pid))
    assert waiting.result(HANGING)[0] == ["complete", ""]
    with pytest.raises(CancelledError):
        slow.result()


def test_a_fault_in_a_job_is_told(pool: HelperPool) -> None:
    with pytest.raises(JobFailed, match="AttributeError"):
        pool.submit(f"{JUDGE}_in_vain", seconds=5).result(HANGING)


def test_a_helper_that_was_killed_by_others_is_replaced(pool: HelperPool) -> None:
    pool.submit(JUDGE, "x", seconds=5).result(HANGING)
    os.kill(pool.pids[0], signal.SIGKILL)
    until(lambda: not alive(pool.pids[0]) if pool.pids else True)
    with pytest.raises(Unanswered):
        pool.submit(JUDGE, "x", seconds=5).result(HANGING)
    assert pool.submit(JUDGE, "x", seconds=5).result(HANGING)[0] == ["complete", ""]


def test_idle_helpers_end() -> None:
    pool = HelperPool(most=1, retire_above=200, idle=0.05)
    try:
        pool.submit(JUDGE, "x", seconds=5).result(HANGING)
        until(lambda: not pool.pids)
        assert pool.submit(JUDGE, "x", seconds=5).result(HANGING)[0] == ["complete", ""]
    finally:
        pool.close()


def test_texts_of_any_characters_arrive(pool: HelperPool) -> None:
    for text in ("\0", "\ud800", "\U0001f600é", "x" * 90_000):
        assert pool.submit(JUDGE, f"{text!r} + '{text}'", seconds=5).result(HANGING)[0][0] in ("complete", "invalid")


def test_a_thread_with_an_event_loop_does_not_wait() -> None:
    async def wait() -> None:
        ask(JUDGE, "x", seconds=5)

    with pytest.raises(Unanswered):
        asyncio.run(wait())

    async def wait_as_told() -> object:
        with waiting_by(lambda future: future.result(HANGING)):
            return ask(JUDGE, "x", seconds=5)[0]

    assert asyncio.run(wait_as_told()) == ["complete", ""]


def test_an_interrupted_wait_kills_the_helper() -> None:
    ask(JUDGE, "x", seconds=5)

    def interrupt(future: object) -> None:
        raise KeyboardInterrupt

    before = set(quick_helpers().pids)
    with waiting_by(interrupt), pytest.raises(KeyboardInterrupt):
        ask(JUDGE, HUGE, seconds=60)
    assert ask(JUDGE, "x", seconds=5)[0] == ["complete", ""]
    assert len(before) <= 4


def test_a_slow_job_does_not_keep_others_waiting() -> None:
    slow = quick_helpers().submit(JUDGE, HUGE, seconds=60)
    with ThreadPoolExecutor(4) as threads:
        assert all(
            found[0] == ["complete", ""] for found in threads.map(lambda _: ask(JUDGE, "x", seconds=5), range(20))
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
from monty_kernel.bounded.helper_pool import quick_helpers
pool = quick_helpers()
pool.submit("monty_kernel.introspect.completeness:judged", "x", seconds=5).result(30)
busy = pool.submit("monty_kernel.introspect.completeness:judged", "import " + "a." * 90_000 + "a", seconds=3)
idle = pool.submit("monty_kernel.introspect.completeness:judged", "x", seconds=5).result(30)
print(*pool.pids, flush=True)
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
from monty_kernel.bounded.helper_pool import ask, quick_helpers
JUDGE = "monty_kernel.introspect.completeness:judged"
ask(JUDGE, "x", seconds=5)
before = quick_helpers().pids
if os.fork() == 0:
    found = ask(JUDGE, "for i in x:", seconds=5)[0]
    os._exit(0 if found == ["incomplete", "    "] and quick_helpers().pids != before else 1)
assert os.wait()[1] == 0
assert ask(JUDGE, "x", seconds=5)[0] == ["complete", ""]
assert quick_helpers().pids == before
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_fork_has_helpers_of_its_own() -> None:
    # from Python 3.12 on, a fork of a process with threads warns; the kernel's fork server has none
    command = [sys.executable, "-P", "-W", "ignore::DeprecationWarning", "-c", FORKING]
    done = subprocess.run(command, capture_output=True, text=True, timeout=HANGING)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_helper_gets_no_environment_and_no_descriptors(pool: HelperPool) -> None:
    pool.submit(JUDGE, "x", seconds=5).result(HANGING)
    process = Path(f"/proc/{pool.pids[0]}")
    names = {line.split(b"=")[0].decode() for line in (process / "environ").read_bytes().split(b"\0") if line}
    assert names <= {"HOME", "XDG_CACHE_HOME", "TMPDIR", "TEMP", "TMP", "LD_LIBRARY_PATH"}
    assert os.readlink(process / "cwd") == "/"
    assert len(list((process / "fd").iterdir())) <= 6
