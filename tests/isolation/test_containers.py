"""Inside a container whose seccomp profile forbids one of the means, the others are used, and the doctor knows."""

from __future__ import annotations

import errno
import os
import struct
import subprocess
import sys
from collections.abc import Mapping

import pytest

from monty_kernel.isolation.pool import MemoryFile
from monty_kernel.isolation.syscall_program import SyscallProgram
from tests.support.machine import MACHINE, on_linux
from tests.support.waiting import HANGING

pytestmark = on_linux
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000
LANDLOCK = ("landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self")
FEED = """
from monty_kernel.isolation.pool import IsolatedPool
from monty_kernel.isolation.pool import WallsMissing
import sys
try:
    pool = IsolatedPool(sys.argv[1], min_processes=1, max_processes=1)
except WallsMissing as error:
    print("missing:", error.reason)
else:
    with pool.pool.checkout() as session:
        print(session.feed_run("6 * 7"), pool.missing)
    pool.close()
"""


def profile(refused: Mapping[str, int]) -> bytes:
    """A seccomp filter that refuses these calls with these errnos, as a container's does."""
    assert MACHINE is not None
    code = [struct.pack("<HBBI", 0x20, 0, 0, 0)]
    for name, number in refused.items():
        code += [
            struct.pack("<HBBI", 0x15, 0, 1, MACHINE.calls[name]),
            struct.pack("<HBBI", 0x06, 0, 0, _ERRNO | number),
        ]
    return b"".join([*code, struct.pack("<HBBI", 0x06, 0, 0, _ALLOW)])


def contained(refused: Mapping[str, int], *command: str) -> subprocess.CompletedProcess[str]:
    """Run a command of this Python under such a profile."""
    assert MACHINE is not None
    syscalls = SyscallProgram(MACHINE)
    program = profile(refused)
    described = syscalls.data(struct.pack("<HxxxxxxQ", len(program) // 8, syscalls.data(program)))
    syscalls.call("prctl", 38, 1, 0, 0, 0)  # PR_SET_NO_NEW_PRIVS
    syscalls.call("seccomp", 1, 0, described)
    words = syscalls.pointers(*(syscalls.text(word) for word in (sys.executable, *command)))
    environment = syscalls.pointers(*(syscalls.text(f"{name}={value}") for name, value in os.environ.items()))
    syscalls.call("execve", syscalls.text(sys.executable), words, environment)
    syscalls.call("exit_group", 1)
    file = MemoryFile(syscalls.executable())
    try:
        return subprocess.run(
            ["container"],
            executable=file.path,
            pass_fds=(file.descriptor,),
            capture_output=True,
            text=True,
            timeout=HANGING,
        )
    finally:
        file.close()


def doctor(refused: Mapping[str, int]) -> subprocess.CompletedProcess[str]:
    return contained(refused, "-m", "monty_kernel.cli", "doctor")


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.EPERM, "a container may forbid it"),
        (errno.ENOSYS, "it came with 5.13"),
        (errno.EOPNOTSUPP, "not switched on"),
    ],
)
def test_no_landlock(number: int, said: str) -> None:
    refused = dict.fromkeys(LANDLOCK, number)
    done = doctor(refused)
    assert done.returncode == 1
    assert said in done.stdout.partition("Landlock is missing: ")[2]
    assert "  stands  network" in done.stdout
    assert contained(refused, "-c", FEED, "best").stdout == "42 None\n"
    assert contained(refused, "-c", FEED, "require").stdout == "missing: Not all walls can be built here.\n"


def test_no_seccomp() -> None:
    refused = {"seccomp": errno.EPERM}
    done = doctor(refused)
    assert done.returncode == 1
    assert "  OPEN    network" in done.stdout
    assert "a seccomp filter cannot be set" in done.stdout
    assert contained(refused, "-c", FEED, "best").stdout == "42 None\n"
    assert contained(refused, "-c", FEED, "require").stdout == "missing: Not all walls can be built here.\n"


def test_no_programs_in_memory() -> None:
    refused = {"memfd_create": errno.EPERM}
    done = doctor(refused)
    assert done.returncode == 1
    assert "programs in memory" in done.stdout
    assert contained(refused, "-c", FEED, "best").stdout.startswith("42 The worker has no walls")
    assert contained(refused, "-c", FEED, "require").stdout.startswith("missing: The worker has no walls")


def test_nothing_forbidden_changes_nothing() -> None:
    assert contained({}, "-c", FEED, "best").stdout == "42 None\n"
    outside = subprocess.run([sys.executable, "-m", "monty_kernel.cli", "doctor"], capture_output=True, text=True)
    assert doctor({}).stdout == outside.stdout
