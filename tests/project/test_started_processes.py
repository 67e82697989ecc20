"""A file of tests that leaves a process running fails, and what tests start heeds the signals that they ignore."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.small_suite import run_pytest, small_suite
from tests.support.started_processes import StartedProcesses
from tests.support.waiting import until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are told by what Linux says of them")

LEAVES = """
import subprocess

def test_that_leaves_a_process():
    started = subprocess.Popen({command!r})
    {then}
"""
COMMANDS = {
    "child": ["sleep", "600"],
    "orphan without environment": ["sh", "-c", "setsid env -i sleep 600 >/dev/null 2>&1 & true"],
}


@pytest.mark.parametrize(
    ("command", "workers", "then"),
    [("child", "0", "pass"), ("orphan without environment", "1", "raise ValueError")],
)
def test_a_process_that_is_left_running_is_told_and_ended(
    tmp_path: Path, command: str, workers: str, then: str
) -> None:
    test = LEAVES.format(command=COMMANDS[command], then=then)
    suite = small_suite(tmp_path, test, {"started_processes": "\nENDING_SECONDS = 0.2\n"})
    done = run_pytest(tmp_path, "-n", workers, "tests", folder=suite)
    assert done.returncode == 1
    assert "left running: sleep 600" in done.stdout, done.stdout
    until(lambda: not _sleeping(tmp_path))


def _sleeping(folder: Path) -> bool:
    """Whether a process sleeps in a folder."""
    for process in Path("/proc").iterdir():
        try:
            if b"sleep\x00600" in (process / "cmdline").read_bytes() and folder in (process / "cwd").resolve().parents:
                return True
        except OSError:
            continue
    return False


HEEDS = """
import subprocess

def test_that_starts_a_process():
    status = subprocess.run(["grep", "SigIgn", "/proc/self/status"], capture_output=True, text=True, check=True).stdout
    assert int(status.split()[1], 16) & 0b111 == 0, "SIGHUP, SIGINT or SIGQUIT is ignored"
"""


@pytest.mark.parametrize(
    ("prefix", "workers"), [(["nohup"], "1"), (["sh", "-c", 'trap "" HUP INT QUIT; exec "$@"', "sh"], "0")]
)
def test_what_tests_start_heeds_signals_that_the_run_ignores(tmp_path: Path, workers: str, prefix: list[str]) -> None:
    ignoring = subprocess.run([*prefix, "grep", "SigIgn", "/proc/self/status"], capture_output=True, text=True).stdout
    assert int(ignoring.split()[1], 16) & 0b111
    done = run_pytest(tmp_path, "-n", workers, "tests", folder=small_suite(tmp_path, HEEDS), prefix=prefix)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_kernels_processes_are_known(tmp_path: Path) -> None:
    from tests.support.kernel_client import Kernel, worker_pids

    kernel = Kernel(tmp_path)
    try:
        kernel.run("1")
        left = StartedProcesses().left()
        assert {kernel.pid, *worker_pids(kernel.pid)} <= left.keys()
    finally:
        kernel.close()
    until(lambda: not StartedProcesses().left())
