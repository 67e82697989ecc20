"""The worker of a real kernel, seen from outside."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from monty_kernel.isolation.elf import elf_needs
from monty_kernel.isolation.pool import worker_binary
from monty_kernel.isolation.seccomp import can_preload
from tests.support.kernel_client import Kernel, worker_pids
from tests.support.machine import on_linux, standing

pytestmark = on_linux


def workers(kernel: Kernel) -> list[Path]:
    assert kernel.run("1 + 1").plain == "2"
    found = [Path(f"/proc/{pid}") for pid in worker_pids(kernel.pid)]
    assert found
    return found


def status(process: Path) -> dict[str, str]:
    return dict(line.split(":\t", 1) for line in (process / "status").read_text().splitlines() if ":\t" in line)


def test_it_has_no_environment_and_not_the_notebooks_folder(kernel: Kernel) -> None:
    for process in workers(kernel):
        assert (process / "environ").read_bytes().strip(b"\0") == b""
        assert os.readlink(process / "cwd") == "/"
        assert os.readlink(process / "exe") == os.path.realpath(worker_binary())


def test_it_has_given_up_all_rights_for_good(kernel: Kernel) -> None:
    for process in workers(kernel):
        said = status(process)
        assert said["NoNewPrivs"].strip() == "1"
        assert said["Seccomp"].strip() == "2"
        if can_preload(elf_needs(worker_binary()).interpreter) and "Seccomp_filters" in said:
            assert int(said["Seccomp_filters"]) >= 2, "the preload filter too"
        for capabilities in ("CapInh", "CapPrm", "CapEff", "CapAmb"):
            assert int(said[capabilities], 16) == 0


def test_it_holds_its_pipes_and_nothing_else(kernel: Kernel) -> None:
    for process in workers(kernel):
        held = {int(name): os.readlink(process / "fd" / name) for name in os.listdir(process / "fd")}
        assert held.keys() == {0, 1, 2}
        assert held[0].startswith(("pipe:", "socket:"))
        assert held[1].startswith(("pipe:", "socket:"))
        assert held[2] == "/dev/null"


def test_its_limits_are_set(kernel: Kernel) -> None:
    for process in workers(kernel):
        lines = (process / "limits").read_text().splitlines()
        limits = {line[:26].strip(): line[26:].split()[:2] for line in lines}
        assert limits["Max core file size"] == ["1", "1"]
        assert limits["Max file size"] == ["0", "0"]
        assert limits["Max open files"] == ["64", "64"]
        assert limits["Max address space"] == [str((4 << 30) + (2 << 30))] * 2  # of the default max_memory


def test_a_new_worker_has_walls_too(kernel: Kernel) -> None:
    kernel.run("kept = 5")
    for process in workers(kernel):
        os.kill(int(process.name), signal.SIGSEGV)
    assert kernel.run("kept").plain == "5"
    for process in workers(kernel):
        assert status(process)["Seccomp"].strip() == "2"


def test_the_whole_memory_can_be_used_and_saved(start: Callable[..., Kernel]) -> None:
    kernel = start("--MontyKernel.max_memory=200_000_000")
    kernel.run("rows = [[n, str(n)] for n in range(600_000)]")
    kernel.run("%snapshot full")
    kernel.run("rows.clear()")
    kernel.run("%restore full")
    assert kernel.run("len(rows), rows[-1]").plain == "(600000, [599999, '599999'])"
    failed = kernel.run("more = [list(range(1000)) for _ in range(100_000)]")
    assert failed.reply["ename"] == "MemoryError"
    assert kernel.run("len(rows)").plain == "600000"


def test_time_and_chance_still_work(kernel: Kernel) -> None:
    assert (
        kernel.run("import time, datetime; 1e9 < time.time() < 1e11 and datetime.datetime.now().year > 2024").plain
        == "True"
    )
    assert kernel.run("import random; len({random.random() for _ in range(100)})").plain == "100"
    assert (
        kernel.run("import asyncio\nawait asyncio.gather(asyncio.sleep(0.01), asyncio.sleep(0.01)); 'slept'").plain
        == "'slept'"
    )


@pytest.fixture
def wrapped(tmp_path: Path) -> str:
    """A worker in a wrapping script, which the launcher cannot be sure of."""
    script = tmp_path / "monty wrapped"
    script.write_text(f'#!/bin/sh\nexec "{worker_binary()}" "$@"\n')
    script.chmod(0o755)
    return str(script)


def test_a_worker_that_cannot_have_walls_runs_without_and_the_log_says_so(
    start: Callable[..., Kernel], wrapped: str
) -> None:
    kernel = start(env={"MONTY_BIN": wrapped})
    assert kernel.run("1 + 1").plain == "2"
    said = kernel.stderr.read_text()
    assert "The sandbox is the only wall" in said
    assert "monty-kernel doctor" in said
    assert "Traceback" not in said


def test_a_worker_that_cannot_have_walls_does_not_start_where_they_are_required(
    start: Callable[..., Kernel], wrapped: str
) -> None:
    kernel = start("--MontyKernel.walls=require", env={"MONTY_BIN": wrapped})
    for _ in range(2):
        refused = kernel.run("1 + 1")
        assert refused.reply["ename"] == "WallsMissing"
        assert "monty-kernel doctor" in refused.reply["evalue"]
    assert not worker_pids(kernel.pid)
    assert "Traceback" not in kernel.stderr.read_text()


def test_where_all_walls_stand_they_can_be_required(start: Callable[..., Kernel]) -> None:
    if not standing().sound:
        pytest.skip("not all walls stand on this machine; `monty-kernel doctor` says why")
    assert start("--MontyKernel.walls=require").run("1 + 1").plain == "2"
