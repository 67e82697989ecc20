"""The sessions that this process runs: begun here or taken up, held against other kernels, and ended in good order."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from .contents import Contents
from .database import Database
from .endings import Ending, Endings
from .liveness import Liveness
from .pending import PENDING
from .records import How, SessionInfo
from .refusals import SessionRunning, StoreUnavailable
from .rows import Rows, canonical, text
from .stored_sessions import StoredSessions

if TYPE_CHECKING:
    import sqlite3

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another


def new_id() -> str:
    """An id for a session: 40 random bits, to be read out and typed."""
    return "".join(secrets.choice(_LETTERS) for _ in range(8))


@dataclass(frozen=True, slots=True)
class Begun:
    """What the row of a session says that takes states. when: of the state it takes, seconds since the epoch; None: now."""

    notebook: str | None
    started: float
    versions: str
    when: float | None = None


class OwnSessions(StoredSessions):
    """The sessions of one store, and those of this process among them.

    Every method raises StoreUnavailable if the files cannot be used now.
    """

    def __init__(
        self,
        path: Path,
        database: Database,
        rows: Rows,
        contents: Contents,
        versions: Mapping[str, str],
        log: logging.Logger,
    ) -> None:
        endings = Endings(path / PENDING)
        super().__init__(database, rows, contents, Liveness(path / "live"), endings, versions, log)
        self.path = path
        self._versions_text = canonical(dict(versions)).decode()
        self._begun: dict[str, Begun] = {}  # the sessions of this process

    def begun(self, session: str) -> Begun:
        """What is known of a session of this process."""
        return self._begun[session]

    def begin(self, notebook: str | None) -> str:
        """The id of a new session of this process. Nothing is written before its first state is.

        notebook: what later sessions of the same notebook give here, say its path.
        """
        session = new_id()
        self._begun[session] = Begun(None if notebook is None else text(notebook), time.time(), self._versions_text)
        return session

    def claim(self, session: str) -> SessionInfo:
        """Keep an ended session from other kernels, until `resume` or `disclaim`. Nothing is written.

        Raises:
            SessionRunning, StateMissing, StateRefused: as `resume`.
            StoreUnavailable: what it had noted when it ended cannot be stored now, and its numbers must not be given twice.
        """
        info = self.session(session)
        self._hold(info.id)
        if info.id not in self._begun and (self.path / PENDING / info.id).exists():
            self._liveness.release(info.id)
            raise StoreUnavailable(
                f"the last cells of the session {info.id} cannot be stored now; make room on the disk and try again"
            )
        return info

    def disclaim(self, session: str) -> None:
        """Let a session go that was claimed; it is as it was. Idempotent."""
        if session not in self._begun:
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
        self._begun[session] = Begun(info.notebook, info.started, self._versions_text)
        self._set_how(session, "running")
        self._endings.forget(session)
        return replace(info, how="running")

    def end(self, session: str) -> None:
        """The session ends in good order. Without this or `leave` it died. Idempotent."""
        if session in self._begun and self._liveness.holds(session):
            self._set_how(session, "closed")
        if self._begun.pop(session, None) is not None:
            self._liveness.release(session)

    def leave(self, session: str, how: How) -> None:
        """The session ends although not all of it could be stored: what is noted is taken in another time. Idempotent.

        how: `closed`, or `incomplete` if some is not even noted. Where the disk takes no mark either, it died.
        """
        if session in self._begun:
            self.mark(session, how)
            del self._begun[session]
            self._liveness.release(session)

    def mark(self, session: str, how: How) -> None:
        """Mark how the session ends, should nothing come of storing it."""
        try:
            self._endings.mark(session, how)
        except OSError as error:
            self._log.warning("That the session %s ended cannot be noted: %s", session, error.strerror or error)

    def ended(self, ending: Ending) -> None:
        """Store how a session ended that this process does not run."""
        self._set_how(ending.session, ending.how, ending.when)

    @contextmanager
    def adopted(self, session: str, begun: Begun) -> Iterator[None]:
        """A session that this process does not run takes further states for a moment; it stays one that died."""
        self._begun[session] = begun
        try:
            yield
        finally:
            del self._begun[session]

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
        begun = self._begun[session]
        last = time.time() if begun.when is None else begun.when
        self._rows.set_session(db, session, begun.notebook, begun.started, last, "running", begun.versions, current)

    def _set_how(self, session: str, how: How, when: float | None = None) -> None:
        last = time.time() if when is None else when

        def work(db: sqlite3.Connection) -> None:
            info = self._rows.session(db, session)
            if info is not None:
                versions = canonical(dict(info.versions)).decode()
                self._rows.set_session(db, session, info.notebook, info.started, last, how, versions, info.last)

        self._database.write(work)
