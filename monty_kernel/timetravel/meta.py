"""What a snapshot holds beside Monty's dump, as plain JSON data, and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from monty_kernel.engine.cell_log import CellLog, feed_of
from monty_kernel.engine.engine import Snapshot
from monty_kernel.engine.source.sources import CellSource

Meta = Mapping[str, Any]


def meta_of(snapshot: Snapshot, since: CellLog | None) -> Meta:
    """The data of a snapshot, with the cells and feeds since an earlier one's cell log (None: all of them, whatever is before)."""
    cells: list[list[str]] = []
    feeds: dict[str, Any] = {}
    steps = _steps(snapshot.cell_log, since)
    for step in reversed(steps):
        own = step.own_data  # made anew each time, of a step that is not packed
        cells += own["cells"]
        feeds |= own["feeds"]
    return {
        "whole": since is None or (bool(steps) and steps[-1].before is not since),
        "next_feed": snapshot.next_feed,
        "parts": sorted(snapshot.parts),
        "unrecorded": [list(each) for each in snapshot.unrecorded],
        "cells": cells,
        "feeds": feeds,
    }


def snapshot_of(state: bytes, metas: Iterable[Meta], cell_log: CellLog | None = None) -> Snapshot:
    """The snapshot of a dump and the data of its ancestors, oldest first, its own last; each is a step of its cell log.

    cell_log: what led to the oldest of them, if that is not the first.

    Raises:
        ValueError: the data is not what `meta_of` makes.
    """
    last: Meta = {}
    try:
        for last in metas:
            cell_log = CellLog(None if last.get("whole") else cell_log)
            for label, text in last["cells"]:
                cell_log.add_cell(CellSource(str(label), str(text)))
            for number, data in last["feeds"].items():
                cell_log.add_feed(int(number), feed_of(data))
        unrecorded = tuple((int(number), str(text)) for number, text in last["unrecorded"])
        return Snapshot(
            state, int(last["next_feed"]), frozenset(map(str, last["parts"])), cell_log or CellLog(), unrecorded
        )
    except (KeyError, TypeError, AttributeError, IndexError, OverflowError) as error:
        raise ValueError(f"not a snapshot's data: {error!r}") from error


def _steps(cell_log: CellLog, since: CellLog | None) -> list[CellLog]:
    """The steps that led here, the last first: those after `since`, all where it is not among them, none where it is the last."""
    steps: list[CellLog] = []
    step: CellLog | None = cell_log
    while step is not None and step is not since:
        steps.append(step)
        step = step.before
    return steps
