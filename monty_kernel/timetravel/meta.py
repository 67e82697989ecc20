"""What a snapshot holds beside Monty's dump, as plain JSON data, and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from monty_kernel.engine.cell_log import Trail
from monty_kernel.engine.engine import Snapshot
from monty_kernel.engine.feed_data import feed_of
from monty_kernel.engine.source.sources import CellSource

Meta = Mapping[str, Any]


def meta_of(snapshot: Snapshot, since: Trail | None) -> Meta:
    """The data of a snapshot, with the cells and feeds since an earlier one's trail (None: all of them, whatever is before)."""
    cells: list[list[str]] = []
    feeds: dict[str, Any] = {}
    steps = _steps(snapshot.trail, since)
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


def snapshot_of(state: bytes, metas: Iterable[Meta], trail: Trail | None = None) -> Snapshot:
    """The snapshot of a dump and the data of its ancestors, oldest first, its own last; each is a step of its trail.

    trail: what led to the oldest of them, if that is not the first.

    Raises:
        ValueError: the data is not what `meta_of` makes.
    """
    last: Meta = {}
    try:
        for last in metas:
            trail = Trail(None if last.get("whole") else trail)
            for label, text in last["cells"]:
                trail.add_cell(CellSource(str(label), str(text)))
            for number, data in last["feeds"].items():
                trail.add_feed(int(number), feed_of(data))
        unrecorded = tuple((int(number), str(text)) for number, text in last["unrecorded"])
        return Snapshot(state, int(last["next_feed"]), frozenset(map(str, last["parts"])), trail or Trail(), unrecorded)
    except (KeyError, TypeError, AttributeError, IndexError, OverflowError) as error:
        raise ValueError(f"not a snapshot's data: {error!r}") from error


def _steps(trail: Trail, since: Trail | None) -> list[Trail]:
    """The steps that led here, the last first: those after `since`, all where it is not among them, none where it is the last."""
    steps: list[Trail] = []
    step: Trail | None = trail
    while step is not None and step is not since:
        steps.append(step)
        step = step.before
    return steps
