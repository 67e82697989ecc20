"""The history file: SQLite with IPython's tables, so that IPython's tools can read it.

IPython's own `HistoryManager` would need an `InteractiveShell`, import IPython (100 ms) and open the file at once.
"""

from __future__ import annotations

import datetime
import logging
import os
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from monty_kernel.files.private import make_private

if TYPE_CHECKING:
    import sqlite3

Row = tuple[int, int, str, str | None]
"""(session, number, source, output or None)"""

TIMEOUT = 0.5
"""Seconds to wait while another kernel writes to the file."""

_LONG = 1 << 20  # characters of one source or output that are written
_LOCKED = (5, 6)  # SQLITE_BUSY, SQLITE_LOCKED
_DAMAGED = (11, 26)  # SQLITE_CORRUPT, SQLITE_NOTADB
_TABLES = """
CREATE TABLE IF NOT EXISTS sessions
    (session integer primary key autoincrement, start timestamp, end timestamp, num_cmds integer, remark text);
CREATE TABLE IF NOT EXISTS history
    (session integer, line integer, source text, source_raw text, PRIMARY KEY (session, line));
CREATE TABLE IF NOT EXISTS output_history
    (session integer, line integer, output text, PRIMARY KEY (session, line));
"""
_ROWS = """
SELECT session, line, source_raw, output FROM history LEFT JOIN output_history USING (session, line)
WHERE session != ?
"""


def is_trouble(error: BaseException) -> bool:
    """Whether the file or SQLite itself caused an error, so that the kernel goes on without them."""
    if isinstance(error, (OSError, ImportError, ValueError)):  # ValueError: a path with a NUL character
        return True
    import sqlite3

    return isinstance(error, sqlite3.Error)


def is_locked(error: BaseException) -> bool:
    """Whether the error says that another kernel is writing."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in _LOCKED


class HistoryFile:
    """One history file. Any thread may query; `write` and `close` belong to one thread.

    Trouble in a query is logged once and gives no rows. `write` raises it, see `is_trouble`.
    """

    def __init__(self, path: Path, log: logging.Logger) -> None:
        self._path = path
        self._log = log
        self._complained = False
        self._db: sqlite3.Connection | None = None  # the writer's
        self._inode = 0
        self._moves_left = 2  # a disk that damages new files too is not used any more

    def others(self, session: int | None, clause: str = "", *parameters: object) -> Iterator[Row]:
        """The inputs of all sessions but `session`. clause: `AND ...` or `ORDER BY ...`, with `?` for parameters."""
        yield from self._query(_ROWS + clause, session or -1, *parameters)

    def next_session(self) -> int:
        """The number that the file would give to a new session now."""
        return next((int(row[0] or 0) for row in self._query("SELECT max(session) FROM sessions")), 0) + 1

    def write(
        self,
        session: int | None,
        start: datetime.datetime,
        rows: Iterable[tuple[int, str, str | None]],
        commands: int | None,
    ) -> int:
        """Write some inputs of a session.

        Args:
            session: Its number; None for a new one.
            start: When it began.
            rows: (number, source, output or None) of each input.
            commands: How many inputs the session had, if it ends with these.

        Returns:
            The session's number.

        Raises:
            sqlite3.Error, OSError, ImportError: Nothing was written.
        """
        try:
            self._db = db = self._db or self._open()
            db.execute("BEGIN IMMEDIATE")
            if session is None:
                begun = db.execute("INSERT INTO sessions VALUES (NULL, ?, NULL, NULL, '')", (start.isoformat(" "),))
                session = begun.lastrowid or 0
            for number, source, output in rows:
                text = _writable(source)
                db.execute("INSERT OR REPLACE INTO history VALUES (?, ?, ?, ?)", (session, number, text, text))
                if output is not None:
                    row = session, number, _writable(output)
                    db.execute("INSERT OR REPLACE INTO output_history VALUES (?, ?, ?)", row)
            if commands is not None:
                end = datetime.datetime.now().isoformat(" "), commands, session
                db.execute("UPDATE sessions SET end = ?, num_cmds = ? WHERE session = ?", end)
            db.execute("COMMIT")
        except BaseException:
            self.close()  # which rolls back
            raise
        return session

    def close(self) -> None:
        """Close the writer's connection. Idempotent."""
        db, self._db = self._db, None
        if db is not None:
            db.close()

    def move_aside(self, error: BaseException) -> bool:
        """If the error says that the file is damaged, rename it; whether to write again, to a new file."""
        if getattr(error, "sqlite_errorcode", 0) & 0xFF not in _DAMAGED or self._moves_left == 0:
            return False
        self._moves_left -= 1
        now = datetime.datetime.now().strftime("%Y%m%dT%H%M%S.%f")
        aside = self._path.with_name(f"{self._path.stem}-corrupt-{now}{self._path.suffix}")
        try:
            if self._path.stat().st_ino == self._inode:  # otherwise another kernel has renamed it
                self._path.rename(aside)
                self._log.warning(
                    "The history file %s is damaged. It is now %s; a new one begins.", self._path, aside.name
                )
        except OSError as failure:
            self.complain(failure)
            return False
        return True

    def complain(self, error: BaseException) -> None:
        """Log, once, that the file cannot be used."""
        if not self._complained:
            self._complained = True
            self._log.warning(
                "The history cannot use %s (%s): it lives in memory until that changes.", self._path, error
            )

    def _query(self, sql: str, *parameters: object) -> Iterator[Row]:
        try:
            if not self._path.stat().st_size:
                return
        except (OSError, ValueError):
            return  # there is no file yet
        try:
            import sqlite3

            uri = f"{self._path.absolute().as_uri()}?mode=rw"  # rw: rolls back what a killed kernel left half done
            with closing(sqlite3.connect(uri, uri=True, timeout=TIMEOUT, isolation_level=None)) as db:
                yield from db.execute(sql, parameters)
        except Exception as error:
            if not is_trouble(error):
                raise
            self.complain(error)

    def _open(self) -> sqlite3.Connection:
        import sqlite3

        make_private(self._path.parent)
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            self._inode = os.fstat(descriptor).st_ino
            with suppress(OSError):
                os.fchmod(descriptor, 0o600)
        finally:
            os.close(descriptor)
        db = sqlite3.connect(self._path, timeout=TIMEOUT, isolation_level=None)
        try:
            db.executescript(f"BEGIN IMMEDIATE; {_TABLES} COMMIT;")
        except BaseException:
            db.close()
            raise
        return db


def _writable(text: str) -> str:
    """Text as it is written to the file, cut if it is very long."""
    if len(text) > _LONG:
        text = f"{text[:_LONG]}\n# ... cut: {len(text):,} characters"
    return encodable(text)


def encodable(text: str) -> str:
    r"""Text that SQLite accepts: lone surrogates are escaped, as `\udc80`."""
    return text.encode(errors="backslashreplace").decode()


def matching(rows: Iterable[Row], pattern: str) -> list[Row]:
    """The rows in memory whose source matches a pattern as SQLite does it in the file; none if Python lacks SQLite."""
    try:
        import sqlite3
    except ImportError:
        return []
    with closing(sqlite3.connect(":memory:")) as db:
        return [row for row in rows if db.execute("SELECT ? GLOB ?", (encodable(row[2]), pattern)).fetchone()[0]]
