"""A session as one file, to keep it elsewhere or to give it to somebody.

    16 bytes          MAGIC
    chunks            zstd frames, one after another
    manifest          a zstd frame with a JSON object: the session, its cells, and each chunk's length
    8 bytes           the manifest's length
    32 bytes          BLAKE2b of everything before: the file is whole
    32 bytes          the same with the user's key: this user's kernel wrote it

A file without this user's signature may hold anything. If the person trusts it, it is read with limits on everything
that it claims, and its content is signed anew.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from itertools import accumulate
from pathlib import Path
from typing import IO, Any

from . import StateRefused
from .chunks import MOST, Chunks
from .compression import Damaged
from .signing import TAG, Signer, canonical, json_object, same, storable

MAGIC = b"monty-session-1\n"

_MANIFEST = 1 << 28  # bytes that it may have
_READ = 1 << 20
_LENGTH = struct.Struct("<Q")
_END = _LENGTH.size + 2 * TAG


@dataclass(frozen=True, slots=True)
class SessionPart:
    """What a file says about its session."""

    id: str
    notebook: str | None
    started: float
    ended: float | None
    how: str
    current: int | None
    versions: str


@dataclass(frozen=True, slots=True)
class CellPart:
    """What a file says about a cell.

    meta, pieces: The chunks of its snapshot's metadata and of the snapshot; None if it has none, or it was dropped.
    """

    number: int
    parent: int | None
    created: float
    label: str
    failed: bool
    names: Sequence[str]
    entry: Mapping[str, Any] | None
    versions: str
    size: int
    meta: Sequence[int] | None
    pieces: Sequence[int] | None


class SessionFileWriter:
    """Writes a session into an open file: the pieces of all snapshots, then `finish`."""

    def __init__(self, file: IO[bytes], chunks: Chunks, signer: Signer) -> None:
        self._file = file
        self._chunks = chunks
        self._signer = signer
        self._hash = blake2b(digest_size=TAG)
        self._lengths: list[int] = []
        self._known: dict[bytes, int] = {}
        self._write(MAGIC)

    def add(self, pieces: Sequence[bytes]) -> list[int]:
        """Write the pieces that were not written yet; the numbers of all of them."""
        numbers = []
        for piece in pieces:
            name = self._signer.chunk_id(piece)
            number = self._known.get(name)
            if number is None:
                number = self._known[name] = len(self._lengths)
                data = self._chunks.compress(piece)
                self._lengths.append(len(data))
                self._write(data)
            numbers.append(number)
        return numbers

    def finish(self, session: SessionPart, cells: Sequence[CellPart]) -> None:
        """Write the manifest and the signatures."""
        manifest = {
            "session": {name: getattr(session, name) for name in SessionPart.__slots__},
            "cells": [{name: getattr(cell, name) for name in CellPart.__slots__} for cell in cells],
            "lengths": self._lengths,
        }
        data = self._chunks.compress(canonical(manifest))
        self._write(data)
        self._write(_LENGTH.pack(len(data)))
        digest = self._hash.digest()
        self._file.write(digest + self._signer.tag("file", digest))

    def _write(self, data: bytes) -> None:
        self._hash.update(data)
        self._file.write(data)


class SessionFileReader:
    """A session's file, checked: it is whole, and this user's or trusted."""

    def __init__(self, file: IO[bytes], chunks: Chunks, session: SessionPart, manifest: Mapping[str, Any]) -> None:
        self._file = file
        self._chunks = chunks
        self.session = session
        self.cells = [_cell(cell) for cell in _list(manifest["cells"])]
        self._ends = list(accumulate(map(_size, _list(manifest["lengths"])), initial=len(MAGIC)))

    def pieces(self, numbers: Sequence[int]) -> list[bytes]:
        """The chunks of these numbers. Raises StateRefused."""
        plain: dict[int, bytes] = {}
        for number in numbers:
            if number not in plain:
                if not 0 <= number < len(self._ends) - 1:
                    raise StateRefused("it names parts that it does not have")
                self._file.seek(self._ends[number])
                data = self._file.read(self._ends[number + 1] - self._ends[number])
                try:
                    plain[number] = self._chunks.decompress(data, MOST)
                except Damaged as error:
                    raise StateRefused(f"a part of it is damaged ({error})") from error
        return [plain[number] for number in numbers]


@contextmanager
def open_session_file(
    path: Path, chunks: Chunks, signer: Signer, *, trust: bool
) -> Iterator[tuple[SessionFileReader, bool]]:
    """Open a session's file and check it; also whether this user's kernel wrote it.

    Raises:
        OSError
        StateRefused: It is damaged, not a session, or neither this user's nor trusted.
    """
    with path.open("rb") as file:
        own, manifest_at, manifest_size = _check(file, signer, trust=trust)
        try:
            file.seek(manifest_at)
            manifest = json_object(chunks.decompress(file.read(manifest_size), _MANIFEST))
            reader = SessionFileReader(file, chunks, _session(manifest["session"]), manifest)
        except (Damaged, ValueError, KeyError, TypeError, OverflowError) as error:
            raise StateRefused(f"its manifest is not that of a session ({error})") from error
        if reader._ends[-1] > manifest_at:
            raise StateRefused("its parts are longer than it is")
        yield reader, own


def _check(file: IO[bytes], signer: Signer, *, trust: bool) -> tuple[bool, int, int]:
    """Whether it is this user's, where the manifest begins, and its length, in bytes."""
    size = file.seek(0, 2)
    if size < len(MAGIC) + _END:
        raise StateRefused("it is not an exported session")
    file.seek(0)
    if file.read(len(MAGIC)) != MAGIC:
        raise StateRefused("it is not an exported session, or one of another version")
    file.seek(0)
    digest = blake2b(digest_size=TAG)
    left = size - 2 * TAG
    tail = b""
    while left:
        data = file.read(min(_READ, left))
        if not data:
            raise StateRefused("it changed while it was read")
        digest.update(data)
        tail = (tail + data)[-_LENGTH.size :]
        left -= len(data)
    claimed, tag = file.read(TAG), file.read(TAG)
    if claimed != digest.digest():
        raise StateRefused("it is damaged or incomplete")
    own = same(tag, signer.tag("file", claimed))
    if not own and not trust:
        raise StateRefused("it is not signed with your key: somebody else made it, and a state can do harm when loaded")
    (manifest_size,) = _LENGTH.unpack(tail)
    manifest_at = size - _END - manifest_size
    if manifest_at < len(MAGIC):
        raise StateRefused("its manifest is longer than it is")
    return own, manifest_at, manifest_size


def _session(value: Any) -> SessionPart:
    return SessionPart(
        _str(value["id"]),
        None if value["notebook"] is None else _str(value["notebook"]),
        _time(value["started"]),
        None if value["ended"] is None else _time(value["ended"]),
        _str(value["how"]),
        None if value["current"] is None else _size(value["current"]),
        _versions(value["versions"]),
    )


def _cell(value: Any) -> CellPart:
    number = _size(value["number"])
    parent = None if value["parent"] is None else _size(value["parent"])
    if parent is not None and parent >= number:
        raise ValueError("a cell that follows a later one")
    entry = value["entry"]
    if entry is not None and not isinstance(entry, dict):
        raise ValueError("a journal of the wrong type")
    return CellPart(
        number,
        parent,
        _time(value["created"]),
        _str(value["label"]),
        value["failed"] is True,
        [_str(name) for name in _list(value["names"])],
        entry,
        _versions(value["versions"]) if value["meta"] is not None else "",
        _size(value["size"]),
        None if value["meta"] is None else [_size(piece) for piece in _list(value["meta"])],
        None if value["pieces"] is None else [_size(piece) for piece in _list(value["pieces"])],
    )


def _str(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("a text of the wrong type")
    return storable(value)


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise ValueError("a list of the wrong type")
    return value


def _size(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 1 << 53:
        raise ValueError("a number of the wrong type or size")
    return value


def _time(value: Any) -> float:
    if not isinstance(value, (int, float)) or not 0 <= value < 1e11:
        raise ValueError("a time of the wrong type or size")
    return float(value)


def _versions(value: Any) -> str:
    versions = json_object(_str(value).encode())
    if not all(isinstance(version, str) for version in versions.values()):
        raise ValueError("versions of the wrong type")
    return canonical(versions).decode()
