"""The launcher: a small executable that isolates its own process and then becomes the worker.

The pool starts it in place of the worker, as `/proc/self/fd/N`: it lives in memory only, so nothing is left behind when the kernel
is killed. The process keeps its pid and its pipes, and the isolation outlasts `execve`.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

from . import seccomp
from .machine import Machine
from .syscall_program import SyscallProgram

REFUSED = 125
"""Exit status of a launcher that had to apply every restriction and could not."""
NOT_STARTED = 126
"""Exit status of a launcher whose program could not be started."""

NEWEST_LANDLOCK = 6
"""The newest version of Landlock's interface that restricts more for us; later ones accept its rules too."""

# How many rights over files each version of Landlock can take away: 13 at first, then moving between folders, truncating files,
# commands to devices. The fourth version added TCP, the sixth abstract sockets and signals.
_FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16, 6: 16}
_TCP = 0b11
_SCOPES = 0b11
_EXECUTE, _READ_FILE = 1, 4
_RULE_PATH_BENEATH = 1

# Linux gives out the lowest free descriptors, and all above 2 are free: first the Landlock rules, then a file that they name.
_RULESET, _FILE = 3, 4
_LAST_DESCRIPTOR = 0xFFFFFFFF
_OPEN_FILES = 64
_NO_LIMIT = 1 << 40  # bytes of address space: more than any worker uses, and too few to fill a processor's
_BESIDE_HEAP = 2 << 30

_PR_SET_NO_NEW_PRIVS, _PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL = 38, 47, 4
_PR_SET_SECUREBITS = 28
# SECBIT_NOROOT, _NO_SETUID_FIXUP, _NO_CAP_AMBIENT_RAISE, not _KEEP_CAPS, and all of them locked
_NO_ROOT_FOR_GOOD = 0xEF
_CAPABILITIES_VERSION = 0x20080522
_RLIMIT_FSIZE, _RLIMIT_CORE, _RLIMIT_NOFILE, _RLIMIT_AS = 1, 4, 7, 9
_O_WRONLY, _O_PATH, _O_CLOEXEC = 1, 0o10000000, 0o2000000
_AT_FDCWD = -100
_F_SETFD, _FD_CLOEXEC = 2, 1
_SECCOMP_SET_MODE_FILTER = 1

STEPS = (
    "no_new_privs",
    "capabilities",
    "descriptors",
    "core",
    "file_size",
    "open_files",
    "address_space",
    *(f"landlock {version}" for version in range(NEWEST_LANDLOCK, 0, -1)),
    "landlock",
    "preload filter",
    "seccomp",
)
"""The steps whose results a launcher reports, in this order."""
NOT_TRIED = -0x7FFFFFFF


class Program(NamedTuple):
    """The program that the launcher becomes.

    executed, read: the files that it may start and read; libraries are read. interpreter: its dynamic loader.
    descriptor: the program's file, if it is open, at 5 or above; `path` is then `/proc/self/fd/DESCRIPTOR`.
    """

    path: str
    arguments: tuple[str, ...]
    executed: tuple[str, ...] = ()
    read: tuple[str, ...] = ()
    interpreter: str | None = None
    descriptor: int | None = None


def launcher(
    machine: Machine,
    program: Program,
    *,
    memory: int | None = None,
    require: bool = False,
    report: bool = False,
    newest_landlock: int = NEWEST_LANDLOCK,
    preload_filter: bool = True,
) -> bytes:
    """Make the launcher's executable.

    Args:
        memory: bytes of heap that the worker is granted; it may map four times that and 2 GiB, or 1 TiB if None.
        require: exit with status REFUSED if a restriction cannot be applied, instead of going on without it.
        report: first write the result of each of STEPS to stdout, as int32: 0 or more, a negative errno, or NOT_TRIED.
        newest_landlock: use no version of Landlock's interface above this one; 0 for no Landlock.
        preload_filter: whether the program gets the second seccomp filter, if its loader supports it.
    """
    syscalls = SyscallProgram(machine)
    results = syscalls.data(struct.pack("<i", NOT_TRIED) * len(STEPS))
    result = {step: results + 4 * index for index, step in enumerate(STEPS)}
    refuse = "refuse" if require else None
    arguments = syscalls.pointers(*(syscalls.text(argument) for argument in program.arguments))
    environment = syscalls.pointers()
    path = syscalls.text(program.path)

    # The worker's stderr would reach the person's terminal unchecked, and a terminal can be read from, too.
    syscalls.call("close", 2)
    syscalls.call("openat", _AT_FDCWD, syscalls.text("/dev/null"), _O_WRONLY)
    syscalls.call("chdir", syscalls.text("/"))

    syscalls.call("prctl", _PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0, store=result["no_new_privs"], on_error=refuse)
    syscalls.call("prctl", _PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
    _drop_capabilities(syscalls, result["capabilities"], refuse)
    _close_descriptors(syscalls, program.descriptor, result["descriptors"], refuse)
    _restrict_files(syscalls, program, result, refuse, newest_landlock)

    if preload_filter and seccomp.can_preload(program.interpreter):
        environment = syscalls.pointers(syscalls.text(seccomp.PRELOAD_VARIABLE))
        _open_preload_filter(syscalls, environment, result["preload filter"], refuse)

    mapped = _NO_LIMIT if memory is None else min(4 * memory + _BESIDE_HEAP, _NO_LIMIT)
    for step, resource, limit in (
        # One byte, not zero: only one byte also keeps Linux from handing the dump to a program (fs/coredump.c).
        ("core", _RLIMIT_CORE, 1),
        ("file_size", _RLIMIT_FSIZE, 0),
        ("open_files", _RLIMIT_NOFILE, _OPEN_FILES),
        ("address_space", _RLIMIT_AS, mapped),
    ):
        limits = syscalls.data(struct.pack("<QQ", limit, limit))
        # fails where the limit is lower already and cannot be raised: then the lower one applies
        syscalls.call("prlimit64", 0, resource, limits, 0, store=result[step])

    filter = seccomp.worker_filter(machine, path)
    instructions = syscalls.data(filter.program)
    for place in filter.own_pid:
        syscalls.call("getpid", store=instructions + place)
    described = syscalls.data(struct.pack("<HxxxxxxQ", filter.length, instructions))
    syscalls.call("seccomp", _SECCOMP_SET_MODE_FILTER, 0, described, store=result["seccomp"], on_error=refuse)

    if report:
        syscalls.call("write", 1, results, 4 * len(STEPS))
    syscalls.call("execve", path, arguments, environment)
    syscalls.call("exit_group", NOT_STARTED)
    syscalls.label("refuse")
    syscalls.call("exit_group", REFUSED)
    return syscalls.executable()


def _drop_capabilities(syscalls: SyscallProgram, result: int, refuse: str | None) -> None:
    """Be root in name only, from `execve` on: until then root may need its rights to open files of other users.

    A process that may not set this has no rights worth keeping, and drops them now.
    """
    syscalls.call("prctl", _PR_SET_SECUREBITS, _NO_ROOT_FOR_GOOD, 0, 0, 0, store=result, on_success="no root")
    no_capabilities = syscalls.data(struct.pack("<6I", 0, 0, 0, 0, 0, 0))
    header = syscalls.data(struct.pack("<Ii", _CAPABILITIES_VERSION, 0))
    syscalls.call("capset", header, no_capabilities, store=result, on_error=refuse)
    syscalls.label("no root")


def _close_descriptors(syscalls: SyscallProgram, kept: int | None, result: int, refuse: str | None) -> None:
    if kept is None:
        syscalls.call("close_range", 3, _LAST_DESCRIPTOR, 0, store=result, on_error=refuse)
        return
    syscalls.call("close_range", 3, kept - 1, 0, store=result, on_error=refuse)
    syscalls.call("close_range", kept + 1, _LAST_DESCRIPTOR, 0)
    syscalls.call("fcntl", kept, _F_SETFD, _FD_CLOEXEC)


def _restrict_files(
    syscalls: SyscallProgram, program: Program, result: dict[str, int], refuse: str | None, newest: int
) -> None:
    """Let Landlock allow the program's files alone; sockets and signals too, where its version can."""
    for version in range(newest, 0, -1):
        rules = _ruleset(version)
        syscalls.call(
            "landlock_create_ruleset",
            syscalls.data(rules),
            len(rules),
            0,
            store=result[f"landlock {version}"],
            on_success="landlock",
        )
    syscalls.jump(refuse or "no landlock")
    syscalls.label("landlock")
    for rights, paths in ((_READ_FILE | _EXECUTE, program.executed), (_READ_FILE, program.read)):
        rule = syscalls.data(struct.pack("<Qi", rights, _FILE))  # struct landlock_path_beneath_attr
        for path in paths:
            syscalls.call("openat", _AT_FDCWD, syscalls.text(path), _O_PATH | _O_CLOEXEC)
            syscalls.call("landlock_add_rule", _RULESET, _RULE_PATH_BENEATH, rule, 0)
            syscalls.call("close", _FILE)
    syscalls.call("landlock_restrict_self", _RULESET, 0, store=result["landlock"], on_error=refuse)
    syscalls.call("close", _RULESET)
    syscalls.label("no landlock")


def _ruleset(version: int) -> bytes:
    """`struct landlock_ruleset_attr` that takes away everything that this version of the interface can."""
    fields = [(1 << _FILE_RIGHTS[version]) - 1]
    if version >= 4:
        fields.append(_TCP)
    if version >= 6:
        fields.append(_SCOPES)
    return struct.pack(f"<{len(fields)}Q", *fields)


def _open_preload_filter(syscalls: SyscallProgram, environment: int, result: int, refuse: str | None) -> None:
    content = seccomp.preload_library(syscalls.machine)
    syscalls.call("memfd_create", syscalls.text("preload"), 0, store=result, on_error=refuse, on_success="preload")
    syscalls.call("sched_yield", store=environment)  # its result 0 takes the variable out of the environment
    syscalls.jump("no preload")
    syscalls.label("preload")
    syscalls.call("write", seccomp.PRELOAD_DESCRIPTOR, syscalls.data(content), len(content))
    syscalls.label("no preload")
