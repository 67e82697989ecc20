"""What can be read of a store: sessions, their states, the way to each; all of it checked."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from .canonical import json_object, text
from .compression import Damaged
from .contents import Contents, Packed
from .database import Database
from .endings import Endings
from .errors import StateMissing, StateRefused
from .liveness import Liveness
from .records import Cell, JournalEntry, Recovery, SessionInfo, StateId, StateInfo, Stored
from .rows import Rows

if TYPE_CHECKING:
    import sqlite3

T = TypeVar("T")

ENTRY = 1 << 30
"""Bytes that a journal entry may have."""

_KEPT = "FROM cells LEFT JOIN states USING (session, number) WHERE (chunks NOT NULL OR entry NOT NULL)"


class StoredSessions:
    """The sessions of one store. Any thread may call; no call waits for a writer.

    Every method raises StoreUnavailable if the files cannot be used now.
    """

    def __init__(
        self,
        database: Database,
        rows: Rows,
        contents: Contents,
        liveness: Liveness,
        endings: Endings,
        versions: Mapping[str, str],
        log: logging.Logger,
    ) -> None:
        self._database = database
        self._rows = rows
        self._contents = contents
        self._liveness = liveness
        self._endings = endings
        self._versions = dict(versions)
        self._log = log
        self._complained: set[str] = set()

    def get(self, session: str, number: int) -> tuple[bytes, dict[str, Any]]:
        """A state and its metadata, exactly as they were put in.

        Raises:
            StateMissing: there is no snapshot of that number.
            StateRefused: it is not what was stored, or other versions stored it. The message says which.
        """
        stored, meta, state = self.content(session, number)
        self._check_versions(stored, StateId(session, number))
        if state is None:
            raise StateMissing(f"the state {StateId(session, number)} is no longer kept")
        return b"".join(state), self._json(meta, StateId(session, number))

    def meta(self, session: str, number: int) -> dict[str, Any]:
        """A state's metadata alone, checked as by `get`; it stays as long as the session, also for dropped states.

        Raises:
            StateMissing, StateRefused
        """
        stored, meta, _ = self.content(session, number, only_meta=True)
        self._check_versions(stored, StateId(session, number))
        return self._json(meta, StateId(session, number))

    def recovery(self, session: str, number: int, *, without: Collection[int] = ()) -> Recovery:
        """The way to a state: the snapshot to load and the journal of the cells to run after it.

        without: snapshots not to start from, say because they were refused.

        Raises:
            StateMissing: the state cannot come back, the message says what is missing.
            StateRefused: a part of the way was altered.
        """

        def work(db: sqlite3.Connection) -> list[tuple[Cell, bytes | None]] | None:
            way: list[tuple[Cell, bytes | None]] = []
            cell = self._rows.cell(db, session, number)
            while True:
                there = db.execute(
                    "SELECT 1 FROM states WHERE session = ? AND number = ? AND chunks IS NOT NULL",
                    (session, cell.number),
                )
                if cell.number not in without and there.fetchone():
                    return [(cell, None), *reversed(way)]
                entry = self._rows.entry(db, cell)
                if entry is None:
                    raise StateMissing(f"the state {StateId(session, cell.number)} is no longer kept")
                way.append((cell, entry))
                if cell.parent is None:
                    raise StateMissing(f"there is no snapshot before {StateId(session, cell.number)}")
                cell = self._rows.cell(db, session, cell.parent)

        found = self._read(work, None)
        if found is None:
            raise StateMissing(f"there is no state {StateId(session, number)}")
        (base, _), *rest = found
        return Recovery(base.number, tuple(self._entry(cell, data or b"") for cell, data in rest))

    def states(self, session: str) -> list[StateInfo]:
        """The session's states by number; what was altered is left out, with a line in the log."""
        altered: list[int] = []

        def work(db: sqlite3.Connection) -> list[StateInfo]:
            rows = self._rows.states(db, session)
            names: dict[int, list[str]] = {}
            for name, number in sorted(self._rows.names(db, session).items()):
                names.setdefault(number, []).append(name)
            entries = dict(
                db.execute(
                    "SELECT number, length(entry) FROM cells WHERE session = ? AND typeof(entry) = 'blob'", (session,)
                )
            )
            found = []
            for cell in self._rows.cells(db, session):
                row = None if cell is None else rows.get(cell.number)
                stored = None if cell is None else self._rows.stored(row, cell)
                if cell is None or (row is not None and stored is None):
                    altered.append(0)
                else:
                    kept = row is not None and row[6] == 0
                    entry = entries.get(cell.number, 0)
                    found.append(info_of(cell, stored, kept, entry, tuple(names.get(cell.number, ()))))
            return found

        nothing: list[StateInfo] = []
        found = self._read(work, nothing)
        if altered:
            self.complain(session, f"{len(altered)} states of the session {session} were altered and are refused.")
        return found

    def content(
        self, session: str, number: int, *, only_meta: bool = False
    ) -> tuple[Stored, list[bytes], list[bytes] | None]:
        """The pieces of a state's metadata and of the state, checked as in `get` but for the versions.

        The latter are None if it was dropped, or not asked for.
        """
        place = StateId(session, number)

        def work(db: sqlite3.Connection) -> tuple[Stored, Packed, Packed | None] | None:
            stored, meta, chunks = self._rows.state(db, self._rows.cell(db, session, number))
            try:
                state = None if chunks is None or only_meta else self._contents.read(db, chunks)
                return stored, self._contents.read(db, meta), state
            except StateRefused as error:
                raise StateRefused(f"the snapshot of {place} is refused: {error}") from error

        found = self._read(work, None)
        if found is None:
            raise StateMissing(f"there is no state {place}")
        stored, meta, state = found
        try:
            pieces = None if state is None else self._contents.pieces(state, stored.root)
            return stored, self._contents.pieces(meta, stored.meta_root), pieces
        except StateRefused as error:
            raise StateRefused(f"the snapshot of {place} is refused: {error}") from error

    def entry(self, session: str, number: int) -> JournalEntry | None:
        """The journal entry of a cell; None if it has none. Raises StateRefused."""

        def work(db: sqlite3.Connection) -> tuple[Cell, bytes | None] | None:
            cell = self._rows.cell(db, session, number)
            return cell, self._rows.entry(db, cell)

        found = self._read(work, None)
        return None if found is None or found[1] is None else self._entry(found[0], found[1])

    def _json(self, meta: list[bytes], place: StateId) -> dict[str, Any]:
        try:
            return json_object(b"".join(meta))
        except ValueError as error:  # it came from a stranger's file
            raise StateRefused(f"the metadata of {place} is damaged") from error

    def _check_versions(self, stored: Stored, place: StateId) -> None:
        theirs = json_object(stored.versions.encode())
        for what in {**theirs, **self._versions}:
            if theirs.get(what) != self._versions.get(what):
                raise StateRefused(
                    f"the snapshot of {place} was made with {what} {theirs.get(what)}; this is {self._versions.get(what)}"
                )

    def _entry(self, cell: Cell, data: bytes) -> JournalEntry:
        try:
            entry = json_object(self._contents.decompress(data, ENTRY))
        except (Damaged, ValueError) as error:
            raise StateRefused(f"the journal of {StateId(cell.session, cell.number)} is damaged") from error
        return JournalEntry(cell.number, entry, cell.label, cell.failed)

    def names(self, session: str) -> Mapping[str, int]:
        """The names of the session's states, with the states' numbers."""
        return self._read(lambda db: self._rows.names(db, session), {})

    def sessions(self, notebook: str | None = None) -> list[SessionInfo]:
        """All sessions that stored something, or those of one notebook, the one that was used last at the end.

        What was altered is left out, with a line in the log.
        """
        where, parameters = ("", ()) if notebook is None else (" WHERE notebook = ?", (text(notebook),))

        def work(db: sqlite3.Connection) -> tuple[list[tuple[Any, ...]], dict[str, int]]:
            rows = db.execute(f"SELECT * FROM sessions{where}", parameters).fetchall()
            return rows, dict(db.execute(f"SELECT session, count(*) {_KEPT} GROUP BY session"))

        nothing: tuple[list[tuple[Any, ...]], dict[str, int]] = ([], {})
        rows, counts = self._read(work, nothing)
        found = []
        for row in rows:
            info = self._rows.session_info(row, counts.get(row[0], 0))
            if info is None:
                self.complain(str(row[0]), f"The session {row[0]!a} was altered, or another key signed it: refused.")
            else:
                found.append(self._with_life(info))
        return sorted(found, key=lambda info: info.ended or info.started)

    def session(self, session: str) -> SessionInfo:
        """One session, by its id or the beginning of it.

        Raises:
            StateMissing: there is none, or more than one.
            StateRefused: its entry was altered.
        """

        def work(db: sqlite3.Connection) -> list[SessionInfo]:
            like = "SELECT id FROM sessions WHERE substr(id, 1, ?) = ?"
            ids = [row[0] for row in db.execute(like, (len(session), text(session))).fetchall()]
            if session in ids:
                ids = [session]
            if len(ids) > 1:
                raise StateMissing(f"{len(ids)} sessions begin with {session}; say more of the id")
            found = []
            for id_ in ids:
                info = self._rows.session(db, id_)
                (count,) = db.execute(f"SELECT count(*) {_KEPT} AND session = ?", (id_,)).fetchone()
                if info is not None:
                    found.append(replace(info, states=count))
            return found

        nothing: list[SessionInfo] = []
        found = self._read(work, nothing)
        if not found or not session:
            raise StateMissing(f"there is no session {session}")
        return self._with_life(found[0])

    def _with_life(self, info: SessionInfo) -> SessionInfo:
        if not self._seems_dead(info):
            return info
        now = self._read(lambda db: self._rows.session(db, info.id), None)  # it may have ended since its row was read
        if now is not None:
            info = replace(now, states=info.states)
        if not self._seems_dead(info):
            return info
        ending = self._endings.of(info.id)
        return replace(info, how="died") if ending is None else replace(info, how=ending.how, ended=ending.when)

    def _seems_dead(self, info: SessionInfo) -> bool:
        return info.how == "running" and not self._liveness.is_held(info.id)

    def _read(self, work: Callable[[sqlite3.Connection], T], otherwise: T) -> T:
        try:
            return self._database.read(work, otherwise)
        except (TypeError, OverflowError) as error:  # a damaged row holds other types than ours
            raise StateRefused(f"the store is damaged here ({error})") from error

    def complain(self, what: str, line: str) -> None:
        """Say it in the log, once for each `what`."""
        if what not in self._complained:
            self._complained.add(what)
            self._log.warning("%s", line)


def info_of(cell: Cell, stored: Stored | None, kept: bool, entry: int, names: tuple[str, ...]) -> StateInfo:
    """What the store tells of a cell. kept: whether its snapshot is still there. entry: the bytes of its journal entry."""
    return StateInfo(
        StateId(cell.session, cell.number),
        cell.parent,
        cell.created,
        cell.label,
        cell.failed,
        "snapshot" if stored and kept else "journal" if entry else "dropped",
        stored.size if stored else 0,
        stored.added if stored else entry,
        names,
    )
