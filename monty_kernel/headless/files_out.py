"""Writes what a notebook left in its working folder into a folder of the person's, and nowhere else.

The notebook chose the names. The folder is new or empty, so that no file of the person's can be meant by one, and each
name is made in an open folder, where it must be new.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from monty_kernel.engine.written import WORK, Layer, Node, Place

_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)


class NotWritten(OSError):
    """Some files were not written; the message says which and why."""


class FilesOut:
    """An open folder that files are written into. It owns the descriptor.

    Args:
        path: The folder. It is made if it is not there.

    Raises:
        OSError: It cannot be made or opened, or holds something.
    """

    def __init__(self, path: Path) -> None:
        if os.open not in os.supports_dir_fd:
            raise OSError(errno.ENOTSUP, "this system cannot open a file by its folder")
        path.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._fd = os.open(path, _FOLDER & ~getattr(os, "O_NOFOLLOW", 0))  # the person may name a link
        try:
            if os.listdir(self._fd):
                raise OSError(errno.ENOTEMPTY, "it is not empty, and no file in it is replaced: name a new folder")
        except OSError:
            self.close()
            raise

    def close(self) -> None:
        """Close the folder. Idempotent."""
        fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)

    def write(self, layer: Layer) -> tuple[str, ...]:
        """Write the files of the working folder, and its folders. What can be written is, whatever else cannot.

        Returns:
            The paths of the files, in the folder.

        Raises:
            NotWritten: Not all of it was.
        """
        own = (WORK[1:],)
        written: list[str] = []
        refused: list[tuple[Place, OSError]] = []
        for path, node in sorted(layer.items()):
            if path[:1] == own and len(path) > 1 and node.kind != "gone":
                try:
                    self._make(path[1:], node)
                except OSError as error:
                    refused.append((path[1:], error))
                else:
                    written += ["/".join(path[1:])] if node.kind == "file" else []
        if refused:
            first, why = refused[0]
            more = f" and {len(refused) - 1:,} more" if len(refused) > 1 else ""
            raise NotWritten(f"{'/'.join(first)!r}{more} could not be written: {why.strerror}")
        return tuple(written)

    def _make(self, path: Place, node: Node) -> None:
        if not all(name and name not in (".", "..") and "/" not in name and "\0" not in name for name in path):
            raise OSError(errno.EINVAL, "it is not the name of a file")
        here = os.dup(self._fd)
        try:
            for name in path[:-1]:
                below = _entered(here, name)
                os.close(here)
                here = below
            if node.kind == "folder":
                os.close(_entered(here, path[-1]))
                return
            file = os.open(path[-1], _NEW, 0o666, dir_fd=here)
            with open(file, "wb") as opened:
                opened.writelines(node.data)
        finally:
            os.close(here)


def _entered(folder: int, name: str) -> int:
    """A folder in an open one, made if it is not there. A link is not followed."""
    try:
        os.mkdir(name, dir_fd=folder)
    except FileExistsError:
        if not stat.S_ISDIR(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
            raise
    return os.open(name, _FOLDER, dir_fd=folder)
