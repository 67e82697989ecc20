"""What `monty-kernel run` says to a person who mistyped something: one line that names it, once."""

from __future__ import annotations

import logging
import os
import re
import subprocess
from pathlib import Path

import pytest

from monty_kernel import run_notebook
from monty_kernel.cli import COMMAND_MODULES
from monty_kernel.headless.declared import warn_of_unknown
from monty_kernel.magics.registry import Magics
from monty_kernel.outputs import log_text
from tests.support.awkward_notebooks import Cell, book
from tests.support.run_command import command, read, report, run, run_in_a_terminal, texts, write
from tests.support.waiting import HANGING

_ANSI = re.compile(r"\x1b\[[^a-zA-Z]*[a-zA-Z]")
DECLARED: Cell = ("code", "limit = 1", ["parameters"])


def said(*cells: Cell, parameters: tuple[str, ...], caplog: pytest.LogCaptureFixture) -> list[str]:
    """The warnings for these names of parameters."""
    caplog.clear()
    with caplog.at_level(logging.WARNING):
        warn_of_unknown(book(cells), parameters, "a.ipynb")
    return [record.getMessage() for record in caplog.records]


def test_a_misspelt_parameter_is_named(tmp_path: Path) -> None:
    source = write(tmp_path / "in.ipynb", DECLARED, "print(limit)")
    done = run(source, "--stdout", "-p", "limitt=3")
    assert done.returncode == 0 and texts(read(done.stdout)) == ["", "", "1\n"]
    assert f"{source}: the cell tagged `parameters` has no 'limitt'; did you mean 'limit'?\n" in done.stderr.decode()
    done = run(source, "--stdout", "-p", "limit=3")
    assert texts(read(done.stdout)) == ["", "", "3\n"] and done.stderr.count(b"\n") == 1


def test_a_notebook_without_a_parameters_cell_is_named(tmp_path: Path) -> None:
    source = write(tmp_path / "in.ipynb", "limit = 1", "print(limit)")
    done = run(source, "--stdout", "-p", "limit=3")
    assert done.returncode == 0 and texts(read(done.stdout)) == ["", "", "1\n"]
    assert f"{source}: no cell is tagged `parameters`" in done.stderr.decode()
    assert run(source).stderr.count(b"\n") == 1  # nothing is said of parameters that nobody gave


def test_run_notebook_warns_too(caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    run_notebook(write(tmp_path / "in.ipynb", DECLARED), parameters={"limitt": 3})
    run_notebook(book(["limit = 1"]), parameters={"limit": 3})
    first, second = (record.getMessage() for record in caplog.records)
    assert first.startswith(str(tmp_path / "in.ipynb")) and "'limitt'" in first
    assert second.startswith("the notebook: no cell is tagged")


@pytest.mark.parametrize(
    "source",
    [
        "a: int = 1",
        "a: int",
        "b = a = 1",
        "a, b = 1, 2",
        "if True:\n    a = 1",
        "import math as a",
        "%limits\na = 1",
        "a = 1\n" + "# long\n" * 2000,
        "(" * 300 + "\na = 1",
    ],
)
def test_what_a_parameters_cell_assigns(source: str, caplog: pytest.LogCaptureFixture) -> None:
    assert said(("code", source, ["parameters"]), parameters=("a",), caplog=caplog) == []
    (line,) = said(("code", source, ["parameters"]), parameters=("aa_",), caplog=caplog)
    assert "has no 'aa_'" in line


def test_what_it_only_reads_or_mentions_it_does_not_have(caplog: pytest.LogCaptureFixture) -> None:
    cell: Cell = ("code", "b = len('a')  # a\nb.c = b", ["parameters"])
    assert len(said(cell, parameters=("a", "c", "len", "b"), caplog=caplog)) == 3


def test_hostile_names_and_tags(caplog: pytest.LogCaptureFixture) -> None:
    made = book([DECLARED])
    made.cells[0].metadata["tags"] = [["parameters"], {"a": 1}, "parameters", None]
    warn_of_unknown(made, ["x\n::set-output", "y" * 1_000_000], "a\nb")
    assert all("\n" not in record.getMessage() for record in caplog.records)
    assert len(caplog.records) == 2


def test_only_the_last_run_declared_them(caplog: pytest.LogCaptureFixture) -> None:
    """As in papermill: a notebook that was run before has its parameters there."""
    assert said(("code", "limit = 2", ["injected-parameters"]), parameters=("limit",), caplog=caplog) == []


def test_raw_parameters_stay_text(tmp_path: Path) -> None:
    source = write(tmp_path / "in.ipynb", ("code", "code = ''", ["parameters"]), "print(repr(code))")
    for value in ("02134", "True", "None", "1e3", "", "a=b"):
        assert texts(read(run(source, "--stdout", "-r", "code", value).stdout))[2] == f"{value!r}\n"
    assert texts(read(run(source, "--stdout", "-p", "code=02134").stdout))[2] == "2134\n"
    (tmp_path / "p.yaml").write_text("code: 1\n")
    words = ("-p", "code=2", "-r", "code", "3", "--parameters", tmp_path / "p.yaml")
    assert texts(read(run(source, "--stdout", *words).stdout))[2] == "'3'\n"


BAD_OPTIONS = [
    ("--tools", "nofile.py"),
    ("--tools", "bad.py"),
    ("--mount", "/nowhere:/data"),
    ("--mount", "nonsense"),
    ("--tool-permission", "shop.order=allow"),
    ("--tools", "good.py", "--tool-permission", "good.nothing=allow"),
    ("--max-memory", "1X"),
    ("--timeout", "-1"),
    ("-j", "0"),
    ("-p", "limit"),
    ("-p", "1a=3"),
    ("-r", "1a", "3"),
    ("-r", "limit"),
    ("--parameters", "nofile.yaml"),
    ("--from", "nonsense"),
    ("--nonsense",),
]


@pytest.mark.parametrize("words", BAD_OPTIONS, ids=" ".join)
def test_a_bad_option_is_one_line_however_many_notebooks(tmp_path: Path, words: tuple[str, ...]) -> None:
    (tmp_path / "bad.py").write_text("1 / 0\n")
    (tmp_path / "good.py").write_text("def f() -> int:\n    return 1\n")
    for number in range(3):
        write(tmp_path / f"{number}.ipynb", "1")
    done = run("0.ipynb", "1.ipynb", "2.ipynb", "-j", "2", *words, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith(b"monty-kernel") and done.stderr.count(b"\n") == 1, done.stderr
    assert done.stdout == b""


def test_the_report_says_why_each_was_not_run(tmp_path: Path) -> None:
    sources = [write(tmp_path / f"{number}.ipynb", "1") for number in range(2)]
    done = run(*sources, "--tools", "nofile.py", "--report", tmp_path / "r.json", cwd=tmp_path)
    assert done.returncode == 2
    assert [each["status"] for each in report(tmp_path / "r.json")] == ["broken", "broken"]
    assert all("no tools file" in each["message"] for each in report(tmp_path / "r.json"))


def test_tools_that_are_refused_now_and_then_stop_no_other_notebook(tmp_path: Path) -> None:
    (tmp_path / "once.py").write_text(
        f"import os\nos.mkdir({str(tmp_path / 'lock')!r})\n\ndef f() -> int:\n    return 1\n"
    )
    sources = [write(tmp_path / f"{number}.ipynb", "6 * 7") for number in range(3)]
    done = run(*sources, "--tools", tmp_path / "once.py", "--output-dir", tmp_path / "done")
    assert done.returncode == 2
    assert sorted(line.split()[0] for line in done.stderr.splitlines()) == [b"broken", b"broken", b"ok"]
    assert len(os.listdir(tmp_path / "done")) == 1


def test_a_mistyped_argument_of_run_notebook_says_what_it_takes() -> None:
    made = book(["1"])
    with pytest.raises(TypeError, match="max_memory takes a whole number of bytes or None, not '1G'; write 1000000000"):
        run_notebook(made, max_memory="1G")  # type: ignore[arg-type]
    for name, wrong, kind in (
        ("max_memory", 0, ValueError),
        ("max_memory", 1e9, TypeError),
        ("max_memory", True, TypeError),
        ("timeout", "5", TypeError),
        ("max_output", "5M", TypeError),
        ("max_cell_seconds", float("nan"), ValueError),
        ("snapshot_memory", None, TypeError),
        ("walls", "none", ValueError),
        ("typecheck", True, ValueError),
        ("trust_outputs", "no", TypeError),
        ("tool_permissions", {"shop.order": "perhaps"}, ValueError),
        ("tool_permissions", "shop.order=allow", TypeError),
        ("parameters", ["limit"], TypeError),
    ):
        with pytest.raises(kind, match=name):
            run_notebook(made, **{name: wrong})  # type: ignore[arg-type]
    assert texts(run_notebook(made, timeout=float("inf"), max_output=None, max_memory=None)) == ["1"]


def test_the_bar_names_what_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for service in log_text._SERVICES:  # where there is no bar
        monkeypatch.delenv(service, raising=False)
    source = write(tmp_path / "[bold]report.ipynb", "import time\ntime.sleep(2)")
    seen = _ANSI.sub("", run_in_a_terminal(source)[1])
    assert re.search(r"0/1 .*\[bold\]report\.ipynb", seen), seen
    sources = [write(tmp_path / f"{name}.ipynb", "import time\ntime.sleep(2)") for name in ("one", "two")]
    seen = _ANSI.sub("", run_in_a_terminal(*sources, "-j", "2")[1])
    assert re.search(r"0/2 .*(one|two)\.ipynb and 1 more", seen), seen


@pytest.mark.parametrize("words", [["-o", "/dev/stdout"], ["--stdout"]])
@pytest.mark.parametrize("blocking", [True, False])
def test_a_large_notebook_goes_whole_into_a_pipe(tmp_path: Path, words: list[str], blocking: bool) -> None:
    source = write(tmp_path / "in.ipynb", "print('x' * 3_000_000)")
    ours, theirs = os.pipe()
    os.set_blocking(theirs, blocking)
    process = subprocess.Popen(command(source, *words), stdout=theirs, stderr=subprocess.PIPE)
    os.close(theirs)
    with os.fdopen(ours, "rb") as pipe:
        found = pipe.read()
    assert process.wait(HANGING) == 0
    assert process.stderr is not None
    process.stderr.close()
    assert len(texts(read(found))[0]) == 3_000_001


def test_help_names_only_magics_that_exist() -> None:
    known = {*Magics().line_names(), *Magics().cell_names()}
    for name in sum(COMMAND_MODULES.values(), ()):
        done = subprocess.run(
            [*command()[:-1], name, "--help"], capture_output=True, text=True, timeout=HANGING, check=True
        )
        for magic in re.findall(r"%(\w+)", done.stdout):
            assert magic in known, magic
