"""A pool's workers have the walls that can be built; or there are none, if all are required."""

from __future__ import annotations

import subprocess
import sys
from functools import partial

import pytest

from monty_kernel.isolation import launcher
from monty_kernel.isolation.pool import IsolatedPool, WallsMissing
from tests.support.machine import on_linux
from tests.support.waiting import HANGING


def answer(pool: IsolatedPool) -> object:
    try:
        with pool.pool.checkout() as session:
            return session.feed_run("6 * 7")
    finally:
        pool.close()
        pool.close()


@pytest.fixture
def no_landlock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monty_kernel.isolation.pool.launcher", partial(launcher.launcher, newest_landlock=0))


@on_linux
@pytest.mark.usefixtures("no_landlock")
def test_without_landlock_the_best_are_built() -> None:
    pool = IsolatedPool(min_processes=1, max_processes=1)
    assert pool.missing is None
    assert answer(pool) == 42


@on_linux
@pytest.mark.usefixtures("no_landlock")
def test_without_landlock_not_all_can_be_built() -> None:
    with pytest.raises(WallsMissing, match=r"Not all walls can be built here.*monty-kernel doctor"):
        IsolatedPool("require", min_processes=1, max_processes=1)


def test_on_another_system_there_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monty_kernel.isolation.pool.this_machine", lambda: None)
    with pytest.raises(WallsMissing, match="for Linux"):
        IsolatedPool("require", min_processes=1, max_processes=1)
    pool = IsolatedPool(min_processes=1, max_processes=1)
    assert pool.missing is not None
    assert answer(pool) == 42


def test_a_worker_that_starts_in_no_way_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MONTY_BIN", "/nonexistent/monty")
    with pytest.raises((RuntimeError, OSError), match="nonexistent"):
        IsolatedPool(min_processes=1, max_processes=1)


def test_nothing_of_linux_is_needed_to_import_it() -> None:
    """As on Windows, which has no fcntl."""
    code = "import sys; sys.modules['fcntl'] = None; import monty_kernel.isolation.pool, monty_kernel.cli.doctor"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=HANGING)
