"""How sessions ended whose end could not be stored: an empty file each, since a name takes no room on a full disk."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from .liveness import is_id
from .records import How

_HOW: tuple[How, ...] = ("closed", "incomplete")


@dataclass(frozen=True, slots=True)
class Ending:
    """The end of a session. when: seconds since the epoch."""

    session: str
    how: How
    when: float


class Endings:
    """The ends that are yet to be stored. They say nothing about a session that runs or whose end is stored.

    folder: there is one already when a session ends, that of the notes.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def mark(self, session: str, how: How) -> None:
        """The session ends now. Raises OSError."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | getattr(os, "O_NOFOLLOW", 0)
        os.close(os.open(self._folder / f"{session}.{how}", flags, 0o600))

    def of(self, session: str) -> Ending | None:
        """How the session ended, if that is marked."""
        for how in reversed(_HOW):
            with suppress(OSError):
                return Ending(session, how, (self._folder / f"{session}.{how}").lstat().st_mtime)
        return None

    def forget(self, session: str) -> None:
        """It is stored. Raises OSError."""
        for how in _HOW:
            (self._folder / f"{session}.{how}").unlink(missing_ok=True)

    def __iter__(self) -> Iterator[Ending]:
        names: list[str] = []
        with suppress(OSError):
            names = sorted(os.listdir(self._folder))
        for name in names:
            session, _, how = name.partition(".")
            if how in _HOW and is_id(session) and (found := self.of(session)) is not None:
                yield found
