"""The write-ahead log: cells are appended to a file before they are stored, so that a kill loses nothing.

The log of a session is a sequence of records, each signed together with the one before it. A record that a killed
kernel wrote half is left out. A record reaches the disk when the system writes it: a power cut can take the last ones,
a kill cannot.

Beside the logs lie end marks: how sessions ended whose end could not be stored. Each is an empty file, since a name
takes no room on a full disk.
"""

from __future__ import annotations

import logging
import os
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from monty_kernel.files.private import require_private

from . import StateRefused, StoreError, StoreUnavailable
from .locks import RunningSessions, is_session_id
from .notes import remove_notes
from .records import How
from .signing import TAG, Signer, canonical, json_object, same

FOLDER = "pending"
"""The folder of the logs, inside the store's folder."""

REFUSED = ".refused"
"""The suffix of a log with records that were refused. It is kept so that the reason can be looked for."""

MOST_BYTES = 64 << 20
"""Bytes that the log of one session may have while the store takes nothing."""

_HEAD = struct.Struct(f"<IQ{TAG}s")  # the lengths of the JSON and of the state, and the signature of both
_MARKED: tuple[How, ...] = ("closed", "incomplete")

Record = Mapping[str, Any]
"""A JSON object. `what`: "state", "name", "unname", "move" or "drop". `number`: that of the state it is about."""


class LogFile:
    """The log of one session, open for appending. Any thread may call, and every method raises OSError."""

    def __init__(self, path: Path, signer: Signer) -> None:
        self._path = path
        self._signer = signer
        self._lock = threading.Lock()
        self._count = self._size = 0
        self._last = b""
        self._descriptor = -1
        self._open()

    def _open(self) -> None:
        require_private(self._path.parent)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        self._descriptor = os.open(self._path, flags, 0o600)

    def append(self, record: Record, state: bytes = b"") -> int:
        """Append a record, perhaps with a state's dump.

        Returns:
            The position of the record, from 1; 0 if the log is full.
        """
        text = canonical(dict(record))
        with self._lock:
            if os.fstat(self._descriptor).st_nlink == 0 and not self._path.exists():  # somebody removed it
                os.close(self._descriptor)
                self._descriptor, self._size, self._last = -1, 0, b""
                self._open()
            tag = _signature(self._signer, self._path.name, self._last, text, state)
            data = b"".join((_HEAD.pack(len(text), len(state), tag), text, state))
            if self._size + len(data) > MOST_BYTES:
                return 0
            if os.write(self._descriptor, data) != len(data):
                os.ftruncate(self._descriptor, self._size)
                os.lseek(self._descriptor, self._size, os.SEEK_SET)
                raise OSError(None, "the disk is full")
            self._count += 1
            self._size += len(data)
            self._last = tag
            return self._count

    def truncate(self, stored: int) -> None:
        """Forget all records up to this position, which are in the store, unless there are more."""
        with self._lock:
            if stored == self._count and self._size:
                os.ftruncate(self._descriptor, 0)
                os.lseek(self._descriptor, 0, os.SEEK_SET)
                self._size, self._last = 0, b""

    def close(self) -> None:
        """The session ends. Records that are not in the store stay in the file. Idempotent."""
        with self._lock:
            if self._descriptor >= 0:
                os.close(self._descriptor)
                self._descriptor = -1
                if not self._size:
                    self._path.unlink(missing_ok=True)


class WriteAheadLog:
    """The log of a session of this process. `append` is for the sandbox thread, all else for the store's.

    If records cannot be written, this is logged once. Then a kill can cost the last cells.
    """

    def __init__(self, running: RunningSessions, session: str, logger: logging.Logger) -> None:
        self._logger = logger
        begun = running[session]
        self._head = {
            "notebook": begun.notebook,
            "started": begun.started,
            "versions": begun.versions,
            "kernel": begun.kernel,
        }
        self._file: LogFile | None = None
        self._stored = 0
        self._complained = False
        self._guarded(lambda: self._open(running, session))

    def _open(self, running: RunningSessions, session: str) -> None:
        running.require(session)
        self._file = LogFile(running.path / FOLDER / session, running.signer)

    def append(self, what: str, number: int, fields: Mapping[str, Any], state: bytes = b"") -> int:
        """Append a record; its position, 0 if it could not be written."""
        file = self._file
        if file is None:
            return 0
        record = {"what": what, "number": number, "created": time.time(), **self._head, **fields}
        return self._guarded(lambda: file.append(record, state)) or 0

    def mark_stored(self, position: int) -> None:
        """The record at this position is in the store, and so are all before it."""
        self._stored = max(self._stored, position)

    def truncate(self) -> None:
        """Forget the records that are in the store, if all of them are."""
        if self._file is not None and self._stored:
            file = self._file
            self._guarded(lambda: file.truncate(self._stored))

    def close(self) -> None:
        """The session ends. Records that are not in the store stay. Idempotent."""
        if self._file is not None:
            self.truncate()
            self._guarded(self._file.close)

    def _guarded(self, call: Callable[[], Any]) -> Any:
        try:
            return call()
        except (OSError, StoreError, ValueError) as error:
            if not self._complained:
                self._complained = True
                why = getattr(error, "strerror", None) or error
                self._logger.warning("If this kernel is killed, its last cells can be lost: %s", why)
        return None


def read_log(path: Path, signer: Signer) -> Iterator[tuple[dict[str, Any], bytes]]:
    """The records of a session that has ended and their states, oldest first.

    They end with the first record that is not whole or not this user's.

    Raises:
        OSError: The file cannot be read.
    """
    last = b""
    with path.open("rb") as file:
        while len(head := file.read(_HEAD.size)) == _HEAD.size:
            text_size, state_size, tag = _HEAD.unpack(head)
            if text_size + state_size > MOST_BYTES:
                return
            text, state = file.read(text_size), file.read(state_size)
            if not same(tag, _signature(signer, path.name, last, text, state)):
                return
            yield json_object(text), state
            last = tag


def replay(
    path: Path,
    signer: Signer,
    stored: set[int],
    store: Callable[[str, Record, bytes], None],
    logger: logging.Logger,
) -> int:
    """Store the records of a session that has ended, and remove its log.

    Args:
        path: The log. Its name is the session's id.
        signer: Signed the records.
        stored: The numbers of the states that are in the store.
        store: Stores one record of a session, with its state.
        logger: Takes a line for each record that is refused, and one if cells are lost.

    Returns:
        How many cells are lost: their records are refused, or a state before them is in neither the log nor the store.

    Raises:
        OSError, StoreUnavailable: The rest is left for another time.
    """
    session, lost, refused = path.name, 0, False
    known: set[int | None] = {None, *stored}
    for record, state in read_log(path, signer):
        try:
            what, number = record["what"], int(record["number"])
            if record.get("parent") not in known or (what != "state" and number not in known):
                lost += what == "state"  # the state that it follows was too large for the log
                continue
            store(session, record, state)
            known.add(number)
        except StoreUnavailable:
            raise
        except (StoreError, ValueError, TypeError, KeyError) as error:
            lost += record.get("what") == "state"
            refused = True
            defect = not isinstance(error, StateRefused)  # this user's kernel signed it, so the fault is ours
            logger.error("A log record of the session %s cannot be stored: %r", session, error, exc_info=defect)
    if refused:
        path.replace(path.with_name(session + REFUSED))
    else:
        path.unlink()
    if lost:
        logger.warning("The session %s ended before %d of its cells could be stored; they are lost.", session, lost)
    return lost


def remove_beside(folder: Path, session: str) -> None:
    """Remove what there is of a session beside the database: its log, its end mark, and notes about its states."""
    remove_notes(folder.parent, session)
    with suppress(OSError):
        EndMarks(folder).forget(session)
        for name in (session, session + REFUSED):
            (folder / name).unlink(missing_ok=True)


def remove_refused(folder: Path, before: float) -> None:
    """Remove the logs that were kept with refused records and are older than `before`, in seconds since the epoch."""
    with suppress(OSError):
        for path in folder.glob(f"*{REFUSED}"):
            if path.lstat().st_mtime < before:
                path.unlink()


def _signature(signer: Signer, session: str, last: bytes, text: bytes, state: bytes) -> bytes:
    return signer.tag("pending", session, last, text, state)


@dataclass(frozen=True, slots=True)
class Ending:
    """The end of a session. when: seconds since the epoch."""

    session: str
    how: How
    when: float


class EndMarks:
    """The ends that are yet to be stored. They say nothing about a session that runs or whose end is stored.

    folder: That of the logs, which exists when a session ends.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def mark(self, session: str, how: How) -> None:
        """The session ends now. Raises OSError."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | getattr(os, "O_NOFOLLOW", 0)
        os.close(os.open(self._folder / f"{session}.{how}", flags, 0o600))

    def of(self, session: str) -> Ending | None:
        """How the session ended, if that is marked."""
        for how in reversed(_MARKED):
            with suppress(OSError):
                return Ending(session, how, (self._folder / f"{session}.{how}").lstat().st_mtime)
        return None

    def forget(self, session: str) -> None:
        """Remove the mark: the end is stored. Raises OSError."""
        for how in _MARKED:
            (self._folder / f"{session}.{how}").unlink(missing_ok=True)

    def __iter__(self) -> Iterator[Ending]:
        names: list[str] = []
        with suppress(OSError):
            names = sorted(os.listdir(self._folder))
        for name in names:
            session, _, how = name.partition(".")
            if how in _MARKED and is_session_id(session) and (ending := self.of(session)) is not None:
                yield ending
