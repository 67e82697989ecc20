"""`monty-kernel run` and its options, by real processes."""

from __future__ import annotations

import json
import os
from pathlib import Path

import nbformat
import pytest

from tests.support.run_command import read, report, run, texts, write


def test_a_notebook_is_written_elsewhere(tmp_path: Path) -> None:
    source = write(tmp_path / "in.ipynb", "x = 6", "print('hello')\nx * 7")
    before = source.read_bytes()
    done = run(source, "-o", tmp_path / "out.ipynb")
    assert (done.returncode, done.stdout) == (0, b"")
    assert done.stderr.startswith(b"ok ") and done.stderr.count(b"\n") == 1, done.stderr
    assert texts(read(tmp_path / "out.ipynb")) == ["", "hello\n42"]
    assert source.read_bytes() == before


def test_a_notebook_is_written_where_it_came_from(tmp_path: Path) -> None:
    source = write(tmp_path / "in.ipynb", "6 * 7")
    source.chmod(0o640)
    assert run(source, "--inplace").returncode == 0
    assert texts(read(source)) == ["42"]
    assert source.stat().st_mode & 0o777 == 0o640
    assert os.listdir(tmp_path) == ["in.ipynb"]


def test_a_notebook_goes_to_standard_output(tmp_path: Path) -> None:
    done = run(write(tmp_path / "in.ipynb", "6 * 7"), "--stdout")
    assert texts(read(done.stdout)) == ["42"]


def test_a_notebook_comes_from_standard_input(tmp_path: Path) -> None:
    text = write(tmp_path / "in.ipynb", "6 * 7").read_bytes()
    assert texts(read(run("-", "--stdout", stdin=text).stdout)) == ["42"]
    assert run("-", "-o", "out.ipynb", stdin=text, cwd=tmp_path).returncode == 0
    assert texts(read(tmp_path / "out.ipynb")) == ["42"]


def test_without_a_place_to_write_to_it_is_only_run(tmp_path: Path) -> None:
    source = write(tmp_path / "in.ipynb", "6 * 7")
    before = source.read_bytes()
    assert run(source).returncode == 0
    assert source.read_bytes() == before and os.listdir(tmp_path) == ["in.ipynb"]


def test_many_notebooks_at_once(tmp_path: Path) -> None:
    sources = [write(tmp_path / f"{number}.ipynb", f"{number} + 1") for number in range(20)]
    done = run(*sources, "-j", "4", "--output-dir", tmp_path / "new" / "folder")
    assert done.returncode == 0, done.stderr
    assert done.stderr.count(b"\nok ") == 19
    for number in range(20):
        assert texts(read(tmp_path / "new" / "folder" / f"{number}.ipynb")) == [str(number + 1)]


def test_a_failing_cell(tmp_path: Path) -> None:
    bad = write(tmp_path / "bad.ipynb", "print('before')", "def f():\n    1 / 0\nf()", "print('never')")
    good = write(tmp_path / "good.ipynb", "1")
    done = run(bad, good, "--output-dir", tmp_path / "done", "--report", tmp_path / "report.json")
    assert done.returncode == 1
    said = done.stderr.decode()
    assert "ZeroDivisionError: division by zero" in said and "Cell In[2], line 2" in said, said
    assert "\x1b" not in said  # no terminal, no colours
    assert texts(read(tmp_path / "done" / "bad.ipynb")) == ["before\n", "ZeroDivisionError", ""]
    assert texts(read(tmp_path / "done" / "good.ipynb")) == ["1"]
    first, second = report(tmp_path / "report.json")
    assert (first["status"], second["status"]) == ("error", "ok")
    failed = first["failed"]
    assert (failed["index"], failed["execution_count"], failed["ename"]) == (1, 2, "ZeroDivisionError")
    assert failed["id"] == read(bad).cells[1].id
    assert first["cells"] == 2 and first["seconds"] > 0 and second["failed"] is None


def test_errors_are_allowed(tmp_path: Path) -> None:
    source = write(tmp_path / "in.ipynb", "1 / 0", "print('after')")
    done = run(source, "--allow-errors", "--inplace")
    assert done.returncode == 0
    assert texts(read(source)) == ["ZeroDivisionError", "after\n"]


def test_tags_of_cells(tmp_path: Path) -> None:
    source = write(
        tmp_path / "in.ipynb", ("code", "1 / 0", ["raises-exception"]), ("code", "2 / 0", ["skip-execution"]), "'after'"
    )
    assert run(source, "--inplace").returncode == 0
    assert texts(read(source)) == ["ZeroDivisionError", "", "'after'"]


@pytest.mark.parametrize(
    "endless", ["while True: pass", "import time\ntime.sleep(1000)", "import asyncio\nawait asyncio.sleep(999)"]
)
def test_a_cell_that_takes_too_long(tmp_path: Path, endless: str) -> None:
    source = write(tmp_path / "in.ipynb", "print('quick')", f"print('slow')\n{endless}", "print('never')")
    done = run(source, "--inplace", "--timeout", "0.5", "--report", tmp_path / "report.json")
    assert done.returncode == 1
    assert b"took longer than 0.5 seconds" in done.stderr
    assert texts(read(source)) == ["quick\n", "slow\n", ""]
    assert report(tmp_path / "report.json")[0]["status"] == "timeout"


def test_memory_is_limited(tmp_path: Path) -> None:
    source = write(tmp_path / "in.ipynb", "x = 'a'\nwhile True: x += x")
    done = run(source, "--inplace", "--max-memory", "50M")
    assert done.returncode == 1
    assert "max_memory = 50,000,000 bytes" in done.stderr.decode()


def test_cells_are_limited(tmp_path: Path) -> None:
    source = write(
        tmp_path / "in.ipynb",
        "while True: pass",
        "def f(n): return n and f(n - 1)\nf(200)",
        "while True: print('x' * 100)",
        "while True: help(len)",
        "import time\ntime.sleep(60)",
        "'after'",
    )
    limits = "--max-cell-seconds 0.3 --max-recursion-depth 100 --max-cell-output 1k --max-host-calls 2 --max-seconds-asleep 0.1"
    assert run(source, "--inplace", "--allow-errors", *limits.split()).returncode == 0
    names = [output.ename for cell in read(source).cells for output in cell.outputs if output.output_type == "error"]
    assert names == [
        "TimeoutError",
        "RecursionError",
        "OutputLimitExceeded",
        "HostCallLimitExceeded",
        "SleepLimitExceeded",
    ]
    assert texts(read(source))[-1] == "'after'"
    for wrong in ("--max-cell-output=-1", "--max-host-calls=x", "--max-seconds-asleep=nan", "--max-recursion-depth=0"):
        done = run(source, wrong)
        assert done.returncode == 2 and wrong.partition("=")[0].encode() in done.stderr


def test_output_is_limited(tmp_path: Path) -> None:
    source = write(tmp_path / "in.ipynb", "print('first')", "while True: print('x' * 1000)", "print('never')")
    done = run(source, "--inplace", "--max-output", "1M")
    assert done.returncode == 1
    assert b"OutputLimitExceeded" in done.stderr
    shown = texts(read(source))
    assert shown[0] == "first\n" and 900_000 < len(shown[1]) < 2_000_000 and shown[2] == ""


def test_a_crash_a_hang_and_a_blow_up_touch_no_other_notebook(tmp_path: Path) -> None:
    bad = {
        "hang": "while True: pass",
        "memory": "x = [0]\nwhile True: x += x",
        "flood": "while True: print('x' * 10_000)",
        "deep": "def f(n): return f(n + 1)\nf(0)",
    }
    names = [write(tmp_path / f"{name}.ipynb", source) for name, source in bad.items()]
    good = [write(tmp_path / f"good{number}.ipynb", *["sum(range(10_000))"] * 5) for number in range(8)]
    options = ("-j", "4", "--inplace", "--timeout", "3", "--max-memory", "100M", "--max-output", "5M")
    done = run(*names, *good, *options, "--report", tmp_path / "report.json")
    assert done.returncode == 1
    found = {Path(each["notebook"]).stem: each["status"] for each in report(tmp_path / "report.json")}
    assert found["hang"] == "timeout" and found["flood"] == "output" and found["memory"] == found["deep"] == "error"
    for path in good:
        assert found[path.stem] == "ok"
        assert texts(read(path)) == ["49995000"] * 5


def test_parameters(tmp_path: Path) -> None:
    source = write(
        tmp_path / "in.ipynb", ("code", "city, n = 'Paris', 1", ["parameters"]), "city, n, flag, nothing, more"
    )
    (tmp_path / "p.yaml").write_text("n: 3\nmore: {list: [1, 2.5, yes, null]}\n")
    done = run(
        source, "--stdout", "--parameters", tmp_path / "p.yaml", *("-p", "city=New York"), *("-p", "n=7"),
        *("-p", "flag=True"), *("-p", "nothing=None"),
    )  # fmt: skip
    found = read(done.stdout)
    assert texts(found)[2] == "('New York', 7, True, None, {'list': [1, 2.5, True, None]})"
    assert [cell.metadata.get("tags") for cell in found.cells] == [["parameters"], ["injected-parameters"], None]
    assert found.metadata.papermill.parameters["n"] == 7


def test_parameters_in_json_and_in_place_of_earlier_ones(tmp_path: Path) -> None:
    source = write(tmp_path / "in.ipynb", "x")
    (tmp_path / "p.json").write_text(json.dumps({"x": float("inf")}))
    assert run(source, "--inplace", "-p", "x=1").returncode == 0
    assert run(source, "--inplace", "--parameters", tmp_path / "p.json").returncode == 0
    found = read(source)
    assert len(found.cells) == 2 and texts(found) == ["", "inf"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["a.ipynb", "b.ipynb", "-o", "c.ipynb"], "-o takes one notebook"),
        (["a.ipynb", "b.ipynb", "--stdout"], "--stdout takes one"),
        (["-", "-"], "only one notebook"),
        (["-", "--inplace"], "has no file name"),
        (["a.ipynb", "./a.ipynb", "--inplace"], "would both be written"),
        (["a.ipynb", "folder/a.ipynb", "--output-dir", "x"], "would both be written"),
        (["a.ipynb", "-o", "folder"], "it is a folder"),
        (["a.ipynb", "-o", "missing/x.ipynb"], "there is no folder"),
        (["a.ipynb", "-p", "1x=2"], "NAME=VALUE"),
        (["a.ipynb", "-p", "x"], "NAME=VALUE"),
        (["a.ipynb", "--parameters", "missing.json"], "No such file"),
        (["a.ipynb", "--parameters", "a.ipynb"], "is not a Python name"),
        (["a.ipynb", "--timeout", "0"], "above 0"),
        (["a.ipynb", "--max-memory", "lots"], "is not a size"),
        (["a.ipynb", "-j", "0"], "from 1 to 1000"),
        (["a.ipynb", "--from", "nosuch"], "--from"),
        (["a.ipynb", "--from", "x@y"], "is not the name of a state"),
        (["a.ipynb", "--report", "folder"], "it is a folder"),
        (["a.ipynb", "-o", "x", "--stdout"], "not allowed with"),
        ([], "required"),
    ],
)
def test_bad_use(tmp_path: Path, words: list[str], said: str) -> None:
    (tmp_path / "folder").mkdir()
    for name in ("a.ipynb", "b.ipynb", "folder/a.ipynb"):
        write(tmp_path / name, "1")
    if "--parameters" in words and "a.ipynb" in words[1:]:
        (tmp_path / "a.ipynb").write_text('{"a b": 1}')
    done = run(*words, cwd=tmp_path)
    assert done.returncode == 2
    assert said in done.stderr.decode(), done.stderr
    assert "Traceback" not in done.stderr.decode()


def test_names_that_look_like_options(tmp_path: Path) -> None:
    write(tmp_path / "-x.ipynb", "6 * 7")
    assert run("--inplace", "--", "-x.ipynb", cwd=tmp_path).returncode == 0
    assert texts(read(tmp_path / "-x.ipynb")) == ["42"]


def test_outputs_are_sanitized_unless_trusted(tmp_path: Path) -> None:
    source = write(tmp_path / "in.ipynb", "from IPython.display import HTML\nHTML('<b>b</b><script>x</script>')")
    sanitized, trusted = run(source, "--stdout"), run(source, "--stdout", "--trust-outputs")
    assert "script" not in read(sanitized.stdout).cells[0].outputs[-1].data["text/html"]
    assert "<script>" in read(trusted.stdout).cells[0].outputs[-1].data["text/html"]


def test_what_a_notebook_brought_along_is_sanitized_too(tmp_path: Path) -> None:
    """Cells that are skipped, empty, or come after one that failed keep their outputs, but none that act."""
    book = read(write(tmp_path / "in.ipynb", "'skipped'", "", "1/0", "'never'"))
    book.cells[0].metadata["tags"] = ["skip-execution"]
    harmless = [
        nbformat.v4.new_output("stream", name="stdout", text="\x1b[31mred\x1b[0m\n"),
        nbformat.v4.new_output("execute_result", {"text/plain": "1", "image/png": "AAAA\n"}, execution_count=4),
        nbformat.v4.new_output("error", ename="E", evalue="e", traceback=["\x1b[31mE\x1b[0m: e"]),
    ]
    hostile = [
        nbformat.v4.new_output("display_data", {"text/html": "<b>b</b><script>x</script>", "text/javascript": "x"}),
        nbformat.v4.new_output("stream", name="stdout", text="\x1b]0;title\x07"),
        nbformat.v4.new_output("error", ename="E\x1b[2J", evalue="\x1b[31me", traceback=["\x1b[2Je"]),
    ]
    for cell in book.cells:
        cell.outputs = [*harmless, *hostile]
    (tmp_path / "in.ipynb").write_text(nbformat.writes(book))
    done = read(run(tmp_path / "in.ipynb", "--stdout").stdout)
    for cell in (done.cells[0], done.cells[1], done.cells[3]):
        assert cell.outputs[:3] == harmless
        html, printed, error, note = cell.outputs[3:]
        assert html.data == {"text/html": "<b>b</b>"}
        assert printed.text == "\\x1b]0;title\\x07"
        assert (error.ename, error.evalue, error.traceback) == ("E\\x1b[2J", "\\x1b[31me", ["\\x1b[2Je"])
        assert "left out of this output: <script>, text/javascript" in note.text
    trusted = read(run(tmp_path / "in.ipynb", "--stdout", "--trust-outputs").stdout)
    assert trusted.cells[3].outputs == [*harmless, *hostile]
    again = read(run("-", "--stdout", stdin=nbformat.writes(done).encode()).stdout)
    assert again.cells[3].outputs == done.cells[3].outputs


def test_quiet(tmp_path: Path) -> None:
    good, bad = write(tmp_path / "good.ipynb", "1"), write(tmp_path / "bad.ipynb", "1/0")
    done = run("-q", good, bad)
    assert done.returncode == 1
    assert b"good" not in done.stderr and b"ZeroDivisionError" in done.stderr
