"""Workers of headless runs live behind the same walls as those of a kernel."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import psutil  # type: ignore[import-untyped,unused-ignore]
import pytest

from monty_kernel import run_notebook
from monty_kernel.isolation.pool import WallsMissing, worker_binary
from tests.support.awkward_notebooks import book
from tests.support.machine import on_linux, standing
from tests.support.run_command import run, texts, write

pytestmark = on_linux


def _workers() -> list[psutil.Process]:
    binary = os.path.realpath(worker_binary())
    return [child for child in psutil.Process().children() if _program(child) == binary]


def _program(process: psutil.Process) -> str:
    try:
        return str(process.exe())
    except psutil.Error:  # it has ended meanwhile
        return ""


def test_a_worker_has_given_up_its_rights() -> None:
    running = threading.Thread(target=run_notebook, args=(book(["import time\ntime.sleep(1)"]),))
    running.start()
    running.join(0.5)
    found = _workers()
    running.join()
    assert found
    for worker in found:
        status = Path(f"/proc/{worker.pid}/status").read_text()
        assert "NoNewPrivs:\t1" in status and "Seccomp:\t2" in status
        assert not Path(f"/proc/{worker.pid}/environ").read_bytes().strip(b"\0")


def _new_while_it_runs(own_worker: bool) -> set[int]:
    """Workers that were not there before the notebook ran."""
    before = {worker.pid for worker in _workers()}
    made = book(["import time\ntime.sleep(0.3)"])
    running = threading.Thread(target=run_notebook, args=(made,), kwargs={"own_worker": own_worker})
    running.start()
    found: set[int] = set()
    while running.is_alive():
        found |= {worker.pid for worker in _workers()} - before
        running.join(0.02)
    return found


def test_a_notebook_may_have_a_worker_that_no_other_had() -> None:
    run_notebook(book(["1"]))
    assert _new_while_it_runs(own_worker=False) == set()
    first, second = _new_while_it_runs(own_worker=True), _new_while_it_runs(own_worker=True)
    assert first and second and not first & second
    assert not first & {worker.pid for worker in _workers()}


def test_walls_can_be_required(tmp_path: Path) -> None:
    source = write(tmp_path / "in.ipynb", "6 * 7")
    done = run(source, "--walls", "require")
    if standing().sound:
        assert texts(run_notebook(source, walls="require")) == ["42"]
        assert done.returncode == 0, done.stderr
    else:
        with pytest.raises(WallsMissing):
            run_notebook(source, walls="require")
        assert done.returncode == 1 and b"monty-kernel doctor" in done.stderr
