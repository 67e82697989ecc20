"""What is put into the store comes out: states, names, journals, sessions."""

from __future__ import annotations

import logging
import os
import random
import stat
import tarfile
from pathlib import Path

import pytest

from monty_kernel.store import SessionRunning, StateMissing, StateRefused
from monty_kernel.store.locks import RunningSessions
from monty_kernel.store.records import JournalEntry, Recovery, Retention, StateId
from monty_kernel.store.store import SnapshotStore
from tests.support.stores import VERSIONS, content, opened


@pytest.fixture
def store(tmp_path: Path) -> SnapshotStore:
    return opened(tmp_path)


def test_a_state_comes_back(store: SnapshotStore, tmp_path: Path) -> None:
    session = store.begin("/home/me/a.ipynb")
    info = store.put(session, 1, None, content(1), {"next": 3, "text": "é\ud800"}, label="x = 1")
    assert (info.id, info.kind, info.size, info.label) == (StateId(session, 1), "snapshot", 60_000, "x = 1")
    for reader in (store, opened(tmp_path)):
        assert reader.get(session, 1) == (content(1), {"next": 3, "text": "é\ud800"})
        assert reader.meta(session, 1) == {"next": 3, "text": "é\ud800"}
        assert reader.states(session) == [info]


@pytest.mark.parametrize("size", [0, 1, 1023, 1024, 1025, 200_000])
def test_states_of_any_size(store: SnapshotStore, size: int) -> None:
    session = store.begin(None)
    state = random.Random(size).randbytes(size)
    store.put(session, 0, None, state, {}, label="")
    assert store.get(session, 0) == (state, {})


def test_what_did_not_change_is_stored_once(store: SnapshotStore) -> None:
    session = store.begin(None)
    first = store.put(session, 1, None, random.Random(1).randbytes(1_000_000), {}, label="")
    changed = bytearray(random.Random(1).randbytes(1_000_000))
    changed[500_000] ^= 1
    second = store.put(session, 2, 1, bytes(changed), {}, label="")
    assert first.added > 1_000_000
    assert second.added < 80_000
    assert store.get(session, 2)[0] == changed


def test_nothing_is_made_before_the_first_state(store: SnapshotStore, tmp_path: Path) -> None:
    session = store.begin("a.ipynb")
    assert store.sessions() == store.states(session) == []
    assert store.names(session) == {}
    with pytest.raises(StateMissing):
        store.get(session, 1)
    store.end(session)
    assert list(tmp_path.iterdir()) == []


def test_only_the_user_can_read_it(store: SnapshotStore, tmp_path: Path) -> None:
    store.put(store.begin(None), 1, None, content(1), {}, label="")
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in [tmp_path / "snapshots", *tmp_path.rglob("*")]}
    assert {modes[name] for name in modes if "sqlite" in name or name == "lock"} == {0o600}
    assert {modes["snapshots"], modes["store"], modes["live"]} == {0o700}


def test_sessions_tell_how_they_ended(store: SnapshotStore, tmp_path: Path) -> None:
    closed, running = store.begin("a.ipynb"), store.begin("b.ipynb")
    for session in (closed, running):
        store.put(session, 1, None, content(1), {}, label="")
    store.end(closed)
    other = opened(tmp_path)
    assert {info.id: (info.how, info.states, info.last) for info in other.sessions()} == {
        closed: ("closed", 1, 1),
        running: ("running", 1, 1),
    }
    assert [info.id for info in other.sessions("b.ipynb")] == [running]
    with pytest.raises(SessionRunning):
        other.resume(running)
    with pytest.raises(SessionRunning):
        other.delete(running)
    for descriptor in store._locks._held.values():  # as the end of the process does
        os.close(descriptor)
    assert other.session(running[:5]).how == "died"
    assert other.resume(running).how == "running"
    assert other.put(running, 2, 1, content(2), {}, label="").parent == 1


def test_a_session_belongs_to_its_process(store: SnapshotStore, tmp_path: Path) -> None:
    session = store.begin(None)
    with pytest.raises(ValueError, match="not of this process"):
        opened(tmp_path).put(session, 1, None, b"x", {}, label="")


def test_names(store: SnapshotStore) -> None:
    session = store.begin(None)
    for number in (1, 2):
        store.put(session, number, number - 1 or None, content(number), {}, label="")
    store.name(session, 1, "clean")
    store.name(session, 1, "also")
    assert store.states(session)[0].names == ("also", "clean")
    store.name(session, 2, "clean")
    assert store.names(session) == {"also": 1, "clean": 2}
    assert store.unname(session, "clean")
    assert not store.unname(session, "clean")
    with pytest.raises(StateMissing):
        store.name(session, 3, "none")


def test_a_journal_leads_from_a_snapshot_to_a_state(store: SnapshotStore) -> None:
    session = store.begin(None)
    store.put(session, 1, None, content(1), {}, label="one")
    store.journal(session, 2, 1, {"source": "two"}, label="two")
    store.journal(session, 3, 2, {"source": "three"}, label="three", failed=True)
    store.journal(session, 4, 2, {"source": "a branch"}, label="four")
    assert store.recovery(session, 3) == Recovery(
        1, (JournalEntry(2, {"source": "two"}, "two", False), JournalEntry(3, {"source": "three"}, "three", True))
    )
    assert [entry.number for entry in store.recovery(session, 4).entries] == [2, 4]
    assert store.recovery(session, 1) == Recovery(1)
    with pytest.raises(StateMissing):
        store.recovery(session, 5)
    assert [info.kind for info in store.states(session)] == ["snapshot", "journal", "journal", "journal"]
    store.put(session, 4, 2, content(4), {}, label="")  # the kernel became idle
    assert store.recovery(session, 4) == Recovery(4)
    assert store.states(session)[3].label == "four"
    assert [entry.number for entry in store.recovery(session, 4, without={4}).entries] == [2, 4]


def test_the_current_state_can_be_an_earlier_one(store: SnapshotStore) -> None:
    session = store.begin(None)
    for number in (1, 2):
        store.put(session, number, number - 1 or None, content(number), {}, label="")
    store.move(session, 1)
    assert store.session(session).last == 1


def test_another_key_or_version_is_refused(store: SnapshotStore, tmp_path: Path) -> None:
    session = store.begin(None)
    store.put(session, 1, None, content(1), {}, label="")
    with pytest.raises(StateRefused, match=r"made with monty 1\.4\.0; this is 1\.5\.0"):
        opened(tmp_path, versions={**VERSIONS, "monty": "1.5.0"}).get(session, 1)
    stranger = opened(tmp_path, key=bytes(32))
    with pytest.raises(StateRefused, match="another key"):
        stranger.get(session, 1)
    assert stranger.sessions() == stranger.states(session) == []


def test_gc_keeps_named_current_and_new_states(store: SnapshotStore, tmp_path: Path) -> None:
    session, ended = store.begin(None), store.begin(None)
    for number in range(1, 11):
        store.put(
            session,
            number,
            number - 1 or None,
            random.Random(number).randbytes(100_000),
            {"n": number},
            label="",
            created=number,
        )
    store.put(ended, 1, None, random.Random(11).randbytes(100_000), {}, label="", created=20)
    store.end(ended)
    store.name(session, 3, "kept")
    store.move(session, 5)
    store.gc(Retention(days=None))
    assert len(store.states(session)) == 10
    assert store.gc(Retention(days=None, states=4)) > 700_000
    assert [info.id.number for info in store.states(session) if info.kind == "snapshot"] == [3, 5, 10]
    assert store.gc(Retention(days=1)) > 150_000
    assert [info.id.number for info in store.states(session) if info.kind == "snapshot"] == [3, 5]
    assert [info.id for info in store.sessions()] == [session]
    with pytest.raises(StateMissing, match="kept"):
        store.get(session, 4)
    with pytest.raises(StateMissing, match="kept"):
        store.recovery(session, 4)
    assert store.meta(session, 4) == {"n": 4}, "metadata stays as long as the session"
    assert store.get(session, 5)[0] == random.Random(5).randbytes(100_000)
    store.end(session)
    store.delete(session)
    assert store.sessions() == []
    assert sum(path.stat().st_size for path in tmp_path.rglob("*sqlite*")) < 100_000


def test_gc_keeps_the_size(store: SnapshotStore) -> None:
    session = store.begin(None)
    for number in range(1, 21):
        store.put(session, number, number - 1 or None, random.Random(number).randbytes(100_000), {}, label="")
    store.gc(Retention(size=1_000_000))
    numbers = [info.id.number for info in store.states(session) if info.kind == "snapshot"]
    assert 6 <= len(numbers) <= 9
    assert numbers == list(range(21 - len(numbers), 21))
    assert store.gc(Retention(size=1_000_000)) == 0


def test_gc_keeps_what_a_journal_starts_from(store: SnapshotStore) -> None:
    session = store.begin(None)
    store.put(session, 1, None, content(1), {}, label="", created=1)
    store.put(session, 2, 1, content(2), {}, label="", created=2)
    store.journal(session, 3, 1, {}, label="", created=3)
    store.journal(session, 4, 2, {}, label="", created=4)
    store.move(session, 3)
    store.gc(Retention(days=1))
    assert [info.kind for info in store.states(session)] == ["snapshot", "dropped", "journal", "dropped"]
    assert store.recovery(session, 3).base == 1


def test_a_store_made_before_kernels_were_told_apart_opens(tmp_path: Path) -> None:
    """Made by the commit in its name: a closed session with a named and a journalled state, and one that is only noted."""
    with tarfile.open(Path(__file__).with_name("store_of_1b5f8bb.tar.gz")) as made:
        made.extractall(tmp_path, filter="data")
    running = RunningSessions(tmp_path, b"k" * 32, versions={"monty": "1.4.0"}, kernel="this one")
    store = SnapshotStore(running, logging.getLogger("store"))
    closed, noted = store.sessions("/work/notebook.ipynb")
    assert (closed.id, closed.how, closed.kernel, closed.versions) == ("f8ewqenr", "closed", None, {"monty": "1.4.0"})
    assert (noted.id, noted.how, noted.kernel) == ("mfhv8axf", "died", None)
    assert store.get(closed.id, 1) == (b"first" * 100, {"m": 1})
    assert [entry.entry for entry in store.recovery(closed.id, 2).entries] == [{"code": "x = 2"}]
    assert store.names(closed.id) == {"here": 1} and store.names(noted.id) == {"noted": 1}
    assert store.resume(closed.id).last == 2
    store.put(closed.id, 3, 2, b"later", {}, label="")
    store.end(closed.id)
    later = store.session(closed.id)
    assert later.kernel == running.kernel is not None and later.versions == {"monty": "1.4.0"}
    other = RunningSessions(tmp_path, b"k" * 32, versions={"monty": "1.4.0"}, kernel="another")
    assert other.kernel not in (None, running.kernel)
    assert RunningSessions(tmp_path, b"K" * 32, versions={}, kernel="this one").kernel != running.kernel
    store.close()
