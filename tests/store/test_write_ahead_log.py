"""The write-ahead log: cells that a killed kernel had not stored come back; records that are not whole or not ours are left out."""

from __future__ import annotations

import logging
import os
import random
import signal
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from monty_kernel.store import StoreUnavailable, database
from monty_kernel.store.log import FOLDER, REFUSED, LogFile, WriteAheadLog, read_log
from monty_kernel.store.schema import FILE_NAME
from monty_kernel.store.signing import Signer
from monty_kernel.store.store import SnapshotStore
from tests.support.stores import opened

SIGNER = Signer(b"k" * 32)


def state(number: int, parent: int | None) -> dict[str, Any]:
    return {"parent": parent, "label": f"cell {number}", "failed": False, "entry": {"cell": number}}


def killed(folder: Path, work: Any) -> str:
    """The session of a process that did the work with its log and was killed."""
    inlet, outlet = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            store = opened(folder)
            session = store.begin("a.ipynb")
            work(store, WriteAheadLog(store.running, session, logging.getLogger("log")), session)
            os.write(outlet, session.encode())
            os.kill(os.getpid(), signal.SIGKILL)
        finally:
            os._exit(1)
    os.close(outlet)
    with os.fdopen(inlet) as said:
        session = said.read()
    assert os.WIFSIGNALED(os.waitpid(child, 0)[1])
    return session


def test_records_come_back_as_they_were(tmp_path: Path) -> None:
    log = LogFile(tmp_path / "abc", SIGNER)
    said = [({"number": number}, random.Random(number).randbytes(number * 1000)) for number in range(5)]
    assert [log.append(*each) for each in said] == [1, 2, 3, 4, 5]
    assert list(read_log(tmp_path / "abc", SIGNER)) == said
    assert (tmp_path / "abc").stat().st_mode & 0o777 == 0o600


def test_records_are_forgotten_once_all_are_stored(tmp_path: Path) -> None:
    log = LogFile(tmp_path / "abc", SIGNER)
    log.append({"number": 1})
    log.append({"number": 2})
    log.truncate(1)
    assert len(list(read_log(tmp_path / "abc", SIGNER))) == 2
    log.truncate(2)
    assert list(read_log(tmp_path / "abc", SIGNER)) == []
    log.append({"number": 3})
    assert [said for said, _ in read_log(tmp_path / "abc", SIGNER)] == [{"number": 3}]
    log.truncate(3)
    log.close()
    assert not (tmp_path / "abc").exists()


def test_only_whole_records_of_this_user_in_their_order_count(tmp_path: Path) -> None:
    path = tmp_path / "abc"
    log = LogFile(path, SIGNER)
    for number in range(3):
        log.append({"number": number}, b"state")
    whole = path.read_bytes()
    size = len(whole) // 3
    assert len(list(read_log(path, Signer(b"x" * 32)))) == 0
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        assert len(list(read_log(path, SIGNER))) == length // size
    for place in range(0, len(whole), 7):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert len(list(read_log(path, SIGNER))) == place // size
    path.write_bytes(whole[size:])  # the first was taken away
    assert list(read_log(path, SIGNER)) == []
    other = tmp_path / "other"
    other.write_bytes(whole)  # of another session
    assert list(read_log(other, SIGNER)) == []


def test_what_a_killed_kernel_had_logged_is_in_its_session(tmp_path: Path) -> None:
    def work(store: SnapshotStore, log: WriteAheadLog, session: str) -> None:
        log.append("state", 0, {"parent": None, "label": "", "failed": False, "meta": {"m": 0}}, b"zero")
        for number in range(1, 5):
            log.append("state", number, state(number, number - 1))
        log.append("name", 2, {"name": "here"})
        log.append("move", 3, {})

    session = killed(tmp_path, work)
    store = opened(tmp_path)
    (info,) = store.sessions()
    assert (info.id, info.how, info.notebook, info.last) == (session, "died", "a.ipynb", 3)
    assert [each.id.number for each in store.states(session)] == [0, 1, 2, 3, 4]
    assert store.get(session, 0) == (b"zero", {"m": 0})
    assert [each.entry for each in store.recovery(session, 4).entries] == [{"cell": number} for number in range(1, 5)]
    assert store.names(session) == {"here": 2}
    assert list((tmp_path / "snapshots" / FOLDER).iterdir()) == []
    assert store.resume(session).how == "running"


def test_a_state_that_was_deleted_before_a_kill_stays_so(tmp_path: Path) -> None:
    def work(store: SnapshotStore, log: WriteAheadLog, session: str) -> None:
        for number in range(3):
            meta = {"parent": number - 1 if number else None, "label": "", "failed": False, "meta": {}}
            log.append("state", number, meta, b"state")
        log.append("drop", 1, {})

    session = killed(tmp_path, work)
    store = opened(tmp_path)
    assert [each.kind for each in store.states(store.session(session).id)] == ["snapshot", "dropped", "snapshot"]


def test_records_follow_what_is_stored_already(tmp_path: Path) -> None:
    def work(store: SnapshotStore, log: WriteAheadLog, session: str) -> None:
        store.put(session, 0, None, b"zero", {}, label="")
        log.append("state", 1, state(1, 0))
        store.journal(session, 1, 0, {"cell": 1}, label="cell 1")  # and killed before it was forgotten
        log.append("state", 2, state(2, 1))

    session = killed(tmp_path, work)
    store = opened(tmp_path)
    assert store.session(session).last == 2
    assert [each.entry for each in store.recovery(session, 2).entries] == [{"cell": 1}, {"cell": 2}]


def test_a_record_whose_parent_was_never_stored_is_said_to_be_lost(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def work(store: SnapshotStore, log: WriteAheadLog, session: str) -> None:
        store.put(session, 0, None, b"zero", {}, label="")
        log.append("state", 2, state(2, 1))
        log.append("state", 3, state(3, 0))

    session = killed(tmp_path, work)
    store = opened(tmp_path)
    assert [each.id.number for each in store.states(store.session(session).id)] == [0, 3]
    assert "1 of its cells" in caplog.text


def test_a_session_whose_log_cannot_be_stored_now_is_not_taken_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its next cells would have the numbers of those in the log, which would later take their places."""

    def work(store: SnapshotStore, log: WriteAheadLog, session: str) -> None:
        store.put(session, 1, None, b"one", {}, label="")
        log.append("state", 2, state(2, 1))

    session = killed(tmp_path, work)
    monkeypatch.setattr(database, "TIMEOUT", 0.1)
    store = opened(tmp_path)
    with closing(sqlite3.connect(tmp_path / "snapshots" / "store" / FILE_NAME, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        for take in (store.claim, store.resume):
            with pytest.raises(StoreUnavailable, match="last cells of the session"):
                take(session)
        assert not store._locks.holds(session)
    assert store.resume(session).last == 2
    store.put(session, 3, 2, b"three", {}, label="")
    store.end(session)
    assert [each.id.number for each in opened(tmp_path).states(session)] == [1, 2, 3]


def test_a_record_that_is_refused_keeps_no_other_from_being_stored(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def work(store: SnapshotStore, log: WriteAheadLog, session: str) -> None:
        for number in (0, 1):
            store.put(session, number, number - 1 if number else None, b"x", {}, label="")
        log.append("state", 1, state(1, None))  # follows another one than the state that is stored
        log.append("state", 2, {"parent": 1, "label": "no entry", "failed": False})
        log.append("state", 3, state(3, 2))
        log.append("strange", 1, {})
        log.append("state", 4, state(4, 1))
        log.append("name", 4, {"name": "here"})

    session = killed(tmp_path, work)
    store = opened(tmp_path)
    assert store.session(session).last == 4
    assert [each.id.number for each in store.states(session)] == [0, 1, 4]
    assert store.names(session) == {"here": 4}
    assert store.lost(session) == 3
    assert "3 of its cells could not be" in caplog.text or "before 3 of its cells" in caplog.text
    folder = tmp_path / "snapshots" / FOLDER
    assert [path.name for path in folder.iterdir()] == [session + REFUSED]
    assert store.resume(session).how == "running"
    store.end(session)
    os.utime(folder / (session + REFUSED), (0, 0))
    store.gc()
    assert list(folder.iterdir()) == []


def test_a_deleted_session_does_not_come_back_from_its_log(tmp_path: Path) -> None:
    def work(store: SnapshotStore, log: WriteAheadLog, session: str) -> None:
        store.put(session, 1, None, b"one", {}, label="")
        log.append("state", 2, state(2, 1))

    session = killed(tmp_path, work)
    opened(tmp_path).delete(session)
    assert opened(tmp_path).sessions() == []


def test_the_log_of_a_session_that_runs_are_left_alone(tmp_path: Path) -> None:
    store = opened(tmp_path)
    session = store.begin("a.ipynb")
    log = WriteAheadLog(store.running, session, logging.getLogger("log"))
    log.append("state", 1, state(1, 0))
    other = opened(tmp_path)
    assert other.sessions() == []
    assert (tmp_path / "snapshots" / FOLDER / session).exists()
    log.close()


def test_without_room_for_a_log_the_session_goes_on(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    store = opened(tmp_path)
    session = store.begin(None)
    (tmp_path / "snapshots").mkdir(parents=True, exist_ok=True)
    (tmp_path / "snapshots" / FOLDER).write_text("in the way")
    log = WriteAheadLog(store.running, session, logging.getLogger("log"))
    assert log.append("state", 1, state(1, 0)) == 0
    assert "its last cells can be lost" in caplog.text
    log.truncate()
    log.close()


def test_foreign_files_among_the_logs_change_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "snapshots" / FOLDER
    folder.mkdir(parents=True)
    (folder / "abc").write_bytes(random.Random(1).randbytes(1000))
    (folder / "..strange").write_bytes(b"")
    (folder / "def").mkdir()
    assert opened(tmp_path).sessions() == []


def test_a_log_goes_on_when_its_file_is_removed(tmp_path: Path) -> None:
    log = LogFile(tmp_path / "abc", SIGNER)
    log.append({"number": 1})
    (tmp_path / "abc").unlink()
    log.append({"number": 2})
    log.append({"number": 3})
    assert [said["number"] for said, _ in read_log(tmp_path / "abc", SIGNER)] == [2, 3]
    log.truncate(3)
    log.close()
    assert not (tmp_path / "abc").exists()
