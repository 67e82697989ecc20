"""A syscall program makes its calls in order, stores their results and jumps where it should, on both processors."""

from __future__ import annotations

import shutil
import struct
import subprocess
from pathlib import Path

import pytest

from monty_kernel.isolation.machine import AARCH64, X86_64, Machine, this_machine
from monty_kernel.isolation.syscall_program import SyscallProgram
from tests.support.waiting import HANGING

EMULATORS = {"x86_64": "qemu-x86_64", "aarch64": "qemu-aarch64"}


def play(syscalls: SyscallProgram, folder: Path) -> subprocess.CompletedProcess[bytes]:
    """Run the program here, or in an emulator if it is for another processor."""
    file = folder / "syscalls"
    file.write_bytes(syscalls.executable())
    file.chmod(0o755)
    command = [str(file)]
    if this_machine() != syscalls.machine:
        emulator = shutil.which(EMULATORS[syscalls.machine.name])
        if emulator is None:
            pytest.skip(f"{EMULATORS[syscalls.machine.name]} is not installed here (Debian: qemu-user)")
        command = [emulator, *command]
    return subprocess.run(command, capture_output=True, timeout=HANGING)


both = pytest.mark.parametrize("machine", [X86_64, AARCH64], ids=lambda machine: machine.name)


@both
def test_calls_are_made_in_order_with_six_arguments(machine: Machine, tmp_path: Path) -> None:
    syscalls = SyscallProgram(machine)
    syscalls.call("write", 1, syscalls.text("one "), 4)
    # all six arguments arrive: a private, anonymous mapping where it was asked for
    mapped = syscalls.data(bytes(4))
    syscalls.call("mmap", 0x20000000, 4096, 3, 0x32, -1, 0, store=mapped)
    syscalls.call("write", 1, mapped, 4)
    syscalls.call("exit_group", 7)
    done = play(syscalls, tmp_path)
    assert done.stdout == b"one " + struct.pack("<I", 0x20000000)
    assert done.returncode == 7


@both
def test_results_choose_the_way(machine: Machine, tmp_path: Path) -> None:
    syscalls = SyscallProgram(machine)
    failed = syscalls.data(bytes(4))
    syscalls.call("close", 999, store=failed, on_error="failed", on_success="end")
    syscalls.label("again")
    syscalls.call("write", 1, syscalls.text("two "), 4, on_success="end")
    syscalls.label("failed")
    syscalls.call("write", 1, syscalls.text("one "), 4, on_error="end")
    syscalls.jump("again")
    syscalls.label("end")
    syscalls.call("write", 1, failed, 4)
    syscalls.call("exit_group", 0)
    assert play(syscalls, tmp_path).stdout == b"one two " + struct.pack("<i", -9)


@both
def test_a_call_that_the_machine_lacks_is_refused_when_it_is_written(machine: Machine) -> None:
    with pytest.raises(KeyError):
        SyscallProgram(machine).call("no_such_call")


def test_the_older_calls_exist_on_one_of_them_only() -> None:
    assert "fork" in X86_64.calls
    assert "fork" not in AARCH64.calls
