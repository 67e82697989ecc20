"""Notes about states, beside the store: what can be found out again, or is missed by nobody for long.

They have a file of their own, so that kernels that know nothing of notes read the store as ever. A file that is damaged is
thrown away.

Within the folder of a store: notes/notes-1.sqlite.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from monty_kernel.files.private import require_private

from .compression import Damaged, codec
from .signing import Signer, canonical, json_object, same

if TYPE_CHECKING:
    import sqlite3

T = TypeVar("T")

MOST = 64 << 10
"""Bytes of a note, compressed. A larger one is not kept."""

_MOST_PLAIN = 4 << 20
_TABLE = "CREATE TABLE notes (session TEXT, number INTEGER, data BLOB, tag BLOB, PRIMARY KEY (session, number))"
_TIMEOUT = 2.0  # seconds to wait while another kernel writes


def remove_notes(folder: Path, session: str) -> None:
    """Remove the notes about a session's states. folder: The store's."""
    notes = Notes(folder, None, logging.getLogger(__name__))
    notes.forget(session)
    notes.close()


class Notes:
    """The notes of one store. For one thread.

    Nothing is raised if the file cannot be used: then there are no notes.

    Args:
        folder: The store's.
        signer: Signs each note, and refuses those that another key signed. None: notes are only removed.
        logger: Takes a line of debugging.
    """

    def __init__(self, folder: Path, signer: Signer | None, logger: logging.Logger) -> None:
        self._path = folder / "notes" / "notes-1.sqlite"
        self._signer = signer
        self._logger = logger
        self._db: sqlite3.Connection | None = None

    def put(self, session: str, notes: Mapping[int, Mapping[str, Any]]) -> None:
        """Write notes about states of a session, by their numbers, in place of earlier ones."""
        compress, _ = codec()
        rows = []
        for number, note in notes.items():
            data = compress(canonical(dict(note)))
            if len(data) <= MOST:
                rows.append((session, number, data, self._tag(session, number, data)))
        statement = "INSERT OR REPLACE INTO notes VALUES (?, ?, ?, ?)"
        self._done(lambda db: db.executemany(statement, rows))

    def of(self, session: str, number: int | None = None) -> dict[int, dict[str, Any]]:
        """The notes about the states of a session, or one state, by their numbers, without those that were altered."""
        if not self._path.exists():
            return {}
        _, decompress = codec()
        found: dict[int, dict[str, Any]] = {}
        statement = "SELECT number, data, tag FROM notes WHERE session = ? AND number = ifnull(?, number)"
        rows = self._done(lambda db: db.execute(statement, (session, number)).fetchall()) or ()
        for place, data, tag in rows:
            if type(place) is int and isinstance(data, bytes) and same(tag, self._tag(session, place, data)):
                with suppress(Damaged, ValueError):
                    found[place] = json_object(decompress(data, _MOST_PLAIN))
        return found

    def forget(self, session: str) -> None:
        """Remove the notes of a session."""
        if self._path.exists():
            self._done(lambda db: db.execute("DELETE FROM notes WHERE session = ?", (session,)))

    def keep(self, sessions: Collection[str]) -> None:
        """Remove the notes of all sessions but these."""
        if not self._path.exists():
            return
        known = self._done(lambda db: db.execute("SELECT DISTINCT session FROM notes").fetchall()) or ()
        for (session,) in known:
            if session not in sessions:
                self.forget(session)

    def close(self) -> None:
        """Close the file until the next call. Idempotent."""
        if self._db is not None:
            self._db.close()
        self._db = None

    def _tag(self, session: str, number: int, data: bytes) -> bytes:
        assert self._signer is not None
        return self._signer.tag("note", session, number, data)

    def _done(self, work: Callable[[sqlite3.Connection], T]) -> T | None:
        """Do the work in one transaction; None if that is not possible now."""
        import sqlite3

        for again in (True, False):
            try:
                db = self._opened()
                with db:
                    return work(db)
            except (sqlite3.Error, OSError, UnicodeDecodeError) as error:
                self.close()
                self._logger.debug("Notes about states cannot be used now: %s", error)
                if isinstance(error, (sqlite3.OperationalError, OSError)) or not again:
                    return None
                with suppress(OSError):
                    self._path.unlink()  # it is damaged
        return None

    def _opened(self) -> sqlite3.Connection:
        import sqlite3

        if self._db is None:
            require_private(self._path.parent)
            os.close(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
            self._db = sqlite3.connect(self._path, timeout=_TIMEOUT, check_same_thread=False)
            for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "trusted_schema=OFF", "secure_delete=ON"):
                self._db.execute(f"PRAGMA {pragma}").fetchall()
            if self._db.execute("SELECT sql FROM sqlite_master WHERE type = 'table'").fetchall() != [(_TABLE,)]:
                self._db.execute(_TABLE)
        return self._db
