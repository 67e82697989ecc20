"""Writes ELF files: an executable, or a library that does one thing when it is loaded."""

from __future__ import annotations

import struct
from collections.abc import Callable

from .machine import Machine

_HEADER, _SEGMENT = 64, 56
_EXECUTABLE, _SHARED = 2, 3
_LOAD, _DYNAMIC, _INTERPRETER, _STACK = 1, 2, 3, 0x6474E551
_READ, _WRITE, _RUN = 4, 2, 1
_HASH, _STRINGS, _SYMBOLS, _STRINGS_SIZE, _SYMBOL_SIZE, _INIT = 4, 5, 6, 10, 11, 12


def elf_file(
    machine: Machine,
    base: int,
    code: Callable[[int], bytes],
    data: bytes,
    *,
    interpreter: str | None = None,
    library: bool = False,
) -> bytes:
    """Code, and one page after `base` writable data, as a file to start or to load.

    base: where the executable is mapped; a library, whose base is 0, is mapped anywhere. code: makes the machine code for the
    address that it is put at; an executable begins with its first instruction, a library runs it when it is loaded, as
    `code(argc, argv, envp)`. interpreter: the dynamic loader that is to start an executable; None for a static one.
    """
    linked = library or interpreter is not None
    count = 3 + linked + (interpreter is not None)
    entry = base + _HEADER + count * _SEGMENT
    text = code(entry)
    data += bytes(-len(data) % 16)
    start = base + machine.page
    name_at = dynamic_at = start + len(data)
    name, dynamic = b"", b""
    if interpreter is not None:
        name = interpreter.encode() + b"\0"
        data += name + bytes(-len(name) % 16)
    if linked:
        dynamic_at = start + len(data)
        dynamic = _dynamic(dynamic_at, entry if library else None)
        data += dynamic
    segments = [
        *([(_INTERPRETER, _READ, name_at, len(name))] if interpreter is not None else []),
        (_LOAD, _READ | _RUN, base, entry - base + len(text)),
        (_LOAD, _READ | _WRITE, start, len(data)),
        *([(_DYNAMIC, _READ | _WRITE, dynamic_at, _DYNAMIC_SIZE)] if linked else []),
        (_STACK, _READ | _WRITE, 0, 0),  # not executable
    ]
    header = struct.pack(
        "<16sHHIQQQIHHHHHH",
        b"\x7fELF\x02\x01\x01",
        _SHARED if library else _EXECUTABLE,
        machine.elf,
        1,
        0 if library else entry,
        _HEADER,
        0,
        0,
        _HEADER,
        _SEGMENT,
        len(segments),
        0,
        0,
        0,
    )
    header += b"".join(
        struct.pack(
            "<IIQQQQQQ",
            kind,
            flags,
            address - base if address else 0,
            address,
            address,
            size,
            size,
            machine.page if kind == _LOAD else 16,
        )
        for kind, flags, address, size in segments
    )
    return (header + text).ljust(machine.page, b"\0") + data


_DYNAMIC_SIZE = 16 * 7


def _dynamic(at: int, init: int | None) -> bytes:
    """The dynamic section at `at`, and behind it the empty tables that it has to name."""
    strings = at + _DYNAMIC_SIZE
    symbols, hashes = strings + 8, strings + 8 + 24
    entries = [
        (_STRINGS, strings),
        (_STRINGS_SIZE, 1),
        (_SYMBOLS, symbols),
        (_SYMBOL_SIZE, 24),
        (_HASH, hashes),
        *([(_INIT, init)] if init is not None else []),
    ]
    table = b"".join(struct.pack("<QQ", *entry) for entry in entries)
    return table.ljust(_DYNAMIC_SIZE, b"\0") + bytes(8) + bytes(24) + struct.pack("<4I", 1, 1, 0, 0)
