"""The sessions that this process runs, each kept from other kernels by a lock that the system drops with the process.

`flock` belongs to the open file: neither a fork nor a second look at the same file from this process drops it, and
reused process ids do not matter. Nothing here needs SQLite, so a kernel's first cell does not wait for its import.
"""

from __future__ import annotations

import os
import re
import secrets
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from monty_kernel.files.private import require_private

from . import SessionRunning, StoreUnavailable
from .signing import Signer, canonical, storable

_FOLDER = "live"
_STALE = 3600.0  # seconds after which a lock file that nobody holds is removed
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # without those that look like others


def new_id() -> str:
    """An id for a session: 40 random bits, to be read out and typed."""
    return "".join(secrets.choice(_LETTERS) for _ in range(8))


def is_session_id(text: str) -> bool:
    """Whether the text, perhaps from a damaged or foreign file, can be a session's id and the name of a file."""
    return re.fullmatch("[a-z0-9]{1,32}", text) is not None


class SessionLocks:
    """The locks of the sessions of one store, a file for each session that runs."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._held: dict[str, int] = {}

    def hold(self, session: str) -> bool:
        """Lock the session for this process; False if another one has it. Idempotent. Raises OSError."""
        if session in self._held:
            return True
        require_private(self._folder)
        for _ in range(5):
            descriptor = os.open(self._folder / session, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            if not lock(descriptor):
                os.close(descriptor)
                time.sleep(0.01)  # perhaps `is_held` of another process, which lets go at once
                continue
            with suppress(OSError):
                if os.path.samestat(os.fstat(descriptor), os.stat(self._folder / session)):
                    self._held[session] = descriptor
                    return True
            os.close(descriptor)  # the file was removed between the two calls
        return False

    def holds(self, session: str) -> bool:
        """Whether this process runs the session."""
        return session in self._held

    def is_held(self, session: str) -> bool:
        """Whether any process runs the session."""
        if session in self._held:
            return True
        if not is_session_id(session):
            return False
        try:
            descriptor = os.open(self._folder / session, os.O_RDWR | os.O_CLOEXEC)
        except OSError:
            return False
        try:
            return not lock(descriptor)
        finally:
            os.close(descriptor)

    def hold_if_free(self, session: str) -> bool:
        """Lock a session that no process runs; False if one does, or the text is no id, or the disk takes no lock."""
        if not is_session_id(session) or self.is_held(session):
            return False
        with suppress(OSError):
            return self.hold(session)
        return False

    def release(self, session: str) -> None:
        """Drop the lock: this process runs the session no longer. Idempotent."""
        descriptor = self._held.pop(session, None)
        if descriptor is not None:
            with suppress(OSError):
                (self._folder / session).unlink()
            os.close(descriptor)

    def sweep(self) -> None:
        """Remove the files of processes that were killed."""
        with suppress(OSError):
            for entry in os.scandir(self._folder):
                with suppress(OSError):
                    if entry.stat().st_mtime < time.time() - _STALE:
                        self._remove(entry)

    def _remove(self, entry: os.DirEntry[str]) -> None:
        descriptor = os.open(entry.path, os.O_RDWR | os.O_CLOEXEC)
        try:
            if entry.name not in self._held and lock(descriptor):
                os.unlink(entry.path)  # it is locked meanwhile: whoever resumes the session sees that its file is gone
        finally:
            os.close(descriptor)


def lock(descriptor: int) -> bool:
    """Lock the open file for this process until it is closed; False if another process has it."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True


class RunningSession(NamedTuple):
    """What the row of a session says while it takes states.

    when: The time of the state it takes, in seconds since the epoch; None: now.
    """

    notebook: str | None
    started: float
    versions: str
    when: float | None = None
    kernel: str | None = None


class RunningSessions:
    """The sessions of this process in one store. One object per process and store, for one thread at a time.

    Args:
        path: The folder of the store, made on first use.
        key: Signs what is stored, at least 16 bytes.
        versions: Of what runs the sessions, such as {"monty": "1.4.0"}.
        kernel: Tells this kernel from others and is the same after a restart; None if nothing does. It is stored as a
            hash with the key, so that nobody else can make it.
    """

    def __init__(self, path: Path, key: bytes, *, versions: Mapping[str, str], kernel: str | None = None) -> None:
        self.path = path
        self.signer = Signer(key)
        self.versions = dict(versions)
        self.kernel = None if kernel is None else self.signer.tag("kernel", kernel).hex()
        self.locks = SessionLocks(path / _FOLDER)
        self._versions_text = canonical(self.versions).decode()
        self._running: dict[str, RunningSession] = {}

    def __contains__(self, session: object) -> bool:
        return session in self._running

    def __getitem__(self, session: str) -> RunningSession:
        return self._running[session]

    def begin(self, notebook: str | None) -> str:
        """The id of a new session. Nothing is written before its first state or log record.

        notebook: What later sessions of the same notebook give here, such as its path.
        """
        session = new_id()
        self.take_up(session, None if notebook is None else storable(notebook), time.time())
        return session

    def take_up(self, session: str, notebook: str | None, started: float) -> None:
        """Let a stored session take further states."""
        self._running[session] = RunningSession(notebook, started, self._versions_text, kernel=self.kernel)

    @contextmanager
    def adopted(self, session: str, running: RunningSession) -> Iterator[None]:
        """Let a session that this process does not run take further states for a moment. It stays one that died."""
        self._running[session] = running
        try:
            yield
        finally:
            del self._running[session]

    def require(self, session: str) -> None:
        """Make sure that the session is of this process, and locked.

        Raises:
            ValueError, SessionRunning, StoreUnavailable: It is not, or cannot be.
        """
        if session not in self._running:
            raise ValueError(f"the session {session} is not of this process")
        self.hold(session)

    def hold(self, session: str) -> None:
        """Keep the session from other kernels. Idempotent.

        Raises:
            SessionRunning: Another kernel has it.
            StoreUnavailable: The lock file cannot be made.
        """
        try:
            held = self.locks.hold(session)
        except OSError as error:
            why = error.strerror or error
            raise StoreUnavailable(f"the snapshots in {self.path} cannot be used now: {why}") from error
        if not held:
            raise SessionRunning(f"the session {session} runs in another kernel")

    def drop(self, session: str) -> None:
        """The session runs no longer. Idempotent."""
        if self._running.pop(session, None) is not None:
            self.locks.release(session)
