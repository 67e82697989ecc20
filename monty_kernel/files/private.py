"""Folders and files of lines that only this user can read."""

from __future__ import annotations

import errno
import os
import stat
import sys
from pathlib import Path


def make_private(path: str | os.PathLike[str]) -> None:
    """Make a folder and its missing parents for this user alone. Folders that exist stay as they are.

    `mkdir(mode=0o700, parents=True)` makes the parents as the umask says: anyone could replace the last folder.

    Raises:
        OSError: A folder cannot be made.
    """
    folder = os.path.abspath(path)
    missing = []
    while not os.path.isdir(folder):
        missing.append(folder)
        above = os.path.dirname(folder)
        if above == folder:
            break
        folder = above
    for name in reversed(missing):
        try:
            os.mkdir(name, 0o700)
        except FileExistsError:
            if not os.path.isdir(name):  # otherwise another process has just made it
                raise


def require_private(folder: Path) -> None:
    """Make the folder if it is missing, and close an existing one to others.

    Raises:
        OSError: It cannot be made, or it belongs to another user, who could put anything there.
    """
    make_private(folder)
    if sys.platform == "win32":
        return  # the folders of a profile are private there
    status = folder.stat()
    if status.st_uid != os.geteuid():
        advice = f"{folder} belongs to another user; set JUPYTER_DATA_DIR to a folder of your own"
        raise PermissionError(errno.EPERM, advice)
    if status.st_mode & 0o077:
        folder.chmod(0o700)


_NO_LINK = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
_APPEND = os.O_WRONLY | os.O_APPEND | os.O_CREAT | _NO_LINK | getattr(os, "O_NONBLOCK", 0)


class AppendFailed(OSError):
    """The file cannot be opened or written. The message is a clause that says so, and why."""


class AppendedFile:
    """Appends to a file, opened with the first line. For one thread at a time; several processes may share one file.

    Args:
        path: Made with mode 0600, in a folder that is there: no folder is made, since a name may be mistyped.
        largest: Bytes after which the file is renamed to `PATH.1`, in place of an earlier one, and a new one is begun;
            None: no limit.
    """

    def __init__(self, path: Path, largest: int | None = None) -> None:
        self.path = path
        self._largest = largest
        self._file: int | None = None

    def open(self) -> int:
        """The descriptor of the file that has the path now.

        Raises:
            AppendFailed: It cannot be opened, is a link or is not a regular file, or half a line in it cannot be ended.
        """
        if self._file is not None:
            if self._is_in_place(self._file):
                return self._file
            self.close()  # moved away, as logs are, or deleted: nobody would find what is written to it
        try:
            file = os.open(self.path, _APPEND, 0o600)
        except OSError as error:
            why = error.strerror
            if os.path.islink(self.path):
                why = "it is a link; give the path that it leads to"
            elif isinstance(error, FileNotFoundError):
                why = f"there is no folder {self.path.parent}"
            raise AppendFailed(f"cannot be opened: {why}") from None
        try:
            if not stat.S_ISREG(os.fstat(file).st_mode):
                raise AppendFailed("cannot be opened: it is not a regular file")
            self._end_line(file)
        except OSError as error:
            os.close(file)
            if isinstance(error, AppendFailed):
                raise
            raise AppendFailed(f"cannot be written: {error.strerror}") from None
        self._file = file
        return file

    def append(self, line: bytes) -> None:
        """Write a line, which ends with a newline.

        Raises:
            AppendFailed: It was not written, or only half of it.
        """
        file = self.open()
        try:
            if self._largest is not None and os.fstat(file).st_size >= self._largest:
                os.replace(self.path, f"{self.path}.1")
                file = self.open()
            written = os.write(file, line)  # one write in append mode: lines of several kernels do not mix
        except AppendFailed:  # the new file after a full one; its message is complete
            raise
        except OSError as error:
            written, why = 0, error.strerror
        else:
            why = "the disk is full"
        if written != len(line):
            self.close()
            raise AppendFailed(f"cannot be written: {why}")

    def close(self) -> None:
        """Close the file. Idempotent; the next line opens it again."""
        file, self._file = self._file, None
        if file is not None:
            os.close(file)

    def _is_in_place(self, file: int) -> bool:
        try:
            return os.path.samestat(os.lstat(self.path), os.fstat(file))
        except OSError:
            return False

    def _end_line(self, file: int) -> None:
        # a kernel that was killed, or a full disk, may have left half a line
        size = os.fstat(file).st_size
        if size:
            with open(os.open(self.path, os.O_RDONLY | _NO_LINK), "rb") as reading:
                reading.seek(size - 1)
                if reading.read(1) != b"\n":
                    os.write(file, b"\n")
