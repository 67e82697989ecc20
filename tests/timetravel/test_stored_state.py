"""A snapshot's data survives being written down: tracebacks and completion know what they knew."""

from __future__ import annotations

import json

import pytest

from monty_kernel.engine.cell_log import CellLog, KnownCells
from monty_kernel.engine.engine import Snapshot
from monty_kernel.engine.source import CellSource
from monty_kernel.engine.source.cell import CellOptions, Feed, parse
from monty_kernel.magics.registry import Magics
from monty_kernel.timetravel.stored_state import meta_of, snapshot_of

CELLS = [
    "x = 1; x / 0",
    "%time é = [1,\n 2]\né",
    "from IPython.display import HTML; HTML('x')",
    "  pasted = 1\n  pasted",
]


def trail_of(sources: list[str], before: CellLog | None, first: int) -> CellLog:
    cell_log = CellLog(before)
    for number, source in enumerate(sources, first):
        cell = parse(CellSource(f"In[{number}]", source), Magics, CellOptions(number))
        cell_log.add_cell(CellSource(f"In[{number}]", cell.python))
        for step in cell.steps:
            assert isinstance(step, Feed)
            cell_log.add_feed(number, step)
    return cell_log


def test_what_comes_back_is_what_was_there() -> None:
    first = Snapshot(b"one", 3, frozenset({"core"}), trail_of(CELLS[:2], None, 1))
    second = Snapshot(b"two", 5, frozenset({"core", "names"}), trail_of(CELLS[2:], first.cell_log, 3), ((4, "lost"),))
    metas = [json.loads(json.dumps(meta)) for meta in (meta_of(first, None), meta_of(second, first.cell_log))]
    back = snapshot_of(b"two", metas)
    assert (back.state, back.next_feed, back.parts, back.unrecorded) == (b"two", 5, second.parts, ((4, "lost"),))
    assert KnownCells().of(back.cell_log) == KnownCells().of(second.cell_log)
    for number in range(1, 5):
        was, now = second.cell_log.feed(number), back.cell_log.feed(number)
        assert was is not None and now is not None
        assert (now.cell, now.text, now.parts) == (was.cell, was.text, was.parts)
        for line in range(1, was.text.count("\n") + 2):
            assert now.to_cell(line, 1, line, 4) == was.to_cell(line, 1, line, 4)


def test_each_state_carries_only_its_own_step() -> None:
    first = Snapshot(b"", 3, frozenset(), trail_of(CELLS[:2], None, 1))
    second = Snapshot(b"", 5, frozenset(), trail_of(CELLS[2:], first.cell_log, 3))
    assert [label for label, _ in meta_of(second, first.cell_log)["cells"]] == ["In[3]", "In[4]"]
    assert len(meta_of(second, None)["cells"]) == 4


def test_a_state_whose_stored_ancestor_is_another_copy_carries_all() -> None:
    first, copy = (Snapshot(b"", 3, frozenset(), trail_of(CELLS[:2], None, 1)) for _ in range(2))
    second = Snapshot(b"", 5, frozenset(), trail_of(CELLS[2:], first.cell_log, 3))
    meta = meta_of(second, copy.cell_log)
    assert meta["whole"] and len(meta["cells"]) == 4
    assert KnownCells().of(snapshot_of(b"", [meta], copy.cell_log).cell_log) == KnownCells().of(second.cell_log)
    assert meta_of(first, first.cell_log) == {**meta_of(first, None), "whole": False, "cells": [], "feeds": {}}


@pytest.mark.parametrize(
    "damage",
    [
        {},
        {"cells": 5},
        {"feeds": {"x": {}}},
        {"feeds": []},
        {"cells": [[1]]},
        {"unrecorded": [["x", "y"]]},
        {"next_feed": None},
    ],
)
def test_anything_else_is_refused(damage: dict[str, object]) -> None:
    good = dict(meta_of(Snapshot(b"", 0, frozenset(), CellLog()), None))
    with pytest.raises(ValueError):  # noqa: PT011 - the message is for the log
        snapshot_of(b"", [{**good, **damage} if damage else {}])
