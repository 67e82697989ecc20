"""A folder of the host that was opened to be mounted: what it is called, and the descriptor that keeps it the same whatever is renamed."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType

from .forbidden import why_forbidden
from .mount_spec import Mode, MountRefused
from .plain import short

_LONGEST = 300  # characters of a path in an error


class OpenFolder:
    """A folder by its descriptor. path: where that led when it was opened, all links resolved.

    The descriptor is closed when the context ends, unless it was taken by then.
    """

    def __init__(self, fd: int, path: Path) -> None:
        self._fd = fd
        self.path = path

    def __enter__(self) -> OpenFolder:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._fd >= 0:
            os.close(self.detach())

    def detach(self) -> int:
        """The descriptor, which the caller closes."""
        fd, self._fd = self._fd, -1
        return fd


def open_folder(host: Path, mode: Mode, own_files: Iterable[Path] = ()) -> OpenFolder:
    """Open a folder to be mounted. own_files: what cells must not change.

    Raises:
        MountRefused: it is none, or one that is never mounted so.
    """
    try:
        path = host.expanduser()
        fd = os.open(path, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_CLOEXEC", 0))
    except (OSError, ValueError, RuntimeError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise MountRefused(f"{short(str(host), _LONGEST)} cannot be mounted: {why}") from None
    try:
        real = _real_path(fd, path)
        if not os.path.samestat(os.fstat(fd), os.stat(real)):
            raise MountRefused(f"{short(str(host), _LONGEST)} changed while it was looked at: try again")
        why = why_forbidden(real, fd, mode, own_files)
        if why is not None:
            raise MountRefused(f"{short(str(real), _LONGEST)} is not mounted{why}")
    except BaseException as error:
        os.close(fd)
        if isinstance(error, OSError):
            raise MountRefused(f"{short(str(host), _LONGEST)} changed while it was looked at: try again") from None
        raise
    return OpenFolder(fd, real)


def _real_path(fd: int, path: Path) -> Path:
    """Where the descriptor leads, asked of the system where it can say, so that no link can change meanwhile."""
    try:
        return Path(os.readlink(f"/proc/self/fd/{fd}"))
    except OSError:
        return Path(os.path.realpath(path))
