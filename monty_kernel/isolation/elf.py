"""ELF files: writes an executable or a small library, and finds the files that the dynamic loader opens to start a program."""

from __future__ import annotations

import os
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from .machine import Machine

LOADER_CACHE = "/etc/ld.so.cache"
_CACHE_MAGIC = b"glibc-ld.so.cache1.1"
_FOLDERS = ("/lib64", "/usr/lib64", "/lib", "/usr/lib", "/usr/local/lib")
_HEADER, _SEGMENT = 64, 56
_EXECUTABLE, _SHARED = 2, 3
_LOAD, _DYNAMIC, _INTERPRETER, _STACK = 1, 2, 3, 0x6474E551
_READ, _WRITE, _RUN = 4, 2, 1
_NEEDED, _HASH, _STRINGS, _SYMBOLS, _STRINGS_SIZE, _SYMBOL_SIZE = 1, 4, 5, 6, 10, 11
_INIT, _RPATH, _RUNPATH = 12, 15, 29


def elf_file(
    machine: Machine,
    base: int,
    code: Callable[[int], bytes],
    data: bytes,
    *,
    interpreter: str | None = None,
    library: bool = False,
) -> bytes:
    """Make a file to start or to load: code, and writable data one page after `base`.

    Args:
        base: the address at which the executable is mapped; a library has base 0 and is mapped anywhere.
        code: makes the machine code for a given address. An executable starts at its first instruction; a library runs it
            when it is loaded, as `code(argc, argv, envp)`.
        interpreter: the dynamic loader that starts the executable; None for a static one.
        library: make a library instead of an executable.
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
    kind, start_at = (_SHARED, 0) if library else (_EXECUTABLE, entry)
    fields = (kind, machine.elf, 1, start_at, _HEADER, 0, 0, _HEADER, _SEGMENT, len(segments), 0, 0, 0)
    header = struct.pack("<16sHHIQQQIHHHHHH", b"\x7fELF\x02\x01\x01", *fields)
    for kind, flags, address, size in segments:
        at, aligned = address - base if address else 0, machine.page if kind == _LOAD else 16
        header += struct.pack("<IIQQQQQQ", kind, flags, at, address, address, size, size, aligned)
    return (header + text).ljust(machine.page, b"\0") + data


_DYNAMIC_SIZE = 16 * 7


def _dynamic(at: int, init: int | None) -> bytes:
    """The dynamic section at `at`, followed by the empty tables that it must refer to."""
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


class Needs(NamedTuple):
    """What an ELF file asks the loader for. folders: where the loader looks for its libraries first."""

    interpreter: str | None = None
    names: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()


class Loaded(NamedTuple):
    """The files that starting a program opens, as real paths.

    executed: files that are started. read: files that are read or mapped. interpreter: the dynamic loader, as the binary names it.
    """

    executed: tuple[str, ...]
    read: tuple[str, ...]
    interpreter: str | None = None


def loaded_files(binary: str) -> Loaded:
    """Find the files that starting `binary` opens, as far as they exist on this computer.

    Raises:
        OSError: the binary cannot be read.
        ValueError: it is not a 64-bit little-endian ELF file.
    """
    needs = elf_needs(binary)
    executed = [os.path.realpath(binary)]
    folders: tuple[str, ...] = _FOLDERS
    if needs.interpreter is not None:
        executed.append(os.path.realpath(needs.interpreter))
        # Debian keeps libraries in a folder named after the processor, beside the interpreter
        beside = tuple(dict.fromkeys((os.path.dirname(executed[1]), os.path.dirname(needs.interpreter))))
        folders = (*beside, *folders)
    cached = _Cache(LOADER_CACHE)
    found: dict[str, None] = {}
    waiting, seen = [(name, needs.folders) for name in needs.names], set[str]()
    while waiting:
        name, wanted = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        for place in _candidates(name, (*wanted, *folders), cached):
            if os.path.isfile(place) and (path := os.path.realpath(place)) not in found:
                found[path] = None
                try:
                    further = elf_needs(path)
                except (OSError, ValueError):
                    continue  # for another processor
                waiting += [(each, (*further.folders, *wanted)) for each in further.names]
    if os.path.isfile(LOADER_CACHE):
        found[LOADER_CACHE] = None
    return Loaded(tuple(executed), tuple(found), needs.interpreter)


def elf_needs(path: str) -> Needs:
    """Read an ELF file's interpreter and the libraries it names.

    Raises:
        OSError, ValueError: as `loaded_files`.
    """
    with open(path, "rb") as file:
        return _needs(file.fileno(), os.path.dirname(os.path.realpath(path)))


def _needs(file: int, origin: str) -> Needs:
    header = os.pread(file, 64, 0)
    if len(header) < 64 or header[:6] != b"\x7fELF\x02\x01":
        raise ValueError("not a 64-bit little-endian ELF file")
    start, size, count = struct.unpack_from("<Q", header, 32)[0], *struct.unpack_from("<HH", header, 54)
    segments = os.pread(file, size * count, start)
    interpreter: str | None = None
    dynamic, loads = b"", list[tuple[int, int, int]]()
    for at in range(0, len(segments) - 55, size or 56):
        kind, _, offset, address, _, in_file = struct.unpack_from("<IIQQQQ", segments, at)
        if kind == _INTERPRETER:
            interpreter = os.fsdecode(os.pread(file, min(in_file, 4096), offset).rstrip(b"\0"))
        elif kind == _DYNAMIC:
            dynamic = os.pread(file, min(in_file, 1 << 16), offset)
        elif kind == _LOAD:
            loads.append((address, in_file, offset))
    entries = list(struct.iter_unpack("<qQ", dynamic[: len(dynamic) // 16 * 16]))
    strings = next((value for tag, value in entries if tag == _STRINGS), 0)
    base = next((offset + strings - address for address, length, offset in loads if 0 <= strings - address < length), 0)

    def text(at: int) -> str:
        return os.fsdecode(os.pread(file, 4096, base + at).partition(b"\0")[0])

    folders = [
        folder.replace("${ORIGIN}", origin).replace("$ORIGIN", origin)
        for tag, value in entries
        if tag in (_RPATH, _RUNPATH)
        for folder in text(value).split(":")
        if folder
    ]
    return Needs(interpreter, tuple(text(value) for tag, value in entries if tag == _NEEDED), tuple(folders))


def _candidates(name: str, folders: tuple[str, ...], cache: _Cache) -> Iterator[str]:
    """Paths at which a library may be. All its variants count, since the loader chooses by the features of the processor."""
    if "/" in name:
        yield name
        return
    for folder in folders:
        yield os.path.join(folder, name)
    yield from cache.paths(name)


class _Cache:
    """The loader's cache of library paths. Empty where there is no cache, or one in another format.

    It begins with its magic and the number of entries. Each entry is a word of flags, the offset of the library's name and the
    offset of its path (glibc's sysdeps/generic/dl-cache.h).
    """

    def __init__(self, path: str) -> None:
        self._paths: dict[int, list[int]] = {}
        try:
            content = Path(path).read_bytes()
        except OSError:
            content = b""
        start = content.find(_CACHE_MAGIC)
        self._content = content = content[start:] if start >= 0 else b""
        if len(content) < 48:
            return
        (count,) = struct.unpack_from("<I", content, len(_CACHE_MAGIC))
        entries = content[48 : 48 + 24 * count]
        for name_at, path_at in struct.iter_unpack("<4xII12x", entries[: len(entries) // 24 * 24]):
            self._paths.setdefault(name_at, []).append(path_at)

    def paths(self, name: str) -> list[str]:
        """All paths of a library in the cache."""
        wanted, found, at = os.fsencode(name) + b"\0", list[str](), -1
        while (at := self._content.find(wanted, at + 1)) >= 0:
            # the end of a longer name matches too, but no entry points there
            found += [self._text(path_at) for path_at in self._paths.get(at, ())]
        return found

    def _text(self, at: int) -> str:
        return os.fsdecode(self._content[at : self._content.find(b"\0", at)])
