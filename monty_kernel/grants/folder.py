"""A folder of the host, and nothing outside it: each path is walked from its descriptor, link by link.

The system is only ever asked for one name in one open folder, never through a link, so it makes no difference what is
renamed or swapped meanwhile. Links are followed here, as long as they are relative and stay inside.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

Parts = Sequence[str]
"""A path below the folder, in its parts; none for the folder itself."""

MOST_READ = 1 << 27
"""Bytes of a file that is read: all of it crosses to the sandbox at once."""
MOST_LISTED = 50_000
"""Entries of a folder that is listed."""

_LINKS = 40
_DIRECTORY = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
# a pipe or a device that nobody reads or writes must not hold the session up
_FILE = (
    getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_NOCTTY", 0)
)


@dataclass(frozen=True, slots=True)
class Info:
    """What is there. kind: `other` for pipes, sockets and devices, which can be seen and not opened."""

    kind: str  # "file", "folder", "link" or "other"
    size: int = 0
    mode: int = 0
    modified: float = 0.0


class Folder:
    """Reads and changes files below an open folder, whose descriptor it owns. Raises OSError as the system does.

    An OSError of this class names no file: the caller knows what was asked for.
    """

    def __init__(self, fd: int) -> None:
        self._fd = fd

    def close(self) -> None:
        """Close the descriptor. Idempotent."""
        fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)

    def resolve(self, path: Parts) -> tuple[str, ...]:
        """The same path without links; what is not there yet stays as it is."""
        with self._walk(path, follow=True) as (_, _, real):
            return real

    def info(self, path: Parts, *, follow: bool = True) -> Info | None:
        """What is at the path; None if nothing is, or nothing that may be reached."""
        try:
            with self._walk(path, follow=follow) as (fd, name, _):
                return _info(os.stat(name, dir_fd=fd, follow_symlinks=False) if name else os.fstat(fd))
        except OSError as error:
            if is_unreachable(error):
                return None
            raise

    def read(self, path: Parts) -> bytes:
        """A file's content."""
        with self._opened(path, os.O_RDONLY) as fd:
            size = os.fstat(fd).st_size
            if size > MOST_READ:
                raise OSError(
                    errno.EFBIG, f"File too large: {size:,} bytes, and at most {MOST_READ:,} are read at once"
                )
            chunks = []
            left = MOST_READ + 1
            while left and (chunk := os.read(fd, min(left, 1 << 20))):
                chunks.append(chunk)
                left -= len(chunk)
            if not left:
                raise OSError(errno.EFBIG, f"File too large: at most {MOST_READ:,} bytes are read at once")
            return b"".join(chunks)

    def write(self, path: Parts, data: bytes, *, append: bool = False) -> None:
        """Make a file, or replace its content, or add to it."""
        with self._opened(path, os.O_WRONLY | os.O_CREAT | (os.O_APPEND if append else 0)) as fd:
            if not append:
                os.ftruncate(fd, 0)  # not O_TRUNC: only once it is known to be a regular file
            view = memoryview(data)
            while view:
                view = view[os.write(fd, view) :]

    def names(self, path: Parts) -> list[str]:
        """What a folder holds. Names that are no text are left out."""
        with self._walk(path, follow=True) as (fd, name, _):
            inside = os.open(name or ".", _DIRECTORY, dir_fd=fd)
        try:
            found: list[str] = []
            with os.scandir(inside) as entries:
                for entry in entries:
                    if len(found) == MOST_LISTED:
                        raise OSError(errno.EFBIG, f"the folder holds more than {MOST_LISTED:,} entries")
                    if _is_text(entry.name):
                        found.append(entry.name)
            return sorted(found)
        finally:
            os.close(inside)

    def make_folder(self, path: Parts) -> None:
        """Make one folder, in one that is there."""
        with self._named(path, follow=False) as (fd, name):
            os.mkdir(name, dir_fd=fd)

    def remove_file(self, path: Parts) -> None:
        """Remove a file or a link."""
        with self._named(path, follow=False) as (fd, name):
            os.unlink(name, dir_fd=fd)

    def remove_folder(self, path: Parts) -> None:
        """Remove an empty folder."""
        with self._named(path, follow=False) as (fd, name):
            os.rmdir(name, dir_fd=fd)

    def rename(self, path: Parts, target: Parts) -> None:
        """Move a file or a folder; a file that is at the target is replaced."""
        with self._named(path, follow=False) as (fd, name), self._named(target, follow=False) as (to, new):
            os.rename(name, new, src_dir_fd=fd, dst_dir_fd=to)

    @contextmanager
    def _opened(self, path: Parts, flags: int) -> Iterator[int]:
        with self._named(path, follow=True) as (fd, name):
            try:
                _require_regular(os.stat(name, dir_fd=fd, follow_symlinks=False))  # to open a device can do something
            except FileNotFoundError:
                if not flags & os.O_CREAT:
                    raise
            file = os.open(name, flags | _FILE, 0o666, dir_fd=fd)
        try:
            _require_regular(os.fstat(file))
            yield file
        finally:
            os.close(file)

    @contextmanager
    def _named(self, path: Parts, *, follow: bool) -> Iterator[tuple[int, str]]:
        with self._walk(path, follow=follow) as (fd, name, _):
            if not name:
                raise OSError(errno.EBUSY if not follow else errno.EISDIR, "Is the mounted folder itself")
            yield fd, name

    @contextmanager
    def _walk(self, path: Parts, *, follow: bool) -> Iterator[tuple[int, str, tuple[str, ...]]]:
        """The open folder that holds the path's last name, that name ('' for the folder itself), and the path without links."""
        if self._fd < 0:
            raise PermissionError(errno.EACCES, "The folder is not mounted any more")
        fds, names = [os.dup(self._fd)], list[str]()
        todo, links = list(reversed(path)), 0
        try:
            last = ""
            while todo:
                name = todo.pop()
                if name in ("", "."):
                    continue
                if name == "..":
                    if len(fds) == 1:
                        raise PermissionError(errno.EACCES, "Permission denied: it leads out of the mounted folder")
                    os.close(fds.pop())
                    names.pop()
                    continue
                is_last = not any(each not in ("", ".") for each in todo)
                if is_last and not follow:
                    last = name
                    break
                try:
                    target = os.readlink(name, dir_fd=fds[-1])
                except FileNotFoundError:
                    if not is_last:
                        raise
                    last = name
                    break
                except OSError as error:
                    if error.errno != errno.EINVAL:  # EINVAL: it is no link
                        raise
                else:
                    links += 1
                    if links > _LINKS:
                        raise OSError(errno.ELOOP, "Too many levels of symbolic links")
                    if target.startswith("/"):
                        raise PermissionError(
                            errno.EACCES, "Permission denied: an absolute link leads out of the mounted folder"
                        )
                    todo += reversed(target.split("/"))
                    continue
                if is_last:
                    last = name
                    break
                fds.append(os.open(name, _DIRECTORY, dir_fd=fds[-1]))
                names.append(name)
            yield fds[-1], last, (*names, last) if last else tuple(names)
        finally:
            for fd in fds:
                os.close(fd)


def is_unreachable(error: OSError) -> bool:
    """Whether it says that a path leads to nothing, or to nothing that may be reached."""
    nothing = isinstance(error, (FileNotFoundError, NotADirectoryError, PermissionError))
    return nothing or error.errno in (errno.ELOOP, errno.ENAMETOOLONG)


def _require_regular(found: os.stat_result) -> None:
    if stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError(errno.EISDIR, "Is a directory")
    if not stat.S_ISREG(found.st_mode):
        raise PermissionError(errno.EACCES, "Permission denied: it is neither a file nor a folder")


def _info(found: os.stat_result) -> Info:
    kinds = ((stat.S_ISREG, "file"), (stat.S_ISDIR, "folder"), (stat.S_ISLNK, "link"))
    kind = next((name for test, name in kinds if test(found.st_mode)), "other")
    return Info(kind, found.st_size, stat.S_IMODE(found.st_mode), found.st_mtime)


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
