"""How many bytes and files cells may add to folders that are mounted `rw`.

If they remove them, they may add as many again.
"""

from __future__ import annotations

import errno
import os
import stat

MOST_BYTES = 1 << 30
MOST_FILES = 10_000

_File = tuple[int, int]
"""A file's device and inode, which it keeps when it is renamed."""


class Quota:
    """The quota of one session over all its mounts, including unmounted ones. Raises OSError as a full disk would.

    For a file that existed before, only the bytes that cells appended count; shortening or removing it gains nothing.

    Args:
        most_bytes: the limit of bytes, or None.
        most_files: the limit of files and folders, or None.
    """

    def __init__(self, most_bytes: int | None = MOST_BYTES, most_files: int | None = MOST_FILES) -> None:
        self._most_bytes = most_bytes
        self._most_files = most_files
        self._bytes: dict[_File, int] = {}  # added to each file by cells
        self._made: set[_File] = set()
        self._total = 0

    @property
    def bytes(self) -> int:
        """Bytes that were added and still exist."""
        return self._total

    @property
    def files(self) -> int:
        """Files and folders that were created and still exist."""
        return len(self._made)

    def admit_file(self, size: int = 0) -> None:
        """Check that a file or folder of this size may be created."""
        if self._most_files is not None and len(self._made) >= self._most_files:
            raise OSError(
                errno.ENOSPC,
                f"No space left: cells have created {len(self._made):,} files and folders, "
                "the limit that the option mount_max_files sets",
            )
        self._admit(size)

    def admit(self, found: os.stat_result, size: int) -> None:
        """Check that a file may grow to this size."""
        self._admit(self._growth(_file(found), found.st_size, size))

    def made(self, found: os.stat_result) -> None:
        """Count an empty file or folder that was created."""
        self._total -= self._bytes.pop(_file(found), 0)  # left by a file with the same inode, which the person removed
        self._made.add(_file(found))

    def written(self, found: os.stat_result, before: int) -> None:
        """Count a write to a file that had `before` bytes."""
        file = _file(found)
        growth = self._growth(file, before, found.st_size)
        self._total += growth
        counted = self._bytes.pop(file, 0) + growth
        if counted:
            self._bytes[file] = counted

    def removed(self, found: os.stat_result) -> None:
        """Count the removal of one name of a file."""
        if found.st_nlink > 1 and not stat.S_ISDIR(found.st_mode):
            return  # it still exists under another name
        self._total -= self._bytes.pop(_file(found), 0)
        self._made.discard(_file(found))

    def _growth(self, file: _File, before: int, after: int) -> int:
        return max(after - before, -self._bytes.get(file, 0))

    def _admit(self, growth: int) -> None:
        if self._most_bytes is not None and growth > 0 and self._total + growth > self._most_bytes:
            raise OSError(
                errno.ENOSPC,
                f"No space left: cells have added {self._total:,} bytes to mounted folders and may add "
                f"{self._most_bytes:,}; the option mount_max_bytes sets this limit",
            )


def _file(found: os.stat_result) -> _File:
    return found.st_dev, found.st_ino
