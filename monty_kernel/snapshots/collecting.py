"""Gives room back: drops what is no longer kept, then every chunk that no state has, then the file's empty pages."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .contents import Contents
from .database import Database
from .liveness import Liveness
from .records import Retention
from .refusals import StateRefused
from .retention import Group, kept

if TYPE_CHECKING:
    import sqlite3

_PAGES = 2000  # given back at a time; other kernels write in between
_DAY = 86400.0
_OVERHEAD = 64  # bytes that a chunk takes in the file besides its data: two ids, its number, the rows' headers
_OF_SESSIONS = ("cells", "states", "names")


def forget(db: sqlite3.Connection, session: str) -> None:
    """Remove all rows of a session; its chunks stay until they are collected."""
    db.execute("DELETE FROM sessions WHERE id = ?", (session,))
    for table in _OF_SESSIONS:
        db.execute(f"DELETE FROM {table} WHERE session = ?", (session,))


def collect(
    database: Database, contents: Contents, liveness: Liveness, retention: Retention, *, thorough: bool = True
) -> int:
    """Drop what `retention` does not keep and give the room back. Returns the bytes.

    thorough: also look for chunks that no state has while no limit is reached.

    Raises:
        StoreUnavailable: another kernel writes, say.
    """
    if not database.exists():
        return 0
    before = database.used()
    if thorough or database.read(lambda db: _is_over(db, retention), False):
        database.write(lambda db: _Collection(db, contents, liveness).drop(retention))
    while database.outside(_shrink):
        pass
    liveness.sweep()
    if retention.days is not None:
        database.remove_damaged(time.time() - retention.days * _DAY)
    return max(0, before - database.used())


def _is_over(db: sqlite3.Connection, retention: Retention) -> bool:
    """Whether a limit is reached, at a glance."""
    pages, free, size = (_number(db, f"PRAGMA {name}") for name in ("page_count", "freelist_count", "page_size"))
    if retention.size is not None and (pages - free) * size > retention.size:
        return True
    if retention.states is not None and _number(db, "SELECT count(*) FROM cells") > retention.states:
        return True
    if retention.days is None:
        return False
    statement = "SELECT EXISTS (SELECT 1 FROM cells JOIN states USING (session, number) WHERE created < ?)"
    return _number(db, statement, time.time() - retention.days * _DAY) > 0


def _number(db: sqlite3.Connection, statement: str, *parameters: object) -> int:
    (number,) = db.execute(statement, parameters).fetchone()
    return int(number)


def _shrink(db: sqlite3.Connection) -> bool:
    """Give some empty pages back to the disk; whether there are more."""
    free = _number(db, "PRAGMA freelist_count")
    if free:
        db.execute(f"PRAGMA incremental_vacuum({_PAGES})").fetchall()
    left = _number(db, "PRAGMA freelist_count")
    if not 0 < left < free:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        return False
    return True


class _Collection:
    """One collection, within one transaction. It trusts no signature: what was altered goes the way of the rest."""

    def __init__(self, db: sqlite3.Connection, contents: Contents, liveness: Liveness) -> None:
        self._db = db
        self._contents = contents
        self._liveness = liveness

    def drop(self, retention: Retention) -> None:
        db = self._db
        for table in _OF_SESSIONS:
            db.execute(f"DELETE FROM {table} WHERE session NOT IN (SELECT id FROM sessions)")
        db.execute("DELETE FROM cells WHERE typeof(number) != 'integer' OR typeof(created) != 'real'")
        live = self._live()
        groups = self._groups(live)
        unused = {number: (size or 0) + _OVERHEAD for number, size in db.execute("SELECT id, length(data) FROM chunks")}
        for group in set(groups) - kept(groups, self._chunks, unused, retention, time.time()):
            places = [(group.session, number) for number in group.cells]
            db.executemany("DELETE FROM states WHERE session = ? AND number = ?", places)
            db.executemany("UPDATE cells SET entry = NULL WHERE session = ? AND number = ?", places)
        db.executemany("DELETE FROM chunks WHERE id = ?", ((number,) for number in unused))
        empty = db.execute("SELECT id FROM sessions WHERE id NOT IN (SELECT session FROM states)").fetchall()
        for (session,) in empty:
            if session not in live:
                forget(db, session)

    def _live(self) -> dict[str, Any]:
        """The sessions that run, with their current states."""
        rows = self._db.execute("SELECT id, current FROM sessions WHERE typeof(id) = 'text'").fetchall()
        return {session: current for session, current in rows if self._liveness.is_held(session)}

    def _groups(self, live: dict[str, Any]) -> list[Group]:
        protected = {(session, number) for session, number in self._db.execute("SELECT session, number FROM names")}
        protected |= set(live.items())
        with_state = set(self._db.execute("SELECT session, number FROM states"))
        base: dict[tuple[str, int], int | None] = {}
        members: dict[tuple[str, int | None], list[tuple[int, float]]] = {}
        rows = self._db.execute("SELECT session, number, parent, created FROM cells ORDER BY session, number")
        for session, number, parent, created in rows:  # parents come first: their numbers are smaller
            start = number if (session, number) in with_state else base.get((session, parent))
            base[session, number] = start
            members.setdefault((session, start), []).append((number, created))
        return [
            Group(
                session,
                tuple(number for number, _ in cells),
                max(created for _, created in cells),
                any((session, number) in protected for number, _ in cells),
            )
            for (session, _), cells in members.items()
        ]

    def _chunks(self, group: Group) -> Sequence[int]:
        found: list[int] = []
        for number in group.cells:
            where = (group.session, number)
            row = self._db.execute("SELECT chunks FROM states WHERE session = ? AND number = ?", where).fetchone()
            if row and isinstance(row[0], bytes):
                try:
                    found += self._contents.numbers(row[0])
                except StateRefused:
                    continue  # nobody will ever read it
        return found
