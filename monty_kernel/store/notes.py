"""A kernel's notes of what it has not stored yet: see `pending` for the file."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from .errors import StoreError

if TYPE_CHECKING:
    from .pending import Pending
    from .running import RunningSessions


class Notes:
    """The notes of one session. `add` is for the sandbox thread, all else for the store's.

    What keeps one from being written is said in the log, once; then a kill can cost that cell, as without notes.
    """

    def __init__(self, running: RunningSessions, session: str, log: logging.Logger) -> None:
        self._log = log
        begun = running[session]
        self._head = {
            "notebook": begun.notebook,
            "started": begun.started,
            "versions": begun.versions,
            "kernel": begun.kernel,
        }
        self._pending: Pending | None = None
        self._done = 0
        self._complained = False
        self._guarded(lambda: self._open(running, session))

    def _open(self, running: RunningSessions, session: str) -> None:
        self._pending = running.pending(session)

    def add(self, what: str, number: int, said: Mapping[str, Any], state: bytes = b"") -> int:
        """Note something; which note it is, 0 if it could not be noted."""
        pending = self._pending
        if pending is None:
            return 0
        note = {"what": what, "number": number, "created": time.time(), **self._head, **said}
        return self._guarded(lambda: pending.add(note, state)) or 0

    def done(self, note: int) -> None:
        """It is in the store, and all before it."""
        self._done = max(self._done, note)

    def clear(self) -> None:
        """Forget what is in the store, if that is everything."""
        if self._pending is not None and self._done:
            pending = self._pending
            self._guarded(lambda: pending.clear(self._done))

    def close(self) -> None:
        """The session ends; what is not in the store stays noted. Idempotent."""
        if self._pending is not None:
            self.clear()
            self._guarded(self._pending.close)

    def _guarded(self, call: Callable[[], Any]) -> Any:
        try:
            return call()
        except (OSError, StoreError, ValueError) as error:
            if not self._complained:
                self._complained = True
                said = getattr(error, "strerror", None) or error
                self._log.warning("If this kernel is killed, its last cells can be lost: %s", said)
        return None
