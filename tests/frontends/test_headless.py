"""The programs that run notebooks without a person: nbclient, papermill, nbconvert, nbmake, `jupyter execute`, `jupyter run`."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import nbformat
import papermill  # type: ignore[import-untyped]
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError

from tests.support.frontends.environment import KERNEL
from tests.support.frontends.notebooks import SESSION, SESSION_OUTPUTS, notebook, outputs, read, write
from tests.support.waiting import HANGING

COLOURS = re.compile(r"\x1b\[[\d;]*m")


def _jupyter(*arguments: str, cwd: Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Run `jupyter SUBCOMMAND ...` of the environment the tests run in."""
    command = [str(Path(sys.executable).with_name("jupyter")), *arguments]
    return subprocess.run(command, cwd=cwd, input=stdin, capture_output=True, text=True, timeout=HANGING)


def test_nbclient_runs_a_notebook() -> None:
    book = notebook(*SESSION)
    NotebookClient(book, timeout=HANGING).execute()
    assert [outputs(cell) for cell in book.cells] == SESSION_OUTPUTS
    assert [cell.execution_count for cell in book.cells] == [1, 2, 3]
    assert book.metadata.language_info["name"] == "python"
    nbformat.validate(book)


def test_nbclient_stops_at_an_error_and_shows_it() -> None:
    book = notebook("1 / 0", "print('never')")
    with pytest.raises(CellExecutionError) as caught:
        NotebookClient(book, timeout=HANGING).execute()
    assert "ZeroDivisionError: division by zero" in COLOURS.sub("", str(caught.value))
    assert outputs(book.cells[0]) == [("error", "ZeroDivisionError")]
    assert outputs(book.cells[1]) == []


def test_nbclient_goes_on_after_errors_if_told() -> None:
    book = notebook("1 / 0", "'after'")
    NotebookClient(book, timeout=HANGING, allow_errors=True).execute()
    assert outputs(book.cells[1]) == [("execute_result", "'after'")]


def test_nbclient_knows_the_raises_exception_tag() -> None:
    book = notebook("missing", "'after'", tags={0: ["raises-exception"]})
    NotebookClient(book, timeout=HANGING).execute()
    assert outputs(book.cells[0]) == [("error", "NameError")]
    assert outputs(book.cells[1]) == [("execute_result", "'after'")]


def test_nbclient_interrupts_a_cell_that_takes_too_long() -> None:
    book = notebook("kept = 1", "while True: pass", "kept")
    NotebookClient(book, timeout=2, interrupt_on_timeout=True, allow_errors=True).execute()
    assert outputs(book.cells[1]) == [("error", "KeyboardInterrupt")]
    assert outputs(book.cells[2]) == [("execute_result", "1")]


def test_nbclient_gives_up_on_a_cell_that_takes_too_long() -> None:
    with pytest.raises(CellTimeoutError):
        NotebookClient(notebook("while True: pass"), timeout=1).execute()


def test_input_without_a_person_is_a_clear_error() -> None:
    book = notebook("input('Anybody? ')")
    with pytest.raises(CellExecutionError, match="StdinNotImplementedError"):
        NotebookClient(book, timeout=HANGING).execute()


def test_updated_displays_end_up_in_the_notebook() -> None:
    book = notebook(
        "from IPython.display import display\nhandle = display('before', display_id=True)",
        "handle.update('after')",
    )
    NotebookClient(book, timeout=HANGING).execute()
    assert outputs(book.cells[0]) == [("display_data", "'after'")]


def test_cleared_output_is_gone() -> None:
    book = notebook("from IPython.display import clear_output\nprint('first')\nclear_output()\nprint('second')")
    NotebookClient(book, timeout=HANGING).execute()
    assert outputs(book.cells[0]) == [("stream", "second\n")]


def test_papermill_injects_parameters(tmp_path: Path) -> None:
    book = notebook("city = 'Paris'\nlimit = 1", "f'{city}: {limit}'", tags={0: ["parameters"]})
    source = write(book, tmp_path)
    done = papermill.execute_notebook(
        source, tmp_path / "done.ipynb", parameters={"city": "Rome", "limit": 7}, progress_bar=False
    )
    assert [cell.metadata.tags for cell in done.cells] == [["parameters"], ["injected-parameters"], []]
    assert outputs(done.cells[2]) == [("execute_result", "'Rome: 7'")]


def test_papermill_passes_every_kind_of_parameter(tmp_path: Path) -> None:
    source = write(notebook("values = None", "values", tags={0: ["parameters"]}), tmp_path)
    values = {"text": "a 'quoted' line\nand more", "number": -1.5, "flag": True, "nothing": None, "list": [1, [2]]}
    done = papermill.execute_notebook(
        source, tmp_path / "done.ipynb", parameters={"values": values}, progress_bar=False
    )
    assert eval(done.cells[2].outputs[0].data["text/plain"]) == values


def test_papermill_infers_the_parameters(tmp_path: Path) -> None:
    source = write(notebook("city: str = 'Paris'  # where\nlimit = 1", tags={0: ["parameters"]}), tmp_path)
    found = papermill.inspect_notebook(source)
    assert {name: (entry["default"], entry["help"]) for name, entry in found.items()} == {
        "city": ("'Paris'", "where"),
        "limit": ("1", ""),
    }


def test_papermill_keeps_the_notebook_that_failed(tmp_path: Path) -> None:
    source = write(notebook("1 / 0"), tmp_path)
    with pytest.raises(papermill.PapermillExecutionError, match="ZeroDivisionError"):
        papermill.execute_notebook(source, tmp_path / "done.ipynb", progress_bar=False)
    failed = read(tmp_path / "done.ipynb")
    assert [outputs(cell) for cell in failed.cells if cell.cell_type == "code"] == [[("error", "ZeroDivisionError")]]


def test_nbconvert_executes_to_a_notebook(tmp_path: Path) -> None:
    write(notebook(*SESSION), tmp_path)
    done = _jupyter("nbconvert", "--execute", "--to", "notebook", "--output", "done", "session.ipynb", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    book = read(tmp_path / "done.ipynb")
    assert [outputs(cell) for cell in book.cells] == SESSION_OUTPUTS


def test_nbconvert_executes_to_html(tmp_path: Path) -> None:
    write(notebook(*SESSION), tmp_path)
    done = _jupyter("nbconvert", "--execute", "--to", "html", "session.ipynb", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "session.html").read_text()
    assert "counting" in page and "<b>bold</b>" in page and "218" in page


def test_jupyter_execute(tmp_path: Path) -> None:
    path = write(notebook(*SESSION), tmp_path)
    done = _jupyter("execute", "--inplace", path.name, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert [outputs(cell) for cell in read(path).cells] == SESSION_OUTPUTS


def test_jupyter_run_executes_a_script(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text("total = sum(range(10))\nprint('total', total)\n")
    done = _jupyter("run", f"--kernel={KERNEL}", "script.py", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "total 45\n"), done.stderr


def test_jupyter_run_fails_as_the_script_does(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text("1 / 0\n")
    done = _jupyter("run", f"--kernel={KERNEL}", "script.py", cwd=tmp_path)
    assert done.returncode != 0
    assert "ZeroDivisionError" in done.stdout + done.stderr


def test_nbmake_mocks_and_reports(tmp_path: Path) -> None:
    mocked = notebook("city = 'Paris'", "assert city == 'Rome' and limit == 7")
    mocked.cells[0].metadata["nbmake"] = {"mock": {"city": "Rome"}, "post_cell_execute": ["limit = 7"]}
    write(mocked, tmp_path, "mocked.ipynb")
    write(notebook("1 / 0"), tmp_path, "failing.ipynb")
    pytest_alone = ["-m", "pytest", "--nbmake", "-p", "no:cacheprovider", "--rootdir=.", "-c", "/dev/null"]
    done = subprocess.run(
        [sys.executable, *pytest_alone, "mocked.ipynb", "failing.ipynb"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=HANGING,
    )
    assert re.search("1 failed, 1 passed", done.stdout), done.stdout
    assert "ZeroDivisionError: division by zero" in COLOURS.sub("", done.stdout)
