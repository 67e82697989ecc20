"""`monty-kernel run --incremental`: what did not change is not run again, and nothing else is left out."""

from __future__ import annotations

import json
import logging
import os
import re
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import nbformat
import pydantic_monty
import pytest

from monty_kernel import run_notebook
from monty_kernel.headless import notebook_run
from monty_kernel.store.schema import FILE_NAME
from monty_kernel.timetravel.user_store import user_store
from tests.support.awkward_notebooks import Cell, book
from tests.support.full_disks import full_disk
from tests.support.run_command import command, read, report, run, texts, write
from tests.support.shop import SHOP
from tests.support.waiting import HANGING

_COLOUR = re.compile(r"\x1b\[[\d;]*m")
CELLS = ("x = [1]\nx", "x.append(2)\nprint(len(x))", "def f(): return 1 / 0\nx", "x.append(3)\nx")
SHOWN = ["[1]", "2\n", "[1, 2]", "[1, 2, 3]"]


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a store of the test's own."""
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data" / "monty_kernel"


class Notebook:
    """A notebook's file, and what came of its last run."""

    def __init__(self, path: Path, *cells: Cell) -> None:
        self.path = write(path, *cells)
        self.status = 0
        self.said = ""

    def edit(self, *cells: Cell) -> None:
        """Give it other cells, without outputs."""
        write(self.path, *cells)

    def run(self, *options: str) -> dict[str, Any]:
        """Run it as the person does; what the report says of what was skipped."""
        noted = self.path.with_suffix(".json")
        done = run(self.path, "--inplace", "--incremental", "--report", noted, *options)
        self.status, self.said = done.returncode, done.stderr.decode()
        (entry,) = report(noted)
        skipped: dict[str, Any] = entry["skipped"]
        return skipped | {"ran": entry["cells"]}

    @property
    def shown(self) -> list[str]:
        return texts(read(self.path))

    @property
    def counts(self) -> list[int | None]:
        return [cell.execution_count for cell in read(self.path).cells if cell.cell_type == "code"]


@pytest.fixture
def notebook(tmp_path: Path, data: Path) -> Callable[..., Notebook]:
    """Make a notebook and run it once."""

    def make(*cells: Cell, options: tuple[str, ...] = ()) -> Notebook:
        made = Notebook(tmp_path / "in.ipynb", *cells)
        assert made.run(*options)["cells"] == 0
        return made

    return make


Make = Callable[..., Notebook]


def test_only_what_changed_runs(notebook: Make) -> None:
    made = notebook(*CELLS)
    assert made.shown == SHOWN and "all cells run" in made.said
    made.edit(*CELLS[:3], "x.append(4)\nx")
    assert made.run() == {"cells": 3, "why_no_more": None, "replayed": [], "ran": 1}
    assert made.shown == [*SHOWN[:3], "[1, 2, 4]"]
    assert made.counts == [1, 2, 3, 4]
    assert "1 cell, 3 cells not run again" in made.said
    assert all("iopub.execute_input" in cell.metadata.execution for cell in read(made.path).cells)
    made.edit(*CELLS)  # as it was at first
    assert made.run()["cells"] == 4
    assert made.shown == SHOWN


def test_a_module_that_is_written_for_monty_is_in_the_session_that_is_not_run_again(notebook: Make) -> None:
    cells = "import operator\nfrom functools import wraps", "operator.add(1, 2)"
    made = notebook(*cells, "operator.sub(3, 1)")
    made.edit(*cells, "@wraps(len)\ndef f(x): return operator.mul(x, 2)\nf(4)")
    assert made.run() == {"cells": 2, "why_no_more": None, "replayed": [], "ran": 1}
    assert made.shown == ["", "3", "8"]


def test_the_session_is_the_one_that_a_whole_run_has(notebook: Make) -> None:
    made = notebook(*CELLS)
    made.edit(*CELLS, "len(In), In[2], _ == x, Out[1] is x", ("code", "f()", ["raises-exception"]))
    assert made.run()["cells"] == 4
    assert made.shown[4] == "(6, 'x.append(2)\\nprint(len(x))', True, True)"
    traceback = "\n".join(read(made.path).cells[5].outputs[0].traceback)
    assert "In[3]" in traceback and "def f" in _COLOUR.sub("", traceback)
    whole = Notebook(made.path.with_name("whole.ipynb"), *CELLS, "len(In), In[2], _ == x, Out[1] is x")
    assert run(whole.path, "--inplace").returncode == 0
    assert whole.shown == made.shown[:5]


def test_cells_that_moved_or_went_or_were_edited_run(notebook: Make) -> None:
    made = notebook(*CELLS)
    made.edit(CELLS[0], "x.append(9)", *CELLS[2:])
    assert made.run()["cells"] == 1
    assert made.shown == ["[1]", "", "[1, 9]", "[1, 9, 3]"]
    made.edit(CELLS[0], *CELLS[2:])  # one is gone
    assert made.run()["cells"] == 1
    assert made.shown == ["[1]", "[1]", "[1, 3]"]
    made.edit(CELLS[1], CELLS[0])  # another comes first
    assert made.run()["cells"] == 0
    assert made.status == 1
    made.edit(
        ("markdown", "# New", []),
        CELLS[0],
        ("markdown", "text", []),
        *CELLS[1:],
        "",
        ("code", "1 / 0", ["skip-execution"]),
    )
    assert made.run()["cells"] == 4  # text, empty cells and cells that are not run do not matter
    assert made.shown[:4] == SHOWN


def test_outputs_of_the_file_are_not_believed(notebook: Make) -> None:
    made = notebook(*CELLS)
    found = json.loads(made.path.read_text())
    for cell in found["cells"]:
        cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "forged"}]
        cell["execution_count"] = 77
    made.path.write_text(json.dumps(found))
    assert made.run()["cells"] == 4
    assert made.shown == SHOWN and made.counts == [1, 2, 3, 4]
    assert b"forged" not in made.path.read_bytes()


ASKING = {
    "time": ("from datetime import datetime\nt = datetime.now()\nprint(t)", "may have asked for the time"),
    "clock": ("import time\nt = time.perf_counter()\nprint(t)", "may have asked for the time"),
    "clock over lines": (
        "import re, \\\r\n  time\r\nt = time.perf_counter()\r\nprint(t)",
        "may have asked for the time",
    ),
    "magic of time": ("%time t = 1", "may have asked for the time"),
    "random": ("import random\nt = random.random()\nprint(t)", "asked for random numbers"),
    "sleep": ("import asyncio\nawait asyncio.sleep(0.001)\nt = 1", "waited"),
    "input": ("try: t = input()\nexcept Exception: t = 0", "asked for input"),
    "magic": ("%limits\nt = 1", "asked the kernel by a magic"),
}


@pytest.mark.parametrize("name", ASKING)
def test_a_cell_that_asked_for_something_from_outside_runs_each_time(notebook: Make, name: str) -> None:
    source, asked = ASKING[name]
    made = notebook("x = 1", source, "x\nt")
    first = made.shown
    skipped = made.run()
    assert skipped == {
        "cells": 1, "why_no_more": f"cell 2 {asked}, so it and the cells after it always run", "replayed": [], "ran": 2,
    }  # fmt: skip
    if name in ("time", "clock", "clock over lines", "random"):
        assert made.shown != first
    made.run("--replay")
    if name == "magic":  # what it did to the kernel is no answer
        assert made.run("--replay")["cells"] == 1
        return
    kept = made.shown
    assert made.run("--replay") == {
        "cells": 3, "why_no_more": None, "replayed": [{"cell": 2, "asked": asked}], "ran": 0,
    }  # fmt: skip
    assert made.shown == kept
    assert f"with the answers of an earlier run: cell 2 {asked}" in made.said
    assert made.run()["cells"] == 1


def test_words_of_the_clock_alone_do_not_ask(notebook: Make) -> None:
    made = notebook(
        "import re\nfrom datetime import date, timedelta", "today = date(2026, 1, 1)", "re.compile('a').pattern"
    )
    assert made.run()["cells"] == 1  # `today` may be a function of the clock
    made.edit("import re\nfrom datetime import date, timedelta", "day = date(2026, 1, 1)", "re.compile('a').pattern")
    made.run()
    assert made.run()["cells"] == 3


def test_what_draws_from_a_seed_does_not_ask(notebook: Make) -> None:
    made = notebook("import random\nrandom.seed(3)\na = random.random()", "b = random.random()", "a, b")
    first = made.shown
    made.edit("import random\nrandom.seed(3)\na = random.random()", "b = random.random()", "(a, b)")
    assert made.run()["cells"] == 2
    assert made.shown == first


def test_tools_and_files_of_the_person_are_asked_for_each_time(notebook: Make, tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text(SHOP)
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "a.txt").write_text("first")
    granted = ("--tools", str(tmp_path / "shop.py"), "--mount", f"{tmp_path / 'files'}:/files:ro")
    made = notebook("x = 1", "open('/files/a.txt').read()", "import shop\nshop.price('Emma')", options=granted)
    (tmp_path / "files" / "a.txt").write_text("second")
    assert made.run(*granted)["why_no_more"] == "cell 2 asked for a file, so it and the cells after it always run"
    assert made.shown[1:] == ["'second'", "9.5"]
    made.edit("x = 1", "import shop as s", "s.price('Emma')")
    made.run(*granted)
    assert made.run(*granted)["why_no_more"].startswith("cell 2 may use the tools of shop")


def test_other_settings_are_another_run(notebook: Make, tmp_path: Path) -> None:
    made = notebook(*CELLS)
    (tmp_path / "shop.py").write_text(SHOP)
    (tmp_path / "files").mkdir()
    for other in (
        ("--max-memory", "500M"), ("--timeout", "50"), ("--tools", str(tmp_path / "shop.py")), ("--trust-outputs",),
        ("--mount", f"{tmp_path / 'files'}:/files:ro"), ("-p", "n=1"),
    ):  # fmt: skip
        assert made.run(*other)["cells"] == 0, other
        assert made.shown[-4:] == SHOWN
    made.edit(*CELLS)
    assert made.run()["cells"] == 4
    assert made.run("--typecheck", "on")["why_no_more"] == "cells that are type-checked run each time"


def test_a_cell_that_failed_runs_each_time(notebook: Make) -> None:
    made = notebook("x = 1", ("code", "x += 1\n1 / 0", ["raises-exception"]), "x")
    assert made.shown == ["", "ZeroDivisionError", "2"]
    assert made.run()["why_no_more"] == "cell 2 failed, so it and the cells after it always run"
    assert made.shown == ["", "ZeroDivisionError", "2"]


def test_displays_that_change_later(notebook: Make) -> None:
    shows = "h = display('first', display_id='d')"
    made = notebook(shows, "y = 1", "h.update('second')", "y")
    assert made.shown[0] == "'second'"
    assert (
        made.run()["why_no_more"]
        == "cell 3 changed what an earlier cell shows, so it and the cells after it always run"
    )
    assert made.shown[0] == "'second'"
    made.edit(shows, "y = 1", "y")
    assert made.run()["cells"] == 2
    assert made.shown == ["'first'", "", "1"]


def test_a_magic_that_needs_states_lets_all_run(notebook: Make) -> None:
    made = notebook("x = 1", "x = 2", "%undo", "x")
    assert made.shown[3] == "1"
    assert made.run() == {
        "cells": 0, "why_no_more": "cell 3 has %undo, which needs the cells before it", "replayed": [], "ran": 4,
    }  # fmt: skip
    assert made.shown[3] == "1"


def test_files_of_the_working_folder_come_back(notebook: Make, tmp_path: Path) -> None:
    made = notebook("with open('a.txt', 'w') as f: n = f.write('kept')", "x = 1")
    made.edit("with open('a.txt', 'w') as f: n = f.write('kept')", "x = 2", "open('a.txt').read()")
    assert made.run("--files-out", str(tmp_path / "out"))["cells"] == 1
    assert made.shown[2] == "'kept'"
    assert (tmp_path / "out" / "a.txt").read_text() == "kept"


def _altered(data: Path, statement: str) -> None:
    with closing(sqlite3.connect(data / "snapshots" / "store" / FILE_NAME)) as db:
        assert db.execute(statement).rowcount > 0
        db.commit()


FORGED = {
    "a key": "UPDATE cells SET label = (SELECT label FROM cells WHERE number = 4) WHERE number = 1",
    "what was shown": "UPDATE states SET meta = (SELECT meta FROM states WHERE number = 2) WHERE number = 3",
    "a state": "UPDATE states SET chunks = (SELECT chunks FROM states WHERE number = 1) WHERE number = 4",
    "what all consist of": "UPDATE chunks SET data = (SELECT data FROM chunks WHERE id = 1)",
    "where a state stands": "UPDATE cells SET parent = 1 WHERE number = 4",
    "whose it is": "UPDATE sessions SET notebook = notebook || 'x'",
}


@pytest.mark.parametrize("what", FORGED)
def test_a_store_that_somebody_changed_is_not_believed(notebook: Make, data: Path, what: str) -> None:
    made = notebook(*CELLS)
    _altered(data, FORGED[what])
    assert made.run()["cells"] < 4  # cells before the one that was altered still stand
    assert (made.status, made.shown) == (0, SHOWN)
    if what != "what all consist of":
        assert made.run()["cells"] == 4, made.said  # what that run kept is good
        assert made.shown == SHOWN


def test_a_store_of_another_key_is_not_believed(notebook: Make, data: Path) -> None:
    made = notebook(*CELLS)
    (data / "key").write_bytes(bytes(range(32)))
    assert made.run()["cells"] == 0
    assert made.shown == SHOWN


def test_what_was_imported_from_somebody_else_is_not_believed(notebook: Make, data: Path, tmp_path: Path) -> None:
    made = notebook(*CELLS)
    sessions = [*command()[:-1], "sessions"]
    listed = subprocess.run([*sessions, "list"], capture_output=True, text=True, check=True).stdout.splitlines()
    subprocess.run([*sessions, "export", listed[1].split()[0], str(tmp_path / "theirs")], check=True)
    (data / "key").write_bytes(bytes(range(32)))
    subprocess.run([*sessions, "import", str(tmp_path / "theirs"), "--trust"], check=True)
    assert made.run()["cells"] == 0
    assert made.shown == SHOWN


@pytest.mark.parametrize("damage", [b"", b"no database", bytes(100_000)])
def test_a_damaged_store_costs_a_whole_run(notebook: Make, data: Path, damage: bytes) -> None:
    made = notebook(*CELLS)
    (data / "snapshots" / "store" / FILE_NAME).write_bytes(damage)
    assert made.run()["cells"] == 0
    assert (made.status, made.shown) == (0, SHOWN)


def test_a_full_disk_costs_only_what_is_kept(notebook: Make, data: Path) -> None:
    made = notebook(*CELLS)
    made.edit("x = list(range(100_000))", "len(x)")
    with full_disk((data / "snapshots" / "store" / FILE_NAME).stat().st_size):
        skipped = made.run()
    assert (made.status, made.shown) == (0, ["", "100000"])
    assert skipped["why_no_more"].startswith("nothing is kept: ")


def test_two_runs_at_once(notebook: Make) -> None:
    made = notebook(*CELLS)
    with closing(user_store(logging.getLogger("test"), versions={"monty": pydantic_monty.__version__})) as store:
        (info,) = store.sessions()
        store.resume(info.id)  # as a run does that goes on
        made.edit(*CELLS[:3], "x.append(5)\nx")
        skipped = made.run()
        assert (skipped["cells"], made.shown[3]) == (3, "[1, 2, 5]")
        assert skipped["why_no_more"] == "nothing is kept: another run of the notebook is being kept"
        store.end(info.id)


def test_a_run_that_was_stopped_leaves_what_had_run(tmp_path: Path, data: Path) -> None:
    made = Notebook(tmp_path / "in.ipynb", *CELLS, "while True: pass")
    process = subprocess.Popen(command(made.path, "--incremental"), stderr=subprocess.PIPE)
    try:
        deadline = time.monotonic() + HANGING
        while not _kept(4):
            assert time.monotonic() < deadline and process.poll() is None
            time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=HANGING)
    finally:
        process.kill()
        process.wait()
    made.edit(*CELLS)
    assert made.run()["cells"] == 4
    assert made.shown == SHOWN


def _kept(states: int) -> bool:
    with closing(user_store(logging.getLogger("test"), versions={})) as store:
        return any(info.states >= states for info in store.sessions())


def test_many_notebooks_and_their_sessions(tmp_path: Path, data: Path) -> None:
    paths = [write(tmp_path / f"{number}.ipynb", f"x = {number}\nx", "x + 1") for number in range(4)]
    for _ in range(2):
        assert run(*paths, "--inplace", "--incremental", "-j", "2", "--report", tmp_path / "r.json").returncode == 0
    assert [entry["skipped"]["cells"] for entry in report(tmp_path / "r.json")] == [2] * 4
    assert [texts(read(path)) for path in paths] == [[str(number), str(number + 1)] for number in range(4)]
    sessions = [*command()[:-1], "sessions"]
    listed = subprocess.run([*sessions, "list"], capture_output=True, text=True, check=True).stdout
    assert listed.count("(incremental runs)") == 4
    ids = [line.split()[0] for line in listed.splitlines()[1:]]
    subprocess.run([*sessions, "delete", *ids], capture_output=True, check=True)
    assert run(*paths, "--incremental", "--report", tmp_path / "r.json").returncode == 0
    assert [entry["skipped"]["cells"] for entry in report(tmp_path / "r.json")] == [0] * 4


@pytest.fixture
def in_haste(monkeypatch: pytest.MonkeyPatch) -> None:
    """No state takes so little time that it would be kept while cells wait."""
    monkeypatch.setattr(notebook_run, "KEPT_DUMPS", 0.0)
    monkeypatch.setattr(notebook_run, "KEPT_FREE", 0.0)


@pytest.mark.usefixtures("data", "in_haste")
def test_the_last_state_is_kept_whatever_it_takes(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "monty_kernel")
    for said in ("all cells run", "3 cells not run again", "3 cells not run again"):
        caplog.clear()
        assert texts(run_notebook(book(["x = 1", "x += 1", "x"]), incremental=True)) == ["", "", "2"]
        assert caplog.text.rstrip().endswith(said)


@pytest.mark.usefixtures("data", "in_haste")
def test_cells_that_have_no_state_run_again_and_the_line_says_so(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "monty_kernel")
    cells = ["x = 1", "x += 1", "x"]
    run_notebook(book(cells), incremental=True)
    run_notebook(book([*cells, "x += 1", "x"]), incremental=True)
    for edited, said in (
        (["x = 1", "x += 1", "x + 1"], "all cells run; cells 1 to 2 ran again, since no state was kept after them"),
        ([*cells, "x += 1", "x + 1"], "3 cells not run again; cell 4 ran again, since no state was kept after it"),
        ([*cells, "x += 2", "x"], "3 cells not run again"),
    ):
        caplog.clear()
        run_notebook(book(edited), incremental=True)
        assert caplog.text.rstrip().endswith(said)


@pytest.mark.usefixtures("data", "in_haste")
def test_cells_before_one_that_ends_what_is_kept_run_again_and_the_line_says_so(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "monty_kernel")
    run_notebook(book(["x = 1", "x += 1", "import random\nrandom.random()", "x"]), incremental=True)
    assert caplog.text.rstrip().endswith(
        "all cells run; cell 3 asked for random numbers, so it and the cells after it always run; "
        "no state is kept after cells 1 to 2, so the next run has them again"
    )


def test_from_python(data: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "monty_kernel")
    for last in ("x + 1", "x + 2"):
        done = run_notebook(book(["x = 1\nx", last]), incremental=True)
        nbformat.validate(done)  # type: ignore[no-untyped-call]
    assert texts(done) == ["1", "3"]
    assert "1 cell not run again" in caplog.text
    assert done.cells[0].outputs[0].data["text/plain"] == "1"
    with pytest.raises(ValueError, match="from_session"):
        run_notebook(book([]), incremental=True, from_session="abc")
    with pytest.raises(ValueError, match="incremental=True"):
        run_notebook(book([]), replay=True)


def test_the_command_makes_sense(tmp_path: Path) -> None:
    source = write(tmp_path / "in.ipynb", "1")
    for words, said in ((["--replay"], "--incremental"), (["--incremental", "--from", "abc"], "--from")):
        done = run(source, *words)
        assert done.returncode == 2 and said in done.stderr.decode()
    assert os.listdir(tmp_path) == ["in.ipynb"]
