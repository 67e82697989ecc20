"""What this process does in the store with sessions that it runs: takes them up, and ends them in good order."""

from __future__ import annotations

import logging
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from .canonical import canonical
from .contents import Contents
from .database import Database
from .endings import Ending, Endings
from .errors import StoreUnavailable
from .pending import PENDING
from .records import How, SessionInfo
from .rows import Rows
from .running import RunningSessions
from .stored_sessions import StoredSessions

if TYPE_CHECKING:
    import sqlite3


class OwnSessions(StoredSessions):
    """The sessions of one store, and those of this process among them.

    Every method raises StoreUnavailable if the files cannot be used now.
    """

    def __init__(
        self, running: RunningSessions, database: Database, rows: Rows, contents: Contents, log: logging.Logger
    ) -> None:
        endings = Endings(running.path / PENDING)
        super().__init__(database, rows, contents, running.liveness, endings, running.versions, log)
        self.running = running
        self.path = running.path

    def begin(self, notebook: str | None) -> str:
        """The id of a new session of this process, see `RunningSessions.begin`."""
        return self.running.begin(notebook)

    def claim(self, session: str) -> SessionInfo:
        """Keep an ended session from other kernels, until `resume` or `disclaim`. Nothing is written.

        Raises:
            SessionRunning, StateMissing, StateRefused: as `resume`.
            StoreUnavailable: what it had noted when it ended cannot be stored now, and its numbers must not be given twice.
        """
        info = self.session(session)
        self.running.hold(info.id)
        if info.id not in self.running and (self.path / PENDING / info.id).exists():
            self._liveness.release(info.id)
            raise StoreUnavailable(
                f"the last cells of the session {info.id} cannot be stored now; make room on the disk and try again"
            )
        return info

    def disclaim(self, session: str) -> None:
        """Let a session go that was claimed; it is as it was. Idempotent."""
        if session not in self.running:
            self._liveness.release(session)

    def resume(self, session: str) -> SessionInfo:
        """Make an ended session one of this process: it runs again, and takes further states.

        Raises:
            SessionRunning: another kernel has it.
            StateMissing: there is no such session.
            StateRefused: its entry was altered.
        """
        info = self.claim(session)
        session = info.id
        self.running.take_up(session, info.notebook, info.started)
        self._set_how(session, "running", kernel=self.running.kernel)
        self._endings.forget(session)
        return replace(info, how="running")

    def end(self, session: str) -> None:
        """The session ends in good order. Without this or `leave` it died. Idempotent."""
        if session in self.running and self._liveness.holds(session):
            self._set_how(session, "closed")
        self.running.drop(session)

    def leave(self, session: str, how: How) -> None:
        """The session ends although not all of it could be stored: what is noted is taken in another time. Idempotent.

        how: `closed`, or `incomplete` if some is not even noted. Where the disk takes no mark either, it died.
        """
        if session in self.running:
            self.mark(session, how)
            self.running.drop(session)

    def mark(self, session: str, how: How) -> None:
        """Mark how the session ends, should nothing come of storing it."""
        try:
            self._endings.mark(session, how)
        except OSError as error:
            self._log.warning("That the session %s ended cannot be noted: %s", session, error.strerror or error)

    def ended(self, ending: Ending) -> None:
        """Store how a session ended that this process does not run."""
        self._set_how(ending.session, ending.how, ending.when)

    def _touch(self, db: sqlite3.Connection, session: str, current: int | None) -> None:
        begun = self.running[session]
        last = time.time() if begun.when is None else begun.when
        self._rows.set_session(
            db, session, begun.notebook, begun.started, last, "running", begun.versions, current, begun.kernel
        )

    def _set_how(self, session: str, how: How, when: float | None = None, kernel: str | None = None) -> None:
        """kernel: which one takes it up; else it stays that of the kernel that ran it."""
        last = time.time() if when is None else when

        def work(db: sqlite3.Connection) -> None:
            info = self._rows.session(db, session)
            if info is not None:
                versions = canonical(dict(info.versions)).decode()
                self._rows.set_session(
                    db, session, info.notebook, info.started, last, how, versions, info.last, kernel or info.kernel
                )

        self._database.write(work)
