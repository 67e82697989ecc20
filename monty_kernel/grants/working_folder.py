"""The files that every session has: a working folder and one for temporary files, in memory, empty at first.

They are an overlay on a disk with nothing on it but the folders themselves and those that lead to mounts.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterable
from pathlib import PurePosixPath

from monty_kernel.engine.written import WORK

from .folder import Info, Parts
from .overlay import Overlay, Room

WORKING = PurePosixPath(WORK)
TEMPORARY = PurePosixPath("/tmp")  # in the sandbox

MOST_FILES = 10_000
"""Files and folders that a session may have."""
_EACH = 512
"""Bytes of memory that a file takes besides its content."""

_FOLDER = Info("folder", mode=0o755)


class Bare:
    """A disk with a few empty folders. Has the methods of `Folder` that read.

    Args:
        mounted: The places of the mounts.
    """

    def __init__(self, mounted: Callable[[], Iterable[PurePosixPath]]) -> None:
        self._mounted = mounted

    def _folders(self) -> set[tuple[str, ...]]:
        places = (place.parts[1:] for place in (WORKING, TEMPORARY, *self._mounted()))
        return {parts[:length] for parts in places for length in range(len(parts) + 1)}

    def close(self) -> None:
        """Nothing is open."""

    def resolve(self, path: Parts) -> tuple[str, ...]:
        """The path without `.` and `..`."""
        plain: list[str] = []
        for name in path:
            if name == "..":
                del plain[-1:]
            elif name not in ("", "."):
                plain.append(name)
        return tuple(plain)

    def info(self, path: Parts, *, follow: bool = True) -> Info | None:
        """A folder or nothing."""
        return _FOLDER if self.resolve(path) in self._folders() else None

    def read(self, path: Parts) -> bytes:
        """There is no file."""
        if self.info(path) is not None:
            raise IsADirectoryError(errno.EISDIR, "Is a directory")
        raise FileNotFoundError(errno.ENOENT, "No such file or directory")

    def names(self, path: Parts) -> list[str]:
        """The folders in a folder."""
        above = self.resolve(path)
        return sorted({each[-1] for each in self._folders() if each and each[:-1] == above})

    def entries(self, path: Parts) -> list[tuple[str, Info]]:
        """The same, with what they are."""
        return [(name, _FOLDER) for name in self.names(path)]


def working_folder(mounted: Callable[[], Iterable[PurePosixPath]], most: int | None) -> Overlay:
    """The files of a session, below `/`.

    Args:
        mounted: The places of the mounts.
        most: Bytes that they may take; None for no limit.
    """
    size = "" if most is None else f" {_shown(most)} (work_max_bytes) and"
    full = f"the files of a session take at most{size} {MOST_FILES:,} entries"
    return Overlay(Bare(mounted), Room(most, MOST_FILES, full, _EACH))


def _shown(size: int) -> str:
    return f"{size >> 20} MiB" if size >= 1 << 20 and not size % (1 << 20) else f"{size:,} bytes"
