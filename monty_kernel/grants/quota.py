"""What cells may add to the folders that are mounted `rw`: so many bytes, so many files. What they take away again, they may add anew."""

from __future__ import annotations

import errno
import os
import stat

MOST_BYTES = 1 << 30
MOST_FILES = 10_000

_File = tuple[int, int]
"""A file by its device and inode, which it keeps when it is renamed."""


class Quota:
    """One for a session, over all its mounts, those that were unmounted too. Raises OSError where the disk would be full.

    A file that was there before counts with what cells made it longer; to shorten or to remove it earns nothing.
    most_bytes, most_files: None for no limit. Folders count as files.
    """

    def __init__(self, most_bytes: int | None = MOST_BYTES, most_files: int | None = MOST_FILES) -> None:
        self._most_bytes = most_bytes
        self._most_files = most_files
        self._bytes: dict[_File, int] = {}  # by which cells made each file longer
        self._made: set[_File] = set()
        self._total = 0

    @property
    def bytes(self) -> int:
        """Bytes that were added and are still there."""
        return self._total

    @property
    def files(self) -> int:
        """Files and folders that were made and are still there."""
        return len(self._made)

    def admit_file(self, size: int = 0) -> None:
        """See to it that a file or folder of this size may be made."""
        if self._most_files is not None and len(self._made) >= self._most_files:
            raise OSError(
                errno.ENOSPC,
                f"No space left: cells have made {len(self._made):,} files and folders, all that the option mount_max_files lets them",
            )
        self._admit(size)

    def admit(self, found: os.stat_result, size: int) -> None:
        """See to it that a file may get this size."""
        self._admit(self._growth(_file(found), found.st_size, size))

    def made(self, found: os.stat_result) -> None:
        """A file or folder was made, empty."""
        self._total -= self._bytes.pop(_file(found), 0)  # of one with the same inode, which the person removed
        self._made.add(_file(found))

    def written(self, found: os.stat_result, before: int) -> None:
        """A file that had `before` bytes has become what was found."""
        file = _file(found)
        growth = self._growth(file, before, found.st_size)
        self._total += growth
        counted = self._bytes.pop(file, 0) + growth
        if counted:
            self._bytes[file] = counted

    def removed(self, found: os.stat_result) -> None:
        """A name was taken away from what was found under it."""
        if found.st_nlink > 1 and not stat.S_ISDIR(found.st_mode):
            return  # it is still there under another name
        self._total -= self._bytes.pop(_file(found), 0)
        self._made.discard(_file(found))

    def _growth(self, file: _File, before: int, after: int) -> int:
        return max(after - before, -self._bytes.get(file, 0))

    def _admit(self, growth: int) -> None:
        if self._most_bytes is not None and growth > 0 and self._total + growth > self._most_bytes:
            raise OSError(
                errno.ENOSPC,
                f"No space left: cells have added {self._total:,} bytes to mounted folders and may add {self._most_bytes:,}; "
                "the option mount_max_bytes sets that",
            )


def _file(found: os.stat_result) -> _File:
    return found.st_dev, found.st_ino
