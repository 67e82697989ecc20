"""The store of snapshots by itself: how large it is, and how long it takes to open a full one."""

from __future__ import annotations

import logging
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from monty_kernel.store.locks import RunningSessions
from monty_kernel.store.store import SnapshotStore

from .figures import MONTY, Family, Figure, Limit, Samples

SESSIONS, STATES = 50, 200
_KEY = bytes(32)
_VERSIONS = {"monty": "benchmark"}


def stored_bytes() -> int:
    """Bytes that this run's store takes on disk; what is free in its file for the next snapshot does not count."""
    folder = Path(os.environ["JUPYTER_DATA_DIR"]) / "monty_kernel" / "snapshots" / "store"
    files = list(folder.glob("*.sqlite"))
    if not files:
        return 0
    with closing(sqlite3.connect(f"file:{files[0]}?mode=ro", uri=True)) as db:
        pages, free, size = (
            int(db.execute(f"PRAGMA {what}").fetchone()[0]) for what in ("page_count", "freelist_count", "page_size")
        )
    return (pages - free) * size


def _store(folder: Path) -> SnapshotStore:
    return SnapshotStore(
        RunningSessions(folder / "snapshots", _KEY, versions=_VERSIONS), logging.getLogger("benchmark")
    )


def _fill(store: SnapshotStore) -> None:
    """Sessions whose states differ by a few hundred bytes each, as those of small cells do."""
    base = os.urandom(40_000)
    for _ in range(SESSIONS):
        session = store.begin("benchmark.ipynb")
        for number in range(STATES):
            change = f"{session} {number} ".encode() * 20
            store.put(
                session, number, number - 1 if number else None, base + change, {"cells": [number]}, label="x = 1"
            )
        store.end(session)


@contextmanager
def _open(_: str) -> Iterator[Callable[[], Samples]]:
    with TemporaryDirectory() as name:
        full = _store(Path(name))
        _fill(full)
        full.close()

        def measure() -> Samples:
            begin = time.perf_counter()
            store = _store(Path(name))
            sessions = store.sessions()
            opened = time.perf_counter() - begin
            states = store.states(sessions[-1].id)
            listed = time.perf_counter() - begin
            store.close()
            if len(sessions) != SESSIONS or len(states) != STATES:
                raise RuntimeError(f"The store has {len(sessions)} sessions, the last one {len(states)} states.")
            return {"open store": opened * 1000, "list states": listed * 1000}

        yield measure


FAMILY = Family(
    "store",
    (
        Figure(
            "open store",
            f"opening a store of {SESSIONS * STATES:,} snapshots, listing its sessions",
            "ms",
            Limit("at most", 50),
            against="",
        ),
        Figure("list states", f"… and the {STATES} states of one", "ms", against=""),
    ),
    rounds=7,
    open=_open,
    contenders=(MONTY,),
)
