"""Writes a file so that nobody sees half of it, under the given name in the given folder, never through a link.

A stranger's checkout may have a link where a result is to be written, and following it would overwrite another file. So
the system is asked for one name in one open folder, and a new file replaces whatever has that name.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
import select
import stat
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_BY_DESCRIPTOR = os.open in os.supports_dir_fd and os.rename in os.supports_dir_fd  # not on Windows
_NO_LINK = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
# O_PATH: a folder that may be entered and not listed can be written to as well
_FOLDER = getattr(os, "O_PATH", os.O_RDONLY) | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_CLOEXEC", 0)
_STREAM = re.compile(
    r"/dev/(?:(?P<name>stdin|stdout|stderr)|fd/(?P<dev>\d{1,9}))|/proc/(?P<pid>[\w-]+)/fd/(?P<proc>\d{1,9})"
)
_NO_FILE = "it is a pipe or a device, which is written to only if you name it with -o"
_NAMED = {"stdin": 0, "stdout": 1, "stderr": 2}


class OpenFolder:
    """An open folder to write to, whatever its path leads to later. It owns the descriptor.

    Args:
        path: The folder.
        follow: Whether the path may lead through links. If not, a path below the working directory is walked from
            there, name by name.

    Raises:
        OSError: The folder cannot be opened, or the path leads through a link and may not.
    """

    def __init__(self, path: Path, *, follow: bool = True) -> None:
        self._path = os.path.abspath(path)
        self._fd: int | None = None
        if _BY_DESCRIPTOR:
            self._fd = os.open(path, _FOLDER) if follow else _walked(path)
        elif not os.path.isdir(path):
            raise FileNotFoundError(errno.ENOENT, f"there is no folder {path}")

    def close(self) -> None:
        """Close the descriptor. Idempotent."""
        fd, self._fd = self._fd, None
        if fd is not None:
            os.close(fd)

    def status(self, name: str) -> os.stat_result | None:
        """The status of whatever has this name, of a link itself and not of its target; None if nothing has it."""
        try:
            return os.stat(self._at(name), follow_symlinks=False, **self._in())
        except FileNotFoundError:
            return None

    def read(self, name: str) -> bytes:
        """The content of a file, also through a link."""
        with open(
            os.open(self._at(name), os.O_RDONLY | (_NO_LINK & ~getattr(os, "O_NOFOLLOW", 0)), **self._in()), "rb"
        ) as file:
            return file.read()

    def why_not_writable(self, name: str, *, only_files: bool = False) -> str | None:
        """Why `write` would fail, as far as that can be told beforehand; None if nothing seems to be in the way."""
        before = self.status(name)
        if before is not None and stat.S_ISDIR(before.st_mode):
            return "it is a folder"
        if before is not None and not stat.S_ISLNK(before.st_mode):
            if not os.access(self._at(name), os.W_OK, **self._in()):
                return "you may not write to it"
            if not stat.S_ISREG(before.st_mode):
                return _NO_FILE if only_files else None
        if not os.access(self._at("."), os.W_OK | os.X_OK, **self._in()):
            return f"you may not write to the folder {self._path}"
        return None

    def write(self, name: str, data: bytes, *, only_files: bool = False) -> None:
        """Make a file of this name, in place of whatever has it.

        A file that is replaced keeps its permissions, except those that make a program run as its owner.

        Args:
            name: The name in the folder.
            data: The whole content.
            only_files: Refuse to write into a pipe or a device, where a pipe that nobody reads would block without end.

        Raises:
            OSError: It cannot be written, and the old file is unchanged. If a new file was made and could not replace
                the old one, the message says under which name it was left.
        """
        before = self.status(name)
        if before is not None and stat.S_ISDIR(before.st_mode):
            raise IsADirectoryError(errno.EISDIR, "it is a folder")
        if before is not None and not stat.S_ISREG(before.st_mode) and not stat.S_ISLNK(before.st_mode):
            if only_files:
                raise OSError(errno.EINVAL, _NO_FILE)
            self._write_into(name, data)
            return
        fresh = self._make(data, before)
        try:
            os.replace(self._at(fresh), self._at(name), **self._from_and_to())
        except OSError as error:
            kept = self._keep(fresh, name)
            why = f"it cannot be replaced ({error.strerror}) and is unchanged; the new content is beside it, in {kept}"
            raise OSError(error.errno, why) from error
        except BaseException:
            self._forget(fresh)
            raise

    def _write_into(self, name: str, data: bytes) -> None:
        flags = os.O_WRONLY | _NO_LINK | getattr(os, "O_NOCTTY", 0)
        with open(os.open(self._at(name), flags, **self._in()), "wb", buffering=0) as file:
            if stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise OSError(errno.EBUSY, "it was a pipe or a device and is a file now")
            _write_all(file.fileno(), data)

    def _make(self, data: bytes, before: os.stat_result | None) -> str:
        """Make a whole new file under a name that nobody can guess; the name."""
        fresh = f".monty-kernel-{secrets.token_hex(8)}.tmp"
        nameless = self._nameless()
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_LINK
        fd = os.open(self._at(fresh), flags, 0o600, **self._in()) if nameless is None else nameless
        try:
            _write_all(fd, data)
            if before is not None and stat.S_ISREG(before.st_mode):
                _take_after(fd, before)
            elif hasattr(os, "fchmod"):
                os.fchmod(fd, _mode_of_new_files())
            if nameless is not None:
                os.link(f"/proc/self/fd/{fd}", fresh, dst_dir_fd=self._fd, follow_symlinks=True)
        except BaseException:
            if nameless is None:
                self._forget(fresh)
            raise
        finally:
            os.close(fd)
        return fresh

    def _nameless(self) -> int | None:
        # a file without a name leaves nothing behind after a kill; not every file system has it
        if self._fd is None or not hasattr(os, "O_TMPFILE") or not os.path.isdir("/proc/self/fd"):
            return None
        try:
            return os.open(".", os.O_WRONLY | os.O_TMPFILE | os.O_CLOEXEC, 0o600, dir_fd=self._fd)
        except OSError:  # the ordinary way reports what is wrong, if anything is
            return None

    def _keep(self, fresh: str, name: str) -> str:
        """Give the new file a visible name, if possible; the name that it has then."""
        stem, suffix = os.path.splitext(name)
        kept = f"{stem[:40]}.new-{secrets.token_hex(4)}{suffix[:20]}"
        try:
            os.rename(self._at(fresh), self._at(kept), **self._from_and_to())
        except OSError:
            return fresh
        return kept

    def _forget(self, fresh: str) -> None:
        with suppress(OSError):
            os.unlink(self._at(fresh), **self._in())

    def _at(self, name: str) -> str:
        return name if self._fd is not None else os.path.join(self._path, name)

    def _in(self) -> dict[str, Any]:
        return {} if self._fd is None else {"dir_fd": self._fd}

    def _from_and_to(self) -> dict[str, Any]:
        return {} if self._fd is None else {"src_dir_fd": self._fd, "dst_dir_fd": self._fd}


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is written: a name in an open folder, or a stream of this process.

    Attributes:
        path: The path.
        folder: Its folder; None for a stream.
        stream: The number of the stream's descriptor.
        only_files: Whether only files are written to, because the person gave the folder and not this name.
    """

    path: Path
    folder: OpenFolder | None
    stream: int | None = None
    only_files: bool = False

    def why_not_writable(self) -> str | None:
        """Why `write` would fail, as far as that can be told beforehand; None if nothing seems to be in the way."""
        return None if self.folder is None else self.folder.why_not_writable(self.path.name, only_files=self.only_files)

    def is_stream(self) -> bool:
        """Whether somebody reads it as it is written, for example a log: a stream, a pipe or a device."""
        status = None if self.folder is None else self.folder.status(self.path.name)
        return self.folder is None or (
            status is not None and not stat.S_ISREG(status.st_mode) and not stat.S_ISLNK(status.st_mode)
        )

    def read(self) -> bytes:
        """The content that is there now."""
        if self.folder is None:
            return self.path.read_bytes()
        return self.folder.read(self.path.name)

    def write(self, data: bytes) -> None:
        """Write `data` there, as `OpenFolder.write` does. Raises OSError."""
        if self.folder is not None:
            self.folder.write(self.path.name, data, only_files=self.only_files)
            return
        assert self.stream is not None
        for own in (sys.stdout, sys.stderr):
            if own is not None:
                own.flush()
        fd = os.dup(self.stream)
        try:
            _write_all(fd, data)
        finally:
            os.close(fd)

    def close(self) -> None:
        """Close the folder. Idempotent."""
        if self.folder is not None:
            self.folder.close()


def place_at(path: Path, *, follow: bool = True) -> Place:
    """The place that a path names, with its folder open. Close it after use. The last name is never followed.

    follow: Whether the folders before it may be links.

    Raises:
        OSError: The folder does not exist, or a link is in the way.
    """
    stream = _stream(path)
    if stream is not None:
        return Place(path, None, stream)
    if path.name in ("", ".."):
        raise IsADirectoryError(errno.EISDIR, "it is a folder")
    try:
        return Place(path, OpenFolder(path.parent, follow=follow))
    except FileNotFoundError:
        raise FileNotFoundError(errno.ENOENT, f"there is no folder {path.parent}") from None


def _stream(path: Path) -> int | None:
    """The descriptor of the stream of this process that the path names, such as /dev/stdout, which is a link itself."""
    match = _STREAM.fullmatch(os.path.normpath(os.path.abspath(path)).replace("//", "/"))
    if match is None or match["pid"] not in (None, "self", "thread-self", str(os.getpid())):
        return None
    return _NAMED[match["name"]] if match["name"] else int(match["dev"] or match["proc"])


def _walked(path: Path) -> int:
    """Open a folder whose path leads through no link below the working directory; its descriptor."""
    text = Path(os.path.abspath(path))
    start = next((folder for folder in (text, *text.parents) if _is_working_directory(folder)), text)
    fd = os.open(start, _FOLDER)
    try:
        for name in text.relative_to(start).parts:
            try:
                inside = os.open(name, _FOLDER | _NO_LINK, dir_fd=fd)
            except OSError as error:
                if stat.S_ISLNK(os.stat(name, dir_fd=fd, follow_symlinks=False).st_mode):
                    raise OSError(errno.ELOOP, f"{name} is a link, which could lead anywhere") from error
                raise
            os.close(fd)
            fd = inside
    except BaseException:
        os.close(fd)
        raise
    return fd


def _is_working_directory(folder: Path) -> bool:
    with suppress(OSError):
        return os.path.samefile(folder, ".")
    return False


def _write_all(fd: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        try:
            view = view[os.write(fd, view) :]
        except BlockingIOError:  # a pipe that was made not to block, and whose reader is slow
            select.select((), (fd,), ())


def _take_after(fd: int, before: os.stat_result) -> None:
    if not hasattr(os, "fchmod"):
        return
    ours = os.fstat(fd)
    if (ours.st_uid, ours.st_gid) != (before.st_uid, before.st_gid):
        with suppress(OSError):  # root, in a container, leaves the file with its owner
            os.fchown(fd, before.st_uid, before.st_gid)
    os.fchmod(fd, stat.S_IMODE(before.st_mode) & 0o777)


def _mode_of_new_files() -> int:
    # the mask can be read only by setting it, which other threads might see; /proc has it too
    with suppress(OSError, IndexError, ValueError):
        for line in Path("/proc/self/status").read_text(errors="replace").splitlines():
            if line.startswith("Umask:"):
                return 0o666 & ~int(line.split()[1], 8)
    mask = os.umask(0o077)
    os.umask(mask)
    return 0o666 & ~mask
