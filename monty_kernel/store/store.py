"""The sessions of one user on disk: a state that was put in comes back as it was, in its place, or is refused."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from . import SessionRunning, StateMissing, StateRefused, StoreError, StoreUnavailable
from .locks import RunningSessions, is_session_id, new_id
from .log import Ending, remove_beside, remove_refused, replay
from .reading import StoreReader
from .records import How, NewCell, Retention, SessionInfo, StateInfo
from .replaying import do_again
from .schema import CellRow
from .signing import canonical, json_object, storable

if TYPE_CHECKING:
    import sqlite3

T = TypeVar("T")


class SnapshotStore(StoreReader):
    """The store of one user. One object per process. Any thread may call, and readers wait for no writer.

    Every method raises StoreUnavailable if the files cannot be used now. Then nothing was half done.

    Args:
        running: The sessions of this process and the folder of the store. States come back only if its key signed
            them and its versions are those that stored them.
        logger: Takes a line for every session that is refused or has lost cells.
    """

    def __init__(self, running: RunningSessions, logger: logging.Logger) -> None:
        super().__init__(running, logger)
        self._putting = threading.RLock()
        self._lost: dict[str, int] = {}

    def close(self) -> None:
        """Close the files until the next call. Sessions of this process that were not ended stay running."""
        self._database.close()

    # Sessions

    def sessions(self, notebook: str | None = None) -> list[SessionInfo]:
        self._replay_logs()
        return super().sessions(notebook)

    def session(self, session: str) -> SessionInfo:
        self._replay_logs()
        return super().session(session)

    def lost(self, session: str) -> int:
        """How many cells of a session were in its log and could not be stored, as far as this process has seen."""
        return self._lost.get(session, 0)

    def begin(self, notebook: str | None) -> str:
        """The id of a new session of this process, see `RunningSessions.begin`."""
        return self.running.begin(notebook)

    def claim(self, session: str) -> SessionInfo:
        """Keep an ended session from other kernels, until `resume` or `disclaim`. Nothing is written.

        Raises:
            SessionRunning, StateMissing, StateRefused: As `resume`.
            StoreUnavailable: Its log cannot be stored now, and the numbers in it must not be given twice.
        """
        info = self.session(session)
        self.running.hold(info.id)
        if info.id not in self.running and (self._logs / info.id).exists():
            self._locks.release(info.id)
            raise StoreUnavailable(
                f"the last cells of the session {info.id} cannot be stored now; make room on the disk and try again"
            )
        return info

    def disclaim(self, session: str) -> None:
        """Let go of a session that was claimed. Idempotent."""
        if session not in self.running:
            self._locks.release(session)

    def resume(self, session: str) -> SessionInfo:
        """Make an ended session one of this process: it runs again and takes further states.

        Raises:
            SessionRunning: Another kernel has it.
            StateMissing: There is no such session.
            StateRefused: Its row was altered.
        """
        info = self.claim(session)
        self.running.take_up(info.id, info.notebook, info.started)
        self._set_how(info.id, "running", kernel=self.running.kernel)
        self._ends.forget(info.id)
        return replace(info, how="running")

    def end(self, session: str) -> None:
        """The session ends in good order. A session without this or `leave` died. Idempotent."""
        if session in self.running and self._locks.holds(session):
            self._set_how(session, "closed")
        self.running.drop(session)

    def leave(self, session: str, how: How) -> None:
        """The session ends although not all of it could be stored. Its log is stored another time. Idempotent.

        how: `closed`, or `incomplete` if something is not in the log either.
        """
        if session in self.running:
            self.mark_end(session, how)
            self.running.drop(session)

    def mark_end(self, session: str, how: How) -> None:
        """Mark how the session ends, in case this cannot be stored. If it cannot be marked either, the session died."""
        try:
            self._ends.mark(session, how)
        except OSError as error:
            self._logger.warning("The end of the session %s cannot be marked: %s", session, error.strerror or error)

    def _touch(self, db: sqlite3.Connection, session: str, current: int) -> None:
        """Note that a session of this process runs, and which of its states is the current one."""
        own = self.running[session]
        last, versions = time.time() if own.when is None else own.when, json_object(own.versions.encode())
        self._rows.set_session(db, session, own.notebook, own.started, last, "running", versions, current, own.kernel)

    def _set_how(self, session: str, how: How, when: float | None = None, kernel: str | None = None) -> None:
        """Write how a session ended, or that a kernel takes it up. kernel: that kernel; None: it stays the same."""
        last = time.time() if when is None else when

        def work(db: sqlite3.Connection) -> None:
            info = self._rows.session(db, session)
            if info is not None:
                fields = info.notebook, info.started, last, how, info.versions, info.last, kernel or info.kernel
                self._rows.set_session(db, session, *fields)

        self._database.write(work)

    # Logs and end marks of kernels that have ended

    def _replay_logs(self) -> None:
        try:
            names = os.listdir(self._logs)
        except OSError:
            return
        if not names:
            return
        with self._putting:
            for name in names:
                self._replay(self._logs / name)
            for ending in self._ends:
                if ending.session not in names or not (self._logs / ending.session).exists():
                    self._store_end(ending)

    def _replay(self, path: Path) -> None:
        session = path.name
        if not self._locks.hold_if_free(session):
            return
        try:
            if path.exists():  # otherwise another process has just replayed it
                stored = {info.id.number for info in self.states(session)}
                lost = replay(path, self._signer, stored, partial(do_again, self), self._logger)
                if lost:
                    self._lost[session] = lost
        except (OSError, StoreUnavailable) as error:
            line = f"The last cells of the session {session} are in its log and will be stored later: {error}"
            self._complain(f"log of {session}", line)
        finally:
            self._locks.release(session)

    def _store_end(self, ending: Ending) -> None:
        session = ending.session
        if not self._locks.hold_if_free(session):
            return
        try:
            self._set_how(session, "incomplete" if self.lost(session) else ending.how, ending.when)
            self._ends.forget(session)
        except (OSError, StoreUnavailable) as error:
            self._logger.debug("The end of the session %s will be stored later: %s", session, error)
        except StoreError:  # its row was altered: it is refused wherever it is read
            self._ends.forget(session)
        finally:
            self._locks.release(session)

    # States

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
        created: float | None = None,
    ) -> StateInfo:
        """Store the state after cell `number`, which ran on the state `parent`; it becomes the session's current one.

        A cell that only had its journal gets its snapshot by this (then label and failed say nothing new), and it
        replaces an earlier snapshot of the same number.

        Args:
            session: One of this process.
            number: The execution count of the cell.
            parent: The number of an older state; None for the first.
            state: The state, as `get` gives it back.
            meta: A JSON object, as `get` gives it back.
            label: The first line of the cell.
            failed: Whether the cell ended in an error.
            created: Seconds since the epoch; None: now.

        Raises:
            StoreUnavailable: Nothing was stored.
            ValueError: The session is not of this process, or the parent is not older than the state.
        """
        content_meta = canonical(dict(meta))
        self.running.require(session)
        versions = self.running[session].versions
        with self._putting:
            content = self._chunks.cut(state, content_meta)

            def work(db: sqlite3.Connection) -> StateInfo:
                cell = self._require_cell(db, session, NewCell(number, parent, label, failed, created), None)
                snapshot, in_meta, in_state = self._chunks.write(db, content, versions, cell.tag)
                self._rows.set_snapshot(db, cell, snapshot, in_meta, in_state)
                return cell.info(snapshot, True, 0)

            return self._write_state(session, number, parent, work)

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
        """Store a cell without its state, as `put` does. entry: A JSON object with what it takes to run it again."""
        return self.journal_all(session, [NewCell(number, parent, label, failed, created, entry)])[0]

    def journal_all(self, session: str, cells: Sequence[NewCell]) -> list[StateInfo]:
        """Store cells without their states, all or none. The last becomes the session's current one."""
        with self._putting:
            entries = [self._chunks.compress(canonical(dict(cell.entry or {}))) for cell in cells]

            def work(db: sqlite3.Connection) -> list[StateInfo]:
                pairs = zip(cells, entries, strict=True)
                return [self._require_cell(db, session, *pair).info(None, False, len(pair[1])) for pair in pairs]

            return self._write_state(session, cells[-1].number, cells[-1].parent, work)

    def move(self, session: str, number: int) -> None:
        """Make a stored state the session's current one: there it is resumed, and it is not dropped while it runs."""
        self._write_state(session, number, None, lambda db: self._rows.cell(db, session, number))

    def _write_state(self, session: str, number: int, parent: int | None, work: Callable[[sqlite3.Connection], T]) -> T:
        if number < 0 or (parent is not None and not 0 <= parent < number):
            raise ValueError(f"state {number} cannot follow state {parent}")
        self.running.require(session)

        def whole(db: sqlite3.Connection) -> T:
            result = work(db)
            self._touch(db, session, number)
            return result

        return self._database.write(whole)

    def _require_cell(self, db: sqlite3.Connection, session: str, new: NewCell, entry: bytes | None) -> CellRow:
        try:
            cell = self._rows.cell(db, session, new.number)
            if cell.parent == new.parent:
                return cell
            raise ValueError(f"state {new.number} follows state {cell.parent}, not {new.parent}")
        except StateMissing:
            pass
        except StateRefused:  # an altered row is replaced
            db.execute("DELETE FROM cells WHERE session = ? AND number = ?", (session, new.number))
        when = time.time() if new.created is None else float(new.created)
        return self._rows.add_cell(db, session, new.number, new.parent, when, new.label, new.failed, entry)

    def name(self, session: str, number: int, name: str) -> None:
        """Name a state of any session: it is never dropped. A state of the session that had the name loses it.

        Raises:
            StateMissing, StateRefused: There is no such state.
        """

        def work(db: sqlite3.Connection) -> None:
            self._rows.cell(db, session, number)
            self._rows.set_name(db, session, storable(name), number)

        self._database.write(work)

    def unname(self, session: str, name: str) -> bool:
        """Take a name away; False if no state had it."""
        statement, parameters = "DELETE FROM names WHERE session = ? AND name = ?", (session, storable(name))
        return self._database.write(lambda db: db.execute(statement, parameters).rowcount > 0)

    # Files

    def export(self, session: str, number: int | None, file: Path) -> int:
        """Write a session, or the state `number` with the journal that leads to it, into a file. Returns its bytes.

        The file appears whole or not at all. States that are refused are left out of a session.

        Raises:
            StateMissing, StateRefused
            FileExistsError: Something has that name, perhaps a link that leads nowhere.
            OSError: The file cannot be written.
        """
        from .export import export

        return export(self, self._chunks, self._signer, session, number, file)

    def import_(self, file: Path, *, trust: bool = False) -> SessionInfo:
        """Store a session that `export` wrote, under its id, or under a new one if the id is taken.

        trust: Accept a file that this user's key did not sign: the person vouches for it.

        Raises:
            StateRefused: It is damaged, or neither this user's nor trusted.
            OSError: The file cannot be read.
        """
        from .export import import_

        session = import_(self._database, self._rows, self._chunks, self._signer, file, new_id(), trust=trust)
        return self.session(session)

    # Room

    def drop(self, session: str, number: int) -> bool:
        """Drop what restores a state; False if other states rest on it. The next `gc` gives the room back."""
        from .retention import drop

        return self._database.write(lambda db: drop(db, session, number))

    def forget(self, session: str) -> None:
        """Forget a session of this process that nobody needs. The next `gc` gives its room back."""
        from .retention import forget

        self.end(session)
        self._database.write(lambda db: forget(db, session))

    def delete(self, session: str) -> int:
        """Forget a session, also one that was altered. Returns the bytes that this gave back.

        session: The whole id.

        Raises:
            SessionRunning: Its kernel must end first.
        """
        if self._locks.is_held(session):
            raise SessionRunning(f"the session {session} runs; shut its kernel down first")
        from .retention import collect, forget

        self._database.write(lambda db: forget(db, session))
        if is_session_id(session):
            remove_beside(self._logs, session)
        return collect(self._database, self._chunks, self._locks, Retention(None, None, None))

    def gc(self, retention: Retention | None = None, *, thorough: bool = False) -> int:
        """Drop states that are no longer kept, and give their room back to the disk. Returns the bytes given back.

        Quick while no limit is reached. Otherwise it keeps other writers out while it works: seconds for gigabytes.

        thorough: Work in any case.
        """
        from .retention import collect

        keep = retention or Retention()
        if keep.days is not None:
            remove_refused(self._logs, time.time() - keep.days * 86400)
        return collect(self._database, self._chunks, self._locks, keep, thorough=thorough)
