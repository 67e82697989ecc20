"""Somebody who can write the store's file, but has not the key, changes it with SQL: nothing of theirs gets in."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from monty_kernel.store import StateRefused
from monty_kernel.store.compression import codec
from monty_kernel.store.schema import FILE_NAME
from monty_kernel.store.store import SnapshotStore
from tests.support.stores import KEY, content, opened


class Attacked:
    """A store with two sessions, `a` and `b`, of three snapshots and a journalled cell each."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        store = opened(folder)
        self.a, self.b = (self._fill(store, seed) for seed in (10, 20))
        store.close()

    @staticmethod
    def _fill(store: SnapshotStore, seed: int) -> str:
        session = store.begin(f"{seed}.ipynb")
        for number in (1, 2, 3):
            store.put(session, number, number - 1 or None, content(seed + number), {"n": number}, label=f"{number}")
        store.journal(session, 4, 3, {"source": "four"}, label="4")
        store.journal(session, 5, 4, {"source": "five"}, label="5")
        store.name(session, 1, "one")
        store.name(session, 2, "two")
        store.end(session)
        return session

    def sql(self, *statements: str) -> SnapshotStore:
        with closing(sqlite3.connect(self.folder / "snapshots" / "store" / FILE_NAME)) as db:
            for statement in statements:
                db.execute(statement.replace(":a", f"'{self.a}'").replace(":b", f"'{self.b}'"))
            db.commit()
        return opened(self.folder)


@pytest.fixture
def attacked(tmp_path: Path) -> Iterator[Attacked]:
    logging.getLogger("snapshots").setLevel(logging.CRITICAL)
    yield Attacked(tmp_path)
    logging.getLogger("snapshots").setLevel(logging.NOTSET)


OTHER_ROW = "(SELECT {0} FROM states AS o WHERE o.session = :a AND o.number = 3)"


@pytest.mark.parametrize(
    "attack",
    [
        # the content of another state
        [f"UPDATE states SET chunks = {OTHER_ROW.format('chunks')} WHERE session = :a AND number = 2"],
        [
            f"UPDATE states SET (size, added, root, meta_root, versions, tag, meta, chunks) = "
            f"{OTHER_ROW.format('size, added, root, meta_root, versions, tag, meta, chunks')} WHERE session = :a AND number = 2"
        ],
        # another place in the history
        ["DELETE FROM states WHERE number = 2", "UPDATE states SET number = 2 WHERE session = :a AND number = 3"],
        [
            "DELETE FROM states WHERE session = :a",
            "DELETE FROM cells WHERE session = :a",
            "UPDATE states SET session = :a WHERE session = :b",
            "UPDATE cells SET session = :a WHERE session = :b",
        ],
        [
            "DELETE FROM cells WHERE session = :a AND number = 2",
            "UPDATE cells SET number = 2 WHERE session = :a AND number = 3",
            "DELETE FROM states WHERE session = :a AND number = 2",
            "UPDATE states SET number = 2 WHERE session = :a AND number = 3",
        ],
        ["UPDATE cells SET parent = NULL WHERE session = :a AND number = 2"],
        ["UPDATE cells SET parent_tag = x'00' WHERE session = :a AND number = 2"],
        # another past
        [
            "UPDATE cells SET tag = (SELECT tag FROM cells WHERE session = :b AND number = 1) WHERE session = :a AND number = 1"
        ],
        # a little of everything
        ["UPDATE states SET size = size - 1"],
        ["UPDATE states SET meta_root = root"],
        ["UPDATE states SET meta = chunks"],
        ["UPDATE states SET meta = NULL"],
        ["UPDATE states SET chunks = NULL"],
        ["""UPDATE states SET versions = '{"monty":"1.4.0"}'"""],
        ["UPDATE states SET root = zeroblob(32)"],
        ["UPDATE states SET tag = zeroblob(32)"],
        ["UPDATE states SET tag = NULL"],
        ["UPDATE states SET chunks = zeroblob(10)"],
        ["UPDATE states SET chunks = 'text'"],
        ["UPDATE states SET chunks = substr(chunks, 1, length(chunks) - 3)"],
        ["UPDATE cells SET label = 'harmless'"],
        ["UPDATE cells SET created = created + 1"],
        ["UPDATE cells SET failed = 1"],
        ["UPDATE cells SET number = CAST(number AS TEXT) || 'x'"],
        ["UPDATE cells SET session = CAST(session AS BLOB)"],
        # the chunks
        ["DELETE FROM chunks WHERE id = (SELECT max(id) / 3 FROM chunks)"],
        ["UPDATE chunks SET data = NULL"],
        ["UPDATE chunks SET data = 7"],
        ["UPDATE chunks SET data = substr(data, 1, length(data) / 2)"],
        ["UPDATE chunks SET data = (SELECT data FROM chunks WHERE id = 1)"],
        ["UPDATE chunks SET id = -id"],
    ],
    ids=lambda attack: " ".join(attack)[:60],
)
def test_altered_states_are_refused(attacked: Attacked, attack: list[str]) -> None:
    store = attacked.sql(*attack)
    refused = []
    for number in (1, 2, 3):
        for read, right in ((store.get, (content(10 + number), {"n": number})), (store.meta, {"n": number})):
            try:
                assert read(attacked.a, number) == right
            except StateRefused as error:
                refused.append(str(error))
    assert refused
    assert "\n" not in "".join(refused)
    store.states(attacked.a)
    store.sessions()
    store.gc(thorough=True)


def test_a_chunk_that_grows_without_end_is_not_unpacked(attacked: Attacked) -> None:
    bomb = codec()[0](b"\0" * (1 << 28))
    with closing(sqlite3.connect(attacked.folder / "snapshots" / "store" / FILE_NAME)) as db:
        db.execute("UPDATE chunks SET data = ?", (bomb,))
        db.execute("UPDATE states SET chunks = ?, meta = ?", (bomb, bomb))
        db.commit()
    with pytest.raises(StateRefused):
        opened(attacked.folder).get(attacked.a, 1)


@pytest.mark.parametrize(
    "attack",
    [
        # other sources to run again
        ["UPDATE cells SET entry = (SELECT entry FROM cells WHERE number = 5) WHERE number = 4"],
        ["UPDATE cells SET entry = zeroblob(3) WHERE number = 4"],
        ["UPDATE cells SET entry = NULL WHERE number = 4"],
        ["UPDATE cells SET entry = 'text' WHERE number = 4"],
        # one left out, or both in another order
        ["DELETE FROM cells WHERE number = 4"],
        ["UPDATE cells SET parent = 3 WHERE number = 5"],
        [
            "UPDATE cells SET number = 6 WHERE number = 4",
            "UPDATE cells SET number = 4 WHERE number = 5",
            "UPDATE cells SET number = 5 WHERE number = 6",
        ],
        # from another session
        [
            "DELETE FROM cells WHERE session = :a AND number = 4",
            "UPDATE cells SET session = :a WHERE session = :b AND number = 4",
        ],
    ],
    ids=lambda attack: " ".join(attack)[:60],
)
def test_altered_journals_are_refused(attacked: Attacked, attack: list[str]) -> None:
    with pytest.raises(StateRefused):
        attacked.sql(*attack).recovery(attacked.a, 5)


@pytest.mark.parametrize(
    "change", ["notebook = '20.ipynb'", "current = 1", "how = 'died'", "started = 0", "versions = '{}'", "tag = NULL"]
)
def test_altered_sessions_are_refused(attacked: Attacked, change: str) -> None:
    store = attacked.sql(f"UPDATE sessions SET {change} WHERE id = :a")
    assert [info.id for info in store.sessions()] == [attacked.b]
    with pytest.raises(StateRefused):
        store.session(attacked.a)
    with pytest.raises(StateRefused):
        store.resume(attacked.a)
    store.delete(attacked.a)
    assert store.sessions("20.ipynb")[0].id == attacked.b


def test_names_cannot_be_moved(attacked: Attacked) -> None:
    store = attacked.sql(
        "UPDATE names SET number = 3 WHERE name = 'one'", "UPDATE names SET name = 'three' WHERE name = 'two'"
    )
    assert store.names(attacked.a) == {}


def test_tables_with_more_in_them_are_put_aside(attacked: Attacked) -> None:
    """A trigger would run with each write."""
    store = attacked.sql("CREATE TRIGGER t AFTER INSERT ON chunks BEGIN UPDATE states SET size = 0; END")
    assert store.get(attacked.a, 3) == (content(13), {"n": 3}), "what is right goes into the new file"
    with closing(sqlite3.connect(attacked.folder / "snapshots" / "store" / FILE_NAME)) as db:
        assert db.execute("SELECT count(*) FROM sqlite_master WHERE type = 'trigger'").fetchone() == (0,)


def test_a_whole_store_of_somebody_else_is_refused(attacked: Attacked, tmp_path: Path) -> None:
    stranger = opened(tmp_path, key=KEY[::-1])
    assert stranger.sessions() == []
    for number in range(1, 6):
        with pytest.raises(StateRefused, match="another key"):
            stranger.recovery(attacked.a, number)
