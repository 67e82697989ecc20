"""The launcher: a small executable that builds the walls around itself and then becomes the worker.

The pool of workers starts it in the worker's stead, as `/proc/self/fd/N`: it lives in the kernel's memory, so nothing is
left behind when the kernel is killed. The process keeps its pid, its pipes and its place; the walls outlast `execve`.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

from . import landlock, preload_filter
from .machine import Machine
from .seccomp import worker_filter
from .syscall_program import Tape

REFUSED = 125
"""Exit status of a launcher that was told to build all walls and could not."""
NOT_STARTED = 126
"""Exit status of a launcher whose program could not be started."""

# The descriptors that Linux gives out when all above 2 are free: those of the Landlock rules, and of a file they name.
_RULESET, _FILE = 3, 4
_LAST_DESCRIPTOR = 0xFFFFFFFF
_OPEN_FILES = 64
_NO_LIMIT = 1 << 40  # as address space: more than any worker has, and too little to fill a processor's
_BESIDE_HEAP = 2 << 30

_PR_SET_NO_NEW_PRIVS, _PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL = 38, 47, 4
_PR_SET_SECUREBITS = 28
_NO_ROOT_FOR_GOOD = (
    0xEF  # SECBIT_NOROOT, _NO_SETUID_FIXUP, _NO_CAP_AMBIENT_RAISE, not _KEEP_CAPS, and all of them locked
)
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
    *(f"landlock {version}" for version in range(landlock.NEWEST, 0, -1)),
    "landlock",
    "latch",
    "seccomp",
)
"""What a reporting launcher tells of, in this order."""
NOT_TRIED = -0x7FFFFFFF


class Program(NamedTuple):
    """What the launcher becomes. executed, read: the files it may start and read; libraries are read.

    interpreter: its dynamic loader. descriptor: the program's file, if it is open, at 5 or above; `path` is then `/proc/self/fd/DESCRIPTOR`.
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
    newest_landlock: int = landlock.NEWEST,
    latched: bool = True,
) -> bytes:
    """The launcher's executable.

    memory: bytes of heap that the worker is granted; what it maps may be four times that, and 2 GiB, or 1 TiB if None.
    require: exit with status REFUSED if a wall cannot be built, instead of going on without it.
    report: first write the result of each of STEPS to stdout, as int32: 0 or more, a negative errno, or NOT_TRIED.
    newest_landlock: build as on a Linux whose Landlock is no newer than this version; 0 for none.
    latched: whether the program gets a latch, if its loader takes one.
    """
    tape = Tape(machine)
    results = tape.data(struct.pack("<i", NOT_TRIED) * len(STEPS))
    result = {step: results + 4 * index for index, step in enumerate(STEPS)}
    refuse = "refuse" if require else None
    arguments = tape.pointers(*(tape.text(argument) for argument in program.arguments))
    environment = tape.pointers()
    path = tape.text(program.path)

    # What the worker writes to stderr would reach the person's terminal unread, and if that is a terminal, it could read there.
    tape.call("close", 2)
    tape.call("openat", _AT_FDCWD, tape.text("/dev/null"), _O_WRONLY)
    tape.call("chdir", tape.text("/"))

    tape.call("prctl", _PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0, store=result["no_new_privs"], on_error=refuse)
    tape.call("prctl", _PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
    _capabilities(tape, result["capabilities"], refuse)
    _close_descriptors(tape, program.descriptor, result["descriptors"], refuse)
    _landlock(tape, program, result, refuse, newest_landlock)

    if latched and preload_filter.fits(program.interpreter):
        environment = tape.pointers(tape.text(preload_filter.VARIABLE))
        _latch(tape, environment, result["latch"], refuse)

    mapped = _NO_LIMIT if memory is None else min(4 * memory + _BESIDE_HEAP, _NO_LIMIT)
    for step, resource, limit in (
        # One byte, not none: only that also keeps Linux from handing the dump to a program (fs/coredump.c).
        ("core", _RLIMIT_CORE, 1),
        ("file_size", _RLIMIT_FSIZE, 0),
        ("open_files", _RLIMIT_NOFILE, _OPEN_FILES),
        ("address_space", _RLIMIT_AS, mapped),
    ):
        limits = tape.data(struct.pack("<QQ", limit, limit))
        # fails where the limit is lower already, and cannot be raised: then that one holds
        tape.call("prlimit64", 0, resource, limits, 0, store=result[step])

    filter = worker_filter(machine, path)
    instructions = tape.data(filter.program)
    for place in filter.own_pid:
        tape.call("getpid", store=instructions + place)
    described = tape.data(struct.pack("<HxxxxxxQ", filter.length, instructions))
    tape.call("seccomp", _SECCOMP_SET_MODE_FILTER, 0, described, store=result["seccomp"], on_error=refuse)

    if report:
        tape.call("write", 1, results, 4 * len(STEPS))
    tape.call("execve", path, arguments, environment)
    tape.call("exit_group", NOT_STARTED)
    tape.label("refuse")
    tape.call("exit_group", REFUSED)
    return tape.executable()


def _capabilities(tape: Tape, result: int, refuse: str | None) -> None:
    """Be root no more than by name, from execve on: until then root may need its rights to come to files of others.

    Who may not decide that has no rights worth keeping, and drops them now.
    """
    tape.call("prctl", _PR_SET_SECUREBITS, _NO_ROOT_FOR_GOOD, 0, 0, 0, store=result, on_success="no root")
    none_of_them = tape.data(struct.pack("<6I", 0, 0, 0, 0, 0, 0))
    header = tape.data(struct.pack("<Ii", _CAPABILITIES_VERSION, 0))
    tape.call("capset", header, none_of_them, store=result, on_error=refuse)
    tape.label("no root")


def _close_descriptors(tape: Tape, kept: int | None, result: int, refuse: str | None) -> None:
    if kept is None:
        tape.call("close_range", 3, _LAST_DESCRIPTOR, 0, store=result, on_error=refuse)
        return
    tape.call("close_range", 3, kept - 1, 0, store=result, on_error=refuse)
    tape.call("close_range", kept + 1, _LAST_DESCRIPTOR, 0)
    tape.call("fcntl", kept, _F_SETFD, _FD_CLOEXEC)


def _latch(tape: Tape, environment: int, result: int, refuse: str | None) -> None:
    content = preload_filter.library(tape.machine)
    tape.call("memfd_create", tape.text("latch"), 0, store=result, on_error=refuse, on_success="latch")
    tape.call("sched_yield", store=environment)  # which says 0: so there is no variable
    tape.jump("no latch")
    tape.label("latch")
    tape.call("write", preload_filter.DESCRIPTOR, tape.data(content), len(content))
    tape.label("no latch")


def _landlock(tape: Tape, program: Program, result: dict[str, int], refuse: str | None, newest: int) -> None:
    for version in range(newest, 0, -1):
        rules = landlock.ruleset(version)
        tape.call(
            "landlock_create_ruleset",
            tape.data(rules),
            len(rules),
            0,
            store=result[f"landlock {version}"],
            on_success="landlock",
        )
    tape.jump(refuse or "no landlock")
    tape.label("landlock")
    for rights, paths in (
        (landlock.READ_FILE | landlock.EXECUTE, program.executed),
        (landlock.READ_FILE, program.read),
    ):
        rule = tape.data(landlock.path_rule(rights, _FILE))
        for path in paths:
            tape.call("openat", _AT_FDCWD, tape.text(path), _O_PATH | _O_CLOEXEC)
            tape.call("landlock_add_rule", _RULESET, landlock.RULE_PATH_BENEATH, rule, 0)
            tape.call("close", _FILE)
    tape.call("landlock_restrict_self", _RULESET, 0, store=result["landlock"], on_error=refuse)
    tape.call("close", _RULESET)
    tape.label("no landlock")
