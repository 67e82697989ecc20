"""`--trace`: what a cell does can be followed in a file, which holds nothing of what it says."""

from __future__ import annotations

import json
import logging
import os
import stat
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from monty_kernel.files.private import AppendedFile, AppendFailed
from monty_kernel.session import trace as tracing
from monty_kernel.session.trace import MOST_CALLS, Trace
from tests.support.full_disks import full_disk
from tests.support.kernel_client import Kernel
from tests.support.waiting import HANGING

Start = Callable[..., Kernel]
WORD = "kolibri"
"""In every text of the cells below, and so nowhere in the trace."""


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def events(path: Path, cell: int) -> list[str]:
    return [line["event"] for line in lines(path) if line["cell"] == cell]


def until(path: Path, cell: int, event: str) -> list[str]:
    """The events of a cell, once this one is among them."""
    deadline = time.monotonic() + 60
    while event not in (found := events(path, cell)):
        assert time.monotonic() < deadline, f"{event} is not in {found}"
        time.sleep(0.01)
    return found


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "logs").mkdir()
    return tmp_path / "logs" / "trace.jsonl"


def test_the_steps_of_a_cell(start: Start, file: Path) -> None:
    kernel = start("--trace", str(file))
    kernel.run("x = 1")
    kernel.run("import time\nprint(x)\ntime.sleep(0.01)\nx")
    until(file, 2, "dumped")
    until(file, 2, "replied")
    until(file, 2, "stored")
    first, second = ([line for line in lines(file) if line["cell"] == number] for number in (1, 2))
    assert [line["event"] for line in first][:3] == ["received", "parsed", "fed"]
    names = [line["event"] for line in second]
    for event in ("first output", "suspended", "answered", "done", "logged", "replied", "dumped"):
        assert names.count(event) == 1, event
    assert names.index("suspended") + 1 == names.index("answered") < names.index("done")
    by_event = {line["event"]: line for line in second}
    assert by_event["received"]["bytes"] == len("import time\nprint(x)\ntime.sleep(0.01)\nx")
    assert by_event["answered"]["ms"] - by_event["suspended"]["ms"] >= 10
    assert by_event["done"]["host_calls"] == 1
    assert by_event["dumped"]["bytes"] > 1_000
    assert {line["kernel"] for line in first + second} == {kernel.pid}


def test_nothing_of_a_cell_is_in_it(start: Start, file: Path, tmp_path: Path) -> None:
    tools = tmp_path / f"{WORD}_tools.py"
    tools.write_text(f"def {WORD}_call(text: str) -> str:\n    return text * 2\n")
    kernel = start("--trace", str(file), "--tools", str(tools))
    kernel.run(f"{WORD} = '{WORD}'\nprint({WORD})\ndisplay({WORD})\n{WORD}")
    kernel.run(f"import {WORD}_tools\n{WORD}_tools.{WORD}_call('{WORD}')")
    kernel.run(f"raise ValueError('{WORD}')")
    kernel.run(f"{WORD} {WORD}")
    kernel.run(f"%snapshot {WORD}")
    kernel.run(f"%%html\n<b>{WORD}</b>")
    kernel.answer(f"answer = input('{WORD}?')", WORD)
    until(file, 7, "dumped")
    assert WORD not in file.read_text()
    known = {"time", "kernel", "cell", "event", "ms", "bytes", "queued_ms", "host_calls"}
    for line in lines(file):
        assert line.keys() <= known
        assert all(isinstance(value, (int, float)) for name, value in line.items() if name not in ("time", "event"))


def test_a_cell_that_waits_for_an_answer_is_seen(start: Start, file: Path) -> None:
    kernel = start("--trace", str(file))
    msg_id = kernel.client.execute("input('name')", allow_stdin=True)
    kernel.client.get_stdin_msg(timeout=HANGING)
    assert until(file, 1, "suspended")[:4] == ["received", "parsed", "fed", "suspended"]
    kernel.client.input("Ada")
    kernel.finish(msg_id)
    assert "answered" in events(file, 1)


def test_a_cell_that_computes_is_seen(start: Start, file: Path) -> None:
    kernel = start("--trace", str(file))
    msg_id = kernel.client.execute("while True: pass")
    assert until(file, 1, "fed") == ["received", "parsed", "fed"]
    kernel.manager.interrupt_kernel()
    kernel.finish(msg_id)
    assert until(file, 1, "done")[:5] == ["received", "parsed", "fed", "logged", "done"]


def test_a_cell_that_waits_for_another_one_has_its_time_in_the_queue(start: Start, file: Path) -> None:
    kernel = start("--trace", str(file))
    kernel.client.execute("import time\ntime.sleep(0.3)")
    kernel.finish(kernel.client.execute("1"))
    received = {line["cell"]: line for line in lines(file) if line["event"] == "received"}
    assert received[2]["queued_ms"] >= 250


def test_the_file_is_this_users_alone_and_no_link(start: Start, file: Path, tmp_path: Path) -> None:
    aim = tmp_path / "aim"
    link = tmp_path / "link"
    link.symlink_to(aim)
    kernel = start("--trace", str(link))
    kernel.run("1")
    assert not aim.exists()
    assert "it is a link" in kernel.stderr.read_text()
    other = start("--trace", str(file))
    other.run("1")
    assert stat.S_IMODE(os.stat(file).st_mode) == 0o600


def test_no_folder_is_made_for_it(start: Start, tmp_path: Path) -> None:
    kernel = start("--trace", str(tmp_path / "mistyped" / "trace.jsonl"))
    assert kernel.run("6 * 7").plain == "42"
    assert kernel.run("1").plain == "1"
    said = kernel.stderr.read_text()
    assert f"Cells are not traced: the file cannot be opened: there is no folder {tmp_path}/mistyped." in said
    assert said.count("not traced") == 1
    assert not (tmp_path / "mistyped").exists()


def test_no_cell_can_change_it(start: Start, tmp_path: Path) -> None:
    folder = tmp_path / "mounted"
    folder.mkdir()
    kernel = start("--trace", str(folder / "trace.jsonl"), "--mount", f"{folder}:/mounted:rw")
    answer = kernel.run("open('/mounted/trace.jsonl', 'a').write('x')")
    assert answer.reply["status"] == "error"
    until(folder / "trace.jsonl", 1, "replied")
    other = start("--mount", f"{folder}:/mounted:rw")  # as a control, without a trace it is an ordinary folder
    assert other.run("open('/mounted/other', 'w').write('x')").reply["status"] == "ok"


def test_the_file_is_bounded(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracing, "LARGEST", 10_000)
    trace = Trace(file, logging.getLogger("trace"))
    for cell in range(1, 500):
        trace.received(cell, 10, 0.0)
        trace.event("done")
    trace.close()
    assert sorted(path.name for path in file.parent.iterdir()) == ["trace.jsonl", "trace.jsonl.1"]
    assert all(path.stat().st_size < 10_500 for path in file.parent.iterdir())
    assert lines(file)[-1]["cell"] == 499


def test_a_cell_of_many_displays_leaves_room_for_others(file: Path) -> None:
    trace = Trace(file, logging.getLogger("trace"))
    trace.received(1, 10, 0.0)
    for _ in range(3 * MOST_CALLS):
        trace.event("suspended")
        trace.event("answered")
    trace.event("done")
    trace.close()
    names = events(file, 1)
    assert names.count("suspended") == names.count("answered") == MOST_CALLS
    assert lines(file)[-1]["host_calls"] == 3 * MOST_CALLS


@pytest.mark.skipif(sys.platform == "win32", reason="of POSIX limits")
def test_a_full_disk_ends_no_cell(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "trace.jsonl"
    trace = Trace(path, logging.getLogger("trace"))
    with full_disk(1000):
        for _ in range(10):  # the last line that fits is cut short, and ends the next time that the file is opened
            trace.event("parsed")
        descriptors = psutil.Process().num_fds()
        for _ in range(10):
            trace.event("parsed")
        assert psutil.Process().num_fds() == descriptors
    assert path.stat().st_size == 1000
    assert [record.message for record in caplog.records] == [
        "Cells are not traced: the file cannot be written: the disk is full."
    ]
    trace.event("done")
    trace.close()
    assert path.read_text().endswith("}\n") and '"event": "done"' in path.read_text().splitlines()[-1]


def test_a_file_that_no_system_can_have_ends_no_cell(caplog: pytest.LogCaptureFixture) -> None:
    trace = Trace(Path("nul\0"), logging.getLogger("trace"))
    trace.event("parsed")
    trace.event("done")
    (record,) = caplog.records
    assert record.message.startswith("Cells are not traced: the file cannot be written: ")


def test_a_full_file_whose_successor_cannot_be_opened_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "log"
    appended = AppendedFile(path, largest=1)
    appended.append(b"one\n")
    replace = os.replace

    def replace_and_block(source: Path, target: str) -> None:
        replace(source, target)
        path.mkdir()

    monkeypatch.setattr(os, "replace", replace_and_block)
    with pytest.raises(AppendFailed, match=r"^cannot be opened: \w"):
        appended.append(b"two\n")


def test_the_file_is_found_again(tmp_path: Path) -> None:
    path = tmp_path / "log"
    appended = AppendedFile(path)
    appended.append(b"one\n")
    path.rename(tmp_path / "moved")
    appended.append(b"two\n")
    appended.close()
    assert path.read_bytes() == b"two\n"
