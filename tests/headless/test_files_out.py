"""`monty-kernel run --files-out DIR`: what a notebook left in its working folder is written there, and nowhere else."""

from __future__ import annotations

import asyncio
import json
import logging
import os
from pathlib import Path
from typing import Any

import pytest
from nbclient.exceptions import CellExecutionError
from nbformat.v4 import new_code_cell, new_notebook

from monty_kernel import end_workers, run_notebook, run_notebook_async
from monty_kernel.engine.written import Node
from monty_kernel.headless.files_out import FilesOut, NotWritten
from tests.support.run_command import run, write
from tests.support.waiting import until


def tree(path: Path) -> dict[str, bytes | None]:
    """Everything below a folder: the contents of files, None for folders."""
    return {
        str(each.relative_to(path)): each.read_bytes() if each.is_file() else None for each in sorted(path.rglob("*"))
    }


def test_what_the_notebook_left_is_written(tmp_path: Path) -> None:
    source = write(
        tmp_path / "in.ipynb",
        "import os\nopen('out.csv', 'w').write('a,b\\n')\nos.makedirs('plots/empty')\nopen('gone', 'w').write('x')",
        "open('/work/plots/ü.bin', 'wb').write(b'\\xff')\nos.remove('gone')\nopen('/tmp/scratch', 'w').write('x')",
        "open('undone', 'w').write('x')",
        "%undo",
    )
    before = set(os.listdir(tmp_path))
    done = run(source, "--files-out", tmp_path / "new" / "files", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert tree(tmp_path / "new" / "files") == {
        "out.csv": b"a,b\n", "plots": None, "plots/empty": None, "plots/ü.bin": b"\xff",
    }  # fmt: skip
    assert set(os.listdir(tmp_path)) == before | {"new"}


def test_a_failed_notebook_leaves_what_its_cells_wrote(tmp_path: Path) -> None:
    write(tmp_path / "in.ipynb", "open('a', 'w').write('1')", "open('b', 'w').write('1')\n1 / 0", "open('c', 'w')")
    assert run("in.ipynb", "--files-out", "out", cwd=tmp_path).returncode == 1
    assert tree(tmp_path / "out") == {"a": b"1", "b": b"1"}
    write(tmp_path / "slow.ipynb", "open('a', 'w').write('1')", "open('b', 'w').write('1')\nwhile True: pass")
    assert run("slow.ipynb", "--files-out", "late", "--timeout", "1", cwd=tmp_path).returncode == 1
    assert tree(tmp_path / "late") == {"a": b"1"}, "a cell that was undone wrote nothing"


def test_of_several_each_has_a_folder(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write(tmp_path / f"{name}.ipynb", f"open('out', 'w').write('{name}')")
    done = run("one.ipynb", "two.ipynb", "--files-out", "out", "-j", "2", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert tree(tmp_path / "out") == {"one": None, "one/out": b"one", "two": None, "two/out": b"two"}
    (tmp_path / "sub").mkdir()
    write(tmp_path / "sub" / "one.ipynb", "1")
    done = run("one.ipynb", "sub/one.ipynb", "--files-out", "other", cwd=tmp_path)
    assert done.returncode == 2 and "they have the same name" in done.stderr.decode()


def test_the_line_and_the_report_say_what_was_written(tmp_path: Path) -> None:
    write(
        tmp_path / "in.ipynb", "import os\nos.makedirs('a')\nopen('a/b', 'w').write('1')\nopen('c\x1b', 'w').write('2')"
    )
    write(tmp_path / "none.ipynb", "1")
    done = run("in.ipynb", "none.ipynb", "--files-out", "out", "--report", "r.json", cwd=tmp_path)
    said = done.stderr.decode()
    assert "; 2 files written into out/in\n" in said and "; 0 files written into out/none\n" in said
    report = json.loads((tmp_path / "r.json").read_text())
    assert [each["files"] for each in report["notebooks"]] == [["a/b", "c\x1b"], []]
    run("in.ipynb", "--report", "r.json", cwd=tmp_path)
    assert json.loads((tmp_path / "r.json").read_text())["notebooks"][0]["files"] is None


def is_open(path: Path) -> bool:
    """Whether this process has a descriptor of it."""
    with os.scandir("/proc/self/fd") as found:
        return str(path) in [os.readlink(each.path) for each in found if os.path.islink(each.path)]


def book(*sources: str) -> Any:
    return new_notebook(cells=[new_code_cell(source) for source in sources])


def test_run_notebook_writes_them_too(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    cells = ("import os\nos.makedirs('a')\nopen('a/b', 'w').write('1')", "open('/tmp/t', 'w').write('x')")
    with caplog.at_level(logging.INFO, "monty_kernel"):
        run_notebook(book(*cells), files_out=tmp_path / "new" / "out")
    assert tree(tmp_path / "new" / "out") == {"a": None, "a/b": b"1"}
    assert [each.getMessage() for each in caplog.records] == [f"1 file written into {tmp_path}/new/out"]
    asyncio.run(run_notebook_async(book(*cells), files_out=str(tmp_path / "async")))
    assert tree(tmp_path / "async") == {"a": None, "a/b": b"1"}
    assert sorted(os.listdir(tmp_path)) == ["async", "new"]
    assert not is_open(tmp_path / "async")


def test_run_notebook_writes_what_a_failed_notebook_left(tmp_path: Path) -> None:
    with pytest.raises(CellExecutionError):
        run_notebook(book("open('a', 'w').write('1')", "1 / 0"), files_out=tmp_path / "out")
    assert tree(tmp_path / "out") == {"a": b"1"}


def test_run_notebook_refuses_a_folder_before_anything_runs(tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").write_text("mine")
    (tmp_path / "file").write_text("mine")
    for name in ("full", "file", "file/below"):
        with pytest.raises(OSError, match=r"not empty|exists|Not a directory"):
            run_notebook(book("while True: pass"), files_out=tmp_path / name)
    with pytest.raises(TypeError):
        run_notebook(book("while True: pass"), files_out=5)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="list of cells"):
        run_notebook({"nbformat": 4}, files_out=tmp_path / "out")
    assert not (tmp_path / "out").exists(), "nothing is made for what is no notebook"
    assert (tmp_path / "full" / "x").read_text() == (tmp_path / "file").read_text() == "mine"
    assert not is_open(tmp_path / "full")


def test_run_notebook_follows_no_link_and_says_what_it_could_not_write(tmp_path: Path) -> None:
    """Somebody puts a link into the folder while the notebook runs."""
    mine = tmp_path / "mine"
    mine.mkdir()
    out = tmp_path / "out"
    tools = tmp_path / "linker.py"
    tools.write_text(
        f"import os\ndef link(name: str) -> None:\n    os.symlink({str(mine)!r}, {str(out)!r} + '/' + name)\n"
    )
    cells = (
        "import linker, os\nlinker.link('a')\nos.makedirs('a')\nopen('a/x', 'w').write('1')\nopen('b', 'w').write('2')",
    )
    with pytest.raises(OSError, match="'a' and 1 more could not be written") as caught:
        run_notebook(book(*cells), files_out=out, tools=[str(tools)])
    assert caught.value.notebook.cells[0].execution_count == 1  # type: ignore[attr-defined]
    assert os.listdir(mine) == [] and (out / "b").read_bytes() == b"2"
    for each in out.iterdir():
        each.unlink()
    with pytest.raises(CellExecutionError) as failed:
        run_notebook(book(*cells, "1 / 0"), files_out=out, tools=[str(tools)])
    assert "could not be written" in failed.value.__notes__[0]


def test_a_run_that_was_cancelled_writes_nothing(tmp_path: Path) -> None:
    async def whole() -> None:
        begun = tmp_path / "begun"
        tools = tmp_path / "say.py"
        tools.write_text(f"import pathlib\ndef begin() -> None:\n    pathlib.Path({str(begun)!r}).touch()\n")
        source = "import say\nopen('a', 'w').write('1')\nsay.begin()\nwhile True: pass"
        run = asyncio.ensure_future(run_notebook_async(book(source), files_out=tmp_path / "out", tools=[str(tools)]))
        await asyncio.to_thread(until, begun.exists)
        run.cancel()
        with pytest.raises(asyncio.CancelledError):
            await run
        await asyncio.to_thread(end_workers)  # waits for runs
        assert os.listdir(tmp_path / "out") == []
        assert not is_open(tmp_path / "out")

    asyncio.run(whole())


def test_a_folder_with_something_in_it_is_refused_before_anything_runs(tmp_path: Path) -> None:
    write(tmp_path / "in.ipynb", "open('.bashrc', 'w').write('evil')")
    home = tmp_path / "home"
    home.mkdir()
    (home / ".bashrc").write_text("mine")
    (tmp_path / "file").write_text("")
    for name, why in (("home", "it is not empty"), ("file", "File exists"), (".", "it is not empty")):
        done = run("in.ipynb", "-o", "out.ipynb", "--files-out", name, cwd=tmp_path)
        assert done.returncode == 2 and why in done.stderr.decode(), name
        assert not (tmp_path / "out.ipynb").exists()
    assert (home / ".bashrc").read_text() == "mine"


HOSTILE = ["..", ".", "", "a/b", "/etc/x", "a\0b", "../x", "x" * 256]


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("kind", ["file", "folder"])
def test_no_name_leads_out(tmp_path: Path, name: str, kind: str) -> None:
    data = {"data": (b"x",), "size": 1} if kind == "file" else {}
    out = FilesOut(tmp_path / "out")
    for path in ((name,), ("a", name), (name, "a")):
        with pytest.raises(NotWritten, match="could not be written"):
            out.write({("work", *path): Node(kind, **data), ("work", "good"): Node("folder")})  # type: ignore[arg-type]
    out.close()
    assert set(tree(tmp_path)) <= {"out", "out/a", "out/good"}


def test_links_that_appear_meanwhile_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "away").mkdir()
    (tmp_path / "secret").write_text("mine")
    out = FilesOut(tmp_path / "out")
    (tmp_path / "out" / "folder").symlink_to(tmp_path / "away")
    (tmp_path / "out" / "file").symlink_to(tmp_path / "secret")
    (tmp_path / "out" / "dangling").symlink_to(tmp_path / "new")
    written = Node("file", (b"evil",), 4)
    with pytest.raises(NotWritten, match="'dangling' and 2 more could not be written"):
        out.write({("work", "folder", "x"): written, ("work", "file"): written, ("work", "dangling"): written})
    out.close()
    assert (tmp_path / "secret").read_text() == "mine"
    assert os.listdir(tmp_path / "away") == [] and not (tmp_path / "new").exists()


def test_names_that_only_look_strange_are_kept(tmp_path: Path) -> None:
    source = write(
        tmp_path / "in.ipynb",
        "import os\nos.mkdir('~')\nos.mkdir('C:')\nfor name in ('~/x', 'C:/x', '-rf', '$(x)', ' ', 'a\\nb', '..x', 'C:\\\\x'):\n"
        "    open(name, 'w').write(name)",
    )
    done = run(source, "--files-out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    found = {name for name, content in tree(tmp_path / "out").items() if content == name.encode()}
    assert found == {"~/x", "C:/x", "-rf", "$(x)", " ", "a\nb", "..x", "C:\\x"}
