"""A run that starts from a state of a stored session goes on exactly there, and leaves the session as it is."""

from __future__ import annotations

import logging
import sqlite3
import subprocess
import sys
from pathlib import Path

import pydantic_monty
import pytest
from nbclient import NotebookClient

from monty_kernel import run_notebook
from monty_kernel.timetravel.user_store import user_store
from tests.support.awkward_notebooks import book
from tests.support.run_command import read, run, texts, write


@pytest.fixture(scope="module")
def session() -> str:
    """The id of a session of three cells."""
    NotebookClient(book(["x = [1]\ndef f(): return 1 / len(y)", "x.append(2)\ny = []", "x.append(3)"])).execute()
    found = _listed()[0].split()[0]
    NotebookClient(book(["'another session'"])).execute()
    return found


def _listed() -> list[str]:
    command = [sys.executable, "-P", "-m", "monty_kernel.cli", "sessions", "list"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[1:]


def test_it_goes_on_where_the_session_stopped(session: str, tmp_path: Path) -> None:
    source = write(tmp_path / "in.ipynb", "x", "In[2], len(In)", ("code", "f()", ["raises-exception"]))
    before = _listed()
    done = run(source, "--inplace", "--from", session)
    assert done.returncode == 0, done.stderr
    found = read(source)
    assert texts(found) == ["[1, 2, 3]", "('x.append(2)\\ny = []', 6)", "ZeroDivisionError"]
    assert [cell.execution_count for cell in found.cells] == [4, 5, 6]
    traceback = "\n".join(found.cells[2].outputs[0].traceback)
    assert "In[1]" in traceback and "len" in traceback
    assert _listed() == before


def test_it_starts_from_the_state_after_a_cell(session: str, tmp_path: Path) -> None:
    sources = [write(tmp_path / f"{number}.ipynb", f"x.append({number})\nx", "%undo", "x") for number in range(6)]
    assert run(*sources, "-j", "3", "--inplace", "--from", f"{session[:6]}@2").returncode == 0
    for number, source in enumerate(sources):
        shown = texts(read(source))
        assert (shown[0], shown[2]) == (f"[1, 2, {number}]", "[1, 2]")
    assert texts(run_notebook(book(["x"]), from_session=f"{session}@1")) == ["[1]"]
    assert texts(run_notebook(book(["'x' in locals()"]), from_session=f"{session}@0")) == ["False"]


@pytest.mark.parametrize("name", ["nosuchid", "{}@99", "@3", "{}@-1", "{}@x", ""])
def test_there_is_no_such_state(session: str, name: str) -> None:
    with pytest.raises(ValueError, match=r"cannot start from|is not the name of a state"):
        run_notebook(book(["1"]), from_session=name.format(session))


def test_a_state_that_was_altered_is_refused(session: str) -> None:
    store = user_store(logging.getLogger(), versions={"monty": pydantic_monty.__version__})
    (file,) = [
        path for path in Path(store.running.path).rglob("*") if path.is_file() and path.read_bytes()[:6] == b"SQLite"
    ]
    store.close()
    with sqlite3.connect(file) as database:
        database.execute("UPDATE cells SET label = 'forged' WHERE session = ? AND number = 2", (session,))
    with pytest.raises(ValueError, match="cannot start from"):
        run_notebook(book(["x"]), from_session=f"{session}@2")
