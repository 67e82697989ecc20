"""`run_notebook` in a person's own script: its folder can be mounted, and the workers end when the person says so."""

from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil  # type: ignore[import-untyped,unused-ignore]

import monty_kernel
from monty_kernel import end_workers, run_notebook
from tests.support.awkward_notebooks import book
from tests.support.run_command import texts
from tests.support.waiting import HANGING

SCRIPT = """
import sys, warnings
from monty_kernel import run_notebook
def book(source):
    return {{"nbformat": 4, "nbformat_minor": 4, "cells": [{{"cell_type": "code", "source": source}}]}}
for folder in ({here!r}, {data!r}):
    for mode in ("ro", "overlay", "rw"):
        reads = "import os\\nname = '/d/a.csv' if os.path.exists('/d/a.csv') else '/d/data/a.csv'\\nprint(open(name).read())"
        writes = "open('/d/helper.py', 'w').write('changed')"
        for source in (reads, writes):
            try:
                outputs = run_notebook(book(source), mounts=[f"{{folder}}:/d:{{mode}}"], allow_errors=True).cells[0].outputs
                print(mode, *(each.get("text", each.get("ename", "written")).strip() for each in outputs))
            except ValueError as error:
                print(mode, "refused", "imports from" in str(error))
"""


def test_the_folder_of_the_calling_script_is_mounted_but_never_changed(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "a.csv").write_text("1,2")
    (tmp_path / "helper.py").write_text("precious = 1\n")
    script = tmp_path / "report.py"
    script.write_text(SCRIPT.format(here=str(tmp_path), data=str(tmp_path / "data")))
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=HANGING)
    assert done.returncode == 0, done.stderr
    each = ["ro 1,2", "ro OSError", "overlay 1,2", "overlay written", "rw refused True", "rw refused True"]
    assert done.stdout.replace("PermissionError", "OSError").splitlines() == [*each, *each]
    assert (tmp_path / "helper.py").read_text() == "precious = 1\n"
    assert sorted(path.name for path in (tmp_path / "data").iterdir()) == ["a.csv"]


def _workers() -> list[str]:
    return [child.name() for child in psutil.Process().children(recursive=True) if child.name() == "monty"]


def test_the_workers_end_and_new_ones_start() -> None:
    assert "end_workers" in monty_kernel.__all__
    for own in (False, True):
        assert texts(run_notebook(book(["6 * 7"]), own_worker=own)) == ["42"]
    assert _workers()
    for _ in range(2):
        end_workers()
        assert not _workers()
    assert texts(run_notebook(book(["6 * 7"]))) == ["42"]


def test_notebooks_that_run_meanwhile_run_to_their_end() -> None:
    stop = threading.Event()

    def run_many() -> int:
        runs = 0
        while not stop.is_set():
            assert texts(run_notebook(book(["6 * 7"]))) == ["42"]
            runs += 1
        return runs

    with ThreadPoolExecutor(3) as threads:
        many = [threads.submit(run_many) for _ in range(3)]
        try:
            for _ in range(10):
                end_workers()
        finally:
            stop.set()
        assert all(each.result() for each in many)
    end_workers()
    assert not _workers()
