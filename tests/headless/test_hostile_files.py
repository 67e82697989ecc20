"""Files and places that are not what they should be, and notebooks that speak to the terminal."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.run_command import command, read, report, run, run_in_a_terminal, texts, write
from tests.support.waiting import HANGING


def test_notebooks_that_cannot_be_read_hold_up_no_other(tmp_path: Path) -> None:
    write(tmp_path / "good.ipynb", "6 * 7")
    (tmp_path / "text.ipynb").write_text("hello")
    (tmp_path / "folder.ipynb").mkdir()
    write(tmp_path / "closed.ipynb", "1").chmod(0)
    names = ["missing.ipynb", "text.ipynb", "folder.ipynb", "good.ipynb"]
    names += ["closed.ipynb"] if os.geteuid() else []  # nothing is closed to root
    done = run(*names, "--output-dir", "done", "-j", "2", "--report", "report.json", cwd=tmp_path)
    assert done.returncode == 2
    said = done.stderr.decode()
    assert "No such file" in said and "it is not JSON" in said and "Is a directory" in said and "Traceback" not in said
    found = {each["notebook"]: each["status"] for each in report(tmp_path / "report.json")}
    assert found == {name: "ok" if name == "good.ipynb" else "unreadable" for name in names}
    assert os.listdir(tmp_path / "done") == ["good.ipynb"]


def test_a_notebook_of_a_hundred_megabytes(tmp_path: Path) -> None:
    source = write(tmp_path / "in.ipynb", "'first'", "6 * 7")
    book = json.loads(source.read_text())
    output = {"output_type": "stream", "name": "stdout", "text": ["x" * 999 + "\n"] * 100_000}
    book["cells"].append(
        {**book["cells"][0], "id": "kept", "metadata": {"tags": ["skip-execution"]}, "outputs": [output]}
    )
    source.write_text(json.dumps(book))
    assert source.stat().st_size > 100_000_000
    assert run(source, "--inplace").returncode == 0
    assert [len(text) for text in texts(read(source))] == [7, 2, 100_000_000]


def test_a_place_that_goes_away_meanwhile(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    tools = tmp_path / "gone.py"
    tools.write_text(f"import os\ndef go() -> None:\n    os.rmdir({str(tmp_path / 'out')!r})\n")
    source = write(tmp_path / "in.ipynb", "import gone\ngone.go()")
    words = command(source, "-o", tmp_path / "out" / "x.ipynb", "--tools", tools)
    process = subprocess.Popen(words, stderr=subprocess.PIPE)
    _, said = process.communicate(timeout=HANGING)
    assert process.returncode == 2
    assert b"unwritable" in said and b"Traceback" not in said


def test_two_runs_on_one_file(tmp_path: Path) -> None:
    source = write(tmp_path / "in.ipynb", "print('x' * 1_000_000)")
    runs = [subprocess.Popen(command(source, "--inplace"), stderr=subprocess.PIPE) for _ in range(3)]
    while any(each.poll() is None for each in runs):
        read(source)  # at every moment it is a whole notebook
    for each in runs:
        each.communicate(timeout=HANGING)
        assert each.returncode == 0
    assert len(texts(read(source))[0]) == 1_000_001
    assert os.listdir(tmp_path) == ["in.ipynb"]


def test_a_pipe_as_the_place_to_write_to(tmp_path: Path) -> None:
    source = write(tmp_path / "in.ipynb", "6 * 7")
    os.mkfifo(tmp_path / "pipe")
    process = subprocess.Popen(command(source, "-o", tmp_path / "pipe"), stderr=subprocess.PIPE)
    assert texts(read((tmp_path / "pipe").read_bytes())) == ["42"]
    process.communicate(timeout=HANGING)
    assert process.returncode == 0


def test_nobody_reads_standard_output(tmp_path: Path) -> None:
    source = write(tmp_path / "in.ipynb", "print('x' * 1_000_000)")
    process = subprocess.Popen(command(source, "--stdout"), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None and process.stderr is not None
    process.stdout.close()
    with process.stderr as pipe:
        said = pipe.read()
    assert process.wait(HANGING) == 2
    assert b"Broken pipe" in said and b"Traceback" not in said


def test_closed_streams(tmp_path: Path) -> None:
    source = write(tmp_path / "in.ipynb", "1 / 0")
    words = " ".join(command(source, "--allow-errors", "--stdout"))
    done = subprocess.run(["/bin/sh", "-c", f"{words} 2>&- <&-"], stdout=subprocess.PIPE, timeout=HANGING)
    assert done.returncode == 0 and texts(read(done.stdout)) == ["ZeroDivisionError"]
    done = subprocess.run(["/bin/sh", "-c", f"{words} >&-"], stderr=subprocess.PIPE, timeout=HANGING)
    assert done.returncode == 2 and b"it is closed" in done.stderr and b"Traceback" not in done.stderr
    words = " ".join(command("-", "--stdout"))
    done = subprocess.run(["/bin/sh", "-c", f"{words} <&-"], stderr=subprocess.PIPE, timeout=HANGING)
    assert done.returncode == 2 and b"it is closed" in done.stderr and b"Traceback" not in done.stderr


def test_a_full_disk(tmp_path: Path) -> None:
    done = run(write(tmp_path / "in.ipynb", "1"), "-o", "/dev/full")
    assert done.returncode == 2 and b"No space left" in done.stderr and b"Traceback" not in done.stderr


@pytest.mark.parametrize("search_path", [None, ":/srv", "."])
def test_the_notebooks_folder_is_never_imported_from(tmp_path: Path, search_path: str | None) -> None:
    names = ["nbformat", "yaml", "rich", "nh3", "sitecustomize", "json", "ast"]
    env = dict(os.environ)
    if search_path is not None:  # Python itself looks there before the first line of ours
        env["PYTHONPATH"] = search_path
        names = names[:4]
    for name in names:
        (tmp_path / f"{name}.py").write_text("open('imported', 'w')\nraise SystemExit('imported')\n")
    write(tmp_path / "in.ipynb", "import json\njson.dumps(1)", "display({'text/html': '<b>x</b>'}, raw=True)", "1/0")
    monty_kernel = str(Path(sys.executable).with_name("monty-kernel"))
    done = subprocess.run(
        [monty_kernel, "run", "in.ipynb"], cwd=tmp_path, capture_output=True, timeout=HANGING, env=env
    )
    assert done.returncode == 1 and b"ZeroDivisionError" in done.stderr
    assert not (tmp_path / "imported").exists()


EVIL = "\x1b]0;title\x07\x1b[2J\x1b[31mred\x9b31m\x1b[?1049h\r\x08"


def test_a_terminal_shows_a_bar_colours_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    for name in ("NO_COLOR", "CI", "TF_BUILD", "TEAMCITY_VERSION", "JENKINS_URL", "BUILDKITE"):
        monkeypatch.delenv(name, raising=False)
    good = write(tmp_path / "good.ipynb", "1", "import time\ntime.sleep(0.5)")
    bad = write(tmp_path / "bad.ipynb", f"raise ValueError({EVIL!r})")
    status, seen = run_in_a_terminal(good, bad, "-j", "2")
    assert status == 1
    assert "ValueError" in seen and "1/2" in seen and "notebooks" in seen
    assert "\x1b[" in seen and "\\x1b]0;title\\x07\\x1b[2J" in seen
    for control in ("\x1b]0;", "\x07", "\x1b[2J", "\x9b", "\x1b[?1049h", "\x08"):
        assert control not in seen, ascii(control)


def test_the_name_of_a_file_is_not_obeyed_either(tmp_path: Path) -> None:
    source = write(tmp_path / "a\x1b[2Jb\nc.ipynb", "1/0")
    done = run(source, "--allow-errors")
    assert b"\x1b" not in done.stderr and done.stderr.count(b"\n") == 1
    done = run(source)
    assert b"\x1b" not in done.stderr


def test_nothing_heavy_is_imported(tmp_path: Path) -> None:
    source = write(tmp_path / "in.ipynb", "print(1)\n[1, 2]", "%time 1")
    code = (
        "import sys\nfrom monty_kernel.cli import main\n"
        f"assert main(['run', {str(source)!r}, '--inplace', '-p', 'x=1']) == 0\n"
        "heavy = 'nbformat nbclient jsonschema zmq IPython ipykernel jupyter_client tornado traitlets jedi yaml rich sqlite3'\n"
        "print([name for name in heavy.split() if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=HANGING)
    assert done.stdout == "[]\n", done.stderr
