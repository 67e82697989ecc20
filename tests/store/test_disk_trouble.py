"""The disk is full, the files are read-only, locked, gone: one clear line, nothing half written, and later it works."""

from __future__ import annotations

import logging
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
from contextlib import closing
from pathlib import Path

import pytest

from monty_kernel.store import StoreError, StoreUnavailable, database
from monty_kernel.store.schema import FILE_NAME
from monty_kernel.store.store import SnapshotStore
from tests.support.stores import content, opened
from tests.support.waiting import HANGING

posix = pytest.mark.skipif(os.name != "posix", reason="limits and users of POSIX")


@pytest.fixture
def store(tmp_path: Path) -> SnapshotStore:
    return opened(tmp_path)


def in_process(folder: Path, before: str, then: str) -> str:
    """Run code in a process of its own: `store` and `session` with one state stored, then `before`, a put, `then`."""
    code = f"""
import logging, os, pathlib, random, signal, sys
sys.path.insert(0, {str(Path(__file__).parents[2])!r})
from tests.support.stores import content, opened
from monty_kernel.store import StoreUnavailable
folder = pathlib.Path({str(folder)!r})
store = opened(folder)
session = store.begin(None)
store.put(session, 1, None, content(1), {{}}, label="")
big = random.Random(1).randbytes(8_000_000)
{before}
try:
    store.put(session, 2, 1, big, {{}}, label="")
except StoreUnavailable as error:
    print(error)
else:
    sys.exit("it was stored")
assert store.get(session, 1)[0] == content(1)
assert [info.id.number for info in store.states(session)] == [1]
assert store.session(session).last == 1
{then}
store.put(session, 2, 1, big, {{}}, label="")
assert store.get(session, 2)[0] == big
assert not list(folder.rglob("damaged-*"))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=HANGING)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@posix
def test_no_file_may_grow(tmp_path: Path) -> None:
    said = in_process(
        tmp_path,
        "import resource\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, hard))",
        "resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))",
    )
    assert said.startswith(f"the snapshots in {tmp_path / 'snapshots'} cannot be used now: the disk ")


@posix
def test_a_full_disk(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "none", disk], capture_output=True)
    if mounted.returncode:
        pytest.skip("only root can mount a small disk")
    try:
        said = in_process(disk, "", f"os.system('mount -o remount,size=40m {disk}')")
        assert said == f"the snapshots in {disk / 'snapshots'} cannot be used now: the disk is full\n"
    finally:
        subprocess.run(["umount", disk], check=True)


@posix
def test_a_disk_that_becomes_read_only(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "none", disk], capture_output=True).returncode:
        pytest.skip("only root can mount a disk")
    try:
        store = opened(disk)
        session = store.begin(None)
        store.put(session, 1, None, content(1), {}, label="")
        store.close()
        store.end(session)
        store.close()
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        other = opened(disk)
        with pytest.raises(StoreUnavailable):
            other.put(other.begin(None), 1, None, content(1), {}, label="")
        with pytest.raises(StoreUnavailable):
            other.gc(thorough=True)
        subprocess.run(["mount", "-o", "remount,rw", disk], check=True)
        assert other.get(session, 1)[0] == content(1)
        other.put(other.begin(None), 1, None, content(1), {}, label="")
        assert not list(disk.rglob("damaged-*"))
        store.close()
        other.close()
        for held in (store, other):
            for descriptor in held._locks._held.values():
                os.close(descriptor)
    finally:
        subprocess.run(["umount", disk], check=True)


@posix
@pytest.mark.skipif(os.name == "posix" and os.geteuid() != 0, reason="becomes another user")
def test_another_users_store() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        store = opened(folder)
        session = store.begin(None)
        store.put(session, 1, None, content(1), {}, label="")
        os.seteuid(65534)
        try:
            other = opened(folder)
            for call in (other.sessions, lambda: other.get(session, 1), other.gc):
                with pytest.raises(StoreUnavailable, match="snapshots"):
                    call()
            with pytest.raises(StoreUnavailable, match="cannot be used now"):
                other.put(other.begin(None), 1, None, content(1), {}, label="")
        finally:
            os.seteuid(0)
        store.end(session)


def test_a_file_where_the_folder_should_be(store: SnapshotStore, tmp_path: Path) -> None:
    (tmp_path / "snapshots").write_text("")
    session = store.begin(None)
    with pytest.raises(StoreUnavailable, match="cannot be used now"):
        store.put(session, 1, None, content(1), {}, label="")
    (tmp_path / "snapshots").unlink()
    store.put(session, 1, None, content(1), {}, label="")
    assert store.get(session, 1)[0] == content(1)


def test_locked_by_another_kernel(store: SnapshotStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "TIMEOUT", 0.2)
    session = store.begin(None)
    store.put(session, 1, None, content(1), {}, label="")
    with closing(sqlite3.connect(tmp_path / "snapshots" / "store" / FILE_NAME, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable, match="another kernel is writing to it"):
            store.put(session, 2, 1, content(2), {}, label="")
        assert store.get(session, 1)[0] == content(1), "readers wait for no writer"
        other.execute("ROLLBACK")
    store.put(session, 2, 1, content(2), {}, label="")
    assert store.get(session, 2)[0] == content(2)


def test_removed_underfoot(store: SnapshotStore, tmp_path: Path) -> None:
    session = store.begin(None)
    store.put(session, 1, None, content(1), {}, label="")
    shutil.rmtree(tmp_path / "snapshots" / "store")
    assert store.sessions() == []
    store.put(session, 2, 1, content(2), {}, label="")
    assert store.get(session, 2)[0] == content(2)
    shutil.rmtree(tmp_path / "snapshots")
    store.put(session, 3, 2, content(3), {}, label="")
    assert store.get(session, 3)[0] == content(3)


def test_damage_takes_only_what_it_hit(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Two processes have the file open. One meets the damage; both go on with what can still be read."""
    stores = [opened(tmp_path), opened(tmp_path)]
    sessions = [store.begin(None) for store in stores]

    def state(session: str, number: int) -> bytes:
        # not of the session's id: the same pages are hit in each run
        return random.Random(f"{sessions.index(session)} {number}").randbytes(40_000)

    for number in range(30):
        for store, session in zip(stores, sessions, strict=True):
            store.put(session, number, number - 1 if number else None, state(session, number), {}, label="")
    path = tmp_path / "snapshots" / "store" / FILE_NAME
    for store in stores:
        store._database.outside(lambda db: db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall())
        store.close()
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2 // 4096 * 4096)
        # four pages: one of them is in the middle of a chunk, where SQLite notices
        file.write(random.Random(1).randbytes(16384))

    def refused(store: SnapshotStore) -> int:
        count = 0
        for session in sessions:
            for number in range(30):
                try:
                    assert store.get(session, number)[0] == state(session, number)
                except StoreError:
                    count += 1
        return count

    assert refused(stores[0]) >= 1
    for store, session in zip(stores, sessions, strict=True):
        store.put(session, 30, 29, content(1), {}, label="")
        assert store.get(session, 30)[0] == content(1)
        assert 1 <= refused(store) <= 10
    lines = [record.getMessage() for record in caplog.records if "damaged" in record.getMessage()]
    assert len(lines) == 1
    assert len(list((tmp_path / "snapshots").glob("damaged-*"))) == 1


def test_two_kernels_at_once(tmp_path: Path) -> None:
    """On one store and one notebook, with readers and a collector besides."""
    failures: list[BaseException] = []
    stores = [opened(tmp_path) for _ in range(3)]
    made: dict[str, int] = {}

    def writing(store: SnapshotStore, seed: int) -> None:
        try:
            session = store.begin("a.ipynb")
            made[session] = seed
            for number in range(60):
                store.put(session, number, number - 1 if number else None, content(number % 7 * seed), {}, label="")
                assert store.get(session, number)[0] == content(number % 7 * seed)
            store.end(session)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=writing, args=(store, seed)) for seed, store in enumerate(stores[:2], 1)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        stores[2].gc(thorough=True)
        for info in stores[2].sessions("a.ipynb"):
            assert info.how in ("running", "closed")
            if info.last is not None:
                assert stores[2].get(info.id, info.last)[0] == content(info.last % 7 * made[info.id])
    assert failures == []
    assert [info.states for info in stores[2].sessions("a.ipynb")] == [60, 60]


def test_reads_from_another_thread_while_storing(store: SnapshotStore) -> None:
    session = store.begin(None)
    store.put(session, 0, None, content(0), {}, label="")
    done = threading.Event()
    failures: list[BaseException] = []

    def reading() -> None:
        try:
            while not done.is_set():
                assert store.get(session, 0)[0] == content(0)
                store.states(session)
        except BaseException as error:
            failures.append(error)

    reader = threading.Thread(target=reading)
    reader.start()
    for number in range(1, 100):
        store.put(session, number, number - 1, content(number % 5), {}, label="")
    done.set()
    reader.join()
    assert failures == []


def test_what_is_no_state_is_a_mistake_of_the_caller(store: SnapshotStore, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    session = store.begin(None)
    for number, parent in ((1, 1), (1, 2), (-1, None), (1, -1)):
        with pytest.raises(ValueError, match="cannot follow"):
            store.put(session, number, parent, b"x", {}, label="")
    with pytest.raises(TypeError):
        store.put(session, 1, None, b"x", {"no": object()}, label="")
    store.put(session, 1, None, b"x", {}, label="")
    with pytest.raises(ValueError, match="follows state None"):
        store.put(session, 1, 0, b"x", {}, label="")
    assert store.get(session, 1) == (b"x", {})
    assert caplog.records == []
