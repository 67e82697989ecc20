"""Watches the folders that a person's own kernels use, and says what a run of the tests has changed in them."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import psutil  # type: ignore[import-untyped,unused-ignore]
from jupyter_core.paths import jupyter_config_dir, jupyter_data_dir, jupyter_runtime_dir

from tests.support.own_folders import MARK

_OTHERS_MAY = ("monty", "jupyter", "ipython", "ipykernel", "pytest")
"""A program, or module that Python runs, with such a word in its name may use these folders too."""

_PAUSE = 5.0
"""Seconds between two looks for such processes."""

Found = dict[str, tuple[int, int, int]]


class PersonsFolders:
    """What was in the folders when it was made, and whether somebody else may have changed them since.

    Made while the environment is still the person's.
    """

    def __init__(self) -> None:
        ipython = os.environ.get("IPYTHONDIR") or "~/.ipython"
        cache = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser()
        data = Path(jupyter_data_dir())
        self.folders = (
            *(data / name for name in ("monty_kernel", "kernels", "nbsignatures.db", "notebook_secret")),
            Path(jupyter_runtime_dir()),
            Path(jupyter_config_dir()),
            Path(ipython).expanduser(),
            cache / "jedi",
        )
        self._before = self._found()
        self._looked = 0.0
        self.others: str | None = None
        """The command line of a process of the person's that ran meanwhile and may use the folders."""
        self.changes: list[str] = []
        """The paths that were new, gone or changed at the end."""

    def look_for_others(self) -> None:
        """Find out whether the person, or somebody for them, uses Jupyter right now."""
        if self.others is None and time.monotonic() - self._looked >= _PAUSE:
            self._looked = time.monotonic()
            self.others = next(_other_programs(), None)

    def compare(self) -> bool:
        """Whether the folders are as they were, or may have been changed by somebody else."""
        after = self._found()
        self.changes = sorted(
            path for path in self._before.keys() | after.keys() if self._before.get(path) != after.get(path)
        )
        self._looked = 0.0
        self.look_for_others()
        return not self.changes or self.others is not None

    def _found(self) -> Found:
        """Size, time of change and inode of every file. A folder's times tell nothing that its files do not."""
        found: Found = {}
        for top in self.folders:
            files = (Path(where, name) for where, _, names in os.walk(top) for name in names)
            for path in (top, *files):
                try:
                    status = path.lstat()
                except OSError:
                    continue
                folder = path.is_dir() and not path.is_symlink()
                found[str(path)] = (0, 0, 0) if folder else (status.st_size, status.st_mtime_ns, status.st_ino)
        return found


def _other_programs() -> Iterator[str]:
    """Command lines of processes of this user that may use the folders and that no run of these tests has started."""
    for process in psutil.process_iter(["cmdline", "username"]):
        words = process.info["cmdline"] or []
        if not any(word in name for name in _names(words) for word in _OTHERS_MAY):
            continue
        try:
            if process.username() == psutil.Process().username() and not _is_of_a_run(process):
                yield " ".join(words)[:200]
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue


def _names(words: list[str]) -> Iterator[str]:
    """The names of the program, and of the script or module if it is Python that runs one."""
    for place, word in enumerate(words[:5]):
        if word == "-c":
            return
        yield Path(word).name
        if place == 0 and not Path(word).name.startswith("python"):
            return


def _is_of_a_run(process: psutil.Process) -> bool:
    """Started by these tests or by others like them; or this process itself and what it was started by."""
    this = psutil.Process()
    return MARK in process.environ() or this in process.parents() or process in (this, *this.parents())
