"""Tools that are granted where a run is started; nothing of a notebook or its folder grants any."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path

import psutil  # type: ignore[import-untyped,unused-ignore]
import pytest
from nbclient.exceptions import CellExecutionError

from monty_kernel import run_notebook
from tests.support.awkward_notebooks import book
from tests.support.run_command import read, report, run, texts, write
from tests.support.shop import CELLS, SHOP


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    path = tmp_path / "elsewhere" / "shop.py"
    path.parent.mkdir()
    path.write_text(SHOP)
    return path


def test_cells_call_them(tmp_path: Path, shop: Path) -> None:
    source = write(tmp_path / "in.ipynb", *CELLS, ("code", "shop.order('Emma')", ["raises-exception"]))
    done = run(source, "--inplace", "--tools", "elsewhere/shop.py", "--audit", tmp_path / "log.jsonl", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert texts(read(source)) == ["19.0", "2", "2", "PermissionError"]
    logged = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert [each["what"] for each in logged if each["kind"] == "tool"].count("shop.price") == 2


def test_permissions(tmp_path: Path, shop: Path) -> None:
    source = write(
        tmp_path / "in.ipynb", "import shop\nshop.order('Emma')", ("code", "shop.calls()", ["raises-exception"])
    )
    words = ("--tool-permission", "shop.order=allow", "--tool-permission", "shop.calls=deny")
    assert run(source, "--inplace", "--tools", shop, *words).returncode == 0
    assert texts(read(source)) == ["'ordered Emma'", "PermissionError"]
    done = run(source, "--tools", shop, "--tool-permission", "shop.nothing=deny")
    assert done.returncode == 2 and b"there is no such tool" in done.stderr
    assert run(source, "--tools", shop, "--tool-permission", "shop.order").returncode == 2


def test_each_notebook_has_them_afresh(tmp_path: Path, shop: Path) -> None:
    sources = [write(tmp_path / f"{number}.ipynb", *CELLS) for number in range(8)]
    assert run(*sources, "-j", "4", "--inplace", "--tools", shop).returncode == 0
    assert [texts(read(source)) for source in sources] == [["19.0", "2", "2"]] * 8


def test_a_file_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "bad.py").write_text("1 / 0\n")
    source = write(tmp_path / "in.ipynb", "1")
    done = run(source, "--tools", tmp_path / "bad.py", "--report", tmp_path / "r.json")
    assert done.returncode == 2 and b"ZeroDivisionError" in done.stderr and b"Traceback" not in done.stderr
    assert report(tmp_path / "r.json")[0]["status"] == "broken"
    with pytest.raises(ValueError, match="ZeroDivisionError"):
        run_notebook(source, tools=[str(tmp_path / "bad.py")])


def test_nothing_in_the_notebook_or_its_folder_grants_any(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "shop.py").write_text(SHOP)
    (tmp_path / "monty_kernel_config.py").write_text(f"c.MontyKernel.tools = [{str(tmp_path / 'shop.py')!r}]")
    made = book(["import shop\nshop.price('x')"])
    made.metadata["tools"] = made.metadata["monty"] = {"tools": [str(tmp_path / "shop.py")]}
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CellExecutionError, match="ModuleNotFoundError"):
        run_notebook(made)


def test_mounts_from_python(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "in.txt").write_text("here")
    cells = ["from pathlib import Path\nPath('/data/in.txt').read_text()", "Path('/data/out.txt').write_text('x')"]
    assert texts(run_notebook(book(cells), mounts=[f"{folder}:/data"])) == ["'here'", "1"]
    assert not (folder / "out.txt").exists()  # an overlay
    with pytest.raises(CellExecutionError, match="PermissionError"):
        run_notebook(book(cells), mounts=[f"{folder}:/data:ro"])
    assert texts(run_notebook(book(cells), mounts=[f"{folder}:/data:rw"])) == ["'here'", "1"]
    assert (folder / "out.txt").read_text() == "x"
    many = [cells[0], "for i in range(9): Path(f'/data/{i}').write_text('x' * 100)"]
    for option in ("mount_max_bytes", "mount_max_files"):
        with pytest.raises(CellExecutionError, match=option):
            run_notebook(book(many), mounts=[f"{folder}:/data:rw"], **{option: 4})
    with pytest.raises(ValueError, match="nowhere"):
        run_notebook(book(cells), mounts=[f"{tmp_path / 'nowhere'}:/data"])
    with pytest.raises(TypeError, match="lists"):
        run_notebook(book(cells), mounts=f"{folder}:/data")


def test_calls_leave_no_thread_and_no_file_behind(shop: Path) -> None:
    def one() -> None:
        assert texts(run_notebook(book(CELLS), tools=[str(shop)])) == ["19.0", "2", "2"]

    one()
    before = _threads_and_files()
    for _ in range(20):
        one()
    deadline = time.monotonic() + 10
    while any(now > then for now, then in zip(_threads_and_files(), before, strict=True)):
        assert time.monotonic() < deadline
        time.sleep(0.05)  # the last threads end by themselves


def _threads_and_files() -> tuple[int, int]:
    return threading.active_count(), psutil.Process().num_fds()
