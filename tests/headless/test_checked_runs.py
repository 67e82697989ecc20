"""Type checks without a kernel: on the command line, from Python, and many notebooks at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from nbclient.exceptions import CellExecutionError

from monty_kernel import run_notebook
from monty_kernel.headless.run_terms import RunOptions
from monty_kernel.headless.session_pool import SessionPool
from tests.support.awkward_notebooks import book
from tests.support.checked_session import run as run_cells
from tests.support.run_command import read, run, texts, write

WARNED = "Type check: In[1], line 1: Operator `+` is not supported"


def test_on_puts_what_is_found_before_the_cells_output(tmp_path: Path) -> None:
    path = write(tmp_path / "a.ipynb", "f = lambda: 'a' + 1\nprint('ran')")
    done = run(path, "--stdout", "--typecheck", "on")
    assert done.returncode == 0, done.stderr
    (shown,) = texts(read(done.stdout))
    assert shown.startswith(WARNED)
    assert shown.endswith("ran\n")


def test_strict_ends_the_run_at_the_cell(tmp_path: Path) -> None:
    path = write(tmp_path / "a.ipynb", "print('first')", "print('never')\n'a' + 1", "print('nor this')")
    done = run(path, "--stdout", "--typecheck", "strict")
    assert done.returncode == 1
    assert b"TypeCheckError" in done.stderr
    assert texts(read(done.stdout)) == ["first\n", "TypeCheckError", ""]


def test_a_notebook_cannot_ask_for_less(tmp_path: Path) -> None:
    with pytest.raises(CellExecutionError, match="'strict', and a notebook cannot lower that"):
        run_notebook(book(["%typecheck off"]), typecheck="strict")
    with pytest.raises(CellExecutionError, match="TypeCheckError"):
        run_notebook(book(["%typecheck strict", "'a' + 1"]))


def test_sessions_share_a_checker_and_nothing_else() -> None:
    pool = SessionPool(warm=2, most=4)
    try:
        cells = [["mine = 'a'"], ["mine = [1]"], ["def mine(a: int): ..."], ["class mine:\n    n = 1"]]
        runs = [pool.threads.submit(run_cells, pool, [*each, "lambda: mine.nope"]) for each in cells]
        shown = [future.result()[1].said.splitlines()[0].partition(": In[2], line 1: ")[2] for future in runs]
        assert shown == [
            "Object of type `str` has no attribute `nope` [unresolved-attribute]",
            "Object of type `list[Any]` has no attribute `nope` [unresolved-attribute]",
            "Function `mine` has no attribute `nope` [unresolved-attribute]",
            "Class `mine` has no attribute `nope` [unresolved-attribute]",
        ]
    finally:
        pool.close()


def test_no_checker_is_started_for_nothing() -> None:
    pool = SessionPool(warm=1, most=1)
    try:
        with pool.session(RunOptions().settings) as session:
            pool.start(session.engine)
        run_cells(pool, ["1"], typecheck="off")
        assert pool._checker is None
    finally:
        pool.close()
