"""Ctrl-C, SIGTERM and SIGKILL in the middle: what ran is written, files are whole, nothing is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from contextlib import closing
from pathlib import Path

import psutil  # type: ignore[import-untyped,unused-ignore]
import pytest
from nbclient.exceptions import CellTimeoutError

from monty_kernel import run_notebook
from monty_kernel.headless.notebook_file import to_json
from tests.support.awkward_notebooks import book
from tests.support.run_command import command, read, report, texts, write
from tests.support.waiting import HANGING


def _start(*words: str | Path) -> subprocess.Popen[bytes]:
    """A run in a process group of its own, as a shell starts it."""
    return subprocess.Popen(
        command(*words), stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, process_group=0
    )


def _computing(process: subprocess.Popen[bytes], workers: int) -> None:
    """Return when so many workers of the process compute."""
    deadline = time.monotonic() + HANGING
    while time.monotonic() < deadline:
        children = psutil.Process(process.pid).children(recursive=True)
        if sum(_seconds(child) > 0.1 for child in children) >= workers:
            return
        time.sleep(0.05)
    raise AssertionError("the cells do not run")


def _seconds(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
        return float(times.user + times.system)
    except psutil.NoSuchProcess:
        return 0.0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_what_ran_is_written(tmp_path: Path, number: signal.Signals) -> None:
    endless = [
        write(tmp_path / f"{each}.ipynb", "'quick'", "print('begun')\nwhile True: pass", "'never'") for each in range(6)
    ]
    process = _start(*endless, "-j", "4", "--inplace", "--report", tmp_path / "report.json")
    _computing(process, 4)
    if number == signal.SIGINT:
        os.killpg(process.pid, number)  # as a terminal does: the workers get it too
    else:
        process.send_signal(number)
    _, said = process.communicate(timeout=HANGING)
    assert process.returncode == 128 + number, said
    assert b"Traceback" not in said
    shown = [texts(read(path)) for path in endless]
    assert shown[:4] == [["'quick'", "begun\n", ""]] * 4
    assert shown[4:] == [["", "", ""]] * 2
    found = report(tmp_path / "report.json")
    assert [each["status"] for each in found] == ["stopped"] * 6
    assert [each["cells"] for each in found] == [1] * 4 + [0] * 2
    assert sorted(os.listdir(tmp_path)) == [f"{each}.ipynb" for each in range(6)] + ["report.json"]


def test_a_second_ctrl_c_ends_it_at_once(tmp_path: Path) -> None:
    process = _start(write(tmp_path / "in.ipynb", "while True: pass"), "--inplace")
    _computing(process, 1)
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=HANGING)
    assert process.returncode == 128 + signal.SIGINT


def test_a_killed_run_leaves_no_worker(tmp_path: Path) -> None:
    process = _start(write(tmp_path / "in.ipynb", "while True: pass"), "--inplace")
    _computing(process, 1)
    children = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    process.communicate(timeout=HANGING)
    _, alive = psutil.wait_procs(children, timeout=HANGING)
    assert not alive


def test_a_kill_while_writing_leaves_the_old_file_whole(tmp_path: Path) -> None:
    """The kill comes at every moment of a run that writes 20 MB; the file is the old one or the new one."""
    path = write(tmp_path / "in.ipynb", "print('x' * 20_000_000)")
    before = path.read_bytes()
    seen = set()
    whole = 0.0
    for tenths in (None, *range(2, 12)):
        path.write_bytes(before)
        begun = time.monotonic()
        process = _start(path, "--inplace")
        if tenths is None:  # this one is not killed
            process.communicate(timeout=HANGING)
            whole = time.monotonic() - begun
        try:
            process.wait(whole * (tenths or 10) / 10)
        except subprocess.TimeoutExpired:
            process.kill()
        process.wait(HANGING)
        after = path.read_bytes()
        seen.add(after == before)
        assert after == before or len(texts(read(path))[0]) == 20_000_001
    assert seen == {True, False}


def test_a_file_that_cannot_be_put_in_its_place_is_left_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from monty_kernel.files import whole_file

    path = write(tmp_path / "in.ipynb", "1")
    before, new = path.read_bytes(), to_json(read(path))

    def fails(*_: object, **__: object) -> None:
        raise OSError(16, "Device or resource busy")

    monkeypatch.setattr("os.replace", fails)
    refused = pytest.raises(OSError, match=r"cannot be replaced \(Device or resource busy\)")
    with closing(whole_file.place_at(path)) as place, refused as caught:
        place.write(new)
    assert path.read_bytes() == before
    [beside] = [each for each in tmp_path.iterdir() if each != path]
    assert beside.read_bytes() == new and beside.name in str(caught.value) and beside.suffix == ".ipynb"


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from monty_kernel.files import whole_file

    path = write(tmp_path / "in.ipynb", "1")
    before = path.read_bytes()

    def fails(*_: object) -> int:
        raise OSError(28, "No space left on device")

    for nameless in (True, False):
        if not nameless:
            monkeypatch.setattr(whole_file.OpenFolder, "_nameless", lambda self: None)
        with monkeypatch.context() as patch:
            patch.setattr("os.write", fails)
            with closing(whole_file.place_at(path)) as place, pytest.raises(OSError, match="No space"):
                place.write(b"x" * 100)
        assert path.read_bytes() == before and os.listdir(tmp_path) == ["in.ipynb"]


CATCHES = "import time\nwhile True:\n    try:\n        kept = [2]\n        {wait}\n    except KeyboardInterrupt: pass"


WAITS = [
    "time.sleep(60)",
    "await asyncio.gather(asyncio.sleep(60), asyncio.sleep(70))",
    "time.sleep(0.001)",
    "slow.wait()",
]


@pytest.mark.parametrize("wait", WAITS)
def test_a_cell_that_catches_its_time_being_up_is_undone(wait: str, tmp_path: Path) -> None:
    (tmp_path / "slow.py").write_text("import time\n\ndef wait() -> None:\n    time.sleep(5)\n")
    cells = ["import asyncio, slow\nkept = [1]", CATCHES.format(wait=wait), "kept"]
    with pytest.raises(CellTimeoutError) as caught:
        run_notebook(book(cells), timeout=0.3, interrupt_on_timeout=True, tools=[str(tmp_path / "slow.py")])
    assert texts(caught.value.notebook)[1:] == ["CellTimeoutError", ""]  # type: ignore[attr-defined]


def test_the_run_goes_on_after_it_if_errors_are_allowed() -> None:
    cells = [
        "kept = [1]",
        CATCHES.format(wait="time.sleep(60)"),
        "kept",
        "print('caught'); import time; time.sleep(60)",
    ]
    done = run_notebook(book(cells), timeout=0.3, interrupt_on_timeout=True, allow_errors=True)
    assert texts(done) == ["", "CellTimeoutError", "[1]", "caught\nKeyboardInterrupt"]
    (error,) = done.cells[-3].outputs
    assert "longer than 0.3 seconds and did not end within 2 seconds of KeyboardInterrupt" in error.evalue
    assert "The session is as it was before this cell." in "".join(error.traceback)


def test_a_cell_that_ends_within_the_grace_keeps_what_it_did() -> None:
    cells = [
        "import time\ntry:\n    time.sleep(60)\nexcept KeyboardInterrupt:\n    time.sleep(0.5)\n    saved = 'all of it'",
        "saved",
    ]
    assert texts(run_notebook(book(cells), timeout=0.3, interrupt_on_timeout=True)) == ["", "'all of it'"]
