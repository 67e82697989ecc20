"""A syscall program: system calls with their arguments, in order, as a tiny executable that makes these calls and does nothing else.

The launcher must start at once, need no compiler, interpreter or library, and be easy to inspect. So it is data: each entry is
one system call, and twenty instructions (`machine.py`) make one call after the other. A launcher written in Python took 20 ms
to start, this one takes half a millisecond.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

from .elf import elf_file
from .machine import PLAYER_ADDRESS, Machine

_ENTRY = struct.Struct("<7QQqq")
_MASK = (1 << 64) - 1


class _Call(NamedTuple):
    number: int
    arguments: tuple[int, ...]
    store: int
    on_error: str | None
    on_success: str | None


class SyscallProgram:
    """Collects data and system calls, and makes an executable of them. The last call must not return."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self._data = bytearray()
        self._calls: list[_Call] = []
        self._labels: dict[str, int] = {}

    def data(self, content: bytes) -> int:
        """Put `content` into writable memory. Returns its address."""
        self._data += bytes(-len(self._data) % 16)
        address = PLAYER_ADDRESS + self.machine.page + len(self._data)
        self._data += content
        return address

    def text(self, text: str) -> int:
        """Put a C string into memory. Returns its address."""
        return self.data(text.encode(errors="surrogateescape") + b"\0")

    def pointers(self, *addresses: int) -> int:
        """Put an array of pointers, ended by a null pointer, into memory. Returns its address."""
        return self.data(struct.pack(f"<{len(addresses) + 1}Q", *addresses, 0))

    def call(
        self, name: str, *arguments: int, store: int = 0, on_error: str | None = None, on_success: str | None = None
    ) -> None:
        """Add a system call.

        Args:
            store: the address for the low 32 bits of its result; 0 for none.
            on_error, on_success: the label to go on at; None for the next call.

        Raises:
            KeyError: the machine has no such call.
        """
        self._calls.append(_Call(self.machine.calls[name], arguments, store, on_error, on_success))

    def jump(self, label: str) -> None:
        """Go on at the label."""
        self.call("getpid", on_success=label)  # it cannot fail

    def label(self, name: str) -> None:
        """Give the next call a label."""
        self._labels[name] = len(self._calls)

    def executable(self, interpreter: str | None = None) -> bytes:
        """Make the ELF executable: a static one, or one that this dynamic loader starts."""
        machine = self.machine
        self._data += bytes(-len(self._data) % 16)
        player = bytearray(machine.player)
        struct.pack_into("<Q", player, machine.program_at, PLAYER_ADDRESS + machine.page + len(self._data))
        entries = b"".join(self._entry(index, call) for index, call in enumerate(self._calls))
        return elf_file(
            machine, PLAYER_ADDRESS, lambda at: bytes(player), bytes(self._data) + entries, interpreter=interpreter
        )

    def _entry(self, index: int, call: _Call) -> bytes:
        arguments = [argument & _MASK for argument in call.arguments]
        return _ENTRY.pack(
            call.number,
            *arguments,
            *[0] * (6 - len(arguments)),
            call.store,
            self._skip(index, call.on_error),
            self._skip(index, call.on_success),
        )

    def _skip(self, index: int, label: str | None) -> int:
        return 0 if label is None else (self._labels[label] - index - 1) * _ENTRY.size
