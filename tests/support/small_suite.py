"""Runs of pytest in a process of its own: of these tests, or of a few others below these tests' conftest."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.support.waiting import HANGING

ROOT = Path(__file__).parents[2]
_SUPPORT = ("__init__", "own_folders", "persons_folders", "signals", "started_processes")


def small_suite(folder: Path, test: str, changes: dict[str, str] | None = None) -> Path:
    """A folder with one file of tests below a copy of the conftest. changes: what to append to modules of `tests/support`."""
    tests = folder / "suite" / "tests"
    (tests / "support").mkdir(parents=True)
    for name in ("__init__.py", "conftest.py", *(f"support/{name}.py" for name in _SUPPORT)):
        (tests / name).write_bytes((ROOT / "tests" / name).read_bytes())
    for name, text in (changes or {}).items():
        with (tests / "support" / f"{name}.py").open("a") as module:
            module.write(text)
    (tests / "test_small.py").write_text(test)
    return tests.parent


def run_pytest(
    home: Path, *arguments: str, folder: Path = ROOT, prefix: Sequence[str] = ()
) -> subprocess.CompletedProcess[str]:
    """Run pytest as a person does who set nothing but a home folder, and is in no run of tests.

    Args:
        home: The home folder.
        arguments: Pytest's arguments.
        folder: The working directory.
        prefix: A command that runs the command that follows it.
    """
    command = [*prefix, sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    names = ("PATH", "LANG", "TERM", "TMPDIR", "VIRTUAL_ENV")
    environment = {"HOME": str(home), **{name: os.environ[name] for name in names if name in os.environ}}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=HANGING, check=False
    )
