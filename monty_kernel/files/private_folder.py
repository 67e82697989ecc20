"""Folders that nobody else may look into, or put anything in, whatever the umask says."""

from __future__ import annotations

import os


def make_private(path: str | os.PathLike[str]) -> None:
    """Make a folder for this user alone, and those above it that are missing; what is there stays as it is.

    `mkdir(mode=0o700, parents=True)` makes the folders above as the umask says, so under a umask of 0 anyone could replace the last one.

    Raises:
        OSError: one cannot be made.
    """
    folder = os.path.abspath(path)
    missing = []
    while not os.path.isdir(folder):
        missing.append(folder)
        above = os.path.dirname(folder)
        if above == folder:
            break
        folder = above
    for each in reversed(missing):
        try:
            os.mkdir(each, 0o700)
        except FileExistsError:
            if not os.path.isdir(each):  # else somebody was faster
                raise
