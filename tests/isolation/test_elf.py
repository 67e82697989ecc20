"""The files that starting a program opens are found without starting it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from monty_kernel.isolation.elf import elf_needs, loaded_files
from monty_kernel.isolation.pool import worker_binary
from tests.support.machine import on_linux

pytestmark = on_linux


def mapped_by(path: str, *arguments: str) -> set[str]:
    """The files that the program maps, by /proc, while it waits for input."""
    with subprocess.Popen([path, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={}) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            if path.endswith("cat"):
                process.stdin.write(b"x")
                process.stdin.flush()
                process.stdout.read(1)
            else:
                while (
                    not Path(f"/proc/{process.pid}/task").exists() or len(os.listdir(f"/proc/{process.pid}/task")) < 2
                ):
                    pass  # the worker has a second thread once it is loaded
            lines = Path(f"/proc/{process.pid}/maps").read_text().splitlines()
        finally:
            process.kill()
    return {fields[5] for line in lines if len(fields := line.split(None, 5)) == 6 and fields[5].startswith("/")}


@pytest.mark.parametrize("path", [worker_binary(), "/bin/cat"])
def test_nothing_else_is_mapped(path: str) -> None:
    files = loaded_files(path)
    assert mapped_by(path, *(["subprocess"] if "monty" in path else [])) <= {*files.executed, *files.read}


def test_what_is_granted_is_little() -> None:
    files = loaded_files(worker_binary())
    assert len(files.executed) <= 2
    assert len(files.read) < 20
    assert all(Path(path).is_file() for path in (*files.executed, *files.read))


def test_a_library_beside_its_program_is_found(tmp_path: Path) -> None:
    """RUNPATH and $ORIGIN, as conda and Nix use them: here of Python's own binary, where it has one."""
    python = os.path.realpath(sys.executable)
    needs = elf_needs(python)
    found = {os.path.basename(path).split(".so")[0] for path in loaded_files(python).read}
    assert {name.split(".so")[0] for name in needs.names if "ld-linux" not in name} <= found


def test_what_is_no_program_is_refused(tmp_path: Path) -> None:
    script = tmp_path / "script"
    script.write_text("#!/bin/sh\nexit 0\n")
    with pytest.raises(ValueError, match="ELF"):
        loaded_files(str(script))
    (tmp_path / "short").write_bytes(b"\x7fELF\x02\x01")
    with pytest.raises(ValueError, match="ELF"):
        loaded_files(str(tmp_path / "short"))
    with pytest.raises(OSError, match="nonexistent"):
        loaded_files(str(tmp_path / "nonexistent"))
