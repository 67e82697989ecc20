"""Which files the dynamic loader opens to start a program: its interpreter, and the libraries it names, and theirs."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

LOADER_CACHE = "/etc/ld.so.cache"
_CACHE_MAGIC = b"glibc-ld.so.cache1.1"
_FOLDERS = ("/lib64", "/usr/lib64", "/lib", "/usr/lib", "/usr/local/lib")
_INTERPRETER, _DYNAMIC, _LOAD = 3, 2, 1
_NEEDED, _STRINGS, _RPATH, _RUNPATH = 1, 5, 15, 29


class Needs(NamedTuple):
    """What an ELF file asks for. folders: where it wants its libraries looked for first."""

    interpreter: str | None = None
    names: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()


class Loaded(NamedTuple):
    """executed: files that are started; read: files that are read or mapped. Real paths. interpreter: the dynamic
    loader, as the binary names it."""

    executed: tuple[str, ...]
    read: tuple[str, ...]
    interpreter: str | None = None


def loaded_files(binary: str) -> Loaded:
    """The files that starting `binary` opens, as far as this computer has them.

    Raises:
        OSError: the binary cannot be read.
        ValueError: it is no 64-bit little-endian ELF file.
    """
    needs = elf_needs(binary)
    executed = [os.path.realpath(binary)]
    folders: tuple[str, ...] = _FOLDERS
    if needs.interpreter is not None:
        executed.append(os.path.realpath(needs.interpreter))
        # Debian keeps libraries in a folder named after the processor, where the interpreter is too
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
        for place in _places(name, (*wanted, *folders), cached):
            if os.path.isfile(place) and (path := os.path.realpath(place)) not in found:
                found[path] = None
                try:
                    further = elf_needs(path)
                except (OSError, ValueError):
                    continue  # of another processor
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


def _places(name: str, folders: tuple[str, ...], cache: _Cache) -> Iterator[str]:
    """Where a library of that name may be; every variant of it, since the loader picks by what the processor can."""
    if "/" in name:
        yield name
        return
    for folder in folders:
        yield os.path.join(folder, name)
    yield from cache.paths(name)


class _Cache:
    """The loader's cache: the paths of each library's name. Empty where there is none, or one of another make.

    It begins with its magic and the number of entries; each entry has, after a word of flags, where the strings of its name
    and its path begin (glibc's sysdeps/generic/dl-cache.h).
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
        """All paths that the cache has for a library."""
        wanted, found, at = os.fsencode(name) + b"\0", list[str](), -1
        while (at := self._content.find(wanted, at + 1)) >= 0:
            # the end of a longer name is found too, but no entry points there
            found += [self._text(path_at) for path_at in self._paths.get(at, ())]
        return found

    def _text(self, at: int) -> str:
        return os.fsdecode(self._content[at : self._content.find(b"\0", at)])
