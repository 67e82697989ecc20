"""A run of the tests reads nothing of the person's, and leaves all of it as it was, byte for byte."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from tests.support.kernel_process import MONTY, KernelProcess, run
from tests.support.own_folders import MARK
from tests.support.small_suite import run_pytest, small_suite
from tests.support.waiting import HANGING, until

pytestmark = pytest.mark.slow

TELLS = "import pathlib; pathlib.Path({file!r}).write_text('read')\n"

Files = dict[str, tuple[int, bytes]]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home folder in which the kernel was used: a history, stored states, jedi's cache; and configuration that tells if read."""
    home = tmp_path / "home"
    home.mkdir()
    folders = {"DATA": ".local/share/jupyter", "RUNTIME": ".local/share/jupyter/runtime", "CONFIG": ".jupyter"}
    env = {"HOME": str(home), **{f"JUPYTER_{name}_DIR": str(home / folder) for name, folder in folders.items()}}
    with KernelProcess(
        tmp_path, MONTY, env=env, cwd=home
    ) as kernel:  # no fork server, which would stay and fill jedi's cache
        client = kernel.client()
        for code in ("1 + 2", "1+2", "1 - 2", "1*2", "12"):
            run(client, code)
        assert client.complete("import itert", reply=True, timeout=HANGING)["content"]["matches"]
    until(lambda: not _at_home(home))
    for path in (
        ".jupyter/monty_kernel_config.py",
        ".jupyter/jupyter_config.py",
        ".ipython/profile_default/startup/1.py",
    ):
        file = home / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(TELLS.format(file=str(tmp_path / "was-read")))
    return home


def _at_home(home: Path) -> list[int]:
    """Processes whose home folder it is: what a kernel started may outlive it for a moment, and write."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            if process.environ().get("HOME") == str(home):
                found.append(process.pid)
    return found


def _files(home: Path) -> Files:
    return {str(path): (path.stat().st_mtime_ns, path.read_bytes()) for path in home.rglob("*") if path.is_file()}


@pytest.mark.parametrize("workers", ["0", "1"])
def test_a_run_neither_reads_nor_changes_what_a_used_kernel_left(home: Path, tmp_path: Path, workers: str) -> None:
    before = _files(home)
    assert any(name.endswith("history.sqlite") for name in before)
    done = run_pytest(
        home, "-n", workers, "tests/jupyter/test_conformance.py::TestKernel", "-k", "history or completion"
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 passed" in done.stdout
    assert "tests changed files" not in done.stdout
    assert _files(home) == before
    assert not (tmp_path / "was-read").exists()


LEAK = """
import pathlib

def test_that_forgets_its_environment():
    pathlib.Path({history!r}).write_text("a test's")
"""
OTHERS = """

def _other_programs():
    yield from {others!r}
"""


@pytest.mark.parametrize("workers", ["0", "1"])
@pytest.mark.parametrize("others", [[], ["jupyter lab"]], ids=["alone", "others"])
def test_a_run_that_changes_the_persons_files_fails(
    home: Path, tmp_path: Path, workers: str, others: list[str]
) -> None:
    """Unless the person is at work meanwhile: then the run only tells. The suite's own conftest, and a test that forgets it."""
    history = home / ".local/share/jupyter/monty_kernel/history.sqlite"
    changes = {"persons_folders": OTHERS.format(others=others)}
    suite = small_suite(tmp_path, LEAK.format(history=str(history)), changes)
    done = run_pytest(home, "-n", workers, "tests", folder=suite)
    assert "1 passed" in done.stdout, done.stdout + done.stderr
    assert str(history) in done.stdout
    if others:
        assert done.returncode == 0
        assert "may have been another program: jupyter lab" in done.stdout
    else:
        assert done.returncode == 1
        assert "The tests changed files of the person" in done.stdout


def test_every_test_has_folders_of_its_own() -> None:
    run = os.environ[MARK]
    for name in ("HOME", "JUPYTER_DATA_DIR", "JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR"):
        assert os.environ[name].startswith(f"{run}{os.sep}")
    assert not {"JUPYTER_PATH", "JUPYTER_CONFIG_PATH", "XDG_DATA_HOME", "XDG_CACHE_HOME"} & os.environ.keys()
    assert len(os.environ["JUPYTER_RUNTIME_DIR"]) < 60, "names of sockets are made of it, and may have 107 bytes"
