"""A process that stores states is killed at random moments: what it said is stored is there, and nothing is wrong."""

from __future__ import annotations

import logging
import os
import random
import select
import shutil
import signal
import sys
import time
import traceback
from contextlib import suppress
from functools import cache
from pathlib import Path

import pytest

from monty_kernel.store import StoreError
from monty_kernel.store.records import Retention
from monty_kernel.store.schema import FILE_NAME
from monty_kernel.store.store import SnapshotStore
from tests.support.stores import opened

pytestmark = pytest.mark.slow

KILLS = int(os.environ.get("MONTY_STORE_KILLS", "80"))  # kills of a whole kernel are in tests/timetravel


@cache
def state(number: int) -> bytes:
    """A session that changes in a few places from cell to cell."""
    data = bytearray(random.Random(0).randbytes(30_000) * 2)
    for past in range(number % 50):
        at = random.Random(past).randrange(len(data) - 100)
        data[at : at + 100] = random.Random(past).randbytes(100)
    return bytes(data)


def store_until_killed(store: SnapshotStore, said: int, chance: random.Random) -> None:
    """All that changes a store, in random order; after each state its session and number are said."""
    while True:
        session = store.begin("a.ipynb")
        for number in range(chance.randrange(1, 40)):
            parent = number - 1 if number else None
            if number and chance.random() < 0.3:
                store.journal(session, number, parent, {"number": number}, label="")
            else:
                store.put(session, number, parent, state(number), {"number": number}, label="")
            os.write(said, f"{session} {number}\n".encode())
            if chance.random() < 0.2:
                store.name(session, number, f"n{number}")
        if chance.random() < 0.7:
            os.write(said, f"{session} ends\n".encode())  # from here on it may be dropped or deleted
            store.end(session)
        if chance.random() < 0.5:
            store.gc(Retention(states=20), thorough=True)
        if chance.random() < 0.2:
            dead = [info.id for info in store.sessions() if info.how != "running"]
            store.delete(chance.choice(dead or [session])) if dead else None


def verify(store: SnapshotStore, only: str | None = None) -> int:
    """Load all that the store says it has, of one session or of all; how many states that are."""
    count = 0
    for info in store.sessions():
        if only not in (None, info.id):
            continue
        for kept in store.states(info.id):
            number = kept.id.number
            if kept.kind == "dropped":
                continue
            recovery = store.recovery(info.id, number)
            assert [entry.entry for entry in recovery.entries] == [
                {"number": each} for each in range(recovery.base + 1, number + 1)
            ]
            if kept.kind == "snapshot":
                assert store.get(info.id, number) == (state(number), {"number": number})
            count += 1
    return count


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks its writers")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
@pytest.mark.timeout(600)
def test_killed_at_any_moment(tmp_path: Path) -> None:
    chance = random.Random(20)
    reader = opened(tmp_path)
    verified = acknowledged = 0
    for kill in range(KILLS):
        inlet, outlet = os.pipe()
        reader.close()  # a forked SQLite connection is of no use to either
        child = os.fork()
        if child == 0:
            try:
                os.close(inlet)
                store_until_killed(opened(tmp_path), outlet, random.Random(kill))
            except BaseException:
                traceback.print_exc(file=sys.__stderr__)
            os._exit(1)
        os.close(outlet)
        select.select([inlet], [], [], 10)  # it is about its work
        time.sleep(chance.random() * chance.choice((0.003, 0.03, 0.06)))
        os.kill(child, signal.SIGKILL)
        said = b""
        while data := os.read(inlet, 1 << 16):
            said += data
        os.close(inlet)
        assert os.WIFSIGNALED(os.waitpid(child, 0)[1])
        lines = [line.split() for line in said.decode().split("\n")[:-1]]
        session = lines[-1][0]
        acknowledged += len(lines)
        if lines[-1][1] != "ends":
            numbers = [int(number) for each, number in lines if each == session]
            there = [info.id.number for info in reader.states(session)]
            assert there[: len(numbers)] == numbers, "a state that was said to be stored is gone"
            assert len(there) <= len(numbers) + 1
            assert reader.session(session).how == "died"
        verified += verify(reader, None if kill % 4 == 0 else session)
        if kill % 4 == 0:
            reader.gc(Retention(states=10), thorough=True)
            verified += verify(reader)
    print(f"{KILLS} kills, {acknowledged} states stored, {verified} times a state loaded")
    assert [path.name for path in (tmp_path / "snapshots").glob("damaged-*")] == []
    session = next(info.id for info in reader.sessions() if info.how == "died")
    resumed = reader.resume(session)
    assert reader.put(session, (resumed.last or 0) + 1, resumed.last, state(1), {}, label="").size


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks its writers")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_killed_while_the_store_is_made(tmp_path: Path) -> None:
    for kill in range(30):
        folder = tmp_path / str(kill)
        child = os.fork()
        if child == 0:
            try:
                store_until_killed(opened(folder), os.open(os.devnull, os.O_WRONLY), random.Random(kill))
            finally:
                os._exit(1)
        time.sleep(kill * 0.0005)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        store = opened(folder)
        verify(store)
        session = store.begin(None)
        try:
            store.put(session, 1, None, state(1), {}, label="")
        except StoreError as error:
            pytest.fail(str(error))
        assert store.get(session, 1)[0] == state(1)
        assert not list(folder.rglob("new-*"))
        assert not list(folder.rglob("damaged-*"))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks its writers")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
@pytest.mark.timeout(300)
def test_killed_while_a_damaged_store_is_mended(tmp_path: Path) -> None:
    whole = opened(tmp_path / "whole")
    session = whole.begin(None)
    for number in range(60):
        whole.put(session, number, number - 1 if number else None, state(number), {"number": number}, label="")
    whole.end(session)
    whole.close()
    path = tmp_path / "whole" / "snapshots" / "store" / FILE_NAME
    data = bytearray(path.read_bytes())
    leaves = [at for at in range(4096, len(data), 4096) if data[at] == 13]  # pages with rows, as SQLite marks them
    data[leaves[len(leaves) // 2]] = 255
    path.write_bytes(data)

    def refusals(store: SnapshotStore) -> int:
        count = 0
        for number in range(60):
            try:
                assert store.get(session, number) == (state(number), {"number": number})
            except StoreError:
                count += 1
        return count

    shutil.copytree(tmp_path / "whole", tmp_path / "damaged")
    lost = refusals(opened(tmp_path / "damaged"))
    assert 1 <= lost <= 50
    mended = 0
    for kill in range(40):
        folder = tmp_path / str(kill)
        shutil.copytree(tmp_path / "whole", folder)
        child = os.fork()
        if child == 0:
            logging.disable()
            store = opened(folder)
            for number in range(60):
                with suppress(StoreError):
                    store.get(session, number)
            with suppress(StoreError):
                store.put(store.begin(None), 0, None, state(0), {"number": 0}, label="")
            os._exit(0)
        sign = "damaged-*" if kill % 4 == 3 else "*d[.-]*"  # on a busy machine the others may all come before the end
        while not list((folder / "snapshots").glob(sign)):
            time.sleep(0.0005)
        time.sleep(kill * 0.001)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        mended += bool(list((folder / "snapshots").glob("damaged-*")))
        store = opened(folder)
        assert refusals(store) <= lost
        resumed = store.resume(session)
        assert store.put(session, 60, resumed.last, state(60), {"number": 60}, label="").size
        assert store.get(session, 60)[0] == state(60)
        assert refusals(store) <= lost
        store.close()
    assert mended > 0


def test_killed_just_before_the_mended_store_has_its_name(tmp_path: Path) -> None:
    store = opened(tmp_path)
    session = store.begin("a.ipynb")
    store.put(session, 1, None, state(1), {}, label="one")
    store.end(session)
    store.close()
    folder = tmp_path / "snapshots"
    (folder / "store").rename(folder / "mended")  # as `mend` has it between its last two steps
    reader = opened(tmp_path)
    assert [info.id for info in reader.sessions("a.ipynb")] == [session], "before anybody has written"
    assert reader.get(session, 1)[0] == state(1)
    assert not (folder / "mended").exists()
