"""A kernel's archive when the store cannot be written to for a while: nothing is missing afterwards, nothing is out of order."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest

from monty_kernel.engine.engine import Snapshot
from monty_kernel.engine.trail import Trail
from monty_kernel.snapshots import backlog
from monty_kernel.snapshots.archive import Archive, Stored
from monty_kernel.snapshots.refusals import StoreUnavailable
from monty_kernel.snapshots.store import PENDING

from .test_store import opened


def state(number: int) -> Stored:
    snapshot = Snapshot(b"state %d" % number, number, frozenset(), Trail())
    return Stored(number, number - 1 if number else None, f"cell {number}", False, snapshot, created=float(number))


@pytest.mark.parametrize("back", [True, False])
def test_a_disk_that_is_full_for_a_while(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, back: bool) -> None:
    monkeypatch.setattr(backlog, "AGAIN", 0.0)
    store = opened(tmp_path)
    put, full = store.put, False

    def sometimes(*args: Any, **options: Any) -> Any:
        if full:
            raise StoreUnavailable("the disk is full")
        return put(*args, **options)

    monkeypatch.setattr(store, "put", sometimes)
    kept = Archive(lambda: store, "a.ipynb", dict, logging.getLogger("archive"))
    for number in range(9):
        full = number in (3, 4) or (number > 6 and not back)
        kept.keep(state(number), None)
        kept.added()  # waits until it was tried
        assert (kept.trouble is not None) == (full or number > 3)
    session = kept.session
    assert session is not None
    kept.close()
    full = False
    later = opened(tmp_path)
    (info,) = later.sessions()
    assert (info.id, info.last) == (session, 8)
    assert [each.id.number for each in later.states(session)] == list(range(9))
    for number in range(9):
        assert later.get(session, number)[0] == b"state %d" % number
    assert list((tmp_path / "snapshots" / PENDING).iterdir()) == []
