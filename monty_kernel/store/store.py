"""The history of sessions on disk: what was put in comes back as it was, in its place, or is refused."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from .canonical import canonical, text
from .contents import Contents
from .database import Database
from .errors import SessionRunning, StateMissing, StateRefused
from .liveness import is_id
from .own_sessions import OwnSessions
from .pending import PENDING, REFUSED, sweep
from .records import Cell, Retention, SessionInfo, StateInfo
from .rows import LABEL, Rows
from .running import RunningSessions, new_id, user_sessions
from .stored_sessions import info_of

if TYPE_CHECKING:
    import sqlite3

    from .naming import Pinned

T = TypeVar("T")


def user_store(log: logging.Logger, *, versions: Mapping[str, str]) -> SnapshotStore:
    """This user's store, in Jupyter's data folder, with this user's key, which is made on first use.

    Raises:
        StoreUnavailable: the key cannot be read or made, or others could have read it.
    """
    return SnapshotStore(user_sessions(versions), log)


class SnapshotStore(OwnSessions):
    """One user's sessions. One object per process; any thread may call, readers wait for no writer.

    running: the sessions of this process, and where the store is: a folder made on first use, see `database`. What its key signed
    when it was put in comes out, and only with the same versions.

    Every method raises StoreUnavailable if the files cannot be used now. Then nothing was half done, and the next
    call tries again.
    """

    def __init__(self, running: RunningSessions, log: logging.Logger) -> None:
        signer = running.signer
        super().__init__(running, Database(running.path, log), Rows(signer), Contents(signer), log)
        self._signer = signer
        self._putting = threading.RLock()
        self._lost: dict[str, int] = {}

    def close(self) -> None:
        """Close the files; sessions of this process that were not ended stay running. The next call opens them again."""
        self._database.close()

    def sessions(self, notebook: str | None = None) -> list[SessionInfo]:
        self._catch_up()
        return super().sessions(notebook)

    def session(self, session: str) -> SessionInfo:
        self._catch_up()
        return super().session(session)

    def lost(self, session: str) -> int:
        """How many cells of a session were noted and could not be taken in, as far as this process has seen."""
        return self._lost.get(session, 0)

    def _catch_up(self) -> None:
        """Take in what kernels that have ended had noted but not stored."""
        try:
            names = os.listdir(self.path / PENDING)
        except OSError:
            return
        if names:
            from .catching_up import catch_up, settle_end

            with self._putting:
                for name in names:
                    lost = catch_up(self, self.path / PENDING / name, self._liveness, self._signer, self._log)
                    if lost:
                        self._lost[name] = lost
                for ending in self._endings:
                    if ending.session not in names or not (self.path / PENDING / ending.session).exists():
                        how = "incomplete" if self.lost(ending.session) else ending.how
                        settle_end(self, replace(ending, how=how), self._endings, self._liveness, self._log)

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
        self.running.check(session)
        versions = self.running[session].versions
        with self._putting:
            content = self._contents.cut(state, content_meta)
            packed = self._packed_entry(entry)

            def work(db: sqlite3.Connection) -> StateInfo:
                cell = self._add_cell(db, session, number, parent, label, failed, packed, created)
                stored, in_meta, in_state = self._contents.write(db, content, versions, cell.tag)
                stored = replace(stored, added=stored.added + len(packed or b""))
                self._rows.set_state(db, cell, stored, in_meta, in_state)
                return info_of(cell, stored, True, len(packed or b""), ())

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
                return info_of(cell, None, False, len(packed or b""), ())

            return self._put(session, number, parent, work)

    def move(self, session: str, number: int) -> None:
        """Make a stored state the session's current one: there it is resumed, and it is not dropped while it runs."""

        def work(db: sqlite3.Connection) -> None:
            self._rows.cell(db, session, number)
            self._touch(db, session, number)

        self.running.check(session)
        self._database.write(work)

    def _put(self, session: str, number: int, parent: int | None, work: Callable[[sqlite3.Connection], T]) -> T:
        if number < 0 or (parent is not None and not 0 <= parent < number):
            raise ValueError(f"state {number} cannot follow state {parent}")
        self.running.check(session)

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

    def pinned(self, session: str, without: str) -> Pinned:
        """The bytes that named states keep from being dropped, when this name of the session's is taken away."""
        from .naming import Pinned
        from .pinned import pinned

        return self._database.read(lambda db: pinned(db, self._contents, session, text(without)), Pinned(0, 0))

    # To a file and back

    def export(self, session: str, number: int | None, file: Path) -> int:
        """Write a session, or only the state `number` with the journal that leads to it, into a file; its bytes.

        The file appears whole or not at all. What is refused is left out of a session; a single state raises it.

        Raises:
            StateMissing, StateRefused
            OSError: the file cannot be written.
        """
        from .porting import export

        return export(self, self._contents, self._signer, session, number, file)

    def import_(self, file: Path, *, trust: bool = False) -> SessionInfo:
        """Take in a session that `export` wrote, under its id, or a new one if the id is taken.

        trust: take it although this user's key did not sign it: the person vouches for who made it.

        Raises:
            StateRefused: it is damaged, or not this user's and not trusted.
            OSError: the file cannot be read.
        """
        from .porting import take_in

        return self.session(
            take_in(self._database, self._rows, self._contents, self._signer, file, new_id(), trust=trust)
        )

    # Room

    def forget(self, session: str) -> None:
        """Forget a session of this process that nobody needs; its room is given back by the next `gc`."""
        from .collecting import forget

        self.end(session)
        self._database.write(lambda db: forget(db, session))

    def _forget_notes(self, session: str) -> None:
        if is_id(session):
            with suppress(OSError):
                self._endings.forget(session)
                for name in (session, session + REFUSED):
                    (self.path / PENDING / name).unlink(missing_ok=True)

    def delete(self, session: str) -> int:
        """Forget a session, also one that was altered; the bytes that this gave back.

        session: the whole id.

        Raises:
            SessionRunning: its kernel must end first.
        """
        if self._liveness.is_held(session):
            raise SessionRunning(f"the session {session} runs; shut its kernel down first")
        from .collecting import collect, forget

        self._database.write(lambda db: forget(db, session))
        self._forget_notes(session)
        return collect(self._database, self._contents, self._liveness, Retention(None, None, None))

    def gc(self, retention: Retention | None = None, *, thorough: bool = False) -> int:
        """Drop what is to be kept no longer, and give its room back to the disk; how many bytes that were.

        Quick while no limit is reached. Else it locks other writers out while it works: seconds for gigabytes.

        thorough: work in any case.
        """
        from .collecting import collect

        keep = retention or Retention()
        if keep.days is not None:
            sweep(self.path / PENDING, time.time() - keep.days * 86400)
        return collect(self._database, self._contents, self._liveness, keep, thorough=thorough)
