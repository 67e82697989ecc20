"""What a kernel has not put into the store yet: noted in a file first, within microseconds, so that a kill loses none of it.

The file of a session is a sequence of notes, each signed together with the one before it. What a killed kernel wrote
half is left out. A note is on the disk when the system gets to it: a power cut can take the last ones, a kill cannot.
"""

from __future__ import annotations

import os
import struct
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from .canonical import canonical, json_object
from .key import private_folder
from .signing import TAG, Signer, same

PENDING = "pending"
"""The folder of what was noted and is not stored yet, in that of the store."""

REFUSED = ".refused"
"""What the name of a file ends in whose notes could not all be taken in; kept for whoever looks for the reason."""

MOST = 64 << 20
"""Bytes that the notes of one session may take, when the store takes nothing any more."""

_HEAD = struct.Struct(f"<IQ{TAG}s")  # the lengths of what is said and of the state, and the signature of both


class Pending:
    """The notes of a session of this process. Any thread may call; every method raises OSError if the disk is in the way."""

    def __init__(self, path: Path, signer: Signer) -> None:
        self._session = path.name
        self._signer = signer
        self._lock = threading.Lock()
        self._count = self._size = 0
        self._last = b""
        self._path = path
        self._descriptor = -1
        self._open()

    def _open(self) -> None:
        private_folder(self._path.parent)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        self._descriptor = os.open(self._path, flags, 0o600)

    def add(self, said: Mapping[str, Any], state: bytes = b"") -> int:
        """Note something, a JSON object and perhaps a state's dump; which note it is, from 1.

        0 if too much is waiting to be stored.
        """
        text = canonical(dict(said))
        with self._lock:
            if os.fstat(self._descriptor).st_nlink == 0 and not self._path.exists():  # somebody removed it
                os.close(self._descriptor)
                self._descriptor, self._size, self._last = -1, 0, b""
                self._open()
            tag = _signature(self._signer, self._session, self._last, text, state)
            note = b"".join((_HEAD.pack(len(text), len(state), tag), text, state))
            if self._size + len(note) > MOST:
                return 0
            if os.write(self._descriptor, note) != len(note):
                os.ftruncate(self._descriptor, self._size)
                os.lseek(self._descriptor, self._size, os.SEEK_SET)
                raise OSError(None, "the disk is full")
            self._count += 1
            self._size += len(note)
            self._last = tag
            return self._count

    def clear(self, done: int) -> None:
        """All notes up to this one are in the store: forget them, unless there are more."""
        with self._lock:
            if done == self._count and self._size:
                os.ftruncate(self._descriptor, 0)
                os.lseek(self._descriptor, 0, os.SEEK_SET)
                self._size, self._last = 0, b""

    def close(self) -> None:
        """The session ends; what is not in the store stays in the file. Idempotent."""
        with self._lock:
            if self._descriptor >= 0:
                os.close(self._descriptor)
                self._descriptor = -1
                if not self._size:
                    self._path.unlink(missing_ok=True)


def notes(path: Path, signer: Signer) -> Iterator[tuple[dict[str, Any], bytes]]:
    """The notes of a session that has ended, oldest first, up to the first that is not whole or not this user's.

    Raises:
        OSError: the file cannot be read.
    """
    last = b""
    with path.open("rb") as file:
        while len(head := file.read(_HEAD.size)) == _HEAD.size:
            text_size, state_size, tag = _HEAD.unpack(head)
            if text_size + state_size > MOST:
                return
            text, state = file.read(text_size), file.read(state_size)
            if not same(tag, _signature(signer, path.name, last, text, state)):
                return
            yield json_object(text), state
            last = tag


def sweep(folder: Path, before: float) -> None:
    """Remove files with refused notes that are older than `before`, in seconds since the epoch."""
    with suppress(OSError):
        for path in folder.glob(f"*{REFUSED}"):
            if path.lstat().st_mtime < before:
                path.unlink()


def _signature(signer: Signer, session: str, last: bytes, text: bytes, state: bytes) -> bytes:
    return signer.tag("pending", session, last, text, state)
