"""The two seccomp filters of a worker: one that the launcher installs, and one for when its libraries are loaded.

The first allows the system calls that an interpreter needs, and no others. A call that is not listed fails with EPERM; one that
is newer than the list fails with ENOSYS, so that a C library does without it. Nothing is killed: a future library that tries
something new keeps running.

To be loaded, a program has to open files and be executed, so the first filter allows that, and Landlock decides which files.
The second filter forbids both. It comes in a *preload filter*: a library of one function that glibc's loader loads before all
others (`LD_PRELOAD`). When the loader has opened everything that it needs, it calls that function, which installs the second
filter and removes the variable from the environment, which is then empty. Where the loader is not glibc's, or does not load the
library, the worker runs without the second filter.
"""

from __future__ import annotations

import errno
import os
import struct
from typing import NamedTuple

from .elf import elf_file
from .machine import Machine

_ALLOWED = (
    # its pipes, and what the dynamic loader reads
    *("read", "readv", "pread64", "write", "writev", "close", "lseek", "fstat"),
    *("dup", "dup2", "dup3", "pipe", "pipe2", "poll", "ppoll", "select", "pselect6"),
    *("epoll_create1", "epoll_ctl", "epoll_wait", "epoll_pwait", "eventfd2"),
    # memory
    *("mprotect", "munmap", "brk", "madvise", "mincore", "membarrier"),
    # threads, of its own process
    *("futex", "set_robust_list", "set_tid_address", "rseq", "sched_yield", "sched_getaffinity", "getcpu"),
    *("gettid", "arch_prctl", "exit", "exit_group", "restart_syscall"),
    # signals, to itself
    *("rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "rt_sigpending", "rt_sigsuspend", "rt_sigtimedwait"),
    *("sigaltstack",),
    # the time, and random numbers
    *("clock_gettime", "clock_getres", "clock_nanosleep", "nanosleep", "gettimeofday", "time", "times", "getrandom"),
    # questions about itself
    *("getpid", "getppid", "getuid", "geteuid", "getgid", "getegid", "getpgrp", "uname", "sysinfo", "getcwd"),
    *("getrusage", "getrlimit"),
)
# A C library does without these if they do not exist, and breaks if they are forbidden. A filter cannot judge them, since their
# arguments are behind pointers.
_MISSING = ("clone3", "openat2", "statx", "faccessat2", "close_range", "memfd_secret")
_NEWER_THAN = 450

_CLONE_THREAD = 0x10000
_CLONE_NEW = 0x7E020000  # any new namespace
_MREMAP_FIXED = 2
_AT_EMPTY_PATH = 0x1000
# O_WRONLY, O_RDWR, O_CREAT, O_TRUNC, O_APPEND, O_TMPFILE
_TO_WRITE = 0o1 | 0o2 | 0o100 | 0o1000 | 0o2000 | 0o20000000
# F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC. F_SETOWN is left out: it makes the kernel send signals.
_FCNTL = (0, 1, 2, 3, 4, 1030)
# PR_GET_DUMPABLE, PR_SET_NAME, PR_GET_NAME, PR_GET_SECCOMP, PR_GET_NO_NEW_PRIVS, PR_SET_VMA
_PRCTL = (3, 15, 16, 21, 39, 0x53564D41)

_LOAD, _JUMP_EQUAL, _JUMP_GREATER, _JUMP_BITS, _RETURN = 0x20, 0x15, 0x25, 0x45, 0x06
_NUMBER, _ARCHITECTURE = 0, 4
_ALLOW = 0x7FFF0000
_ERRNO = 0x00050000


_Check = tuple[str, int, tuple[int, ...]]
"""A condition on an argument: the kind of check, the argument's number, the values it is compared with."""


class Filter(NamedTuple):
    """program: BPF instructions of 8 bytes. own_pid: the offsets where the worker's pid has to be written, as 4 bytes."""

    program: bytes
    own_pid: tuple[int, ...]

    @property
    def length(self) -> int:
        return len(self.program) // 8


def worker_filter(machine: Machine, exec_path: int) -> Filter:
    """The filter of a worker that `execve(exec_path, ...)` is yet to start.

    The preload filter, if there is one, forbids `execve` and opening files afterwards. If there is none, `execve` works from
    that one address only, and nothing can be mapped there afterwards: `mmap` accepts no address below 4 GiB and `mremap` none
    at all, and RLIMIT_AS leaves too little memory to fill all that is above.
    """
    make = _Assembler(machine)
    make.begin()
    for name in _ALLOWED:
        make.rule(name)
    make.rule("mmap", ("null or high", 0, ()))
    make.rule("mremap", ("no bits", 3, (_MREMAP_FIXED,)))
    make.rule("open", ("no bits", 1, (_TO_WRITE,)))
    make.rule("openat", ("no bits", 2, (_TO_WRITE,)))
    make.rule("newfstatat", ("equal", 3, (_AT_EMPTY_PATH,)))  # how a C library spells fstat
    make.rule("clone", ("bit", 0, (_CLONE_THREAD,)), ("no bits", 0, (_CLONE_NEW,)))
    make.rule("kill", ("own pid", 0, ()))
    make.rule("tgkill", ("own pid", 0, ()))
    make.rule("fcntl", ("in", 1, _FCNTL))
    make.rule("prctl", ("in", 0, _PRCTL))
    make.rule("prlimit64", ("null", 0, ()), ("null", 2, ()))  # look at its own limits
    make.rule("seccomp", ("equal", 0, (1,)), ("null", 1, ()))  # more filters, which can only forbid more
    make.rule("execve", ("null high", 0, ()), ("equal", 0, (exec_path,)))
    for name in _MISSING:
        make.rule(name, result=_ERRNO | errno.ENOSYS)
    make.end()
    return Filter(make.program(), tuple(make.own_pid))


_ONLY_TO_LOAD = ("execve", "open", "openat", "newfstatat")


def preload_filter(machine: Machine) -> bytes:
    """The second filter, for when the program is loaded: it forbids what only loading needed, and leaves the rest to the first."""
    make = _Assembler(machine)
    make.begin()
    for name in _ONLY_TO_LOAD:
        make.rule(name, result=_ERRNO | errno.EPERM)
    make.always(_ALLOW)
    return make.program()


class _Assembler:
    """Turns rules into BPF."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._code: list[tuple[int, int, str | None, str | None]] = []
        self._labels: dict[str, int] = {}
        self._blocks = 0
        self.own_pid: list[int] = []

    def begin(self) -> None:
        self._emit(_LOAD, _ARCHITECTURE)
        self._emit(_JUMP_EQUAL, self._machine.audit, "native", None)  # a 32-bit call has other numbers
        self._emit(_RETURN, _ERRNO | errno.EPERM)
        self._label("native")
        self._emit(_LOAD, _NUMBER)

    def end(self) -> None:
        # x32 calls end up here too: their numbers begin at 0x40000000
        self._emit(_JUMP_GREATER, _NEWER_THAN, "newer", None)
        self._emit(_RETURN, _ERRNO | errno.EPERM)
        self._label("newer")
        self._emit(_RETURN, _ERRNO | errno.ENOSYS)

    def always(self, result: int) -> None:
        self._emit(_RETURN, result)

    def rule(self, name: str, *checks: _Check, result: int = _ALLOW) -> None:
        """`result` for this call if all checks hold, else EPERM. A call that the machine does not have needs no rule."""
        number = self._machine.calls.get(name)
        if number is None:
            return
        self._blocks += 1
        over, fail = f"over {self._blocks}", f"fail {self._blocks}"
        self._emit(_JUMP_EQUAL, number, None, over)
        for index, (kind, argument, values) in enumerate(checks):
            self._check(kind, 16 + 8 * argument, values, f"ok {self._blocks} {index}", fail)
        self._emit(_RETURN, result)
        if checks:
            self._label(fail)
            self._emit(_RETURN, _ERRNO | errno.EPERM)
        self._label(over)

    def _check(self, kind: str, low: int, values: tuple[int, ...], ok: str, fail: str) -> None:
        high = low + 4
        match kind:
            case "equal":
                self._emit(_LOAD, low)
                self._emit(_JUMP_EQUAL, values[0], None, fail)
            case "in":
                self._emit(_LOAD, low)
                for value in values:
                    self._emit(_JUMP_EQUAL, value, ok, None)
                self._emit(_JUMP_EQUAL, values[-1], None, fail)
            case "no bits":
                self._emit(_LOAD, low)
                self._emit(_JUMP_BITS, values[0], fail, None)
            case "bit":
                self._emit(_LOAD, low)
                self._emit(_JUMP_BITS, values[0], None, fail)
            case "own pid":
                self._emit(_LOAD, low)
                self.own_pid.append(8 * len(self._code) + 4)
                self._emit(_JUMP_EQUAL, 0, None, fail)
            case "null high":
                self._emit(_LOAD, high)
                self._emit(_JUMP_EQUAL, 0, None, fail)
            case "null":
                for half in (low, high):
                    self._emit(_LOAD, half)
                    self._emit(_JUMP_EQUAL, 0, None, fail)
            case "null or high":
                self._emit(_LOAD, high)
                self._emit(_JUMP_EQUAL, 0, None, ok)
                self._emit(_LOAD, low)
                self._emit(_JUMP_EQUAL, 0, None, fail)
            case _:
                raise ValueError(f"no such check: {kind}")
        self._label(ok)

    def _emit(self, code: int, k: int, true: str | None = None, false: str | None = None) -> None:
        self._code.append((code, k, true, false))

    def _label(self, name: str) -> None:
        self._labels[name] = len(self._code)

    def program(self) -> bytes:
        def distance(index: int, label: str | None) -> int:
            return 0 if label is None else self._labels[label] - index - 1

        return b"".join(
            struct.pack("<HBBI", code, distance(index, true), distance(index, false), k)
            for index, (code, k, true, false) in enumerate(self._code)
        )


PRELOAD_DESCRIPTOR = 3
"""The descriptor on which the launcher has the library open; the library closes it."""
PRELOAD_VARIABLE = f"LD_PRELOAD=/proc/self/fd/{PRELOAD_DESCRIPTOR}"


def can_preload(interpreter: str | None) -> bool:
    """Whether this dynamic loader loads the preload filter: glibc's does."""
    return interpreter is not None and os.path.basename(interpreter).startswith("ld-linux")


def preload_library(machine: Machine) -> bytes:
    """The library that installs the preload filter, as the content of its file."""
    program = preload_filter(machine)
    description = struct.pack("<HxxxxxxQ", len(program) // 8, 0)  # the code fills in where the program is
    code = _x86_64_code if machine.name == "x86_64" else _aarch64_code
    return elf_file(machine, 0, lambda at: code(machine.page - at), description + program, library=True)


# Called as f(argc, argv, envp). `distance`: bytes from the start of the code to the filter's description.


def _x86_64_code(distance: int) -> bytes:
    before = bytes.fromhex(
        "488b3a"  #             mov  rdi, [rdx]       the first variable, LD_PRELOAD
        "4885ff"  #             test rdi, rdi
        "7414"  #               jz   done
        "48c70200000000"  #     mov  qword [rdx], 0   is taken out of the list,
        "803f00"  #       next: cmp  byte [rdi], 0
        "7408"  #               jz   done
        "c60700"  #             mov  byte [rdi], 0    and wiped out
        "48ffc7"  #             inc  rdi
        "ebf3"  #               jmp  next
        "b803000000"  #   done: mov  eax, 3           close
        "bf03000000"  #         mov  edi, PRELOAD_DESCRIPTOR
        "0f05"  #               syscall
        "488d15"  #             lea  rdx, [filter]
    )
    after = bytes.fromhex(
        "488d4210"  #           lea  rax, [rdx+16]    its program follows it
        "48894208"  #           mov  [rdx+8], rax
        "b83d010000"  #         mov  eax, 317         seccomp
        "bf01000000"  #         mov  edi, 1           SECCOMP_SET_MODE_FILTER
        "31f6"  #               xor  esi, esi
        "0f05"  #               syscall
        "c3"  #                 ret
    )
    return before + struct.pack("<i", distance - len(before) - 4) + after


def _aarch64_code(distance: int) -> bytes:
    words = (
        0xF9400041,  #       ldr  x1, [x2]         the first variable, LD_PRELOAD
        0xB40000C1,  #       cbz  x1, done
        0xF900005F,  #       str  xzr, [x2]        is taken out of the list,
        0x39400023,  # next: ldrb w3, [x1]
        0x34000063,  #       cbz  w3, done
        0x3800143F,  #       strb wzr, [x1], 1     and wiped out
        0x17FFFFFD,  #       b    next
        0xD2800728,  # done: mov  x8, 57           close
        0xD2800060,  #       mov  x0, PRELOAD_DESCRIPTOR
        0xD4000001,  #       svc  0
        0x10000162,  #       adr  x2, here
        0xF9400043,  #       ldr  x3, [x2]
        0x8B030042,  #       add  x2, x2, x3       the filter
        0x91004043,  #       add  x3, x2, 16       its program follows it
        0xF9000443,  #       str  x3, [x2, 8]
        0xD28022A8,  #       mov  x8, 277          seccomp
        0xD2800020,  #       mov  x0, 1            SECCOMP_SET_MODE_FILTER
        0xD2800001,  #       mov  x1, 0
        0xD4000001,  #       svc  0
        0xD65F03C0,  #       ret
        0xD503201F,  #       nop
    )
    code = b"".join(word.to_bytes(4, "little") for word in words)
    return code + struct.pack("<q", distance - len(code))  # here: .quad filter - here
