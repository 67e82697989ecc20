"""The latch: shuts the last door from inside, when the worker's libraries are loaded and before its own code runs.

To be loaded, a program has to open files and be executed, so the walls that the launcher builds leave room for that, and
rest on Landlock for which files. The latch is a library of one function that the launcher has glibc's loader load first
(`LD_PRELOAD`). When the loader has opened all that there is to open, the function adds a second seccomp filter, behind which
nothing is opened, looked up or executed any more. It also takes its own name out of the environment, which is empty then.

Where the loader is none of glibc's, or will not load the latch, the worker runs without it, behind the other walls.
"""

from __future__ import annotations

import os
import struct

from .elf import elf_file
from .machine import Machine
from .seccomp import latch_filter

DESCRIPTOR = 3
"""Where the launcher has the library open; the latch closes it."""
VARIABLE = f"LD_PRELOAD=/proc/self/fd/{DESCRIPTOR}"


def fits(interpreter: str | None) -> bool:
    """Whether a program with this dynamic loader can be latched."""
    return interpreter is not None and os.path.basename(interpreter).startswith("ld-linux")


def library(machine: Machine) -> bytes:
    """The library's file."""
    program = latch_filter(machine)
    fprog = struct.pack("<HxxxxxxQ", len(program) // 8, 0)  # the code fills in where the program is
    code = _x86_64 if machine.name == "x86_64" else _aarch64
    return elf_file(machine, 0, lambda at: code(machine.page - at), fprog + program, library=True)


# Called as f(argc, argv, envp). `distance` is that from the code to the filter's description.


def _x86_64(distance: int) -> bytes:
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
        "bf03000000"  #         mov  edi, DESCRIPTOR
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


def _aarch64(distance: int) -> bytes:
    words = (
        0xF9400041,  #       ldr  x1, [x2]         the first variable, LD_PRELOAD
        0xB40000C1,  #       cbz  x1, done
        0xF900005F,  #       str  xzr, [x2]        is taken out of the list,
        0x39400023,  # next: ldrb w3, [x1]
        0x34000063,  #       cbz  w3, done
        0x3800143F,  #       strb wzr, [x1], 1     and wiped out
        0x17FFFFFD,  #       b    next
        0xD2800728,  # done: mov  x8, 57           close
        0xD2800060,  #       mov  x0, DESCRIPTOR
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
