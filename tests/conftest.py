"""Every test, and every process that a test starts, has folders of its own; a run that touches the person's fails, and so does a
file of tests that leaves a process running.

The folders change with each file of tests, since an input history or a snapshot store that one file leaves must not meet another.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from tests.support.own_folders import MARK, own_folders, take_own_folders
from tests.support.persons_folders import PersonsFolders
from tests.support.signals import heed_signals
from tests.support.started_processes import StartedProcesses

if TYPE_CHECKING:
    from tests.support.kernel_client import Kernel

# Before any test module is imported: some libraries look at the environment once, when they are imported.
_persons = None if MARK in os.environ else PersonsFolders()  # pytest-xdist's workers leave it to who started them
_run = take_own_folders()
sys.dont_write_bytecode = False  # pytest keeps the tests that it has compiled, too
heed_signals()
_started = StartedProcesses()


@pytest.fixture(scope="module", autouse=True)
def folders() -> Iterator[Path]:
    """New folders for the tests of a file, and no process that outlives these tests; the folder that holds the folders."""
    with own_folders() as folder:
        yield folder
        if "monty_kernel.headless.session_pool" in sys.modules:
            _end_shared_pools()
        if left := _started.end():
            pytest.fail("The tests of this file left running: " + "; ".join(left.values()), pytrace=False)


def _end_shared_pools() -> None:
    """End the workers that `run_notebook` keeps in this process for the next notebook."""
    from monty_kernel.headless import session_pool

    session_pool.close_shared_pools()


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    """One kernel for all tests of a module; it must have printed nothing to its stderr by the end."""
    from tests.support.kernel_client import Kernel

    started = Kernel(tmp_path_factory.mktemp("kernel"))
    yield started
    started.close()
    assert started.stderr.read_text() == ""


@pytest.fixture
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Kernel]]:
    """Start kernels of a test's own."""
    from tests.support.kernel_client import Kernel

    kernels: list[Kernel] = []

    def starter(*options: str, **kwargs: object) -> Kernel:
        kernels.append(Kernel(tmp_path_factory.mktemp("kernel"), list(options), **kwargs))  # type: ignore[arg-type]
        return kernels[-1]

    yield starter
    for each in kernels:
        each.close()


_STARTING = (
    *(f"tests.support.{name}" for name in ("kernel_client", "kernel_process", "forked_kernels", "run_command")),
    "tests.support.frontends",
    "jupyter_kernel_test",
)
"""Whoever imports something of these starts kernels, runs or front ends."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of files that start processes other than Monty's workers."""
    for item in items:
        if isinstance(item, pytest.Function) and _starts_processes(item):
            item.add_marker(pytest.mark.process)


def _starts_processes(item: pytest.Function) -> bool:
    names = vars(item.module)
    imported = {
        value.__name__ if isinstance(value, ModuleType) else getattr(value, "__module__", None)
        for value in names.values()
    }
    starting = any(f"{name}.".startswith(f"{each}.") for name in imported if name for each in _STARTING)
    return "subprocess" in names or "kernel" in item.fixturenames or starting


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
