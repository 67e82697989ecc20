"""The history of sessions on disk: what was put in comes back as it was, in its place, or is refused."""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from .compression import Damaged
from .contents import Contents
from .database import Database
from .liveness import Liveness
from .records import (
    Cell,
    How,
    JournalEntry,
    Recovery,
    Retention,
    SessionInfo,
    StateId,
    StateInfo,
    Stored,
)
from .refusals import SessionRunning, StateMissing, StateRefused, StoreUnavailable
from .rows import LABEL, Rows, canonical, json_object, text
from .signing import Signer

if TYPE_CHECKING:
    import sqlite3

T = TypeVar("T")

ENTRY = 1 << 30
"""Bytes that a journal entry may have."""

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another


def user_store(log: logging.Logger, *, versions: Mapping[str, str]) -> SnapshotStore:
    """This user's store, in Jupyter's data folder, with this user's key, which is made on first use.

    Raises:
        StoreUnavailable: the key cannot be read or made, or others could have read it.
    """
    from jupyter_core.paths import jupyter_data_dir

    from .key import user_key

    folder = Path(jupyter_data_dir()) / "monty_kernel"
    return SnapshotStore(folder / "snapshots", user_key(folder / "key"), log, versions=versions)


class SnapshotStore:
    """One user's sessions. One object per process; any thread may call, readers wait for no writer.

    path: the store's folder, made on first use, see `database`.
    key: signs what is put in; only what it signed comes out.
    versions: a state comes out only if it was put in with the same, say {"monty": "1.4.0"}.

    Every method raises StoreUnavailable if the files cannot be used now. Then nothing was half done, and the next
    call tries again.
    """

    def __init__(self, path: Path, key: bytes, log: logging.Logger, *, versions: Mapping[str, str]) -> None:
        self.path = path
        self.log = log
        self._versions = dict(versions)
        self._versions_text = canonical(self._versions).decode()
        self._signer = Signer(key)
        self._contents = Contents(self._signer)
        self._rows = Rows(self._signer)
        self._database = Database(path, log)
        self._liveness = Liveness(path / "live")
        self._putting = threading.RLock()
        self._begun: dict[str, tuple[str | None, float]] = {}  # (notebook, started) of the sessions of this process
        self._complained: set[str] = set()

    # A session's life

    def begin(self, notebook: str | None) -> str:
        """The id of a new session of this process. Nothing is written before its first state is.

        notebook: what later sessions of the same notebook give here, say its path.
        """
        session = "".join(secrets.choice(_LETTERS) for _ in range(8))
        self._begun[session] = (None if notebook is None else text(notebook), time.time())
        return session

    def resume(self, session: str) -> SessionInfo:
        """Make an ended session one of this process: it runs again, and takes further states.

        Raises:
            SessionRunning: another kernel has it.
            StateMissing: there is no such session.
            StateRefused: its entry was altered.
        """
        info = self.session(session)
        self._hold(session)
        self._begun[session] = (info.notebook, info.started)
        self._set_how(session, "running")
        return replace(info, how="running", ended=None)

    def end(self, session: str) -> None:
        """The session ends in good order. Without this it died. Idempotent."""
        if self._begun.pop(session, None) is not None and self._liveness.holds(session):
            try:
                self._set_how(session, "closed")
            finally:
                self._liveness.release(session)

    def close(self) -> None:
        """Close the files; sessions of this process that were not ended stay running. The next call opens them again."""
        self._database.close()

    # States go in

    def put(
        self,
        session: str,
        number: int,
        parent: int | None,
        state: bytes,
        meta: Mapping[str, Any],
        *,
        label: str,
        failed: bool = False,
        entry: Mapping[str, Any] | None = None,
        created: float | None = None,
    ) -> StateInfo:
        """Store the state after cell `number`, which ran on the state `parent`; it becomes the session's current one.

        A cell that only had its journal gets its snapshot by this (then label, failed and entry say nothing new), and
        a snapshot of the same number gives way.

        meta, entry: JSON objects; see `get` and `journal`.
        created: seconds since the epoch; now if it is None.

        Raises:
            StoreUnavailable: nothing was stored.
            ValueError: the session is not of this process, or the parent is not older than the state.
        """
        content_meta = canonical(dict(meta))
        with self._putting:
            content = self._contents.cut(state, content_meta)
            packed = self._packed_entry(entry)

            def work(db: sqlite3.Connection) -> StateInfo:
                cell = self._add_cell(db, session, number, parent, label, failed, packed, created)
                stored, chunks = self._contents.write(db, content, self._versions_text, cell.tag)
                stored = replace(stored, added=stored.added + len(packed or b""))
                self._rows.set_state(db, cell, stored, chunks)
                return _info(cell, stored, packed is not None, ())

            return self._put(session, number, parent, work)

    def journal(
        self,
        session: str,
        number: int,
        parent: int | None,
        entry: Mapping[str, Any],
        *,
        label: str,
        failed: bool = False,
        created: float | None = None,
    ) -> StateInfo:
        """Note a cell that ran without a snapshot: whatever it takes to run it again, as a JSON object.

        Otherwise as `put`.
        """
        with self._putting:
            packed = self._packed_entry(entry)

            def work(db: sqlite3.Connection) -> StateInfo:
                cell = self._add_cell(db, session, number, parent, label, failed, packed, created)
                return _info(cell, None, True, ())

            return self._put(session, number, parent, work)

    def move(self, session: str, number: int) -> None:
        """Make a stored state the session's current one: there it is resumed, and it is not dropped while it runs."""

        def work(db: sqlite3.Connection) -> None:
            self._rows.cell(db, session, number)
            self._touch(db, session, number)

        self._own(session)
        self._database.write(work)

    def _put(self, session: str, number: int, parent: int | None, work: Callable[[sqlite3.Connection], T]) -> T:
        if number < 0 or (parent is not None and not 0 <= parent < number):
            raise ValueError(f"state {number} cannot follow state {parent}")
        self._own(session)

        def whole(db: sqlite3.Connection) -> T:
            result = work(db)
            self._touch(db, session, number)
            return result

        return self._database.write(whole)

    def _add_cell(
        self,
        db: sqlite3.Connection,
        session: str,
        number: int,
        parent: int | None,
        label: str,
        failed: bool,
        packed: bytes | None,
        created: float | None,
    ) -> Cell:
        try:
            cell = self._rows.cell(db, session, number)
            if cell.parent == parent:
                return cell
            raise ValueError(f"state {number} follows state {cell.parent}, not {parent}")
        except StateMissing:
            pass
        except StateRefused:  # what was altered is replaced by what is known to be right
            db.execute("DELETE FROM cells WHERE session = ? AND number = ?", (session, number))
        cell = Cell(
            session,
            number,
            parent,
            self._rows.parent_tag(db, session, parent),
            time.time() if created is None else float(created),
            text(label)[:LABEL],
            failed,
            b"" if packed is None else self._rows.entry_digest(packed),
        )
        return self._rows.add_cell(db, cell, packed)

    def _packed_entry(self, entry: Mapping[str, Any] | None) -> bytes | None:
        return None if entry is None else self._contents.compress(canonical(dict(entry)))

    # States come out

    def get(self, session: str, number: int) -> tuple[bytes, dict[str, Any]]:
        """A state and its metadata, exactly as they were put in.

        Raises:
            StateMissing: there is no snapshot of that number.
            StateRefused: it is not what was stored, or other versions stored it. The message says which.
        """
        cell, stored, pieces = self._verified(session, number)
        self._check_versions(stored, StateId(session, number))
        del cell
        return _joined(pieces, stored)

    def recovery(self, session: str, number: int, *, without: Collection[int] = ()) -> Recovery:
        """The way to a state: the snapshot to load and the journal of the cells to run after it.

        without: snapshots not to start from, say because they were refused.

        Raises:
            StateMissing: the state cannot come back, the message says what is missing.
            StateRefused: a part of the way was altered.
        """

        def work(db: sqlite3.Connection) -> list[tuple[Cell, bytes | None]]:
            way: list[tuple[Cell, bytes | None]] = []
            cell = self._rows.cell(db, session, number)
            while True:
                there = db.execute("SELECT 1 FROM states WHERE session = ? AND number = ?", (session, cell.number))
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
            with_entry = {
                row[0]
                for row in db.execute(
                    "SELECT number FROM cells WHERE session = ? AND typeof(entry) = 'blob'", (session,)
                )
            }
            found = []
            for cell in self._rows.cells(db, session):
                row = None if cell is None else rows.get(cell.number)
                stored = None if cell is None else self._rows.stored(row, cell)
                if cell is None or (row is not None and stored is None):
                    altered.append(0)
                else:
                    found.append(_info(cell, stored, cell.number in with_entry, tuple(names.get(cell.number, ()))))
            return found

        nothing: list[StateInfo] = []
        found = self._read(work, nothing)
        if altered:
            self._complain(session, f"{len(altered)} states of the session {session} were altered and are refused.")
        return found

    def _verified(self, session: str, number: int) -> tuple[Cell, Stored, list[bytes]]:
        place = StateId(session, number)

        def work(db: sqlite3.Connection) -> Any:
            cell = self._rows.cell(db, session, number)
            stored, chunks = self._rows.state(db, cell)
            try:
                return cell, stored, self._contents.read(db, chunks)
            except StateRefused as error:
                raise StateRefused(f"the snapshot of {place} is refused: {error}") from error

        found = self._read(work, None)
        if found is None:
            raise StateMissing(f"there is no state {place}")
        cell, stored, packed = found
        try:
            return cell, stored, self._contents.pieces(packed, stored)
        except StateRefused as error:
            raise StateRefused(f"the snapshot of {place} is refused: {error}") from error

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

    # Names

    def name(self, session: str, number: int, name: str) -> None:
        """Name a state of any session: it is never dropped. A state of the session that had the name loses it.

        Raises:
            StateMissing, StateRefused: there is no such state.
        """

        def work(db: sqlite3.Connection) -> None:
            self._rows.cell(db, session, number)
            self._rows.set_name(db, session, text(name), number)

        self._database.write(work)

    def unname(self, session: str, name: str) -> bool:
        """Take the name away; False if no state had it."""
        return self._database.write(
            lambda db: (
                db.execute("DELETE FROM names WHERE session = ? AND name = ?", (session, text(name))).rowcount > 0
            )
        )

    def names(self, session: str) -> Mapping[str, int]:
        """The names of the session's states, with the states' numbers."""
        return self._read(lambda db: self._rows.names(db, session), {})

    # Sessions

    def sessions(self, notebook: str | None = None) -> list[SessionInfo]:
        """All sessions that stored something, or those of one notebook, newest first.

        What was altered is left out, with a line in the log.
        """
        where, parameters = ("", ()) if notebook is None else (" WHERE notebook = ?", (text(notebook),))

        def work(db: sqlite3.Connection) -> tuple[list[tuple[Any, ...]], dict[str, int]]:
            rows = db.execute(f"SELECT * FROM sessions{where}", parameters).fetchall()
            return rows, dict(db.execute("SELECT session, count(*) FROM states GROUP BY session"))

        nothing: tuple[list[tuple[Any, ...]], dict[str, int]] = ([], {})
        rows, counts = self._read(work, nothing)
        found = []
        for row in rows:
            info = self._rows.session_info(row, counts.get(row[0], 0))
            if info is None:
                self._complain(str(row[0]), f"The session {row[0]!a} was altered, or another key signed it: refused.")
            else:
                found.append(self._with_life(info))
        return sorted(found, key=lambda info: info.started, reverse=True)

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
                (count,) = db.execute("SELECT count(*) FROM states WHERE session = ?", (id_,)).fetchone()
                if info is not None:
                    found.append(replace(info, states=count))
            return found

        nothing: list[SessionInfo] = []
        found = self._read(work, nothing)
        if not found or not session:
            raise StateMissing(f"there is no session {session}")
        return self._with_life(found[0])

    def _with_life(self, info: SessionInfo) -> SessionInfo:
        died = info.how == "running" and not self._liveness.is_held(info.id)
        return replace(info, how="died") if died else info

    def _own(self, session: str) -> None:
        """Check that the session is of this process, and hold it."""
        if session not in self._begun:
            raise ValueError(f"the session {session} is not of this process")
        self._hold(session)

    def _hold(self, session: str) -> None:
        if not self._liveness.holds(session):
            try:
                held = self._liveness.hold(session)
            except OSError as error:
                raise StoreUnavailable(
                    f"the snapshots in {self.path} cannot be used now: {error.strerror or error}"
                ) from error
            if not held:
                raise SessionRunning(f"the session {session} runs in another kernel")

    def _touch(self, db: sqlite3.Connection, session: str, current: int | None) -> None:
        notebook, started = self._begun[session]
        self._rows.set_session(db, session, notebook, started, None, "running", self._versions_text, current)

    def _set_how(self, session: str, how: How) -> None:
        def work(db: sqlite3.Connection) -> None:
            info = self._rows.session(db, session)
            if info is not None:
                versions = canonical(dict(info.versions)).decode()
                ended = None if how == "running" else time.time()
                self._rows.set_session(db, session, info.notebook, info.started, ended, how, versions, info.last)

        self._database.write(work)

    # Room

    def delete(self, session: str) -> int:
        """Forget a session; the bytes that this gave back.

        Raises:
            SessionRunning: its kernel must end first.
        """
        if self._liveness.is_held(session):
            raise SessionRunning(f"the session {session} runs; shut its kernel down first")
        from .collecting import collect, forget

        self._database.write(lambda db: forget(db, session))
        return collect(self._database, self._contents, self._liveness, Retention(None, None, None))

    def gc(self, retention: Retention | None = None, *, thorough: bool = False) -> int:
        """Drop what is to be kept no longer, and give its room back to the disk; how many bytes that were.

        Quick while no limit is reached. Else it locks other writers out while it works: seconds for gigabytes.

        thorough: work in any case.
        """
        from .collecting import collect

        keep = retention or Retention()
        return collect(self._database, self._contents, self._liveness, keep, thorough=thorough)

    def _read(self, work: Callable[[sqlite3.Connection], T], otherwise: T) -> T:
        try:
            return self._database.read(work, otherwise)
        except (TypeError, OverflowError) as error:  # a damaged row holds other types than ours
            raise StateRefused(f"the store is damaged here ({error})") from error

    def _complain(self, what: str, line: str) -> None:
        if what not in self._complained:
            self._complained.add(what)
            self.log.warning("%s", line)


def _info(cell: Cell, stored: Stored | None, has_entry: bool, names: tuple[str, ...]) -> StateInfo:
    return StateInfo(
        StateId(cell.session, cell.number),
        cell.parent,
        cell.created,
        cell.label,
        cell.failed,
        "snapshot" if stored else "journal" if has_entry else "dropped",
        stored.size if stored else 0,
        stored.added if stored else 0,
        names,
    )


def _joined(pieces: list[bytes], stored: Stored) -> tuple[bytes, dict[str, Any]]:
    """The state and its metadata. The pieces of the metadata come first; no piece holds some of both."""
    count = size = 0
    while size < stored.meta_size:
        size += len(pieces[count])
        count += 1
    return b"".join(pieces[count:]), json_object(b"".join(pieces[:count]))
