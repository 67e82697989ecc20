"""Gives room back: drops what is no longer kept, then every chunk that no state has, then the file's empty pages."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from .contents import Contents
from .database import Database
from .errors import StateRefused
from .liveness import Liveness
from .records import Retention
from .retention import Group, kept

if TYPE_CHECKING:
    import sqlite3

_PAGES = 2000  # given back at a time; other kernels write in between
_DAY = 86400.0
_OVERHEAD = 64  # bytes that a chunk takes in the file besides its data: two ids, its number, the rows' headers
_TARGET = 0.9  # of the size, once it is exceeded: else every new state would exceed it again
_KEPT = "SELECT count(*) FROM cells LEFT JOIN states USING (session, number) WHERE chunks NOT NULL OR entry NOT NULL"
_OLD = (
    "SELECT EXISTS (SELECT 1 FROM cells JOIN states USING (session, number) WHERE created < ? AND chunks NOT NULL"
    " AND NOT EXISTS (SELECT 1 FROM names WHERE (names.session, names.number) = (states.session, states.number)))"
)
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
    if retention.size is not None and _size(db) > retention.size:
        return True
    if retention.states is not None and _number(db, _KEPT) > retention.states:
        return True
    return retention.days is not None and _number(db, _OLD, time.time() - retention.days * _DAY) > 0


def _size(db: sqlite3.Connection) -> int:
    """Bytes of the file that hold something."""
    pages, free, size = (_number(db, f"PRAGMA {name}") for name in ("page_count", "freelist_count", "page_size"))
    return (pages - free) * size


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
        if retention.size is not None:
            # the limit in bytes of chunks and journals, as `kept` counts: by how much the whole file is larger is known only here
            whole = sum(unused.values()) + sum(group.journals for group in groups)
            share = retention.size * whole / (_size(db) or 1)
            retention = replace(retention, size=int(share * _TARGET) if _size(db) > retention.size else None)
        for group in set(groups) - kept(groups, self._chunks, unused, retention, time.time()):
            places = [(group.session, number) for number in group.cells]
            db.executemany("UPDATE states SET chunks = NULL WHERE session = ? AND number = ?", places)
            db.executemany("UPDATE cells SET entry = NULL WHERE session = ? AND number = ?", places)
        there = "(SELECT session FROM states WHERE chunks NOT NULL)"
        for (session,) in db.execute(f"SELECT id FROM sessions WHERE id NOT IN {there}").fetchall():
            if session not in live:
                forget(db, session)
        for (meta,) in db.execute("SELECT meta FROM states"):
            for number in self._numbers(meta):
                unused.pop(number, None)
        db.executemany("DELETE FROM chunks WHERE id = ?", ((number,) for number in unused))

    def _live(self) -> dict[str, Any]:
        """The sessions that run, with their current states."""
        rows = self._db.execute("SELECT id, current FROM sessions WHERE typeof(id) = 'text'").fetchall()
        return {session: current for session, current in rows if self._liveness.is_held(session)}

    def _groups(self, live: dict[str, Any]) -> list[Group]:
        protected = {(session, number) for session, number in self._db.execute("SELECT session, number FROM names")}
        protected |= set(live.items())
        base: dict[tuple[str, int], int | None] = {}
        members: dict[tuple[str, int | None], list[tuple[int, float]]] = {}
        journals: dict[tuple[str, int | None], int] = {}
        rows = self._db.execute(
            "SELECT session, number, parent, created, chunks NOT NULL, length(entry) FROM cells"
            " LEFT JOIN states USING (session, number) ORDER BY session, number"
        )
        for session, number, parent, created, snapshot, entry in rows:  # parents come first: their numbers are smaller
            if snapshot or entry is not None:
                start = number if snapshot else base.get((session, parent))
                base[session, number] = start
                members.setdefault((session, start), []).append((number, created))
                journals[session, start] = journals.get((session, start), 0) + (entry or 0)
        return [
            Group(
                session,
                tuple(number for number, _ in cells),
                max(created for _, created in cells),
                any((session, number) in protected for number, _ in cells),
                journals[session, start],
            )
            for (session, start), cells in members.items()
        ]

    def _chunks(self, group: Group) -> Sequence[int]:
        found: list[int] = []
        for number in group.cells:
            where = (group.session, number)
            row = self._db.execute("SELECT chunks FROM states WHERE session = ? AND number = ?", where).fetchone()
            found += self._numbers(row and row[0])
        return found

    def _numbers(self, packed: object) -> Sequence[int]:
        try:
            return self._contents.numbers(packed) if isinstance(packed, bytes) else ()
        except StateRefused:
            return ()  # nobody will ever read it
