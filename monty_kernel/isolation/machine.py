"""What differs between processors: the numbers of system calls, and twenty instructions that run a program of them."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import NamedTuple

PLAYER_ADDRESS = 0xE0000000
"""The address of a syscall program and its player: below 4 GiB, where `mmap` puts nothing by itself and the filter lets nothing be put."""


class Machine(NamedTuple):
    """A processor under Linux. elf: its number in ELF headers; audit: the one that seccomp sees; page: the largest page size.

    player: machine code that runs the syscall program whose address is in its 8 bytes at `program_at`; see `syscall_program.py`.
    """

    name: str
    elf: int
    audit: int
    page: int
    player: bytes
    program_at: int
    calls: Mapping[str, int]


# The player, for each entry of 80 bytes: make the system call [0] with the arguments [1] to [6]; write the low half of its
# result to the address [7], if there is one; then skip [8] more bytes if the call failed, [9] if not.
_X86_64_PLAYER = bytes.fromhex(
    "48bb 0000000000000000"  # mov   rbx, program
    "488b03"  #           next: mov   rax, [rbx]
    "488b7b08"  #               mov   rdi, [rbx+8]
    "488b7310"  #               mov   rsi, [rbx+16]
    "488b5318"  #               mov   rdx, [rbx+24]
    "4c8b5320"  #               mov   r10, [rbx+32]
    "4c8b4328"  #               mov   r8, [rbx+40]
    "4c8b4b30"  #               mov   r9, [rbx+48]
    "0f05"  #                   syscall
    "488b4b38"  #               mov   rcx, [rbx+56]
    "4885c9"  #                 test  rcx, rcx
    "7402"  #                   jz    skip
    "8901"  #                   mov   [rcx], eax
    "488b4b48"  #         skip: mov   rcx, [rbx+72]
    "4885c0"  #                 test  rax, rax
    "480f484b40"  #             cmovs rcx, [rbx+64]
    "488d5c0b50"  #             lea   rbx, [rbx+rcx+80]
    "ebc5"  #                   jmp   next
)
_AARCH64_PLAYER = b"".join(
    word.to_bytes(4, "little")
    for word in (
        0x58000213,  #       ldr  x19, program
        0xF9400268,  # next: ldr  x8, [x19]
        0xA9408660,  #       ldp  x0, x1, [x19, 8]
        0xA9418E62,  #       ldp  x2, x3, [x19, 24]
        0xA9429664,  #       ldp  x4, x5, [x19, 40]
        0xD4000001,  #       svc  0
        0xF9401E69,  #       ldr  x9, [x19, 56]
        0xB4000049,  #       cbz  x9, skip
        0xB9000120,  #       str  w0, [x9]
        0xA9442E6A,  # skip: ldp  x10, x11, [x19, 64]
        0xF100001F,  #       cmp  x0, 0
        0x9A8BB14A,  #       csel x10, x10, x11, lt
        0x8B0A0273,  #       add  x19, x19, x10
        0x91014273,  #       add  x19, x19, 80
        0x17FFFFF3,  #       b    next
        0xD503201F,  #       nop
        0,  #       program: .quad
        0,
    )
)

# name: x86_64, aarch64 (Linux's unistd.h). -1: there is no such call.
_CALLS = {
    "read": (0, 63), "write": (1, 64), "open": (2, -1), "close": (3, 57), "stat": (4, -1), "fstat": (5, 80),
    "lstat": (6, -1), "poll": (7, -1), "lseek": (8, 62), "mmap": (9, 222), "mprotect": (10, 226), "munmap": (11, 215),
    "brk": (12, 214), "rt_sigaction": (13, 134), "rt_sigprocmask": (14, 135), "rt_sigreturn": (15, 139),
    "ioctl": (16, 29), "pread64": (17, 67), "readv": (19, 65), "writev": (20, 66), "access": (21, -1), "pipe": (22, -1),
    "select": (23, -1), "sched_yield": (24, 124), "mremap": (25, 216), "mincore": (27, 232), "madvise": (28, 233),
    "shmget": (29, 194), "dup": (32, 23), "dup2": (33, -1), "nanosleep": (35, 101), "getpid": (39, 172),
    "socket": (41, 198), "connect": (42, 203), "bind": (49, 200), "socketpair": (53, 199), "clone": (56, 220),
    "fork": (57, -1), "vfork": (58, -1), "execve": (59, 221), "exit": (60, 93), "kill": (62, 129), "uname": (63, 160),
    "fcntl": (72, 25), "truncate": (76, 45), "getcwd": (79, 17), "chdir": (80, 49), "unlink": (87, -1),
    "chmod": (90, -1), "gettimeofday": (96, 169), "getrlimit": (97, 163), "getrusage": (98, 165), "sysinfo": (99, 179),
    "times": (100, 153), "ptrace": (101, 117), "getuid": (102, 174), "getgid": (104, 176), "setuid": (105, 146),
    "geteuid": (107, 175), "getegid": (108, 177), "getppid": (110, 173), "getpgrp": (111, -1), "capset": (126, 91),
    "rt_sigpending": (127, 136), "rt_sigtimedwait": (128, 137), "rt_sigqueueinfo": (129, 138),
    "rt_sigsuspend": (130, 133), "sigaltstack": (131, 132), "personality": (135, 92), "setpriority": (141, 140),
    "prctl": (157, 167), "arch_prctl": (158, -1), "chroot": (161, 51), "mount": (165, 40), "sethostname": (170, 161),
    "init_module": (175, 105), "gettid": (186, 178), "tkill": (200, 130), "time": (201, -1), "futex": (202, 98),
    "sched_getaffinity": (204, 123), "set_tid_address": (218, 96), "restart_syscall": (219, 128),
    "clock_gettime": (228, 113), "clock_getres": (229, 114), "clock_nanosleep": (230, 115), "exit_group": (231, 94),
    "epoll_wait": (232, -1), "epoll_ctl": (233, 21), "tgkill": (234, 131), "add_key": (248, 217), "keyctl": (250, 219),
    "openat": (257, 56), "mkdirat": (258, 34), "mknodat": (259, 33), "fchownat": (260, 54), "newfstatat": (262, 79),
    "unlinkat": (263, 35), "linkat": (265, 37), "symlinkat": (266, 36), "readlinkat": (267, 78), "fchmodat": (268, 53),
    "faccessat": (269, 48), "pselect6": (270, 72), "ppoll": (271, 73), "unshare": (272, 97),
    "set_robust_list": (273, 99), "utimensat": (280, 88), "epoll_pwait": (281, 22), "eventfd2": (290, 19),
    "epoll_create1": (291, 20), "dup3": (292, 24), "pipe2": (293, 59), "inotify_init1": (294, 26),
    "perf_event_open": (298, 241), "prlimit64": (302, 261), "getcpu": (309, 168), "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271), "kcmp": (312, 272), "seccomp": (317, 277), "getrandom": (318, 278),
    "memfd_create": (319, 279), "bpf": (321, 280), "execveat": (322, 281), "userfaultfd": (323, 282),
    "membarrier": (324, 283), "statx": (332, 291), "rseq": (334, 293), "pidfd_send_signal": (424, 424),
    "io_uring_setup": (425, 425), "pidfd_open": (434, 434), "clone3": (435, 435), "close_range": (436, 436),
    "openat2": (437, 437), "pidfd_getfd": (438, 438), "faccessat2": (439, 439), "landlock_create_ruleset": (444, 444),
    "landlock_add_rule": (445, 445), "landlock_restrict_self": (446, 446), "memfd_secret": (447, 447),
}  # fmt: skip

X86_64 = Machine(
    "x86_64",
    elf=62,
    audit=0xC000003E,
    page=0x1000,
    player=_X86_64_PLAYER,
    program_at=2,
    calls={name: numbers[0] for name, numbers in _CALLS.items()},
)
AARCH64 = Machine(
    "aarch64",
    elf=183,
    audit=0xC00000B7,
    page=0x10000,
    player=_AARCH64_PLAYER,
    program_at=64,
    calls={name: numbers[1] for name, numbers in _CALLS.items() if numbers[1] >= 0},
)


def this_machine() -> Machine | None:
    """The processor that this Python runs on; None on systems and processors that have no launcher."""
    if sys.platform != "linux" or sys.maxsize < 1 << 32:
        return None
    return {"x86_64": X86_64, "amd64": X86_64, "aarch64": AARCH64, "arm64": AARCH64}.get(os.uname().machine)
