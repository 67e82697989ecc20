"""Folders that nobody else may look into or put anything into, whatever the umask says."""

from __future__ import annotations

import errno
import os
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
