"""Rows of the store as signed records, and back: what does not carry its signature is refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from .canonical import canonical, json_object
from .errors import StateMissing, StateRefused
from .records import Cell, How, SessionInfo, StateId, Stored
from .signing import Signer, same

if TYPE_CHECKING:
    import sqlite3

LABEL = 200  # characters
_KERNEL = "kernel_id"  # among the versions of a session's row: stores made before kernels were told apart have none
_AT_ONCE = 500  # parameters of one statement; SQLite's own limit was 999 for long
_CELL = "SELECT session, number, parent, parent_tag, created, label, failed, digest, tag FROM cells WHERE session = ?"


class Rows:
    """Reads and writes signed rows within a transaction."""

    def __init__(self, signer: Signer) -> None:
        self._signer = signer

    # cells

    def cell(self, db: sqlite3.Connection, session: str, number: int) -> Cell:
        """A cell of the history, checked, also against the cell that it says it follows.

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
            before = db.execute(
                "SELECT tag FROM cells WHERE session = ? AND number = ?", (session, cell.parent)
            ).fetchone()
            if before is not None and not same(before[0], cell.parent_tag):
                raise StateRefused(f"the state {place} does not follow the state {cell.parent} that is stored")
        return cell

    def cells(self, db: sqlite3.Connection, session: str) -> Iterator[Cell | None]:
        """All cells of a session by number; None for those that were altered."""
        yield from map(self._cell, db.execute(f"{_CELL} ORDER BY number", (session,)))

    def entry(self, db: sqlite3.Connection, cell: Cell) -> bytes | None:
        """The journal entry of a cell as it is stored, checked; None if there is none. Raises StateRefused."""
        where = (cell.session, cell.number)
        row = db.execute("SELECT entry FROM cells WHERE session = ? AND number = ?", where).fetchone()
        if row is None or row[0] is None:
            return None
        if not isinstance(row[0], bytes) or not same(self.entry_digest(row[0]), cell.digest):
            raise StateRefused(f"the journal of {StateId(*where)} was altered")
        return row[0]

    def entry_digest(self, entry: bytes) -> bytes:
        """What a cell's signature covers of its journal entry."""
        return self._signer.tag("entry", entry)

    def add_cell(self, db: sqlite3.Connection, cell: Cell, entry: bytes | None) -> Cell:
        """Sign and write a new cell."""
        cell = replace(cell, tag=self._signer.cell(cell))
        db.execute("INSERT INTO cells VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (*cell.signed, cell.tag, entry))
        return cell

    def parent_tag(self, db: sqlite3.Connection, session: str, parent: int | None) -> bytes:
        """The signature of the cell to follow; empty if it is not there."""
        row = db.execute("SELECT tag FROM cells WHERE session = ? AND number = ?", (session, parent)).fetchone()
        return row[0] if row and isinstance(row[0], bytes) else b""

    def _cell(self, row: Sequence[Any]) -> Cell | None:
        with suppress(TypeError, ValueError, AttributeError, OverflowError):
            session, number, parent, parent_tag, created, label, failed, digest, tag = row
            cell = Cell(session, number, parent, parent_tag, float(created), label, failed == 1, digest, tag)
            if same(tag, self._signer.cell(cell)):
                return cell
        return None

    # states

    def state(self, db: sqlite3.Connection, cell: Cell) -> tuple[Stored, bytes, bytes | None]:
        """The snapshot of a cell, checked, and the packed lists of the chunks of its metadata and of the state.

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
        state = self._state(signed, cell)
        if state is None or not isinstance(meta, bytes) or not isinstance(chunks, bytes | None):
            raise StateRefused(f"the snapshot of {place} was altered, or another key signed it")
        return state, meta, chunks

    def states(self, db: sqlite3.Connection, session: str) -> dict[int, Sequence[Any]]:
        """The unchecked rows of a session's snapshots, by number, for `stored`, and whether they were dropped."""
        rows = db.execute(
            "SELECT number, size, added, root, meta_root, versions, tag, chunks IS NULL FROM states WHERE session = ?",
            (session,),
        )
        return {row[0]: row[1:] for row in rows}

    def stored(self, row: Sequence[Any] | None, cell: Cell) -> Stored | None:
        """The snapshot in a row of `states`; None if it was altered."""
        return None if row is None else self._state(row[:6], cell)

    def set_state(self, db: sqlite3.Connection, cell: Cell, state: Stored, meta: bytes, chunks: bytes | None) -> None:
        """Sign and write the snapshot of a cell; one that was there gives way."""
        state = replace(state, tag=self._signer.stored(state))
        db.execute(
            "INSERT OR REPLACE INTO states VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (cell.session, cell.number, *state.signed, state.tag, meta, chunks),
        )

    def _state(self, row: Sequence[Any], cell: Cell) -> Stored | None:
        with suppress(TypeError, ValueError, AttributeError, OverflowError):
            size, added, root, meta_root, versions, tag = row
            state = Stored(size, added, root, meta_root, versions, cell.tag, tag)
            if same(tag, self._signer.stored(state)):
                return state
        return None

    # sessions

    def session(self, db: sqlite3.Connection, session: str) -> SessionInfo | None:
        """A session as its row says (`how` may be 'running' though it died). Raises StateRefused."""
        row = db.execute("SELECT * FROM sessions WHERE id = ?", (session,)).fetchone()
        if row is None:
            return None
        info = self.session_info(row)
        if info is None or info.id != session:
            raise StateRefused(f"the entry of the session {session} was altered, or another key signed it")
        return info

    def session_info(self, row: Sequence[Any], states: int = 0) -> SessionInfo | None:
        """The session in a row of `sessions`; None if it was altered."""
        with suppress(TypeError, ValueError, AttributeError, OverflowError):
            identity, notebook, started, ended, how, versions, current, tag = row
            if same(tag, self._signer.tag("session", identity, notebook, started, ended, how, versions, current)):
                ran_by = json_object(versions.encode())
                kernel = ran_by.pop(_KERNEL, None)
                return SessionInfo(identity, notebook, started, ended, how, states, ran_by, current, kernel)
        return None

    def set_session(
        self,
        db: sqlite3.Connection,
        session: str,
        notebook: str | None,
        started: float,
        ended: float | None,
        how: How,
        versions: str,
        current: int | None,
        kernel: str | None,
    ) -> None:
        """Sign and write a session's row."""
        ran_by = {name: value for name, value in json_object(versions.encode()).items() if name != _KERNEL}
        said = canonical(ran_by if kernel is None else {**ran_by, _KERNEL: kernel}).decode()
        fields = (session, notebook, float(started), None if ended is None else float(ended), how, said, current)
        db.execute(
            "INSERT OR REPLACE INTO sessions VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (*fields, self._signer.tag("session", *fields)),
        )

    # names

    def names(self, db: sqlite3.Connection, session: str) -> Mapping[str, int]:
        """The names of a session's states; those that were altered are left out."""
        rows = db.execute("SELECT name, number, tag FROM names WHERE session = ?", (session,))
        return {name: number for name, number, tag in rows if self._is_name(session, name, number, tag)}

    def set_name(self, db: sqlite3.Connection, session: str, name: str, number: int) -> None:
        """Name a state; a state that had the name loses it."""
        tag = self._signer.tag("name", session, name, number)
        db.execute("INSERT OR REPLACE INTO names VALUES (?, ?, ?, ?)", (session, name, number, tag))

    def _is_name(self, session: str, name: object, number: object, tag: object) -> bool:
        if not isinstance(name, str) or not isinstance(number, int):
            return False
        return same(tag, self._signer.tag("name", session, name, number))


def each(db: sqlite3.Connection, statement: str, values: Sequence[int] | Sequence[bytes]) -> Iterator[tuple[Any, ...]]:
    """The rows of a statement that ends in `IN`, for any number of values."""
    for start in range(0, len(values), _AT_ONCE):
        some = values[start : start + _AT_ONCE]
        yield from db.execute(f"{statement} ({','.join('?' * len(some))})", some)
