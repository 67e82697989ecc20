"""A tape: system calls with their arguments, in order, and the tiny program that makes them and nothing else.

What runs between the kernel and the worker must start at once, need no compiler, interpreter or library, and be open to
inspection. So it is data: each entry is one system call, and twenty instructions (`machine.py`) play entry after entry. An
ordinary launcher in Python took 20 ms to start, this one half a millisecond.
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


class Tape:
    """Collects data and system calls, and makes an executable of them. The last call must not return."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self._data = bytearray()
        self._calls: list[_Call] = []
        self._labels: dict[str, int] = {}

    def data(self, content: bytes) -> int:
        """Lay `content` into writable memory; its address."""
        self._data += bytes(-len(self._data) % 16)
        address = PLAYER_ADDRESS + self.machine.page + len(self._data)
        self._data += content
        return address

    def text(self, text: str) -> int:
        """Lay a C string into memory; its address."""
        return self.data(text.encode(errors="surrogateescape") + b"\0")

    def pointers(self, *addresses: int) -> int:
        """Lay an array of pointers into memory, with a null pointer at its end; its address."""
        return self.data(struct.pack(f"<{len(addresses) + 1}Q", *addresses, 0))

    def call(
        self, name: str, *arguments: int, store: int = 0, on_error: str | None = None, on_success: str | None = None
    ) -> None:
        """Then make this system call. store: address for the low 32 bits of its result; on_...: the label to go on at.

        Raises:
            KeyError: the machine has no such call.
        """
        self._calls.append(_Call(self.machine.calls[name], arguments, store, on_error, on_success))

    def jump(self, label: str) -> None:
        """Go on at the label."""
        self.call("getpid", on_success=label)  # which cannot fail

    def label(self, name: str) -> None:
        """Name the place of the next call."""
        self._labels[name] = len(self._calls)

    def executable(self, interpreter: str | None = None) -> bytes:
        """An ELF executable that plays the tape: a static one, or one that this dynamic loader starts."""
        machine = self.machine
        self._data += bytes(-len(self._data) % 16)
        player = bytearray(machine.player)
        struct.pack_into("<Q", player, machine.tape_at, PLAYER_ADDRESS + machine.page + len(self._data))
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
