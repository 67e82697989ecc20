"""Which sessions run: each running session holds a lock on a file of its own, which the system drops with the process.

`flock` belongs to the open file: neither a fork nor a second look at the same file from this process drops it, and
process ids that come around again do not matter.
"""

from __future__ import annotations

import os
import re
import sys
import time
from contextlib import suppress
from pathlib import Path

from .key import private_folder

_STALE = 3600.0  # seconds after which a file that nobody holds is swept


class Liveness:
    """The locks of the sessions of one store. Raises OSError."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._held: dict[str, int] = {}

    def hold(self, session: str) -> bool:
        """Say that this process runs the session; False if another one does."""
        if session in self._held:
            return True
        private_folder(self._folder)
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
            os.close(descriptor)  # swept between the two calls
        return False

    def holds(self, session: str) -> bool:
        """Whether this process runs the session."""
        return session in self._held

    def is_held(self, session: str) -> bool:
        """Whether any process runs the session."""
        if session in self._held:
            return True
        if not is_id(session):
            return False
        try:
            descriptor = os.open(self._folder / session, os.O_RDWR | os.O_CLOEXEC)
        except OSError:
            return False
        try:
            return not lock(descriptor)
        finally:
            os.close(descriptor)

    def release(self, session: str) -> None:
        """The session runs no longer."""
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
                os.unlink(entry.path)  # locked meanwhile: who resumes the session sees that its file is gone
        finally:
            os.close(descriptor)


def is_id(session: str) -> bool:
    """Whether the text, perhaps from a damaged or foreign file, can be a session's id and the name of a file."""
    return re.fullmatch("[a-z0-9]{1,32}", session) is not None


def lock(descriptor: int) -> bool:
    """Lock the open file for this process until it is closed; False if another has it."""
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
