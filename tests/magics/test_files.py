"""%%writefile, %%file and %pwd over the wire: they write and name files of the session, never of the computer."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engine.test_locate import ANSI
from tests.support.kernel_client import Kernel


@pytest.fixture
def empty(kernel: Kernel) -> Kernel:
    """The module's kernel with nothing in its working folder."""
    kernel.run("%reset -f")
    return kernel


def test_the_text_of_a_cell_becomes_a_file(empty: Kernel) -> None:
    assert empty.run("%%writefile test.txt\nFirst 'line'\nx = {y} \\n").text() == "Writing test.txt\n"
    assert empty.run("open('test.txt').read()").plain == repr("First 'line'\nx = {y} \\n\n")
    assert empty.run("%%writefile test.txt\nother").text() == "Overwriting test.txt\n"
    assert empty.run("%%writefile -a test.txt\nmore\n\n").text() == "Appending to test.txt\n"
    assert empty.run("[line for line in open('test.txt')]").plain == r"['other\n', 'more\n', '\n']"
    assert empty.run("%%file 'two words.md'\n# Title").text() == "Writing two words.md\n"
    assert empty.run("import os\nos.listdir()").plain == "['test.txt', 'two words.md']"
    assert empty.run("%%writefile --append new.txt\na").text() == "Appending to new.txt\n"


def test_builtins_of_the_person_change_nothing(empty: Kernel) -> None:
    answer = empty.run("%%writefile a.txt\na")
    empty.run("open = print = None\nclass Path: pass\npathlib = 3")
    answer = empty.run("%%writefile a.txt\nb")
    assert (answer.text(), answer.plain) == ("Overwriting a.txt\n", None)
    assert empty.run("from pathlib import Path\nPath('a.txt').read_text(), pathlib").plain == r"('b\n', 3)"
    assert "__mk" not in str(empty.run("%who").text())


def test_undo_takes_a_written_file_back(empty: Kernel) -> None:
    empty.run("%%writefile a.txt\na")
    empty.run("%undo")
    assert empty.run("import os\nos.listdir()").plain == "[]"


def test_a_missing_folder_has_a_hint(empty: Kernel) -> None:
    answer = empty.run("%%writefile out/a.txt\na")
    assert answer.reply["ename"] == "FileNotFoundError"
    shown = ANSI.sub("", "".join(answer.reply["traceback"]))
    assert "Hint: Make its folder first: os.makedirs('out', exist_ok=True)." in shown
    assert "%%writefile out/a.txt" in shown


def test_nothing_of_the_computer_is_written(empty: Kernel, tmp_path: Path) -> None:
    empty.run(f"%%writefile {tmp_path}/a.txt\na")
    empty.run("%%writefile ../../a.txt\na")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("cell", ["%%writefile\ntext", "%%writefile a b\ntext", "%%writefile -x a\ntext"])
def test_wrong_arguments_are_named(empty: Kernel, cell: str) -> None:
    answer = empty.run(cell)
    assert answer.reply["ename"] == "UsageError"
    assert "usage: %%writefile [-a] FILE" in answer.reply["evalue"].replace("\n", " ")


def test_the_working_folder_is_named(empty: Kernel) -> None:
    assert empty.run("%pwd").plain == "'/work'"
    assert empty.run("here = %pwd\nhere").plain == "'/work'"
