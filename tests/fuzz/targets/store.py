"""The store: whatever stands in its file, each state is refused or comes out as it was put in."""

from __future__ import annotations

import logging
import shutil
import tempfile
from functools import cache
from pathlib import Path

from monty_kernel.store import (  # noqa: F401 - loaded now, to be traced
    StoreError,
    chunks,
    compression,
    database,
    log,
    reading,
    repair,
    retention,
    schema,
)
from monty_kernel.store.locks import RunningSessions
from monty_kernel.store.records import Retention
from monty_kernel.store.schema import FILE_NAME
from monty_kernel.store.store import SnapshotStore
from tests.fuzz.target import Target, mangled

_LOG = logging.getLogger("fuzz")
_LOG.disabled = True
_KEY = bytes(range(32))
_META = {"n": 1}
_ENTRY = {"source": "2"}


def opened(folder: Path, key: bytes = _KEY) -> SnapshotStore:
    """A store in a folder, as a kernel opens it."""
    return SnapshotStore(RunningSessions(folder / "snapshots", key, versions={"monty": "1"}), _LOG)


def state(number: int) -> bytes:
    """A state's dump: 6 KB of which every other kilobyte is the same in all of them."""
    return b"".join(bytes([part * number % 251 if part % 2 else part]) * 1000 for part in range(6))


def filled(folder: Path, key: bytes = _KEY) -> str:
    """A store with a session of three cells and a name; its id."""
    store = opened(folder, key)
    session = store.begin("a.ipynb")
    store.put(session, 1, None, state(1), _META, label="one")
    store.journal(session, 2, 1, _ENTRY, label="two")
    store.put(session, 3, 1, state(3), _META, label="three")
    store.name(session, 3, "best")
    store.end(session)
    store.close()
    return session


def look(store: SnapshotStore, session: str) -> None:
    """Read all there is: what comes out is what was put in, or a StoreError."""
    for number in (1, 3):
        try:
            assert store.get(session, number) == (state(number), _META), "another state came out"
            assert store.meta(session, number) == _META
        except StoreError as error:
            assert "\n" not in str(error)
    try:
        assert {info.label for info in store.states(session)} <= {"one", "two", "three"}
        assert store.names(session) in ({}, {"best": 3})
        recovery = store.recovery(session, 2)
        assert [entry.entry for entry in recovery.entries] == [_ENTRY]
    except StoreError as error:
        assert "\n" not in str(error)
    try:
        store.sessions()
    except StoreError as error:
        assert "\n" not in str(error)


@cache
def _whole() -> tuple[str, bytes]:
    with tempfile.TemporaryDirectory() as folder:
        session = filled(Path(folder))
        return session, (Path(folder) / "snapshots" / "store" / FILE_NAME).read_bytes()


@cache
def _folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="monty-fuzz-"))


def check_store(data: bytes) -> None:
    """Open a store whose file holds these bytes, read it, store more, and clean up."""
    session, _ = _whole()
    folder = _folder() / "snapshots"
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "store").mkdir(parents=True, mode=0o700)
    folder.chmod(0o700)
    (folder / "store" / FILE_NAME).write_bytes(data)
    store = opened(_folder())
    try:
        look(store, session)
        mine = store.begin("b.ipynb")
        for _ in range(3):  # a damage may cost a try or two
            try:
                store.put(mine, 1, None, state(5), _META, label="")
                store.get(mine, 1)
                break
            except StoreError:
                continue
        else:
            store.put(mine, 1, None, state(5), _META, label="")
        assert store.get(mine, 1) == (state(5), _META), "what was stored later is not what comes out"
        try:
            store.gc(Retention(states=2), thorough=True)
        except StoreError as error:
            assert "\n" not in str(error)
        look(store, session)
    finally:
        store.close()


STORE = Target(
    "store",
    "a state in a file of any bytes comes out as it was put in or is refused in one line, and the next can be stored",
    check_store,
    mangled(_whole()[1]),
    (_whole()[1], b"", b"SQLite format 3\0" + bytes(4080)),
    (b"SQLite format 3\0", b"CREATE TABLE", b"cells", b"states", b"chunks", b"\xff\xff\xff\xff", b"\x0d", b"\x05"),
    lambda: shutil.rmtree(_folder(), ignore_errors=True),
)
