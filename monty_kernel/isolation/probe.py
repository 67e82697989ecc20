"""A stand-in for a worker that an attacker controls: small programs that each try one thing that a worker must not do.

They make system calls themselves, as code that has broken the interpreter would, and need no library. Each is a syscall program
that writes the result of its decisive call to stdout. An attempt that succeeds does no harm.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter

from .machine import Machine
from .syscall_program import SyscallProgram

GOT_AWAY = 42
"""Exit status of a program that the probe succeeded in starting."""

_AT_FDCWD = -100
_AT_EMPTY_PATH = 0x1000
_O_WRONLY, _O_CREAT, _O_DIRECTORY_X86, _O_DIRECTORY_ARM = 1, 0o100, 0o200000, 0o40000
_UNIX, _INET, _INET6, _NETLINK, _PACKET, _ALG, _VSOCK = 1, 2, 10, 16, 17, 38, 40
_STREAM, _DATAGRAM, _RAW = 1, 2, 3
_SIGCHLD = 17
_PTRACE_TRACEME, _PTRACE_SEIZE = 0, 0x4206
_NEW_USER, _NEW_NET = 0x10000000, 0x40000000
_F_SETOWN = 8


@dataclass(frozen=True, slots=True)
class Scene:
    """What the probe attacks.

    file, folder: absolute paths of a file and of its folder. other, parent: pids of processes of this user. descriptor: one that
    the worker inherits and should not have.
    """

    file: str
    folder: str
    other: int
    parent: int
    descriptor: int


@dataclass(frozen=True, slots=True)
class Attempt:
    """One thing that a worker must not do.

    wall: the wall that has to stop it, as the doctor names it. act: adds the attempt to a syscall program, and stores its result
    at the address. privileged: even without isolation only a privileged process can do it. only: the processor whose Linux has the
    call; None for all.
    """

    wall: str
    what: str
    act: Callable[[SyscallProgram, Scene, int], None]
    privileged: bool = False
    only: str | None = None


def program(machine: Machine, attempt: Attempt, scene: Scene, interpreter: str | None) -> bytes:
    """Make the executable that makes this attempt, writes its result to stdout as int32, and ends with status 0.

    interpreter: the dynamic loader that starts it, as it starts the worker; None for a static executable.
    """
    syscalls = SyscallProgram(machine)
    result = syscalls.data(struct.pack("<i", -0x7FFFFFFF))
    attempt.act(syscalls, scene, result)
    syscalls.label("end")
    syscalls.call("write", 1, result, 4)
    syscalls.call("exit_group", 0)
    return syscalls.executable(interpreter)


def bystander(machine: Machine) -> bytes:
    """Make the executable of a process that waits to be attacked."""
    syscalls = SyscallProgram(machine)
    syscalls.call("ppoll", 0, 0, 0, 0)
    syscalls.call("exit_group", 0)
    return syscalls.executable()


_Argument = int | str | bytes | Callable[[Scene], int | str | bytes]


def _call(name: str, *arguments: _Argument) -> Callable[[SyscallProgram, Scene, int], None]:
    """An attempt that is one system call; a string or bytes stand for their address."""

    def act(syscalls: SyscallProgram, scene: Scene, result: int) -> None:
        syscalls.call(name, *(_address(syscalls, scene, argument) for argument in arguments), store=result)

    return act


def _address(syscalls: SyscallProgram, scene: Scene, argument: _Argument) -> int:
    if callable(argument):
        argument = argument(scene)
    if isinstance(argument, str):
        return syscalls.text(argument)
    return syscalls.data(argument) if isinstance(argument, bytes) else argument


_file, _folder, _other, _parent, _inherited = map(attrgetter, ("file", "folder", "other", "parent", "descriptor"))


def _upwards(scene: Scene) -> str:
    return "../" * 40 + scene.file


def _others(file: str) -> Callable[[Scene], str]:
    return lambda scene: f"/proc/{scene.other}/{file}"


def _new(scene: Scene) -> str:
    return os.path.join(scene.folder, "made-by-the-probe")


def _open_folder(flags: int) -> Callable[[SyscallProgram, Scene, int], None]:
    def act(syscalls: SyscallProgram, scene: Scene, result: int) -> None:
        directory = _O_DIRECTORY_X86 if syscalls.machine.name == "x86_64" else _O_DIRECTORY_ARM
        syscalls.call("openat", _AT_FDCWD, syscalls.text(scene.folder), directory | flags, 0o600, store=result)

    return act


def _through_memory(syscalls: SyscallProgram, scene: Scene, result: int) -> None:
    """Write a program into a file in memory and start it; 3 is the first free descriptor."""
    syscalls.call("memfd_create", syscalls.text("x"), 0, store=result, on_error="end")
    words = syscalls.pointers(syscalls.text("x"))
    syscalls.call("execveat", 3, syscalls.text(""), words, syscalls.pointers(), _AT_EMPTY_PATH, store=result)


def _shell(name: str) -> Callable[[SyscallProgram, Scene, int], None]:
    def act(syscalls: SyscallProgram, scene: Scene, result: int) -> None:
        words = syscalls.pointers(*(syscalls.text(word) for word in ("sh", "-c", f"exit {GOT_AWAY}")))
        path = syscalls.text("/bin/sh")
        if name == "execve":
            syscalls.call("execve", path, words, syscalls.pointers(), store=result)
        else:
            syscalls.call("execveat", _AT_FDCWD, path, words, syscalls.pointers(), 0, store=result)

    return act


_LOW = 0xE0200000  # near the address that the launcher was executed from, so the same rules apply


def _mapped_low(syscalls: SyscallProgram, scene: Scene, result: int) -> None:
    """The one address from which `execve` is allowed is below 4 GiB."""
    syscalls.call("mmap", _LOW, 0x1000, 3, 0x32, -1, 0, store=result)  # MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED


def _moved_low(syscalls: SyscallProgram, scene: Scene, result: int) -> None:
    syscalls.call("mmap", _LOW, 0x1000, 3, 0x32, -1, 0)
    syscalls.call("mremap", _LOW, 0x1000, 0x1000, 3, _LOW + 0x1000, store=result)  # MREMAP_MAYMOVE | MREMAP_FIXED


def _raised_core_limit(syscalls: SyscallProgram, scene: Scene, result: int) -> None:
    syscalls.call("prlimit64", 0, 4, syscalls.data(struct.pack("<QQ", 1 << 20, 1 << 20)), 0, store=result)


def _clone3(syscalls: SyscallProgram, scene: Scene, result: int) -> None:
    arguments = struct.pack("<11Q", 0, 0, 0, 0, _SIGCHLD, 0, 0, 0, 0, 0, 0)
    syscalls.call("clone3", syscalls.data(arguments), len(arguments), store=result)


def _vectors(name: str) -> Callable[[SyscallProgram, Scene, int], None]:
    """Copy memory of another process. Its address does not matter: EFAULT means that the kernel tried."""

    def act(syscalls: SyscallProgram, scene: Scene, result: int) -> None:
        here = syscalls.data(struct.pack("<QQ", syscalls.data(bytes(16)), 16))
        there = syscalls.data(struct.pack("<QQ", 0xE0000000, 16))
        syscalls.call(name, scene.other, here, 1, there, 1, 0, store=result)

    return act


def _by_descriptor(name: str, *arguments: int) -> Callable[[SyscallProgram, Scene, int], None]:
    """A call on another process's descriptor, which is 3."""

    def act(syscalls: SyscallProgram, scene: Scene, result: int) -> None:
        syscalls.call("pidfd_open", scene.other, 0, store=result, on_error="end")
        syscalls.call(name, 3, *arguments, store=result)

    return act


_EVENT = bytes(128)
_INFO = struct.pack("<iii", 0, 0, -1) + bytes(116)

ATTEMPTS = (
    Attempt("files", "read a file", _call("openat", _AT_FDCWD, _file, 0)),
    Attempt("files", "read a file by a relative path", _call("openat", _AT_FDCWD, _upwards, 0)),
    Attempt("files", "read /etc/passwd", _call("openat", _AT_FDCWD, "/etc/passwd", 0)),
    Attempt("files", "read a file with openat2", _call("openat2", _AT_FDCWD, _file, bytes(24), 24)),
    Attempt("files", "read its environment in /proc", _call("openat", _AT_FDCWD, "/proc/self/environ", 0)),
    Attempt("files", "open the memory of its own process", _call("openat", _AT_FDCWD, "/proc/self/mem", 2)),
    Attempt("files", "open the memory of another process", _call("openat", _AT_FDCWD, _others("mem"), 0)),
    Attempt("files", "read another process's environment", _call("openat", _AT_FDCWD, _others("environ"), 0)),
    Attempt("files", "list a folder", _open_folder(0)),
    Attempt("files", "write a file", _call("openat", _AT_FDCWD, _file, _O_WRONLY)),
    Attempt("files", "make a file", _call("openat", _AT_FDCWD, _new, _O_WRONLY | _O_CREAT, 0o600)),
    Attempt("files", "make a file without a name", _open_folder(0o20000000 | 2)),
    Attempt("files", "cut a file short", _call("truncate", _file, 0)),
    Attempt("files", "make a folder", _call("mkdirat", _AT_FDCWD, _new, 0o700)),
    Attempt("files", "make a link", _call("symlinkat", _file, _AT_FDCWD, _new)),
    Attempt("files", "make a hard link", _call("linkat", _AT_FDCWD, _file, _AT_FDCWD, _new, 0)),
    Attempt("files", "make a pipe with a name", _call("mknodat", _AT_FDCWD, _new, 0o010600, 0)),
    Attempt("files", "change a file's mode", _call("fchmodat", _AT_FDCWD, _file, 0o600)),
    Attempt("files", "change a file's owner", _call("fchownat", _AT_FDCWD, _file, -1, -1, 0)),
    Attempt("files", "change a file's times", _call("utimensat", _AT_FDCWD, _file, 0, 0)),
    *(
        Attempt("files", f"see whether a file exists{how}", _call("newfstatat", _AT_FDCWD, _file, bytes(256), flags))
        for how, flags in (("", 0), (", as the loader does", _AT_EMPTY_PATH))
    ),
    Attempt("files", "see whether a file exists with statx", _call("statx", _AT_FDCWD, _file, 0, 0xFFF, bytes(256))),
    Attempt("files", "see whether a file exists with faccessat", _call("faccessat", _AT_FDCWD, _file, 0)),
    Attempt("files", "see where a link leads", _call("readlinkat", _AT_FDCWD, "/proc/self/exe", bytes(256), 256)),
    Attempt("files", "change its working directory", _call("chdir", _folder)),
    Attempt("files", "watch a folder", _call("inotify_init1", 0)),
    Attempt("files", "delete a file", _call("unlinkat", _AT_FDCWD, _file, 0)),
    *(
        Attempt("files", f"{what} with {name}", _call(name, _file, *arguments), only="x86_64")
        for what, name, *arguments in (
            ("read a file", "open", 0),
            ("write a file", "open", _O_WRONLY),
            ("see whether a file exists", "stat", bytes(256)),
            ("see whether a file exists", "lstat", bytes(256)),
            ("see whether a file exists", "access", 0),
            ("change a file's mode", "chmod", 0o600),
            ("delete a file", "unlink"),
        )
    ),
    Attempt("network", "open a TCP socket", _call("socket", _INET, _STREAM, 0)),
    Attempt("network", "open a UDP socket", _call("socket", _INET, _DATAGRAM, 0)),
    Attempt("network", "open an IPv6 socket", _call("socket", _INET6, _STREAM, 0)),
    Attempt("network", "open a Unix socket", _call("socket", _UNIX, _STREAM, 0)),
    Attempt("network", "open a pair of sockets", _call("socketpair", _UNIX, _STREAM, 0, bytes(8))),
    Attempt("network", "open a netlink socket", _call("socket", _NETLINK, _RAW, 0)),
    Attempt("network", "open a packet socket", _call("socket", _PACKET, _RAW, 0x300), privileged=True),
    Attempt("network", "connect an inherited descriptor", _call("connect", 0, b"\1\0\0x", 4)),
    Attempt("network", "bind an inherited descriptor", _call("bind", 0, b"\1\0\0x", 4)),
    Attempt("network", "set up io_uring", _call("io_uring_setup", 1, bytes(120))),
    Attempt("processes", "fork with clone", _call("clone", _SIGCHLD, 0, 0, 0, 0)),
    Attempt("processes", "fork with clone3", _clone3),
    Attempt("processes", "fork", _call("fork"), only="x86_64"),
    Attempt("processes", "vfork", _call("vfork"), only="x86_64"),
    Attempt("processes", "start a shell", _shell("execve")),
    Attempt("processes", "start a shell with execveat", _shell("execveat")),
    Attempt("processes", "start a program from memory", _through_memory),
    Attempt("processes", "make a file in memory", _call("memfd_create", "x", 0)),
    Attempt("processes", "map memory where the launcher was", _mapped_low),
    Attempt("processes", "move memory to where the launcher was", _moved_low),
    Attempt("other processes", "signal another process", _call("kill", _other, 0)),
    Attempt("other processes", "signal the kernel that started it", _call("kill", _parent, 0)),
    Attempt("other processes", "signal all processes", _call("kill", -1, 0)),
    Attempt("other processes", "signal its process group", _call("kill", 0, 0)),
    Attempt("other processes", "signal another thread", _call("tkill", _other, 0)),
    Attempt("other processes", "signal a thread of another process", _call("tgkill", _other, _other, 0)),
    Attempt("other processes", "queue a signal", _call("rt_sigqueueinfo", _other, 0, _INFO)),
    Attempt("other processes", "signal by a process descriptor", _by_descriptor("pidfd_send_signal", 0, 0, 0)),
    Attempt("other processes", "have signals sent by a descriptor", _call("fcntl", 0, _F_SETOWN, _other)),
    Attempt("other processes", "trace another process", _call("ptrace", _PTRACE_SEIZE, _other, 0, 0)),
    Attempt("other processes", "be traced", _call("ptrace", _PTRACE_TRACEME, 0, 0, 0)),
    Attempt("other processes", "read another process's memory", _vectors("process_vm_readv")),
    Attempt("other processes", "write another process's memory", _vectors("process_vm_writev")),
    Attempt("other processes", "take a descriptor of another process", _by_descriptor("pidfd_getfd", 0, 0)),
    Attempt("other processes", "compare itself with another process", _call("kcmp", _other, _other, 0, 0, 0)),
    Attempt("other processes", "limit another process", _call("prlimit64", _other, 7, 0, bytes(16))),
    Attempt("other processes", "slow another process down", _call("setpriority", 0, _other, 0)),
    Attempt("other processes", "share memory", _call("shmget", 0x6D6F6E74, 4096, 0)),
    Attempt("privileges", "raise its limits", _raised_core_limit),
    Attempt("privileges", "change its user", _call("setuid", 0), privileged=True),
    Attempt("privileges", "take another user namespace", _call("unshare", _NEW_USER)),
    Attempt("privileges", "take a network namespace", _call("unshare", _NEW_NET), privileged=True),
    Attempt("privileges", "mount a file system", _call("mount", "none", _folder, "no-such", 0, 0), privileged=True),
    Attempt("privileges", "change its root folder", _call("chroot", "/"), privileged=True),
    Attempt("privileges", "change its personality", _call("personality", 0)),
    Attempt("privileges", "load a BPF program", _call("bpf", 0, bytes(128), 128), privileged=True),
    Attempt(
        "privileges", "count the processor's events", _call("perf_event_open", _EVENT, 0, -1, -1, 0), privileged=True
    ),
    Attempt("privileges", "reach the keyrings", _call("keyctl", 0, -3, 0, 0, 0)),
    Attempt("privileges", "add a key", _call("add_key", "user", "x", "x", 1, -1)),
    Attempt("privileges", "handle page faults", _call("userfaultfd", 1)),
    Attempt("privileges", "load a kernel module", _call("init_module", bytes(8), 0, ""), privileged=True),
    Attempt("privileges", "rename the computer", _call("sethostname", 0, -1), privileged=True),
    Attempt("descriptors", "use a descriptor of the kernel's", _call("fcntl", _inherited, 1)),
)

WALLS = tuple(dict.fromkeys(attempt.wall for attempt in ATTEMPTS))


def attempts(machine: Machine) -> tuple[Attempt, ...]:
    """The ATTEMPTS that can be made on this processor."""
    return tuple(attempt for attempt in ATTEMPTS if attempt.only in (None, machine.name))
