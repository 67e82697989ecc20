"""Cells that are stored together: what one of them meets takes no other away, and nothing missing counts as stored."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from monty_kernel.engine.cell_log import CellLog
from monty_kernel.engine.engine import Snapshot
from monty_kernel.engine.snapshot import Journaled
from monty_kernel.engine.source import CellSource
from monty_kernel.engine.source.cell import parse
from monty_kernel.store import StateRefused, StoreUnavailable, log, writer
from monty_kernel.store.store import SnapshotStore
from monty_kernel.timetravel.archive import Archive
from monty_kernel.timetravel.stored_state import StateToStore
from tests.support.stores import opened
from tests.support.waiting import HANGING


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SnapshotStore:
    monkeypatch.setattr(writer, "AGAIN", 0.0)
    for seconds in ("PAUSE", "QUIET"):  # so that all cells are one batch, until somebody asks for what is stored
        monkeypatch.setattr(writer, seconds, HANGING)
    return opened(tmp_path)


@pytest.fixture
def archive(store: SnapshotStore) -> Iterator[Archive]:
    archive = Archive(lambda: store.running, lambda running: store, "a.ipynb", dict, logging.getLogger("archive"))
    yield archive
    archive.close()


def keep(archive: Archive, count: int, can_run_again: bool = True) -> None:
    for number in range(count):
        label = f"In[{number}]"
        snapshot = Snapshot(b"state %d" % number, number, frozenset(), CellLog())
        run = Journaled(parse(CellSource(label, f"x = {number}"), dict), number, {}, (), failed=False)
        state = StateToStore(number, number - 1 if number else None, label, False, snapshot, created=float(number))
        archive.keep(state, run if can_run_again else None)


def test_cells_that_are_tried_one_by_one_stay_while_the_disk_is_full(
    tmp_path: Path, store: SnapshotStore, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal_all = store.journal_all
    sizes: list[int] = []

    def refuse_batches(session: str, cells: Any) -> Any:
        sizes.append(len(cells))
        if len(cells) > 1:
            raise StateRefused("one was altered")
        if len(sizes) == 3:
            raise StoreUnavailable("the disk is full")
        return journal_all(session, cells)

    monkeypatch.setattr(store, "journal_all", refuse_batches)
    keep(archive, 5)
    archive.added()
    assert sizes[:3] == [4, 1, 1]
    archive.close()
    (info,) = opened(tmp_path).sessions()
    assert (info.how, info.last) == ("closed", 4)
    assert [state.id.number for state in opened(tmp_path).states(info.id)] == [0, 1, 2, 3, 4]


def test_a_cell_that_is_refused_is_said_to_be_missing(
    tmp_path: Path, store: SnapshotStore, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal_all = store.journal_all

    def refuse_the_third(session: str, cells: Any) -> Any:
        if any(cell.number == 2 for cell in cells):
            raise StateRefused("it was altered")
        return journal_all(session, cells)

    monkeypatch.setattr(store, "journal_all", refuse_the_third)
    keep(archive, 4)
    assert {0, 1} <= archive.added().keys() <= {0, 1, 3}
    archive.close()
    (info,) = opened(tmp_path).sessions()
    assert info.how == "incomplete"


@pytest.mark.parametrize("can_run_again", [True, False])
def test_of_a_state_that_cannot_be_stored_the_cell_is(
    tmp_path: Path, store: SnapshotStore, archive: Archive, monkeypatch: pytest.MonkeyPatch, can_run_again: bool
) -> None:
    put = store.put

    def out_of_memory(session: str, number: int, *args: Any, **options: Any) -> Any:
        if number:
            raise MemoryError
        return put(session, number, *args, **options)

    monkeypatch.setattr(store, "put", out_of_memory)
    keep(archive, 3, can_run_again)
    assert list(archive.added()) == ([0, 1, 2] if can_run_again else [0])
    archive.close()
    (info,) = opened(tmp_path).sessions()
    assert info.how == ("closed" if can_run_again else "incomplete")
    assert list((tmp_path / "snapshots" / log.FOLDER).iterdir()) == []
