"""The tables of a store, and their rows as signed records: a row without its signature is refused."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import StateMissing, StateRefused
from .records import How, SessionInfo, StateId, StateInfo
from .signing import Signer, canonical, json_object, same, storable

if TYPE_CHECKING:
    import sqlite3

FILE_NAME = "store-1.sqlite"
"""The number is the version of the tables: another version is another file."""

# All columns but the last are small, so that SQLite finds them without reading on.
TABLES = (
    "CREATE TABLE sessions (id TEXT PRIMARY KEY, notebook TEXT, started REAL, ended REAL, how TEXT, versions TEXT,"
    " current INTEGER, tag BLOB)",
    "CREATE TABLE cells (session TEXT, number INTEGER, parent INTEGER, parent_tag BLOB, created REAL, label TEXT,"
    " failed INTEGER, digest BLOB, tag BLOB, entry BLOB, PRIMARY KEY (session, number))",
    "CREATE TABLE states (session TEXT, number INTEGER, size INTEGER, added INTEGER, root BLOB, meta_root BLOB,"
    " versions TEXT, tag BLOB, meta BLOB, chunks BLOB, PRIMARY KEY (session, number))",
    "CREATE TABLE names (session TEXT, name TEXT, number INTEGER, tag BLOB, PRIMARY KEY (session, name))",
    "CREATE TABLE chunks (id INTEGER PRIMARY KEY, hash BLOB UNIQUE, data BLOB)",
)

_LABEL = 200  # characters
_KERNEL = "kernel_id"  # in a session's versions; stores made before kernels were told apart have none
_AT_ONCE = 500  # parameters of one statement; SQLite's own limit was 999 for a long time
_WRONG_TYPE = (TypeError, ValueError, AttributeError, OverflowError)  # a damaged row holds other types than ours
_CELL = "SELECT session, number, parent, parent_tag, created, label, failed, digest, tag FROM cells WHERE session = ?"
_RESTORABLE = "FROM cells LEFT JOIN states USING (session, number) WHERE (chunks NOT NULL OR entry NOT NULL)"


def make_file(path: Path, fill: Callable[[sqlite3.Connection], None] = lambda db: None) -> None:
    """Make a file with the tables, for its owner only, and fill it. After an error there is no file."""
    import sqlite3

    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    db = sqlite3.connect(path, isolation_level=None)
    try:
        db.execute("PRAGMA auto_vacuum=INCREMENTAL")
        db.execute("BEGIN")
        for table in TABLES:
            db.execute(table)
        fill(db)
        db.execute("COMMIT")
    except BaseException:
        db.close()
        path.unlink()
        raise
    db.close()


def select_in(
    db: sqlite3.Connection, statement: str, values: Sequence[int] | Sequence[bytes]
) -> Iterator[tuple[Any, ...]]:
    """The rows of a statement that ends in `IN`, for any number of values."""
    for start in range(0, len(values), _AT_ONCE):
        some = values[start : start + _AT_ONCE]
        yield from db.execute(f"{statement} ({','.join('?' * len(some))})", some)


@dataclass(frozen=True, slots=True)
class CellRow:
    """A cell's place in the history, as it is signed."""

    session: str
    number: int
    parent: int | None
    parent_tag: bytes
    created: float
    label: str
    failed: bool
    digest: bytes = b""
    """The signature of the journal entry; empty if there never was one."""
    tag: bytes = field(default=b"", compare=False)

    @property
    def signed(self) -> tuple[str, int, int | None, bytes, float, str, bool, bytes]:
        """The fields that its signature covers, in the order of the columns."""
        place = self.session, self.number, self.parent, self.parent_tag
        return (*place, self.created, self.label, self.failed, self.digest)

    def info(self, snapshot: SnapshotRow | None, kept: bool, entry: int, names: tuple[str, ...] = ()) -> StateInfo:
        """What the store tells of the cell.

        Args:
            snapshot: The row of its snapshot, if it ever had one.
            kept: Whether the snapshot is still there.
            entry: Bytes of its journal entry.
            names: The names of its state.
        """
        return StateInfo(
            StateId(self.session, self.number),
            self.parent,
            self.created,
            self.label,
            self.failed,
            "snapshot" if snapshot and kept else "journal" if entry else "dropped",
            snapshot.size if snapshot else 0,
            snapshot.added if snapshot else entry,
            names,
        )


@dataclass(frozen=True, slots=True)
class SnapshotRow:
    """A snapshot, as it is signed."""

    size: int
    added: int
    root: bytes
    """The signature of the ids of its chunks, in order."""
    meta_root: bytes
    """The same for its metadata."""
    versions: str
    """JSON."""
    cell_tag: bytes
    tag: bytes = field(default=b"", compare=False)

    @property
    def signed(self) -> tuple[int, int, bytes, bytes, str]:
        """The fields that its signature covers besides its cell's, in the order of the columns."""
        return self.size, self.added, self.root, self.meta_root, self.versions


class SignedRows:
    """Reads and writes signed rows within a transaction."""

    def __init__(self, signer: Signer) -> None:
        self._signer = signer

    # Cells

    def cell(self, db: sqlite3.Connection, session: str, number: int) -> CellRow:
        """A cell of the history, checked, also against the cell that it follows.

        Raises:
            StateMissing, StateRefused
        """
        place = StateId(session, number)
        row = db.execute(f"{_CELL} AND number = ?", (session, number)).fetchone()
        if row is None:
            raise StateMissing(f"there is no state {place}")
        cell = self._cell(row)
        if cell is None or (cell.session, cell.number) != (session, number):
            raise StateRefused(f"the state {place} was altered, or another key signed it")
        if cell.parent is not None:
            before = self._tag(db, session, cell.parent)
            if before is not None and not same(before[0], cell.parent_tag):
                raise StateRefused(f"the state {place} does not follow the state {cell.parent} that is stored")
        return cell

    def entry(self, db: sqlite3.Connection, cell: CellRow) -> bytes | None:
        """The compressed journal entry of a cell, checked; None if it has none. Raises StateRefused."""
        place = (cell.session, cell.number)
        row = db.execute("SELECT entry FROM cells WHERE session = ? AND number = ?", place).fetchone()
        if row is None or row[0] is None:
            return None
        if not isinstance(row[0], bytes) or not same(self._signer.tag("entry", row[0]), cell.digest):
            raise StateRefused(f"the journal of {StateId(*place)} was altered")
        return row[0]

    def add_cell(
        self,
        db: sqlite3.Connection,
        session: str,
        number: int,
        parent: int | None,
        created: float,
        label: str,
        failed: bool,
        entry: bytes | None,
    ) -> CellRow:
        """Sign and write a new cell. entry: its compressed journal entry."""
        before = self._tag(db, session, parent)
        digest = b"" if entry is None else self._signer.tag("entry", entry)
        parent_tag = before[0] if before and isinstance(before[0], bytes) else b""
        cell = CellRow(session, number, parent, parent_tag, created, storable(label)[:_LABEL], failed, digest)
        cell = replace(cell, tag=self._signer.tag("cell", *cell.signed))
        db.execute("INSERT INTO cells VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (*cell.signed, cell.tag, entry))
        return cell

    def way_to(
        self, db: sqlite3.Connection, session: str, number: int, without: Collection[int]
    ) -> tuple[int, list[tuple[CellRow, bytes]]]:
        """The nearest snapshot at or before a cell, and the cells after it with their journal entries, oldest first.

        without: Snapshots not to start from.

        Raises:
            StateMissing, StateRefused
        """
        way: list[tuple[CellRow, bytes]] = []
        cell = self.cell(db, session, number)
        kept = "SELECT 1 FROM states WHERE session = ? AND number = ? AND chunks IS NOT NULL"
        while cell.number in without or db.execute(kept, (session, cell.number)).fetchone() is None:
            entry = self.entry(db, cell)
            if entry is None:
                raise StateMissing(f"the state {StateId(session, cell.number)} is no longer kept")
            way.append((cell, entry))
            if cell.parent is None:
                raise StateMissing(f"there is no snapshot before {StateId(session, cell.number)}")
            cell = self.cell(db, session, cell.parent)
        return cell.number, way[::-1]

    def _tag(self, db: sqlite3.Connection, session: str, number: int | None) -> Sequence[Any] | None:
        row: Sequence[Any] | None = db.execute(
            "SELECT tag FROM cells WHERE session = ? AND number = ?", (session, number)
        ).fetchone()
        return row

    def _cell(self, row: Sequence[Any]) -> CellRow | None:
        with suppress(*_WRONG_TYPE):
            session, number, parent, parent_tag, created, label, failed, digest, tag = row
            cell = CellRow(session, number, parent, parent_tag, float(created), label, failed == 1, digest, tag)
            if same(tag, self._signer.tag("cell", *cell.signed)):
                return cell
        return None

    # Snapshots

    def snapshot(self, db: sqlite3.Connection, cell: CellRow) -> tuple[SnapshotRow, bytes, bytes | None]:
        """The snapshot of a cell, checked, with the packed lists of the chunks of its metadata and of the state.

        The last is None if the state was dropped.

        Raises:
            StateMissing, StateRefused
        """
        place = StateId(cell.session, cell.number)
        row = db.execute(
            "SELECT size, added, root, meta_root, versions, tag, meta, chunks FROM states"
            " WHERE session = ? AND number = ?",
            (cell.session, cell.number),
        ).fetchone()
        if row is None:
            raise StateMissing(f"no snapshot of the state {place} is kept")
        *signed, meta, chunks = row
        snapshot = self._snapshot(signed, cell)
        if snapshot is None or not isinstance(meta, bytes) or not isinstance(chunks, bytes | None):
            raise StateRefused(f"the snapshot of {place} was altered, or another key signed it")
        return snapshot, meta, chunks

    def set_snapshot(
        self, db: sqlite3.Connection, cell: CellRow, snapshot: SnapshotRow, meta: bytes, chunks: bytes | None
    ) -> None:
        """Sign and write the snapshot of a cell, in place of an earlier one."""
        snapshot = replace(snapshot, tag=self._sign(snapshot))
        db.execute(
            "INSERT OR REPLACE INTO states VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (cell.session, cell.number, *snapshot.signed, snapshot.tag, meta, chunks),
        )

    def _snapshot(self, row: Sequence[Any], cell: CellRow) -> SnapshotRow | None:
        with suppress(*_WRONG_TYPE):
            size, added, root, meta_root, versions, tag = row
            snapshot = SnapshotRow(size, added, root, meta_root, versions, cell.tag, tag)
            if same(tag, self._sign(snapshot)):
                return snapshot
        return None

    def _sign(self, snapshot: SnapshotRow) -> bytes:
        """The signature of a snapshot's content and, through its cell's signature, of its place."""
        return self._signer.tag("state", snapshot.cell_tag, *snapshot.signed)

    def states(self, db: sqlite3.Connection, session: str) -> tuple[list[StateInfo], int]:
        """The states of a session by number, without those that were altered, and how many these are."""
        rows = db.execute(
            "SELECT number, size, added, root, meta_root, versions, tag, chunks IS NULL FROM states WHERE session = ?",
            (session,),
        )
        snapshots = {row[0]: row[1:] for row in rows}
        rows = db.execute(
            "SELECT number, length(entry) FROM cells WHERE session = ? AND typeof(entry) = 'blob'", (session,)
        )
        entries = dict(rows)
        names: dict[int, list[str]] = {}
        for name, number in sorted(self.names(db, session).items()):
            names.setdefault(number, []).append(name)
        infos, altered = [], 0
        for row in db.execute(f"{_CELL} ORDER BY number", (session,)):
            cell = self._cell(row)
            columns = None if cell is None else snapshots.get(cell.number)
            snapshot = None if cell is None or columns is None else self._snapshot(columns[:6], cell)
            if cell is None or (columns is not None and snapshot is None):
                altered += 1
            else:
                kept = columns is not None and columns[6] == 0
                infos.append(cell.info(snapshot, kept, entries.get(cell.number, 0), tuple(names.get(cell.number, ()))))
        return infos, altered

    # Sessions

    def session(self, db: sqlite3.Connection, session: str) -> SessionInfo | None:
        """A session as its row says: `how` may be 'running' although it died. Raises StateRefused."""
        row = db.execute("SELECT * FROM sessions WHERE id = ?", (session,)).fetchone()
        if row is None:
            return None
        info = self._session(row)
        if info is None or info.id != session:
            raise StateRefused(f"the entry of the session {session} was altered, or another key signed it")
        return info

    def find_session(self, db: sqlite3.Connection, prefix: str) -> SessionInfo | None:
        """The session whose id begins like this.

        Raises:
            StateMissing: There is more than one.
            StateRefused: Its row was altered.
        """
        like = "SELECT id FROM sessions WHERE substr(id, 1, ?) = ?"
        ids = [row[0] for row in db.execute(like, (len(prefix), storable(prefix))).fetchall()]
        if prefix in ids:
            ids = [prefix]
        if len(ids) > 1:
            raise StateMissing(f"{len(ids)} sessions begin with {prefix}; give more of the id")
        info = self.session(db, ids[0]) if ids else None
        if info is None:
            return None
        (count,) = db.execute(f"SELECT count(*) {_RESTORABLE} AND session = ?", (info.id,)).fetchone()
        return replace(info, states=count)

    def sessions(self, db: sqlite3.Connection, notebook: str | None) -> tuple[list[SessionInfo], list[object]]:
        """All sessions, or those of one notebook, without those that were altered; the ids of these."""
        where, parameters = ("", ()) if notebook is None else (" WHERE notebook = ?", (storable(notebook),))
        counts = dict(db.execute(f"SELECT session, count(*) {_RESTORABLE} GROUP BY session"))
        infos, altered = [], []
        for row in db.execute(f"SELECT * FROM sessions{where}", parameters):
            info = self._session(row, counts.get(row[0], 0))
            if info is None:
                altered.append(row[0])
            else:
                infos.append(info)
        return infos, altered

    def _session(self, row: Sequence[Any], states: int = 0) -> SessionInfo | None:
        with suppress(*_WRONG_TYPE):
            *fields, tag = row
            id_, notebook, started, ended, how, versions, current = fields
            if same(tag, self._signer.tag("session", *fields)):
                ran_by = json_object(versions.encode())
                kernel = ran_by.pop(_KERNEL, None)
                return SessionInfo(id_, notebook, started, ended, how, states, ran_by, current, kernel)
        return None

    def set_session(
        self,
        db: sqlite3.Connection,
        session: str,
        notebook: str | None,
        started: float,
        ended: float | None,
        how: How,
        versions: Mapping[str, Any],
        current: int | None,
        kernel: str | None,
    ) -> None:
        """Sign and write a session's row."""
        ran_by = {name: version for name, version in versions.items() if name != _KERNEL}
        text = canonical(ran_by if kernel is None else {**ran_by, _KERNEL: kernel}).decode()
        fields = (session, notebook, float(started), None if ended is None else float(ended), how, text, current)
        tag = self._signer.tag("session", *fields)
        db.execute("INSERT OR REPLACE INTO sessions VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (*fields, tag))

    # Names

    def names(self, db: sqlite3.Connection, session: str) -> Mapping[str, int]:
        """The names of a session's states, without those that were altered."""
        rows = db.execute("SELECT name, number, tag FROM names WHERE session = ?", (session,))
        return {name: number for name, number, tag in rows if self._is_name(session, name, number, tag)}

    def set_name(self, db: sqlite3.Connection, session: str, name: str, number: int) -> None:
        """Name a state. A state that had the name loses it."""
        tag = self._signer.tag("name", session, name, number)
        db.execute("INSERT OR REPLACE INTO names VALUES (?, ?, ?, ?)", (session, name, number, tag))

    def _is_name(self, session: str, name: object, number: object, tag: object) -> bool:
        if not isinstance(name, str) or not isinstance(number, int):
            return False
        return same(tag, self._signer.tag("name", session, name, number))
