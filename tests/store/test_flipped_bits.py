"""Bits flip in the store's files: each state is refused or comes out as it was, and the store goes on."""

from __future__ import annotations

import logging
import random
import shutil
from collections import Counter
from pathlib import Path

import pytest

from monty_kernel.store import StateRefused, StoreError, StoreUnavailable
from monty_kernel.store.records import Retention
from monty_kernel.store.schema import FILE_NAME
from monty_kernel.store.store import SnapshotStore
from tests.support.stores import opened

pytestmark = pytest.mark.slow

Known = dict[tuple[str, int], tuple[bytes, dict[str, int]]]


def state(seed: int) -> bytes:
    data = bytearray(random.Random(0).randbytes(3000) * 4)
    at = random.Random(seed).randrange(len(data) - 1500)
    data[at : at + 1500] = random.Random(seed).randbytes(1500)
    return bytes(data)


@pytest.fixture(params=["file", "log"])
def filled(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, Known]:
    """A store with all in its file, or much of it still in SQLite's log as when its process was killed."""
    store = opened(tmp_path / "writer")
    known: Known = {}
    for _ in range(2):
        session = store.begin("a.ipynb")
        for number in range(5):
            store.put(
                session, number, number - 1 if number else None, state(number), {"n": number}, label=f"n = {number}"
            )
            known[session, number] = state(number), {"n": number}
        store.journal(session, 5, 4, {"source": "5"}, label="five")
        store.name(session, 2, "two")
        if request.param == "file":
            store.end(session)
            store.close()
    shutil.copytree(tmp_path / "writer", tmp_path / "whole")
    store.close()
    return tmp_path / "whole", known


def look(store: SnapshotStore, known: Known, counts: Counter[str]) -> None:
    """Read all there is. Nothing but what was stored comes out, nothing but our own errors either."""
    for (session, number), right in known.items():
        try:
            assert store.get(session, number) == right, "wrong bytes came out"
            assert store.meta(session, number) == right[1]
            counts["given"] += 1
        except (StateRefused, StoreUnavailable) as error:
            counts["lines"] += str(error).count("\n")
            counts["refused"] += 1
    for session in {session for session, _ in known}:
        try:
            assert {info.label for info in store.states(session)} <= {*(f"n = {n}" for n in range(5)), "five"}
            assert store.names(session) in ({}, {"two": 2})
            recovery = store.recovery(session, 5)
            assert [entry.entry for entry in recovery.entries] == [{"source": "5"}]
            assert recovery.base == 4
        except StoreError:
            counts["refused"] += 1
    try:
        assert {info.notebook for info in store.sessions()} <= {"a.ipynb", "b.ipynb"}
    except StoreError:
        counts["refused"] += 1


def go_on(store: SnapshotStore, counts: Counter[str]) -> None:
    """Store more, and clean up. A damage may cost a try or two, never all that follow."""
    session = store.begin("b.ipynb")
    tries = 0
    number = 0
    while number < 3:
        try:
            store.put(session, number, number - 1 if number else None, state(number + 3), {}, label="")
            number += 1
        except StoreUnavailable:
            counts["unavailable"] += 1
            tries += 1
            assert tries < 3
    for number in range(3):
        try:
            assert store.get(session, number)[0] == state(number + 3)
        except StateRefused:  # it has a chunk in common with what was damaged
            counts["hit"] += 1
            store.put(session, number, number - 1 if number else None, state(number + 3), {}, label="")
            assert store.get(session, number)[0] == state(number + 3), "a damaged chunk that came again did not heal"
    try:
        store.gc(Retention(states=3), thorough=True)
    except StoreUnavailable:
        counts["unavailable"] += 1


def run(whole: Path, known: Known, flipped: Path, flips: list[tuple[str, int, int]], counts: Counter[str]) -> None:
    shutil.rmtree(flipped, ignore_errors=True)
    shutil.copytree(whole, flipped)
    for name, offset, bit in flips:
        path = flipped / "snapshots" / "store" / name
        data = bytearray(path.read_bytes())
        data[offset] ^= 1 << bit
        path.write_bytes(data)
    store = opened(flipped)
    look(store, known, counts)
    go_on(store, counts)
    look(store, known, counts)
    store.close()


@pytest.mark.timeout(600)
def test_flipped_bits(filled: tuple[Path, Known], tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)
    whole, known = filled
    files = {
        path.name: path.stat().st_size for path in (whole / "snapshots" / "store").iterdir() if path.stat().st_size
    }
    assert FILE_NAME in files
    chance = random.Random(7)
    counts: Counter[str] = Counter()
    for _ in range(200):
        flips = []
        for _ in range(chance.choice((1, 1, 1, 2, 8, 64))):
            (name,) = chance.choices(list(files), weights=list(files.values()))
            flips.append((name, chance.randrange(files[name]), chance.randrange(8)))
        run(whole, known, tmp_path / "flipped", flips, counts)
    print(dict(counts))
    assert counts["lines"] == 0
    assert counts["given"] > 400
    assert counts["refused"] > 100


@pytest.mark.timeout(600)
@pytest.mark.parametrize("filled", ["file"], indirect=True)
def test_flipped_headers(filled: tuple[Path, Known], tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The file's header, and the first bytes of each page, where its structure is."""
    caplog.set_level(logging.CRITICAL)
    whole, known = filled
    pages = (whole / "snapshots" / "store" / FILE_NAME).stat().st_size // 4096
    chance = random.Random(8)
    counts: Counter[str] = Counter()
    places = [*range(112), *(page * 4096 + chance.randrange(64) for page in range(pages) for _ in range(5))]
    for place in places:
        run(whole, known, tmp_path / "flipped", [(FILE_NAME, place, chance.randrange(8))], counts)
    print(dict(counts))


def test_cut_short(filled: tuple[Path, Known], tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)
    whole, known = filled
    chance = random.Random(9)
    counts: Counter[str] = Counter()
    for _ in range(40):
        flipped = tmp_path / "flipped"
        shutil.rmtree(flipped, ignore_errors=True)
        shutil.copytree(whole, flipped)
        path = chance.choice([p for p in (flipped / "snapshots" / "store").iterdir() if p.suffix != ".sqlite-shm"])
        with path.open("r+b") as file:
            file.truncate(chance.randrange(path.stat().st_size + 1))
        store = opened(flipped)
        look(store, known, counts)
        go_on(store, counts)
        store.close()


@pytest.mark.parametrize(
    "junk", [b"", b"\0" * 5000, b"not a database at all" * 500, b"SQLite format 3\0" + b"\xff" * 4080]
)
def test_junk(tmp_path: Path, junk: bytes, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "snapshots" / "store" / FILE_NAME
    path.parent.mkdir(parents=True)
    path.write_bytes(junk)
    store = opened(tmp_path)
    session = store.begin(None)
    store.put(session, 1, None, state(1), {}, label="")
    assert store.get(session, 1)[0] == state(1)
    (line,) = [record.getMessage() for record in caplog.records]
    assert "were damaged" in line
    (aside,) = (tmp_path / "snapshots").glob("damaged-*")
    assert aside.name in line
    assert (aside / FILE_NAME).read_bytes() == junk or not junk
