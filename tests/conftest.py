"""Every test, and every process that a test starts, has folders of its own; a run that touches the person's fails.

The folders change with each file of tests, since an input history or a snapshot store that one file leaves must not meet another.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.own_folders import MARK, own_folders, take_own_folders
from tests.persons_folders import PersonsFolders

# Before any test module is imported: some libraries look at the environment once, when they are imported.
_persons = None if MARK in os.environ else PersonsFolders()  # pytest-xdist's workers leave it to who started them
_run = take_own_folders()


@pytest.fixture(scope="module", autouse=True)
def folders() -> Iterator[Path]:
    """New folders for the tests of a file; the folder that holds them."""
    with own_folders() as folder:
        yield folder


def pytest_runtest_logreport() -> None:
    if _persons is not None:
        _persons.look_for_others()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if _persons is not None and not _persons.compare() and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _persons is None or not (changes := _persons.changes):
        return
    said = "\n  ".join([*changes[:20], *([f"... {len(changes):,} in all"] if len(changes) > 20 else [])])
    if _persons.others is None:
        terminalreporter.section("The tests changed files of the person who runs them", red=True)
        terminalreporter.line(f"  {said}\nEvery process of a test has to inherit the test's environment.")
    else:
        terminalreporter.section("Files of the person who runs the tests changed meanwhile")
        terminalreporter.line(f"  {said}\nThat may have been another program: {_persons.others}")


def pytest_unconfigure() -> None:
    if _persons is not None:
        os.environ.pop(MARK, None)
        shutil.rmtree(_run, ignore_errors=True)
