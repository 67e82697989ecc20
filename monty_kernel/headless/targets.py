"""Where a run writes, seen to before its first notebook is read: each place is free, can be written to, and only one thing goes there."""

from __future__ import annotations

import os
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from monty_kernel.usage import UsageError

from ..files.whole_file import OpenFolder, Place, place_at


class Targets:
    """The places of one run. Their folders stay open until `opened` is left."""

    def __init__(self, opened: ExitStack) -> None:
        self._opened = opened
        self._folders: dict[Path, OpenFolder] = {}
        self._names: dict[tuple[str, str], str] = {}

    def add(self, path: Path, name: str, what: str = "write", *, only_files: bool = False) -> Place:
        """The place at a path that the person gave. name: what comes to be there. what: what cannot be done, for an error.
        only_files: whether they gave its folder only, so that no pipe or device in it is written to.

        Raises:
            UsageError: it cannot be written, or something else goes there.
        """
        folder = self._folders.get(path.parent)
        try:
            place = place_at(path) if folder is None else Place(path, folder)
        except OSError as error:
            raise UsageError(f"cannot {what} {path}: {error.strerror}.") from error
        if place.folder is not None and folder is None:
            self._folders[path.parent] = place.folder
            self._opened.callback(place.close)
        place = replace(place, only_files=only_files)
        self._check(place, name, what)
        return place

    def check_source(self, path: Path) -> None:
        """See to it that a notebook can be written where it came from. Its folder is opened again when its turn has come.

        Raises:
            UsageError: it cannot, or a folder on the way to it is a link, or something else goes there.
        """
        try:
            place = place_at(path, follow=False)
        except FileNotFoundError:
            return  # it cannot be read either, which its own line will say
        except OSError as error:
            raise UsageError(f"cannot write {path}: {error.strerror}.") from error
        try:
            if place.folder is None or place.folder.found(path.name) is not None:
                self._check(place, str(path), "write")
        finally:
            place.close()

    def _check(self, place: Place, name: str, what: str) -> None:
        key = os.path.realpath(place.path.parent), place.path.name
        if place.stream is None and key in self._names:
            raise UsageError(f"{self._names[key]} and {name} would both be written to {place.path}.")
        self._names[key] = name
        if why := place.why_not_writable():
            raise UsageError(f"cannot {what} {place.path}: {why}.")
