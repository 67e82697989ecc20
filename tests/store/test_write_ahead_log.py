"""What a kernel had noted and not stored when it was killed is found again; what is not whole or not ours is left out."""

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

from monty_kernel.store import database
from monty_kernel.store.errors import StoreUnavailable
from monty_kernel.store.notes import Notes
from monty_kernel.store.pending import PENDING, REFUSED, Pending, notes
from monty_kernel.store.signing import Signer
from monty_kernel.store.store import SnapshotStore
from monty_kernel.store.tables import NAME
from tests.support.stores import opened

SIGNER = Signer(b"k" * 32)


def state(number: int, parent: int | None) -> dict[str, Any]:
    return {"parent": parent, "label": f"cell {number}", "failed": False, "entry": {"cell": number}}


def killed(folder: Path, work: Any) -> str:
    """The session of a process that did the work on its notes and was killed."""
    inlet, outlet = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            store = opened(folder)
            session = store.begin("a.ipynb")
            work(store, Notes(store.running, session, logging.getLogger("notes")), session)
            os.write(outlet, session.encode())
            os.kill(os.getpid(), signal.SIGKILL)
        finally:
            os._exit(1)
    os.close(outlet)
    with os.fdopen(inlet) as said:
        session = said.read()
    assert os.WIFSIGNALED(os.waitpid(child, 0)[1])
    return session


def test_notes_come_back_as_they_were(tmp_path: Path) -> None:
    pending = Pending(tmp_path / "abc", SIGNER)
    said = [({"number": number}, random.Random(number).randbytes(number * 1000)) for number in range(5)]
    assert [pending.add(*each) for each in said] == [1, 2, 3, 4, 5]
    assert list(notes(tmp_path / "abc", SIGNER)) == said
    assert (tmp_path / "abc").stat().st_mode & 0o777 == 0o600


def test_notes_are_forgotten_once_all_are_stored(tmp_path: Path) -> None:
    pending = Pending(tmp_path / "abc", SIGNER)
    pending.add({"number": 1})
    pending.add({"number": 2})
    pending.clear(1)
    assert len(list(notes(tmp_path / "abc", SIGNER))) == 2
    pending.clear(2)
    assert list(notes(tmp_path / "abc", SIGNER)) == []
    pending.add({"number": 3})
    assert [said for said, _ in notes(tmp_path / "abc", SIGNER)] == [{"number": 3}]
    pending.clear(3)
    pending.close()
    assert not (tmp_path / "abc").exists()


def test_only_whole_notes_of_this_user_in_their_order_count(tmp_path: Path) -> None:
    path = tmp_path / "abc"
    pending = Pending(path, SIGNER)
    for number in range(3):
        pending.add({"number": number}, b"state")
    whole = path.read_bytes()
    size = len(whole) // 3
    assert len(list(notes(path, Signer(b"x" * 32)))) == 0
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        assert len(list(notes(path, SIGNER))) == length // size
    for place in range(0, len(whole), 7):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert len(list(notes(path, SIGNER))) == place // size
    path.write_bytes(whole[size:])  # the first was taken away
    assert list(notes(path, SIGNER)) == []
    other = tmp_path / "other"
    other.write_bytes(whole)  # of another session
    assert list(notes(other, SIGNER)) == []


def test_what_a_killed_kernel_had_noted_is_in_its_session(tmp_path: Path) -> None:
    def work(store: SnapshotStore, noted: Notes, session: str) -> None:
        noted.add("state", 0, {"parent": None, "label": "", "failed": False, "meta": {"m": 0}}, b"zero")
        for number in range(1, 5):
            noted.add("state", number, state(number, number - 1))
        noted.add("name", 2, {"name": "here"})
        noted.add("move", 3, {})

    session = killed(tmp_path, work)
    store = opened(tmp_path)
    (info,) = store.sessions()
    assert (info.id, info.how, info.notebook, info.last) == (session, "died", "a.ipynb", 3)
    assert [each.id.number for each in store.states(session)] == [0, 1, 2, 3, 4]
    assert store.get(session, 0) == (b"zero", {"m": 0})
    assert [each.entry for each in store.recovery(session, 4).entries] == [{"cell": number} for number in range(1, 5)]
    assert store.names(session) == {"here": 2}
    assert list((tmp_path / "snapshots" / PENDING).iterdir()) == []
    assert store.resume(session).how == "running"


def test_notes_follow_what_is_stored_already(tmp_path: Path) -> None:
    def work(store: SnapshotStore, noted: Notes, session: str) -> None:
        store.put(session, 0, None, b"zero", {}, label="")
        noted.add("state", 1, state(1, 0))
        store.journal(session, 1, 0, {"cell": 1}, label="cell 1")  # and killed before it was forgotten
        noted.add("state", 2, state(2, 1))

    session = killed(tmp_path, work)
    store = opened(tmp_path)
    assert store.session(session).last == 2
    assert [each.entry for each in store.recovery(session, 2).entries] == [{"cell": 1}, {"cell": 2}]


def test_a_note_whose_parent_was_never_stored_is_said_to_be_lost(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def work(store: SnapshotStore, noted: Notes, session: str) -> None:
        store.put(session, 0, None, b"zero", {}, label="")
        noted.add("state", 2, state(2, 1))
        noted.add("state", 3, state(3, 0))

    session = killed(tmp_path, work)
    store = opened(tmp_path)
    assert [each.id.number for each in store.states(store.session(session).id)] == [0, 3]
    assert "1 of its cells" in caplog.text


def test_a_session_whose_notes_cannot_be_stored_now_is_not_taken_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its next cells would have the numbers of those in the notes, which would later take their places."""

    def work(store: SnapshotStore, noted: Notes, session: str) -> None:
        store.put(session, 1, None, b"one", {}, label="")
        noted.add("state", 2, state(2, 1))

    session = killed(tmp_path, work)
    monkeypatch.setattr(database, "PATIENCE", 0.1)
    store = opened(tmp_path)
    with closing(sqlite3.connect(tmp_path / "snapshots" / "store" / NAME, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        for take in (store.claim, store.resume):
            with pytest.raises(StoreUnavailable, match="last cells of the session"):
                take(session)
        assert not store._liveness.holds(session)
    assert store.resume(session).last == 2
    store.put(session, 3, 2, b"three", {}, label="")
    store.end(session)
    assert [each.id.number for each in opened(tmp_path).states(session)] == [1, 2, 3]


def test_a_note_that_cannot_be_taken_in_keeps_no_other_from_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def work(store: SnapshotStore, noted: Notes, session: str) -> None:
        for number in (0, 1):
            store.put(session, number, number - 1 if number else None, b"x", {}, label="")
        noted.add("state", 1, state(1, None))  # follows another one than the state that is stored
        noted.add("state", 2, {"parent": 1, "label": "no entry", "failed": False})
        noted.add("state", 3, state(3, 2))
        noted.add("strange", 1, {})
        noted.add("state", 4, state(4, 1))
        noted.add("name", 4, {"name": "here"})

    session = killed(tmp_path, work)
    store = opened(tmp_path)
    assert store.session(session).last == 4
    assert [each.id.number for each in store.states(session)] == [0, 1, 4]
    assert store.names(session) == {"here": 4}
    assert store.lost(session) == 3
    assert "3 of its cells could not be" in caplog.text or "before 3 of its cells" in caplog.text
    folder = tmp_path / "snapshots" / PENDING
    assert [path.name for path in folder.iterdir()] == [session + REFUSED]
    assert store.resume(session).how == "running"
    store.end(session)
    os.utime(folder / (session + REFUSED), (0, 0))
    store.gc()
    assert list(folder.iterdir()) == []


def test_a_deleted_session_does_not_come_back_from_its_notes(tmp_path: Path) -> None:
    def work(store: SnapshotStore, noted: Notes, session: str) -> None:
        store.put(session, 1, None, b"one", {}, label="")
        noted.add("state", 2, state(2, 1))

    session = killed(tmp_path, work)
    opened(tmp_path).delete(session)
    assert opened(tmp_path).sessions() == []


def test_the_notes_of_a_session_that_runs_are_left_alone(tmp_path: Path) -> None:
    store = opened(tmp_path)
    session = store.begin("a.ipynb")
    noted = Notes(store.running, session, logging.getLogger("notes"))
    noted.add("state", 1, state(1, 0))
    other = opened(tmp_path)
    assert other.sessions() == []
    assert (tmp_path / "snapshots" / PENDING / session).exists()
    noted.close()


def test_without_room_for_notes_the_session_goes_on(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    store = opened(tmp_path)
    session = store.begin(None)
    (tmp_path / "snapshots").mkdir(parents=True, exist_ok=True)
    (tmp_path / "snapshots" / PENDING).write_text("in the way")
    noted = Notes(store.running, session, logging.getLogger("notes"))
    assert noted.add("state", 1, state(1, 0)) == 0
    assert "its last cells can be lost" in caplog.text
    noted.clear()
    noted.close()


def test_foreign_files_among_the_notes_change_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "snapshots" / PENDING
    folder.mkdir(parents=True)
    (folder / "abc").write_bytes(random.Random(1).randbytes(1000))
    (folder / "..strange").write_bytes(b"")
    (folder / "def").mkdir()
    assert opened(tmp_path).sessions() == []


def test_notes_go_on_when_their_file_is_removed(tmp_path: Path) -> None:
    pending = Pending(tmp_path / "abc", SIGNER)
    pending.add({"number": 1})
    (tmp_path / "abc").unlink()
    pending.add({"number": 2})
    pending.add({"number": 3})
    assert [said["number"] for said, _ in notes(tmp_path / "abc", SIGNER)] == [2, 3]
    pending.clear(3)
    pending.close()
    assert not (tmp_path / "abc").exists()
