"""An executable that exists only in memory: no file system is needed, and nothing is left behind."""

from __future__ import annotations

import os

_MFD_EXEC = 0x10  # since Linux 6.3, where an administrator may make memory files not executable unless they ask


class MemoryFile:
    """A file in memory that can be started from this process and its children as `path`, until it is closed.

    Raises:
        OSError: this computer allows no such file.
    """

    def __init__(self, content: bytes, at_least: int = 3) -> None:
        """at_least: the smallest descriptor that it may get."""
        import fcntl  # which Windows lacks: there nobody comes here

        try:
            opened = os.memfd_create("monty-walls", os.MFD_CLOEXEC | _MFD_EXEC)
        except OSError:
            opened = os.memfd_create("monty-walls", os.MFD_CLOEXEC)
        try:
            self.descriptor = fcntl.fcntl(opened, fcntl.F_DUPFD_CLOEXEC, at_least)
        finally:
            os.close(opened)
        with os.fdopen(os.dup(self.descriptor), "wb") as file:
            file.write(content)
        self._closed = False

    @property
    def path(self) -> str:
        return f"/proc/self/fd/{self.descriptor}"

    def close(self) -> None:
        """Idempotent."""
        if not self._closed:
            self._closed = True
            os.close(self.descriptor)
