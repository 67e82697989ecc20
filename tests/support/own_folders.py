"""Folders of its own for whatever the tests, the fuzzers, the soak and the benchmarks start: nothing there is the person's."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp

MARK = "MONTY_KERNEL_TESTS"
"""The variable that every process of a run inherits. It names the run's folder, in which all others are made."""

_FOLDERS = {
    "HOME": "home",
    "JUPYTER_CONFIG_DIR": "config",
    "JUPYTER_DATA_DIR": "data",
    "JUPYTER_RUNTIME_DIR": "runtime",
    "IPYTHONDIR": "ipython",
    "JUPYTERLAB_SETTINGS_DIR": "lab-settings",
    "JUPYTERLAB_WORKSPACES_DIR": "lab-workspaces",
}
# Whatever else leads to files of the person's. What XDG_* would name is then below HOME. And without compiled code, each of
# the hundreds of processes that tests start would compile the package again, which takes half a second of a processor.
_UNSET = re.compile(
    r"(JUPYTER|JPY_|IPYTHON).*|XDG_(CONFIG|DATA|CACHE|STATE)_HOME|XDG_RUNTIME_DIR|PYTHONDONTWRITEBYTECODE"
)


def isolated_environment(folder: Path) -> dict[str, str]:
    """The environment variables of a Jupyter program that keeps everything below `folder`.

    Kernelspecs are still found: they are in the environment that runs the tests, not in a home folder.
    """
    environment = {name: value for name, value in os.environ.items() if not _UNSET.fullmatch(name)}
    for name, subfolder in _FOLDERS.items():
        (folder / subfolder).mkdir(parents=True, exist_ok=True)
        environment[name] = str(folder / subfolder)
    (folder / "runtime").chmod(0o700)
    programs, path = str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)
    environment["PATH"] = path if path.split(os.pathsep)[0] == programs else os.pathsep.join([programs, path])
    return environment


def take_own_folders() -> Path:
    """Give this process, and all that it starts, new folders for good; the folder that holds them.

    The first process of a run makes the folder of the run, and has to remove it; the others make theirs in it.
    """
    if inside := os.environ.get(MARK):
        folder = Path(mkdtemp(dir=inside))
    else:  # a short path: names of sockets, which have 107 bytes, are made of it
        folder = Path(mkdtemp(prefix="mk-"))
        os.environ[MARK] = str(folder)
    _become(isolated_environment(folder))
    return folder


@contextmanager
def own_folders() -> Iterator[Path]:
    """New folders for this process and all that it starts, until the block ends; the folder that holds them."""
    before = dict(os.environ)
    with TemporaryDirectory(dir=before.get(MARK), prefix="mk-", ignore_cleanup_errors=True) as name:
        os.environ.setdefault(MARK, name)
        _become(isolated_environment(Path(name)))
        try:
            yield Path(name)
        finally:
            _become(before)


def _become(environment: dict[str, str]) -> None:
    for name in os.environ.keys() - environment.keys():
        del os.environ[name]
    os.environ.update(environment)
