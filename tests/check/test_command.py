"""`monty-kernel check`: its forms, its exit status, and notebooks that cannot be read."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from tests.support.waiting import HANGING

from .findings import book

CLEAN = ("x = 1",)
GAPS = ("x = 1", "import math\nimport numpy as np\nprint(1)")


def check(*words: str | Path, stdin: bytes = b"", cwd: Path | None = None) -> subprocess.CompletedProcess[bytes]:
    path = str(Path(sys.executable).with_name("monty-kernel"))
    return subprocess.run([path, "check", *map(str, words)], input=stdin, capture_output=True, timeout=HANGING, cwd=cwd)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, cells in (("clean", CLEAN), ("gaps", GAPS)):
        (tmp_path / f"{name}.ipynb").write_text(nbformat.writes(book(*cells)))  # type: ignore[no-untyped-call]
    (tmp_path / "broken.ipynb").write_text("{")
    return tmp_path


@pytest.mark.slow
def test_the_exit_status(folder: Path) -> None:
    assert check(folder / "clean.ipynb").returncode == 0
    assert check(folder / "gaps.ipynb", folder / "clean.ipynb").returncode == 1
    assert check(folder / "broken.ipynb", folder / "gaps.ipynb").returncode == 2
    assert check(folder / "none.ipynb").returncode == 2
    assert check().returncode == 2


@pytest.mark.slow
def test_tools_are_no_gap(folder: Path) -> None:
    (folder / "shop.py").write_text("def order(): raise SystemExit('called')\n")
    path = folder / "order.ipynb"
    path.write_text(nbformat.writes(book("import shop", "from shop import order", "order()")))  # type: ignore[no-untyped-call]
    assert check("order.ipynb", cwd=folder).returncode == 1
    assert check("--tools", "shop.py", "order.ipynb", cwd=folder).returncode == 0
    refused = check("--tools", "none.py", "order.ipynb", cwd=folder)
    assert refused.returncode == 2
    assert refused.stderr.count(b"\n") == 1


def test_text_for_people(folder: Path) -> None:
    done = check("gaps.ipynb", "clean.ipynb", "broken.ipynb", cwd=folder)
    lines = done.stdout.decode().splitlines()
    assert lines[0] == "gaps.ipynb: 1 gap"
    assert lines[1].startswith("  In[2], line 2, column 8: ModuleNotFoundError: No module named 'numpy'")
    assert "none can be installed" in lines[2]
    assert lines[3] == "clean.ipynb: no gaps"
    assert lines[4].startswith("broken.ipynb: cannot be read: it is not JSON")
    assert done.stderr == b""


def test_json(folder: Path) -> None:
    done = check("--json", "gaps.ipynb", "broken.ipynb", cwd=folder)
    found = json.loads(done.stdout)
    assert (found["format"], found["status"]) == (1, 2)
    gaps, broken = found["notebooks"]
    (finding,) = gaps["findings"]
    assert gaps["notebook"] == "gaps.ipynb"
    assert finding | {"message": "", "write": ""} == {
        "cell": 1, "execution_count": 2, "line": 2, "column": 8, "end_line": 2, "end_column": 19,
        "code": "missing-module", "message": "", "write": "",
    }  # fmt: skip
    assert finding["message"] == "ModuleNotFoundError: No module named 'numpy'"
    assert (broken["status"], broken["findings"]) == ("unreadable", [])


def line_in_file(path: Path) -> int:
    return next(number for number, line in enumerate(path.read_text().splitlines(), 1) if "import numpy" in line)


def test_sarif_has_the_line_of_the_file(folder: Path) -> None:
    found = json.loads(check("--sarif", "gaps.ipynb", cwd=folder).stdout)
    assert found["version"] == "2.1.0"
    (result,) = found["runs"][0]["results"]
    rules = {rule["id"] for rule in found["runs"][0]["tool"]["driver"]["rules"]}
    assert result["ruleId"] in rules
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "gaps.ipynb"
    assert place["region"]["startLine"] == line_in_file(folder / "gaps.ipynb")


def test_github_has_the_line_of_the_file(folder: Path) -> None:
    done = check("--github", "gaps.ipynb", "broken.ipynb", cwd=folder)
    warning, error = done.stdout.decode().splitlines()
    line = line_in_file(folder / "gaps.ipynb")
    assert warning.startswith(f"::warning file=gaps.ipynb,line={line},title=In[2]%2C line 2::ModuleNotFoundError: ")
    assert error.startswith("::error file=broken.ipynb::cannot be read")


@pytest.mark.parametrize("form", ["", "--json", "--sarif", "--github"])
def test_no_notebook_gives_a_command_to_the_service_that_reads_the_log(tmp_path: Path, form: str) -> None:
    name = "x\n::error::y,title=z.ipynb"
    cells = "%nosuch\u2028::set-output name=a::b ##vso[task]%0A::warning::x", "open('a\\n::add-mask::b')"
    (tmp_path / name).write_text(nbformat.writes(book(*cells)))  # type: ignore[no-untyped-call]
    done = check(*filter(None, [form]), name, cwd=tmp_path)
    assert done.returncode == 1
    lines = done.stdout.decode().split("\n")
    commands = [line for line in lines if line.startswith("::")]
    assert len(commands) == (2 if form == "--github" else 0)
    assert all(line.startswith("::warning file=x") and "\u2028" not in line for line in commands)
    assert "##vso[" not in done.stdout.decode()


@pytest.mark.slow
def test_lone_surrogates(tmp_path: Path) -> None:
    text = json.dumps(book("import numpy", 'x = "S"')).replace("S", "\\ud800")
    for form in ("--json", "--sarif", "--github", ""):
        done = check(*filter(None, [form]), "-", stdin=text.encode())
        assert done.returncode == 1
        assert b"numpy" in done.stdout


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"[" * 100_000,
        b'{"nbformat": 4}',
        b'{"nbformat": 4, "cells": 3}',
        b"\xff\xfe",
        b'{"nbformat": 1e400}',
    ],
    ids=lambda data: repr(data[:20]),
)
def test_what_is_no_notebook(data: bytes) -> None:
    done = check("--json", "-", stdin=data)
    assert done.returncode == 2
    (read,) = json.loads(done.stdout)["notebooks"]
    assert read["message"]
    assert read["notebook"] == "<stdin>"
