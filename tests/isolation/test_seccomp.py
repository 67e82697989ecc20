"""The seccomp filter decides as it should, on both processors, here by playing its program."""

from __future__ import annotations

import errno
import struct

import pytest

from monty_kernel.isolation.machine import AARCH64, X86_64, Machine
from monty_kernel.isolation.seccomp import Filter, preload_filter, worker_filter

PATH = 0xE0001230
PID = 4711
ALLOW = 0
REFUSE, MISSING = errno.EPERM, errno.ENOSYS


def decide(machine: Machine, name: str | int, *arguments: int, audit: int | None = None) -> int:
    """What the filter does with this call: 0 to allow it, or an errno."""
    return play(worker_filter(machine, PATH), call(machine, name, *arguments, audit=audit))


def call(machine: Machine, name: str | int, *arguments: int, audit: int | None = None) -> bytes:
    """`struct seccomp_data`."""
    number = machine.calls[name] if isinstance(name, str) else name
    return struct.pack(
        "<IIQ6Q",
        number,
        machine.audit if audit is None else audit,
        0,
        *(a & (1 << 64) - 1 for a in arguments),
        *[0] * (6 - len(arguments)),
    )


def play(made: Filter, data: bytes) -> int:
    """A BPF machine, as far as the filter uses it: include/uapi/linux/bpf_common.h."""
    program = bytearray(made.program)
    for place in made.own_pid:
        struct.pack_into("<I", program, place, PID)
    instructions = list(struct.iter_unpack("<HBBI", bytes(program)))
    at, value = 0, 0
    while True:
        code, true, false, k = instructions[at]
        at += 1
        if code == 0x20:
            (value,) = struct.unpack_from("<I", data, k)
        elif code == 0x06:
            return ALLOW if k == 0x7FFF0000 else k & 0xFFFF
        else:
            holds = {0x15: value == k, 0x25: value > k, 0x45: bool(value & k)}[code]
            at += true if holds else false


both = pytest.mark.parametrize("machine", [X86_64, AARCH64], ids=lambda machine: machine.name)


@both
@pytest.mark.parametrize(
    "name", ["read", "write", "munmap", "brk", "futex", "getrandom", "clock_gettime", "exit_group", "rt_sigreturn"]
)
def test_what_an_interpreter_does_is_allowed(machine: Machine, name: str) -> None:
    assert decide(machine, name, 1, 2, 3) == ALLOW


@both
@pytest.mark.parametrize(
    "name",
    [
        *("socket", "connect", "bind", "socketpair", "ptrace", "process_vm_readv", "process_vm_writev", "pidfd_open"),
        *(
            "pidfd_getfd",
            "unshare",
            "mount",
            "chroot",
            "bpf",
            "keyctl",
            "perf_event_open",
            "userfaultfd",
            "io_uring_setup",
        ),
        *("memfd_create", "execveat", "unlinkat", "mkdirat", "fchmodat", "chdir", "truncate", "setuid", "init_module"),
        *("ioctl", "landlock_restrict_self", "capset", "personality", "inotify_init1", "shmget", "tkill"),
    ],
)
def test_what_it_never_does_is_refused(machine: Machine, name: str) -> None:
    for arguments in ((), (1, 2, 3, 4, 5, 6), (PID, PID, PID), (PATH, PATH, PATH)):
        assert decide(machine, name, *arguments) == REFUSE


def test_forks_of_old_are_refused() -> None:
    assert decide(X86_64, "fork") == decide(X86_64, "vfork") == REFUSE


@both
def test_threads_are_made_and_processes_are_not(machine: Machine) -> None:
    thread = 0x3D0F00  # glibc's pthread_create
    assert decide(machine, "clone", thread) == ALLOW
    assert decide(machine, "clone", 17) == REFUSE
    assert decide(machine, "clone", thread & ~0x10000) == REFUSE
    for namespace in (0x20000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000):
        assert decide(machine, "clone", thread | namespace) == REFUSE
    assert decide(machine, "clone3", 0xDEAD, 88) == MISSING


@both
def test_only_the_launcher_starts_a_program(machine: Machine) -> None:
    assert decide(machine, "execve", PATH, 1, 2) == ALLOW
    for path in (PATH + 1, PATH | 1 << 32, 0, 0x7FFF00001230):
        assert decide(machine, "execve", path, 1, 2) == REFUSE
    # and nothing can be laid where its path was
    assert decide(machine, "mmap", 0, 4096, 3, 0x22) == ALLOW
    assert decide(machine, "mmap", 0x7F0000000000, 4096, 3, 0x32) == ALLOW
    for address in (1, PATH & ~0xFFF, 0x10000, 0xFFFFF000):
        assert decide(machine, "mmap", address, 1 << 33, 3, 0x32) == REFUSE
    assert decide(machine, "mremap", 0x7F0000000000, 1, 2, 1, PATH) == ALLOW  # moved wherever there is room
    assert decide(machine, "mremap", 0x7F0000000000, 1, 2, 3, PATH) == REFUSE


@both
def test_files_are_opened_to_be_read_only(machine: Machine) -> None:
    assert decide(machine, "openat", -100, 1, 0o2000000) == ALLOW
    for flags in (0o1, 0o2, 0o101, 0o1000, 0o2000, 0o20200002):
        assert decide(machine, "openat", -100, 1, flags) == REFUSE
        if machine is X86_64:
            assert decide(machine, "open", 1, flags) == REFUSE
    assert decide(machine, "openat2", -100, 1, 2, 24) == MISSING


@both
def test_signals_go_to_the_worker_itself_only(machine: Machine) -> None:
    for name in ("kill", "tgkill"):
        assert decide(machine, name, PID, PID, 6) == ALLOW
        for pid in (1, 0, -1, -PID, PID + 1):
            assert decide(machine, name, pid, PID, 9) == REFUSE


@both
def test_limits_are_read_and_not_raised(machine: Machine) -> None:
    assert decide(machine, "prlimit64", 0, 3, 0, 0xDEAD) == ALLOW
    assert decide(machine, "prlimit64", 0, 3, 0xDEAD, 0) == REFUSE
    assert decide(machine, "prlimit64", 0, 3, 1 << 32, 0) == REFUSE
    assert decide(machine, "prlimit64", PID + 1, 3, 0, 0xDEAD) == REFUSE


@both
def test_descriptors_send_no_signals(machine: Machine) -> None:
    assert decide(machine, "fcntl", 0, 1) == ALLOW
    for command in (8, 10, 15, 1024, 1032, 1033):  # F_SETOWN, F_SETSIG, F_SETOWN_EX, F_SETLEASE, F_ADD_SEALS, ...
        assert decide(machine, "fcntl", 0, command) == REFUSE
    assert decide(machine, "prctl", 15, 0xDEAD) == ALLOW
    assert decide(machine, "prctl", 4, 1) == REFUSE


@both
def test_calls_of_other_worlds_are_refused(machine: Machine) -> None:
    assert decide(machine, "read", audit=0x40000003) == REFUSE  # 32-bit x86
    assert decide(machine, "read", audit=0x40000028) == REFUSE  # 32-bit ARM
    assert decide(machine, 0x40000000 | machine.calls["read"]) == MISSING  # x32
    for newer in (451, 462, 500, 0xFFFFFFFF):
        assert decide(machine, newer) == MISSING


@both
def test_every_call_that_is_not_listed_is_refused(machine: Machine) -> None:
    allowed = [number for number in range(451) if decide(machine, number, 0, 0, 0, 0, 0, 0) == ALLOW]
    assert len(allowed) < 90
    assert {decide(machine, number, 0, 0, 0, 0, 0, 0) for number in range(451)} == {ALLOW, REFUSE, MISSING}


@both
def test_it_is_within_what_linux_takes(machine: Machine) -> None:
    assert worker_filter(machine, PATH).length <= 4096


@both
def test_the_preload_filter_takes_away_what_only_loading_needs(machine: Machine) -> None:
    second = Filter(preload_filter(machine), ())
    for name in ("openat", "newfstatat", "execve", *(("open",) if machine is X86_64 else ())):
        assert play(second, call(machine, name, PATH, 1, 0, 0x1000)) == REFUSE
    for name in ("read", "write", "mmap", "clone", "close", "futex", "exit_group"):
        assert play(second, call(machine, name)) == ALLOW  # the first filter decides
    assert play(second, call(machine, "read", audit=0x40000003)) == REFUSE


@both
def test_filters_can_only_be_added(machine: Machine) -> None:
    assert decide(machine, "seccomp", 1, 0, 0xDEAD) == ALLOW
    for arguments in ((0, 0, 0), (1, 1, 0xDEAD), (1, 8, 0xDEAD), (2, 0, 0xDEAD)):
        assert decide(machine, "seccomp", *arguments) == REFUSE
