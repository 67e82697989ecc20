"""A kernel's archive when the store cannot be written to for a while: nothing is missing afterwards, nothing is out of order."""

from __future__ import annotations

import logging
import threading
from pathlib import Path
from typing import Any

import pytest

from monty_kernel.engine.cell_log import CellLog
from monty_kernel.engine.engine import Snapshot
from monty_kernel.engine.snapshot import Journaled
from monty_kernel.engine.source import CellSource
from monty_kernel.engine.source.cell import CellOptions, parse
from monty_kernel.store import StoreUnavailable, log, writer
from monty_kernel.store.store import SnapshotStore
from monty_kernel.timetravel import archive as module
from monty_kernel.timetravel.archive import Archive
from monty_kernel.timetravel.listing import sessions_as_text
from monty_kernel.timetravel.stored_state import StateToStore
from tests.support.stores import opened
from tests.support.waiting import HANGING


def state(number: int) -> StateToStore:
    snapshot = Snapshot(b"state %d" % number, number, frozenset(), CellLog())
    return StateToStore(
        number, number - 1 if number else None, f"cell {number}", False, snapshot, created=float(number)
    )


def unavailable(*args: Any, **options: Any) -> Any:
    raise StoreUnavailable("the disk is full")


@pytest.mark.parametrize("back", [True, False])
def test_a_disk_that_is_full_for_a_while(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, back: bool) -> None:
    monkeypatch.setattr(writer, "AGAIN", 0.0)
    store = opened(tmp_path)
    put, full = store.put, False

    def sometimes(*args: Any, **options: Any) -> Any:
        if full:
            unavailable()
        return put(*args, **options)

    monkeypatch.setattr(store, "put", sometimes)
    kept = Archive(lambda: store.running, lambda running: store, "a.ipynb", dict, logging.getLogger("archive"))
    for number in range(9):
        full = number in (3, 4) or (number > 6 and not back)
        kept.keep(state(number), None)
        kept.added()  # waits until it was tried
        assert (kept.trouble is not None) == (full or number > 3)
    session = kept.session
    assert session is not None
    kept.close()
    if not back:
        full_yet = opened(tmp_path)
        monkeypatch.setattr(full_yet._database, "write", unavailable)
        (info,) = full_yet.sessions()
        assert (info.id, info.how, info.last) == (session, "closed", 6), "it did not die"
        with pytest.raises(StoreUnavailable, match="cannot be stored now; make room"):
            full_yet.claim(session)
    full = False
    later = opened(tmp_path)
    (info,) = later.sessions()
    assert (info.id, info.how, info.last) == (session, "closed", 8)
    assert [each.id.number for each in later.states(session)] == list(range(9))
    for number in range(9):
        assert later.get(session, number)[0] == b"state %d" % number
    assert list((tmp_path / "snapshots" / log.FOLDER).iterdir()) == []


@pytest.mark.parametrize("when", ["in the batch", "after it", "too late"])
def test_a_snapshot_that_was_taken_later_is_stored(tmp_path: Path, when: str) -> None:
    store = opened(tmp_path)
    kept = Archive(lambda: store.running, lambda running: store, "a.ipynb", dict, logging.getLogger("archive"))
    source = CellSource("In[1]", "x = 1")
    run = Journaled(parse(source, dict, CellOptions(1)), 1, {}, (), False)
    first, second = state(0), state(1)
    assert first.snapshot is not None
    without = first.snapshot.with_reruns((run,), {}, None)
    kept.keep(first, None)
    kept.keep(second._replace(snapshot=without), run)
    if when != "in the batch":
        kept.added()  # waits until it is stored
        assert store.states(kept.session or "")[1].kind != "snapshot"
    if when == "too late":
        kept.keep(state(2), None)
    assert second.snapshot is not None
    kept.keep_snapshot(1, second.snapshot)
    kept.added()
    assert (store.states(kept.session or "")[1].kind == "snapshot") == (when != "too late")
    if when != "too late":
        assert store.get(kept.session or "", 1)[0] == b"state 1"
    kept.close()


def test_what_is_not_even_noted_is_said_to_be_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = opened(tmp_path)
    kept = Archive(lambda: store.running, lambda running: store, "a.ipynb", dict, logging.getLogger("archive"))
    for number in range(5):
        if number == 2:
            kept.added()
            monkeypatch.setattr(log, "MOST_BYTES", 0)
            monkeypatch.setattr(store, "put", unavailable)
        kept.keep(state(number), None)
    session = kept.session
    kept.close()
    for _ in range(2):  # as it is marked, then as it is stored
        (info,) = opened(tmp_path).sessions()
        assert (info.id, info.how, info.last) == (session, "incomplete", 1)
    assert list((tmp_path / "snapshots" / log.FOLDER).iterdir()) == []
    assert "its last cells are missing" in sessions_as_text([info], None)
    logger = logging.getLogger("archive")
    running = opened(tmp_path).running
    following = Archive(lambda: running, lambda running: SnapshotStore(running, logger), "a.ipynb", dict, logger)
    following.earlier.look_back()
    following.earlier.all()
    assert following.earlier.unfinished is not None and following.earlier.unfinished.id == session
    following.close()


def test_an_end_that_takes_too_long_is_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CLOSING", 0.0)
    store, go_on = opened(tmp_path), threading.Event()
    put = store.put

    def slow(*args: Any, **options: Any) -> Any:
        go_on.wait(HANGING)
        return put(*args, **options)

    kept = Archive(lambda: store.running, lambda running: store, "a.ipynb", dict, logging.getLogger("archive"))
    kept.keep(state(0), None)
    kept.added()
    monkeypatch.setattr(store, "put", slow)
    kept.keep(state(1), None)
    kept.close()
    session = kept.session
    assert session is not None
    released = opened(tmp_path)
    monkeypatch.setattr(released._locks, "is_held", lambda session: False)  # as when the process has ended now
    assert (
        released._with_life(released._database.read(lambda db: released._rows.session(db, session), None)).how
        == "closed"
    )
    go_on.set()
    kept._writer._thread.shutdown(wait=True)
    (info,) = opened(tmp_path).sessions()
    assert (info.how, info.last) == ("closed", 1)
    assert list((tmp_path / "snapshots" / log.FOLDER).iterdir()) == []


def test_the_log_is_emptied_whatever_the_observer_does(tmp_path: Path) -> None:
    store = opened(tmp_path)
    kept = Archive(lambda: store.running, lambda running: store, "a.ipynb", dict, logging.getLogger("archive"))
    emptied: list[int] = []

    def fail() -> None:
        emptied.append(sum(path.stat().st_size for path in (tmp_path / "snapshots" / log.FOLDER).iterdir()))
        raise OSError("the disk is full")

    kept.observer = fail
    kept.keep(state(0), None)
    kept.added()
    kept.close()
    assert emptied and emptied[0] == 0
