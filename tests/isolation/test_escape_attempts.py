"""Every attempt ends as a clear error or in nothing, the session survives it, and the host notices nothing."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from monty_kernel.isolation.pool import worker_binary
from tests.support.escape_attempts import ATTACKS, Attack
from tests.support.kernel_client import Kernel
from tests.support.observers import SECRET, Door, Files, Processes

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the host is watched by /proc")
OPTIONS = ["--MontyKernel.max_memory=268435456", "--MontyKernel.max_cell_seconds=3"]


@dataclass
class Scene:
    kernel: Kernel
    files: Files
    door: Door
    processes: Processes
    programs: set[str]
    sockets: set[tuple[str, int]]


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("attacked")
    kernel = Kernel(folder / "home", OPTIONS, {"SECRET_OF_THE_KERNEL": SECRET}, cwd=folder / "notebooks")
    door = Door()
    processes = Processes(kernel.pid)
    try:
        kernel.run("alive = 41")
        files = Files(folder / "notebooks")
        programs = {
            os.path.realpath(worker_binary()),
            os.path.realpath("/bin/sh"),  # the watch over orphans
            os.path.realpath(sys.executable),  # the kernel, in the moment before it becomes another program
            "/memfd:monty-launcher (deleted)",  # the launcher
        }
        yield Scene(kernel, files, door, processes, programs, listening(kernel))
        assert kernel.stderr.read_text() == ""
    finally:
        processes.close()
        door.close()
        kernel.close()


def listening(kernel: Kernel) -> set[tuple[str, int]]:
    """Where the kernel can be reached."""
    found = psutil.Process(kernel.pid).net_connections("inet")
    return {(each.laddr.ip, each.laddr.port) for each in found if each.status == psutil.CONN_LISTEN}


def named(attack: Attack) -> str:
    return f"{attack.family}: {attack.code[:50]!r}".encode("ascii", "backslashreplace").decode()


@pytest.mark.parametrize("attack", ATTACKS, ids=named)
def test_it_comes_to_nothing(attack: Attack, scene: Scene) -> None:
    kernel = scene.kernel
    answer = kernel.run(attack.code.replace("{port}", str(scene.door.port)), allow_stdin=False)

    if attack.ends is None:
        assert answer.reply["status"] == "ok", answer.reply
    else:
        assert answer.reply["status"] == "error"
        assert answer.reply["ename"] in attack.ends.split("|"), answer.reply["evalue"]
    said = json.dumps(answer.reply) + json.dumps(answer.messages, default=str)
    assert "internal error of monty-kernel" not in said
    assert SECRET not in said
    assert "root:" not in said
    assert "\x1b]" not in said.encode().decode("unicode_escape", "replace"), "no command to the terminal"

    assert kernel.run("alive").plain == "41"
    assert scene.files.changes() == set()
    assert scene.files.readings() == []
    assert not scene.door.knocked()
    assert scene.processes.programs <= scene.programs
    assert listening(kernel) == scene.sockets


def test_all_of_them_together_left_the_host_as_it_was(scene: Scene) -> None:
    kernel = psutil.Process(scene.kernel.pid)
    assert kernel.memory_info().rss < 900 << 20  # states may take 512 MiB of it, and one attempt raises 50 MB of text
    assert kernel.num_fds() < 80
    assert len(kernel.children(recursive=True)) <= 4  # two workers, one that is on its way, and the watch over orphans


def test_the_observers_see_what_they_are_there_to_see(tmp_path: Path) -> None:
    files = Files(tmp_path)
    assert files.changes() == set()
    (tmp_path / "below" / "deeper.txt").read_text()
    assert files.readings() == (["deeper.txt"] if files.readings_show else [])
    (tmp_path / "made").touch()
    assert any("made" in change for change in files.changes())

    processes = Processes(os.getpid())
    import subprocess

    subprocess.run(["/bin/sleep", "0.3"], check=True)
    processes.close()
    assert os.path.realpath("/bin/sleep") in processes.programs

    import socket

    door = Door()
    assert not door.knocked()
    socket.create_connection(("127.0.0.1", door.port)).close()
    assert door.knocked()
    door.close()
