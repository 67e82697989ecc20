"""What a batch came to: its exit status, the lines a person reads, and the report that a program reads."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Sequence
from typing import Any

from monty_kernel.outputs.log_text import json_for_log, quoted

from .batch import Done
from .terminal import for_terminal

_COLOUR = re.compile(r"\x1b\[[\d;]*m")


def exit_status(done: Sequence[Done]) -> int:
    """0: all ran to their end. 1: a cell failed, took too long or made too much output. 2: a notebook could not be read or written."""
    statuses = {each.status for each in done}
    if statuses & {"unreadable", "unwritable"}:
        return 2
    return 0 if statuses <= {"ok"} else 1


def summary(done: Done) -> str:
    """One line about a notebook, for a terminal."""
    name = one_line(done.task.name, 1000)
    line = f"{done.status:<10}  {name}  {done.seconds:.2f} s, {done.cells} cell{'s' * (done.cells != 1)}"
    if done.said:
        line += f": {one_line(done.said)}"
    elif done.failed is not None:
        what = done.failed.ename + (f": {done.failed.evalue}" if done.failed.evalue else "")
        line += f"; cell {done.failed.index + 1}: {one_line(what)}"
    return line


def failure(done: Done, *, colours: bool, quote: bool) -> str:
    """What a person is shown of the cell that failed: its traceback; empty if none failed or it has no traceback.

    quote: with a mark before each line, for a log.
    """
    failed = done.failed
    if failed is None or not failed.traceback:
        return ""
    head = f"{one_line(done.task.name)}, cell {failed.index + 1} (In[{failed.number}]):"
    shown = for_terminal("\n".join(failed.traceback), colours=colours).rstrip("\n")
    return f"{head}\n{quoted(shown) if quote else shown}\n"


def one_line(text: str, most: int = 200) -> str:
    """`text` on one line of a terminal, and not longer than `most` characters."""
    line = " ".join(for_terminal(text, colours=False).split())
    return line if len(line) <= most else line[: most - 1] + "…"


def as_json(done: Sequence[Done], status: int) -> bytes:
    """The report: a JSON object with `status`, the exit status, and `notebooks`, each with what came of it."""
    report = {"format": 1, "status": status, "notebooks": [_entry(each) for each in done]}
    return json_for_log((json.dumps(report, indent=1) + "\n").encode())


def _entry(done: Done) -> dict[str, Any]:
    failed = done.failed
    entry: dict[str, Any] = {
        "notebook": None if done.task.source is None else str(done.task.source),
        "output": None if done.task.target is None else str(done.task.target),
        "status": done.status,
        "started": datetime.datetime.fromtimestamp(done.started, datetime.UTC).isoformat(),
        "seconds": round(done.seconds, 4),
        "cells": done.cells,
        "message": done.said or None,
        "failed": None,
    }
    if failed is not None:
        entry["failed"] = {
            "index": failed.index,
            "id": done.cell_id,
            "execution_count": failed.number,
            "ename": failed.ename,
            "evalue": failed.evalue,
            "traceback": [_COLOUR.sub("", line) for line in failed.traceback],
        }
    return entry
