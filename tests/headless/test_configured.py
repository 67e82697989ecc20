"""What is set for kernels in Jupyter's configuration folders holds for `monty-kernel run`, where the command line says nothing else."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from monty_kernel import run_notebook
from tests.support.awkward_notebooks import book
from tests.support.run_command import read, run, texts, write
from tests.support.shop import CELLS, SHOP

SCRIPT = "from IPython.display import HTML\nHTML('<script>1</script>')"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Jupyter's configuration folder."""
    made = tmp_path / "config"
    made.mkdir()
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(made))
    return made


def configure(folder: Path, *lines: str) -> None:
    (folder / "monty_kernel_config.py").write_text("\n".join(lines))


def has_script(made: Any) -> bool:
    return "<script>" in json.dumps([output.get("data") for output in made.cells[0].outputs])


def test_limits_and_outputs_and_flags_that_win(tmp_path: Path, folder: Path) -> None:
    configure(folder, "c.MontyKernel.max_cell_seconds = 0.3", "c.MontyKernel.trust_outputs = True")
    (folder / "jupyter_config.json").write_text(json.dumps({"MontyKernel": {"max_recursion_depth": 50}}))
    deep = ("code", "def f(n):\n    return n and f(n - 1)\nf(100)", ["raises-exception"])
    source = write(tmp_path / "in.ipynb", SCRIPT, deep, "while True: pass")
    done = run(source, "--inplace")
    assert done.returncode == 1 and b"max_cell_seconds = 0.3" in done.stderr
    assert texts(read(source))[1:] == ["RecursionError", "TimeoutError"]
    assert has_script(read(source))
    source = write(tmp_path / "in.ipynb", SCRIPT)
    assert run(source, "--inplace", "--no-trust-outputs").returncode == 0
    assert not has_script(read(source))


def test_what_is_granted(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "shop.py").write_text(SHOP)
    configure(
        folder,
        f"c.MontyKernel.tools = [{str(tmp_path / 'shop.py')!r}]",
        "c.MontyKernel.tool_permissions = {'shop.calls': 'deny', 'shop.order': 'deny'}",
        f"c.MontyKernel.audit_file = {str(tmp_path / 'log.jsonl')!r}",
    )
    source = write(
        tmp_path / "in.ipynb", "import shop\nshop.order('x')", ("code", "shop.calls()", ["raises-exception"])
    )
    assert run(source, "--inplace", "--tool-permission", "shop.order=allow").returncode == 0
    assert texts(read(source)) == ["'ordered x'", "PermissionError"]
    assert "shop.order" in (tmp_path / "log.jsonl").read_text()
    (tmp_path / "other.py").write_text("def one() -> int:\n    return 1\n")
    source = write(tmp_path / "other.ipynb", "import other\nother.one()", ("code", "import shop", ["raises-exception"]))
    configure(folder, f"c.MontyKernel.tools = [{str(tmp_path / 'shop.py')!r}]")
    assert run(source, "--inplace", "--tools", tmp_path / "other.py").returncode == 0
    assert texts(read(source)) == ["1", "ModuleNotFoundError"]


@pytest.mark.parametrize(
    ("line", "said"),
    [("c.MontyKernel.max_memory = 'much'", b"max_memory"), ("1 / 0", b"ZeroDivisionError"), ("c.(", b"SyntaxError")],
)
def test_a_file_that_cannot_be_used_is_said_and_nothing_runs(
    tmp_path: Path, folder: Path, line: str, said: bytes
) -> None:
    configure(folder, line)
    source = write(tmp_path / "in.ipynb", "1")
    done = run(source, "-o", tmp_path / "out.ipynb")
    assert done.returncode == 2 and said in done.stderr and b"Traceback" not in done.stderr
    assert not (tmp_path / "out.ipynb").exists()


def test_no_configuration_comes_from_where_the_notebook_is(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "shop.py").write_text(SHOP)
    configure(folder, f"c.MontyKernel.tools = [{str(tmp_path / 'shop.py')!r}]")
    shutil.move(folder / "monty_kernel_config.py", tmp_path)
    source = write(tmp_path / "in.ipynb", *CELLS)
    for relative in (".", os.path.relpath(tmp_path)):
        monkeypatch.setenv("JUPYTER_CONFIG_DIR", relative)
        monkeypatch.setenv("JUPYTER_CONFIG_PATH", relative)
        assert b"ModuleNotFoundError" in run(source, cwd=tmp_path).stderr


def test_a_programs_call_reads_none(folder: Path) -> None:
    configure(folder, "c.MontyKernel.trust_outputs = True")
    assert not has_script(run_notebook(book([SCRIPT])))
