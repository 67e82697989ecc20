"""Decides which states are kept, and gives the room of the others back to the disk.

A snapshot is kept or dropped together with the journaled cells that need it. Where room is short it is shared: the
session that takes the most gives first, its oldest states first. So no notebook, however much it makes, drives out what
another one left.
"""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from . import StateRefused
from .chunks import Chunks
from .database import Database
from .locks import SessionLocks
from .records import Pinned, Retention
from .schema import select_in

if TYPE_CHECKING:
    import sqlite3

_PAGES = 2000  # given back at a time; other kernels write in between
_DAY = 86400.0
_OVERHEAD = 64  # bytes that a chunk takes in the file besides its data: two ids, its number, the rows' headers
_TARGET = 0.9  # of the size once it is exceeded; otherwise every new state would exceed it again
_KEPT = "SELECT count(*) FROM cells LEFT JOIN states USING (session, number) WHERE chunks NOT NULL OR entry NOT NULL"
_OLD = (
    "SELECT EXISTS (SELECT 1 FROM cells JOIN states USING (session, number) WHERE created < ? AND chunks NOT NULL"
    " AND NOT EXISTS (SELECT 1 FROM names WHERE (names.session, names.number) = (states.session, states.number)))"
)
_OF_SESSIONS = ("cells", "states", "names")


@dataclass(frozen=True, slots=True)
class Group:
    """A snapshot and the cells that can only be run again from it."""

    session: str
    cells: tuple[int, ...]
    created: float
    """When the newest of its cells ran, in seconds since the epoch."""
    protected: bool
    journals: int = 0
    """Bytes of its cells' journals. Its snapshot is made of chunks, which it may share with others."""


def kept(
    groups: Iterable[Group],
    chunks: Callable[[Group], Sequence[int]],
    unused: dict[int, int],
    retention: Retention,
    now: float,
) -> set[Group]:
    """The groups to keep: the protected ones, and each session's newest, as many as fit into its share.

    The session that has the least so far keeps one more, until the limits are reached.

    Args:
        groups: All groups.
        chunks: Gives the numbers of a group's chunks.
        unused: The bytes of every chunk by number. The chunks of the groups that are kept are removed from it.
        retention: The limits.
        now: Seconds since the epoch.
    """
    keep: set[Group] = set()
    sizes: dict[str, int] = {}
    counts: dict[str, int] = {}
    whole = count = 0

    def take(group: Group, new: set[int]) -> None:
        nonlocal whole, count
        size = group.journals + sum(unused.pop(number) for number in new)
        sizes[group.session] = sizes.get(group.session, 0) + size
        counts[group.session] = counts.get(group.session, 0) + len(group.cells)
        whole, count = whole + size, count + len(group.cells)
        keep.add(group)

    def fits(group: Group, new: set[int]) -> bool:
        if retention.states is not None and count + len(group.cells) > retention.states:
            return False
        size = group.journals + sum(unused[number] for number in new)
        return retention.size is None or whole + size <= retention.size

    def place(group: Group) -> tuple[float, float, str]:
        size = sizes.get(group.session, 0) / retention.size if retention.size else 0.0
        count = counts.get(group.session, 0) / retention.states if retention.states else 0.0
        return max(size, count), -group.created, group.session

    waiting: dict[str, list[Group]] = {}
    for group in sorted(groups, key=lambda group: group.created):
        if group.protected:
            take(group, unused.keys() & set(chunks(group)))
        elif retention.days is None or group.created >= now - retention.days * _DAY:
            waiting.setdefault(group.session, []).append(group)
    order = [place(own[-1]) for own in waiting.values()]
    heapq.heapify(order)
    while order:
        session = heapq.heappop(order)[2]
        group = waiting[session].pop()
        new = unused.keys() & set(chunks(group))
        if not fits(group, new):
            continue  # the older groups of this session are dropped too
        take(group, new)
        if waiting[session]:
            heapq.heappush(order, place(waiting[session][-1]))
    return keep


def forget(db: sqlite3.Connection, session: str) -> None:
    """Remove all rows of a session. Its chunks stay until they are collected."""
    db.execute("DELETE FROM sessions WHERE id = ?", (session,))
    for table in _OF_SESSIONS:
        db.execute(f"DELETE FROM {table} WHERE session = ?", (session,))


def collect(
    database: Database, chunks: Chunks, locks: SessionLocks, retention: Retention, *, thorough: bool = True
) -> int:
    """Drop states that `retention` does not keep, unused chunks and empty pages. Returns the bytes given back.

    thorough: Look for unused chunks even while no limit is reached.

    Raises:
        StoreUnavailable: Another kernel may be writing.
    """
    if not database.exists():
        return 0
    before = database.used()
    if thorough or database.read(lambda db: _is_over(db, retention), False):
        database.write(lambda db: _Collection(db, chunks, locks).drop(retention))
    while database.outside(_shrink):
        pass
    locks.sweep()
    if retention.days is not None:
        database.remove_damaged(time.time() - retention.days * _DAY)
    return max(0, before - database.used())


def drop(db: sqlite3.Connection, session: str, number: int) -> bool:
    """Drop the snapshot and the journal of a cell, unless a cell that has only its journal follows; whether they went."""
    place = session, number
    rests = (
        "SELECT 1 FROM cells LEFT JOIN states USING (session, number)"
        " WHERE session = ? AND parent = ? AND chunks IS NULL AND entry NOT NULL"
    )
    if db.execute(rests, place).fetchone() is not None:
        return False
    db.execute("UPDATE states SET chunks = NULL WHERE session = ? AND number = ?", place)
    db.execute("UPDATE cells SET entry = NULL WHERE session = ? AND number = ?", place)
    return True


def pinned(db: sqlite3.Connection, chunks: Chunks, session: str, without: str) -> Pinned:
    """The bytes that named states keep, each with the journaled cells and the snapshot that it takes to restore it.

    without: A name of the session that does not count, because it is about to move to another state.
    """
    named: dict[str, list[int]] = {}
    for owner, name, number in db.execute("SELECT session, name, number FROM names"):
        if (owner, name) != (session, without):
            named.setdefault(owner, []).append(number)
    numbers: dict[str, set[int]] = {}
    entries: dict[str, int] = {}
    for owner, states in named.items():
        numbers[owner], entries[owner] = _needed(db, chunks, owner, states)
    statement = "SELECT id, length(data) FROM chunks WHERE id IN"
    sizes = {id_: int(size or 0) for id_, size in select_in(db, statement, sorted(set().union(*numbers.values())))}
    own = sum(sizes.get(number, 0) for number in numbers.get(session, ())) + entries.get(session, 0)
    return Pinned(own, sum(sizes.values()) + sum(entries.values()))


def _needed(db: sqlite3.Connection, chunks: Chunks, session: str, states: Iterable[int]) -> tuple[set[int], int]:
    """The chunks, and the bytes of journals, that it takes to restore some states of a session."""
    rows = db.execute(
        "SELECT number, parent, chunks, length(entry) FROM cells LEFT JOIN states USING (session, number)"
        " WHERE session = ?",
        (session,),
    )
    cells = {number: (parent, packed, size or 0) for number, parent, packed, size in rows}
    numbers: set[int] = set()
    seen: set[int] = set()
    size = 0
    for state in states:
        here: int | None = state
        while here is not None and here in cells and here not in seen:
            seen.add(here)
            parent, packed, entry = cells[here]
            size += entry
            if isinstance(packed, bytes):
                with suppress(StateRefused):  # a damaged list keeps nothing
                    numbers.update(chunks.numbers(packed))
                break
            here = parent
    return numbers, size


def _is_over(db: sqlite3.Connection, retention: Retention) -> bool:
    """Whether a limit is reached. Takes milliseconds."""
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
    """One collection, within one transaction. It trusts no signature: altered rows are dropped like the others."""

    def __init__(self, db: sqlite3.Connection, chunks: Chunks, locks: SessionLocks) -> None:
        self._db = db
        self._chunks = chunks
        self._locks = locks

    def drop(self, retention: Retention) -> None:
        db = self._db
        for table in _OF_SESSIONS:
            db.execute(f"DELETE FROM {table} WHERE session NOT IN (SELECT id FROM sessions)")
        db.execute("DELETE FROM cells WHERE typeof(number) != 'integer' OR typeof(created) != 'real'")
        live = self._live()
        groups = self._groups(live)
        unused = {number: (size or 0) + _OVERHEAD for number, size in db.execute("SELECT id, length(data) FROM chunks")}
        if retention.size is not None:
            # `kept` counts chunks and journals; only here is it known by how much the whole file is larger
            whole = sum(unused.values()) + sum(group.journals for group in groups)
            share = retention.size * whole / (_size(db) or 1)
            retention = replace(retention, size=int(share * _TARGET) if _size(db) > retention.size else None)
        for group in set(groups) - kept(groups, self._chunks_of, unused, retention, time.time()):
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
        return {session: current for session, current in rows if self._locks.is_held(session)}

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

    def _chunks_of(self, group: Group) -> Sequence[int]:
        numbers: list[int] = []
        for number in group.cells:
            place = (group.session, number)
            row = self._db.execute("SELECT chunks FROM states WHERE session = ? AND number = ?", place).fetchone()
            numbers += self._numbers(row and row[0])
        return numbers

    def _numbers(self, packed: object) -> Sequence[int]:
        try:
            return self._chunks.numbers(packed) if isinstance(packed, bytes) else ()
        except StateRefused:
            return ()  # nobody will ever read it
