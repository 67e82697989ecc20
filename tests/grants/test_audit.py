"""The audit log: line-safe, appended, private, and not silently lost."""

from __future__ import annotations

import json
import os
import stat
import sys
import threading
import time
from pathlib import Path

import pytest

from monty_kernel.grants.audit import Audit, AuditFailed
from tests.support.full_disks import full_disk
from tests.support.waiting import HANGING


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().split("\n")[:-1]]


def test_each_record_is_one_line_of_json_whatever_is_in_it(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    audit = Audit(path)
    audit.cell = "In[3]"
    audit.add("tool", "t.f", "a='x\n\r\u2028\x1b]0;\x07'" + "y" * 5000, 'ok\n{"forged": 1}', time.perf_counter() - 0.25)
    (line,) = lines(path)
    assert line["cell"] == "In[3]" and line["session"] == audit.session
    assert isinstance(line["seconds"], float) and 0.25 <= line["seconds"] < HANGING
    assert line["outcome"] == 'ok {"forged": 1}'
    assert len(str(line["arguments"])) < 1100
    assert path.read_bytes().isascii() and path.read_bytes().count(b"\n") == 1
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_kernels_append_to_one_file_and_half_a_line_is_ended(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    path.write_text('{"half": ')
    audits = [Audit(path) for _ in range(4)]
    threads = [
        threading.Thread(target=lambda audit=audit: [audit.add("tool", "t.f", "x" * 900, "ok") for _ in range(200)])  # type: ignore[misc]
        for audit in audits
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    text = path.read_text().split("\n")
    assert text[0] == '{"half": '
    assert len([json.loads(line) for line in text[1:] if line]) == 800


def test_a_log_that_was_moved_or_deleted_is_begun_again(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    audit = Audit(path)
    audit.add("tool", "t.f", "1", "ok")
    path.rename(tmp_path / "audit.jsonl.1")
    audit.check()
    audit.add("tool", "t.f", "2", "ok")
    path.unlink()
    audit.add("tool", "t.f", "3", "ok")
    assert [[line["arguments"] for line in lines(file)] for file in (tmp_path / "audit.jsonl.1", path)] == [
        ["1"],
        ["3"],
    ]
    assert len(audit.records()) == 3
    audit.close()


def test_what_cannot_be_logged_is_said_and_comes_back(tmp_path: Path) -> None:
    with pytest.raises(AuditFailed, match="not a regular file"):
        Audit(Path(os.devnull)).check()
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(AuditFailed):
        Audit(pipe).check()
    with pytest.raises(AuditFailed, match=f"there is no folder {tmp_path}/new"):
        Audit(tmp_path / "new" / "audit.jsonl").check()
    assert not (tmp_path / "new").exists()
    blocked = tmp_path / "blocked"
    blocked.mkdir()
    audit = Audit(blocked)
    with pytest.raises(AuditFailed):
        audit.add("tool", "t.f", "", "ok")
    assert [record.what for record in audit.records()] == ["t.f"]
    blocked.rmdir()
    audit.add("tool", "t.g", "", "ok")
    assert [line["what"] for line in lines(blocked)] == ["t.g"]
    audit.close()
    audit.close()


def test_a_full_disk_is_noticed() -> None:
    if not os.path.exists("/dev/full"):
        pytest.skip("no /dev/full here")
    audit = Audit(Path("/dev/full"))
    with pytest.raises(AuditFailed):
        audit.check()


@pytest.mark.skipif(sys.platform == "win32", reason="of POSIX limits")
def test_a_disk_that_is_full_in_the_middle_of_a_line_is_noticed_every_time(tmp_path: Path) -> None:
    audit = Audit(tmp_path / "audit.jsonl")
    with full_disk(1000):
        with pytest.raises(AuditFailed, match="cannot be written"):
            audit.add("tool", "t.f", "x" * 2000, "ok")
        for _ in range(3):
            with pytest.raises(AuditFailed, match="cannot be written"):
                audit.check()
            with pytest.raises(AuditFailed, match="cannot be written"):
                audit.add("tool", "t.f", "", "ok")
    audit.add("tool", "t.f", "", "ok")
    audit.close()
    assert json.loads((tmp_path / "audit.jsonl").read_text().splitlines()[-1])["outcome"] == "ok"
