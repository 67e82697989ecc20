"""The watch kills what a killed process leaves behind, and nothing else."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from monty_kernel.isolation.orphans import OrphanWatch, _start_time
from tests.support.kernel_process import alive, eventually_gone
from tests.support.waiting import HANGING

BUSY = [sys.executable, "-c", "while True: pass"]
# Stands for a kernel: watches the pids it reads, tells its shell's pid, and keeps a file open that nobody must inherit.
HOLDER = """
import os, sys
from monty_kernel.isolation.orphans import OrphanWatch, _start_time
os.set_inheritable(os.open("inheritable", os.O_CREAT | os.O_RDWR), True)
watch = OrphanWatch()
for line in sys.stdin:
    watch.watch([int(word) for word in line.split()])
    print(watch.pid, flush=True)
"""


class Holder:
    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", HOLDER],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def watch(self, *pids: int) -> int:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(" ".join(map(str, pids)) + "\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            assert stream is not None
            stream.close()


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[Holder]:
    made = Holder(tmp_path)
    yield made
    made.close()


@pytest.fixture
def busy() -> Iterator[list[subprocess.Popen[bytes]]]:
    processes = [subprocess.Popen(BUSY) for _ in range(2)]
    yield processes
    for process in processes:
        process.kill()
        process.wait()


def test_the_last_ones_named_are_killed_with_the_holder(holder: Holder, busy: list[subprocess.Popen[bytes]]) -> None:
    first, second = busy
    shell = holder.watch(first.pid)
    assert holder.watch(second.pid) == shell
    holder.process.kill()
    assert second.wait(HANGING) == -signal.SIGKILL
    assert eventually_gone(shell)
    assert first.poll() is None


def test_the_watch_outlives_the_kill_of_the_holders_process_group(
    holder: Holder, busy: list[subprocess.Popen[bytes]]
) -> None:
    shell = holder.watch(*(process.pid for process in busy))
    os.killpg(holder.process.pid, signal.SIGKILL)
    assert [process.wait(HANGING) for process in busy] == [-signal.SIGKILL] * 2
    assert eventually_gone(shell)


def test_the_watch_holds_nothing_of_the_holders_open_and_weighs_little(
    holder: Holder, busy: list[subprocess.Popen[bytes]]
) -> None:
    shell = psutil.Process(holder.watch(busy[0].pid))
    files = {os.readlink(f"/proc/{shell.pid}/fd/{fd}").partition(":")[0] for fd in os.listdir(f"/proc/{shell.pid}/fd")}
    assert files <= {"pipe", "/dev/null"}
    assert shell.cwd() == "/"
    assert shell.environ().keys() <= {"PWD", "OLDPWD", "SHLVL", "_"}
    assert shell.memory_full_info().pss < 2**20
    assert os.getsid(shell.pid) == shell.pid


def test_a_process_that_merely_has_the_number_of_a_worker_is_left_alone(
    busy: list[subprocess.Popen[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    stranger, worker = busy
    monkeypatch.setattr(
        "monty_kernel.isolation.orphans._start_time",
        lambda pid, real=_start_time: "1" if pid == stranger.pid else real(pid),
    )
    watch = OrphanWatch()
    watch.watch([stranger.pid, worker.pid])
    assert watch._shell is not None
    assert watch._shell.stdin is not None
    watch._shell.stdin.close()  # what the holder's end does
    assert worker.wait(HANGING) == -signal.SIGKILL
    time.sleep(0.1)
    assert stranger.poll() is None
    watch._shell.wait(HANGING)


def test_close_leaves_the_watched_alone_and_the_shell_goes(busy: list[subprocess.Popen[bytes]]) -> None:
    watch = OrphanWatch()
    watch.watch([process.pid for process in busy])
    shell = watch.pid
    assert shell is not None
    watch.close()
    watch.close()
    assert not alive(shell)
    watch.watch([busy[0].pid])
    assert watch.pid is None
    assert [process.poll() for process in busy] == [None, None]


def test_nothing_is_started_for_nothing() -> None:
    watch = OrphanWatch()
    watch.watch([])
    assert watch.pid is None
    watch.close()


def test_a_killed_shell_is_replaced_at_the_next_change(busy: list[subprocess.Popen[bytes]]) -> None:
    watch = OrphanWatch()
    watch.watch([busy[0].pid])
    first = watch.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    assert eventually_gone(first)
    watch.watch([busy[1].pid])
    second = watch.pid
    assert second is not None
    assert second != first
    assert alive(second)
    watch.close()
