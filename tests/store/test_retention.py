"""Named states count, and no session drives out what others left."""

from __future__ import annotations

import logging
import random
from pathlib import Path

import pytest

from monty_kernel.store.locks import RunningSessions
from monty_kernel.store.records import Pinned, Retention
from monty_kernel.store.retention import Group, kept
from monty_kernel.store.store import SnapshotStore


@pytest.fixture
def store(tmp_path: Path) -> SnapshotStore:
    return SnapshotStore(RunningSessions(tmp_path, b"k" * 32, versions={}), logging.getLogger("store"))


def filled(store: SnapshotStore, states: int, since: float, size: int = 50_000) -> str:
    """A session with that many states, each of its own content."""
    session = store.begin(None)
    for number in range(1, states + 1):
        data = random.Random(f"{session} {number}").randbytes(size)
        store.put(session, number, number - 1 or None, data, {}, label="", created=since + number)
    return session


def left(store: SnapshotStore, session: str) -> list[int]:
    return [info.id.number for info in store.states(session) if info.kind != "dropped"]


def test_what_a_notebook_makes_drives_out_nothing_of_anothers(store: SnapshotStore) -> None:
    mine = [filled(store, 3, since=100.0 * number) for number in range(3)]
    for session in mine:
        store.end(session)
    flood = filled(store, 60, since=1e6)
    store.gc(Retention(days=None, size=1_000_000))
    assert [left(store, session) for session in mine] == [[1, 2, 3]] * 3, "they are older, and smaller"
    newest = left(store, flood)
    assert 2 <= len(newest) <= 10 and newest == list(range(61 - len(newest), 61))


def test_journals_count_too(store: SnapshotStore) -> None:
    mine = filled(store, 3, since=0.0)
    store.end(mine)
    flood = filled(store, 1, since=1e6, size=100)
    for number in range(2, 40):
        noise = random.Random(number).randbytes(50_000).hex()
        store.journal(flood, number, number - 1, {"n": noise}, label="", created=1e6 + number)
        if number % 10 == 1:
            store.put(flood, number, number - 1, b"x" * number, {}, label="")
    store.gc(Retention(days=None, size=1_000_000))
    assert left(store, mine) == [1, 2, 3]
    assert len(left(store, flood)) < 30


def test_room_is_shared_and_named_states_count_in_their_sessions_share() -> None:
    def group(session: str, number: int, *, named: bool = False) -> Group:
        return Group(session, (number,), float(number), named)

    groups = [group("a", number, named=number < 4) for number in range(10)] + [group("b", n) for n in range(10)]
    sizes = dict.fromkeys(range(20), 10)
    found = kept(groups, lambda each: [groups.index(each)], dict(sizes), Retention(None, None, 100), 0.0)
    assert sorted(each.cells[0] for each in found if each.session == "a") == [0, 1, 2, 3, 9]
    assert sorted(each.cells[0] for each in found if each.session == "b") == [5, 6, 7, 8, 9]


def test_what_names_keep_is_measured(store: SnapshotStore) -> None:
    one, other = filled(store, 5, since=0.0), filled(store, 5, since=10.0)
    assert store.pinned(one, "") == Pinned(0, 0)
    store.name(one, 2, "a")
    store.name(one, 2, "b")
    store.name(other, 1, "a")
    own, everything = store.pinned(one, "")
    assert 50_000 <= own < 60_000 and abs(everything - 2 * own) < 1000
    store.journal(one, 6, 5, {"code": random.Random(1).randbytes(10_000).hex()}, label="")
    store.name(one, 6, "c")
    with_journal = store.pinned(one, "").session
    assert own + 60_000 <= with_journal < own + 70_000, "its journal and the snapshot that it starts from"
    assert store.pinned(one, "c").session == own, "a name that moves frees what it had"
    assert store.unname(one, "c") and store.pinned(one, "").session == own
