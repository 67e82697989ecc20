"""`monty-kernel run --files-out DIR`: what a notebook left in its working folder is written there, and nowhere else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from monty_kernel.engine.written import Node
from monty_kernel.headless.files_out import FilesOut, NotWritten
from tests.support.run_command import run, write


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
