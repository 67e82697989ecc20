"""The launcher builds its walls, tells how it went, and refuses to go on when told to."""

from __future__ import annotations

import os
import resource
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from monty_kernel.isolation.elf import loaded_files
from monty_kernel.isolation.launcher import NOT_STARTED, REFUSED, STEPS, Program, launcher
from monty_kernel.isolation.pool import MemoryFile
from monty_kernel.isolation.syscall_program import SyscallProgram
from tests.support.machine import MACHINE, on_linux
from tests.support.waiting import HANGING

pytestmark = on_linux


def run(
    program: Program, preexec_fn: Callable[[], None] | None = None, **options: object
) -> subprocess.CompletedProcess[bytes]:
    assert MACHINE is not None
    file = MemoryFile(launcher(MACHINE, program, **options))  # type: ignore[arg-type]
    try:
        return subprocess.run(
            ["launcher"],
            executable=file.path,
            pass_fds=(file.descriptor,),
            env={"SECRET": "x"},
            capture_output=True,
            timeout=HANGING,
            preexec_fn=preexec_fn,
        )
    finally:
        file.close()


def walled(path: str, *arguments: str) -> Program:
    files = loaded_files(path)
    return Program(path, (path, *arguments), files.executed, files.read, files.interpreter)


def test_an_ordinary_program_runs_behind_the_walls_with_an_empty_environment() -> None:
    done = run(walled("/bin/echo", "hello"))
    assert (done.returncode, done.stdout, done.stderr) == (0, b"hello\n", b"")
    assert run(walled("/usr/bin/env")).stdout == b""


def test_it_reports_every_step() -> None:
    done = run(walled("/bin/true"), report=True)
    steps = dict(zip(STEPS, struct.unpack(f"<{len(STEPS)}i", done.stdout), strict=True))
    assert steps["no_new_privs"] == steps["seccomp"] == steps["core"] == steps["capabilities"] == 0


def test_the_preload_filter_shuts_behind_a_loaded_program(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("secret")
    granted = walled("/bin/cat", str(tmp_path / "file"))
    granted = granted._replace(read=(*granted.read, str(tmp_path / "file")))
    assert run(granted, preload_filter=False).stdout == b"secret"  # Landlock lets it be read, if there is one
    done = run(granted)
    if granted.interpreter is None or "ld-linux" not in granted.interpreter:
        pytest.skip("the dynamic loader of this machine takes no preload filter")
    assert done.returncode == 1
    assert done.stdout == b""


def test_a_static_program_needs_no_preload_filter(tmp_path: Path) -> None:
    assert MACHINE is not None
    syscalls = SyscallProgram(MACHINE)
    syscalls.call("exit_group", 5)
    (tmp_path / "static").write_bytes(syscalls.executable())
    (tmp_path / "static").chmod(0o755)
    program = walled(str(tmp_path / "static"))
    assert program.interpreter is None
    assert run(program, require=True).returncode in (5, REFUSED)


def test_without_landlock_it_goes_on_unless_all_walls_are_required() -> None:
    assert run(walled("/bin/true"), newest_landlock=0).returncode == 0
    assert run(walled("/bin/true"), newest_landlock=0, require=True).returncode == REFUSED


def test_a_program_that_is_not_there_or_not_granted_does_not_start() -> None:
    assert run(Program("/nonexistent", ("x",))).returncode == NOT_STARTED
    done = run(Program("/bin/true", ("true",)))  # none of its files is granted
    if done.returncode == 0:
        pytest.skip("this machine has no Landlock")
    assert done.returncode == NOT_STARTED


def test_paths_with_spaces_and_other_letters_are_taken(tmp_path: Path) -> None:
    folder = tmp_path / "a folder’s ünïcode " / ("long " * 30)
    folder.mkdir(parents=True)
    program = folder / "true"
    program.write_bytes(Path("/bin/true").read_bytes())
    program.chmod(0o755)
    assert run(walled(str(program))).returncode == 0


def test_a_shell_behind_the_walls_is_of_no_use(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("secret")
    done = run(walled("/bin/sh", "-c", f"read line <{tmp_path}/file; echo got $line; /bin/echo started"))
    if b"got secret" in done.stdout:
        pytest.skip("this machine has no Landlock")
    assert b"secret" not in done.stdout
    assert b"started" not in done.stdout
    done = run(walled("/bin/sh", "-c", "echo $$; kill -0 $PPID && echo signalled"))
    assert done.stdout.strip().isdigit()


def test_no_core_is_left_and_no_program_gets_it(tmp_path: Path) -> None:
    done = run(walled("/bin/sh", "-c", "ulimit -c; ulimit -H -c; kill -SEGV $$"))
    assert done.returncode == -11  # it may signal itself, as abort() does
    # of bytes; the shell counts blocks. One byte is the value with which Linux hands the dump to no program either
    assert set(done.stdout.split()) <= {b"0", b"1"}
    assert not [name for name in os.listdir("/") if name.startswith("core")]


def test_limits_that_are_lower_already_stay() -> None:
    def lower() -> None:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))

    done = run(walled("/bin/sh", "-c", "ulimit -c; ulimit -v"), preexec_fn=lower, memory=1 << 30)
    assert (done.returncode, done.stdout.split()) == (0, [b"0", b"1048576"])
    assert run(walled("/bin/true"), preexec_fn=lower, require=True).returncode in (0, REFUSED)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root comes to files of others")
def test_root_starts_a_worker_that_belongs_to_somebody_else_and_is_nobody_then(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    shell = home / "sh"
    shell.write_bytes(Path("/bin/sh").read_bytes())
    shell.chmod(0o755)
    home.chmod(0o700)
    os.chown(home, 65534, 65534)
    assert run(walled(str(shell), "-c", "echo started")).stdout == b"started\n"
    # without its rights, root may not raise a limit
    assert run(walled(str(shell), "-c", "ulimit -H -n 65 || echo refused")).stdout == b"refused\n"
