"""A folder of the host, and nothing outside of it: each path is walked from the folder's descriptor, link by link.

The system is asked only for one name in one open folder, never through a link, so renaming or swapping files
meanwhile makes no difference. Links are followed here if they are relative and stay inside.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from .quota import Quota

Parts = Sequence[str]
"""The parts of a path below the folder; empty for the folder itself."""

MOST_READ = 1 << 27
"""Bytes of a file that can be read, since all of it passes to the sandbox at once."""
MOST_LISTED = 50_000
"""Entries of a folder that can be listed."""

DEEPEST = 200
"""Levels of folders that cells can create: programs that walk a tree need a descriptor or a frame for each level."""
LONGEST = 2048
"""Bytes of a path below the mount that cells can create.

With the mount's own path it stays below the system's limit.
"""

_LINKS = 40
_STEPS = 20_000  # folders that are opened for one path, including `..` and links
_MEASURED = 2_000  # folders that are examined before a folder is moved to a longer path
_DIRECTORY = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
# a pipe or a device without a reader or writer must not block the session
_FILE = (
    getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_NOCTTY", 0)
)


@dataclass(frozen=True, slots=True)
class Info:
    """A file, folder or link. Pipes, sockets and devices are of the kind `other`: they can be seen but not opened."""

    kind: str  # "file", "folder", "link" or "other"
    size: int = 0
    mode: int = 0
    modified: float = 0.0


class Folder:
    """Reads and changes files below an open folder, whose descriptor it owns. Raises OSError as the system does.

    These errors name no file: the caller knows which one it asked for.
    """

    def __init__(self, fd: int, quota: Quota | None = None) -> None:
        self._fd = fd
        self._quota = quota or Quota(None, None)

    def close(self) -> None:
        """Close the descriptor. Idempotent."""
        fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)

    def resolve(self, path: Parts) -> tuple[str, ...]:
        """The path with its links resolved. Parts that do not exist yet stay as they are."""
        with self._walk(path, follow=True) as (_, _, real):
            return real

    def info(self, path: Parts, *, follow: bool = True) -> Info | None:
        """What is at the path, or None if nothing is there or it cannot be reached."""
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
        """Create a file, replace its content, or append to it."""
        flags = os.O_WRONLY | os.O_CREAT | (os.O_APPEND if append else 0)
        with self._opened(path, flags, new_size=len(data)) as fd:
            found = os.fstat(fd)
            self._quota.admit(found, (found.st_size if append else 0) + len(data))
            try:
                if not append:
                    os.ftruncate(fd, 0)  # not O_TRUNC, since it must first be known to be a regular file
                view = memoryview(data)
                while view:
                    view = view[os.write(fd, view) :]
            finally:
                self._quota.written(os.fstat(fd), found.st_size)

    def names(self, path: Parts) -> list[str]:
        """The names in a folder. Names that are not valid text are left out."""
        return [name for name, _ in self._entries(path)]

    def entries(self, path: Parts) -> list[tuple[str, Info]]:
        """The names in a folder and what each of them is, without following links."""
        return [(name, _info(found)) for name, found in self._entries(path, stat_each=True) if found is not None]

    def _entries(self, path: Parts, *, stat_each: bool = False) -> list[tuple[str, os.stat_result | None]]:
        with self._walk(path, follow=True) as (fd, name, _):
            inside = os.open(name or ".", _DIRECTORY, dir_fd=fd)
        try:
            found: list[tuple[str, os.stat_result | None]] = []
            with os.scandir(inside) as entries:
                for entry in entries:
                    if len(found) == MOST_LISTED:
                        raise OSError(errno.EFBIG, f"the folder has more than {MOST_LISTED:,} entries")
                    if not _is_text(entry.name):
                        continue
                    with suppress(FileNotFoundError):  # removed meanwhile
                        found.append((entry.name, entry.stat(follow_symlinks=False) if stat_each else None))
            return sorted(found, key=lambda each: each[0])
        finally:
            os.close(inside)

    def make_folder(self, path: Parts) -> None:
        """Create one folder in an existing one."""
        with self._named(path, follow=False) as (fd, name, real):
            require_short(real, 1)
            self._quota.admit_file()
            os.mkdir(name, dir_fd=fd)
            self._quota.made(os.stat(name, dir_fd=fd, follow_symlinks=False))

    def remove_file(self, path: Parts) -> None:
        """Remove a file or a link."""
        with self._named(path, follow=False) as (fd, name, _):
            found = os.stat(name, dir_fd=fd, follow_symlinks=False)
            os.unlink(name, dir_fd=fd)
            self._quota.removed(found)

    def remove_folder(self, path: Parts) -> None:
        """Remove an empty folder."""
        with self._named(path, follow=False) as (fd, name, _):
            found = os.stat(name, dir_fd=fd, follow_symlinks=False)
            os.rmdir(name, dir_fd=fd)
            self._quota.removed(found)

    def rename(self, path: Parts, target: Parts) -> None:
        """Move a file or a folder. A file at the target is replaced."""
        with (
            self._named(path, follow=False) as (fd, name, real),
            self._named(target, follow=False) as (to, new, goal),
        ):
            found = os.stat(name, dir_fd=fd, follow_symlinks=False)
            self._require_short_below(real, goal, is_folder=stat.S_ISDIR(found.st_mode))
            replaced = None
            with suppress(FileNotFoundError):
                replaced = os.stat(new, dir_fd=to, follow_symlinks=False)
            os.rename(name, new, src_dir_fd=fd, dst_dir_fd=to)
            if replaced is not None and not os.path.samestat(found, replaced):
                self._quota.removed(replaced)

    def _require_short_below(self, real: Parts, goal: Parts, *, is_folder: bool) -> None:
        """Check that no path becomes too long when `real` is moved to `goal`."""
        require_short(goal, 1 if is_folder else 0)
        if not is_folder or (len(goal) <= len(real) and _length(goal) <= _length(real)):
            return
        todo, seen = [tuple[str, ...]()], 0
        while todo:
            below = todo.pop()
            require_short((*goal, *below), 1)
            seen += 1
            if seen > _MEASURED:
                raise OSError(
                    errno.EFBIG,
                    f"a folder with more than {_MEASURED:,} folders in it cannot be moved to a longer path",
                )
            for name, info in self.entries((*real, *below)):
                if info.kind == "folder":
                    todo.append((*below, name))
                else:
                    require_short((*goal, *below, name), 0)

    @contextmanager
    def _opened(self, path: Parts, flags: int, new_size: int = 0) -> Iterator[int]:
        """Open a regular file. If it has to be created, `new_size` is the number of bytes it will have at once."""
        with self._named(path, follow=True) as (fd, name, real):
            is_new = False
            try:
                _require_regular(os.stat(name, dir_fd=fd, follow_symlinks=False))  # opening a device can have an effect
            except FileNotFoundError:
                if not flags & os.O_CREAT:
                    raise
                require_short(real, 0)
                self._quota.admit_file(new_size)
                is_new = True
            file = os.open(name, flags | _FILE, 0o666, dir_fd=fd)
        try:
            found = os.fstat(file)
            _require_regular(found)
            if is_new:
                self._quota.made(found)
            yield file
        finally:
            os.close(file)

    @contextmanager
    def _named(self, path: Parts, *, follow: bool) -> Iterator[tuple[int, str, tuple[str, ...]]]:
        with self._walk(path, follow=follow) as (fd, name, real):
            if not name:
                raise OSError(errno.EBUSY if not follow else errno.EISDIR, "Is the mounted folder itself")
            yield fd, name, real

    @contextmanager
    def _walk(self, path: Parts, *, follow: bool) -> Iterator[tuple[int, str, tuple[str, ...]]]:
        """The open folder of the path's last name, that name ('' for the folder itself), and the path without links."""
        if self._fd < 0:
            raise PermissionError(errno.EACCES, "The folder is no longer mounted")
        if len(path) > _STEPS:
            raise OSError(errno.ENAMETOOLONG, "File name too long")
        here, names = os.dup(self._fd), list[str]()
        todo, links, steps = list(reversed(path)), 0, 0
        try:
            last = ""
            while todo:
                name = todo.pop()
                if name in ("", "."):
                    continue
                steps += len(names) if name == ".." else 1
                if steps > _STEPS:
                    raise OSError(
                        errno.ENAMETOOLONG, f"File name too long: it leads through more than {_STEPS:,} folders"
                    )
                if name == "..":
                    if not names:
                        raise PermissionError(errno.EACCES, "Permission denied: it leads out of the mounted folder")
                    names.pop()
                    os.close(here)
                    here = -1
                    here = self._down(names)
                    continue
                is_last = not any(each not in ("", ".") for each in todo)
                if is_last and not follow:
                    last = name
                    break
                try:
                    target = os.readlink(name, dir_fd=here)
                except FileNotFoundError:
                    if not is_last:
                        raise
                    last = name
                    break
                except OSError as error:
                    if error.errno != errno.EINVAL:  # EINVAL: it is not a link
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
                below = os.open(name, _DIRECTORY, dir_fd=here)
                os.close(here)
                here = below
                names.append(name)
            yield here, last, (*names, last) if last else tuple(names)
        finally:
            if here >= 0:
                os.close(here)

    def _down(self, names: Parts) -> int:
        """A descriptor of the folder at a path without links.

        One is open at a time, since a path may have more parts than there are descriptors.
        """
        here = os.dup(self._fd)
        for name in names:
            try:
                below = os.open(name, _DIRECTORY, dir_fd=here)
            finally:
                os.close(here)
            here = below
        return here


def is_unreachable(error: OSError) -> bool:
    """Whether the error means that nothing is at a path, or that it cannot be reached."""
    nothing = isinstance(error, (FileNotFoundError, NotADirectoryError, PermissionError))
    return nothing or error.errno in (errno.ELOOP, errno.ENAMETOOLONG)


def require_short(path: Parts, folders: int) -> None:
    """Check that cells may create this path. `folders` is 1 for the path of a folder."""
    if len(path) - 1 + folders > DEEPEST:
        raise OSError(errno.ENAMETOOLONG, f"File name too long: cells can create at most {DEEPEST} levels of folders")
    if _length(path) > LONGEST:
        raise OSError(errno.ENAMETOOLONG, f"File name too long: cells can create paths of at most {LONGEST:,} bytes")


def _length(path: Parts) -> int:
    return sum(len(os.fsencode(name)) + 1 for name in path)


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
