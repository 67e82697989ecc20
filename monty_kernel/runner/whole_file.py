"""Writes a file so that nobody ever sees half of it: the new one is complete before it takes the old one's place."""

from __future__ import annotations

import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path


def write_whole(path: Path, data: bytes) -> None:
    """Write `data` to `path`. A file that is replaced keeps its permissions, a link goes on leading to its file.

    What is no file (a pipe, a device) is written to as it is.

    Raises:
        OSError: it cannot be written; what was there before is untouched.
    """
    path = Path(os.path.realpath(path))
    mode = None
    with suppress(FileNotFoundError):
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            path.write_bytes(data)
            return
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:100]}.", suffix=".tmp")
    try:
        with open(descriptor, "wb") as file:
            file.write(data)
        os.chmod(name, _mode_of_new_files() if mode is None else stat.S_IMODE(mode))
        os.replace(name, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise


def why_not_writable(path: Path) -> str | None:
    """Why `path` cannot be written, as far as can be told beforehand; None if it seems it can."""
    path = Path(os.path.realpath(path))
    if path.is_dir():
        return "it is a folder"
    if path.exists():
        if not os.access(path, os.W_OK):
            return "you may not write to it"
        if not path.is_file():
            return None
    if not path.parent.is_dir():
        return f"there is no folder {path.parent}"
    return None if os.access(path.parent, os.W_OK | os.X_OK) else f"you may not write to the folder {path.parent}"


def _mode_of_new_files() -> int:
    # the mask can be read only by setting it, which other threads might see; /proc tells without
    with suppress(OSError, IndexError, ValueError):
        for line in Path("/proc/self/status").read_text(errors="replace").splitlines():
            if line.startswith("Umask:"):
                return 0o666 & ~int(line.split()[1], 8)
    mask = os.umask(0o077)
    os.umask(mask)
    return 0o666 & ~mask
