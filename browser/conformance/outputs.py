"""`python -m browser.conformance.outputs`: writes what the native kernel shows for notebooks that run from top to bottom.

It takes minutes. Nothing is written again while neither the kernel nor the cells have changed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

import nbformat

from monty_kernel import run_notebook

from .digest import GENERATED, make
from .sessions import Book, sessions

_SECONDS = 1.5  # that a cell may take
_TOO_LONG = 0.8  # seconds after which a cell is left out: it tries limits, which have tests of their own
_MOST = 200_000  # characters of a cell's outputs, for the same reason
_AT_ONCE = 2


def expected() -> list[dict[str, Any]]:
    """The sessions: a name, the cells with their outputs, as a notebook has them, and the cells that took too long.

    A cell whose outputs differ from run to run has none to compare.
    """
    _run(["word = 'text'\nhelp(word)"])  # what the first of all loads is not the time of a cell
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        return list(threads.map(_session, sessions()))


def _session(book: Book) -> dict[str, Any]:
    cells = list(_cells(book))
    ran = {cell["source"] for cell in cells}
    return {"name": book.name, "cells": cells, "leftOut": [text for text in book.cells if text not in ran]}


def _cells(book: Book) -> Iterator[dict[str, Any]]:
    first = _run(book.cells)
    while True:
        kept = [cell["source"] for cell in first if _seconds(cell) < _TOO_LONG and len(json.dumps(cell)) < _MOST]
        if len(kept) == len(first):
            break
        first = _run(kept)
    for one, other in zip(first, _run(kept), strict=True):
        same = one["outputs"] == other["outputs"] and not _tells_time(one)
        yield {"source": one["source"], "outputs": one["outputs"] if same else None}


def _run(texts: list[str]) -> list[dict[str, Any]]:
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in texts])  # type: ignore[no-untyped-call]
    ran = run_notebook(book, allow_errors=True, timeout=_SECONDS, interrupt_on_timeout=True)
    cells: list[dict[str, Any]] = json.loads(json.dumps(ran.cells))
    return cells


def _tells_time(cell: dict[str, Any]) -> bool:
    """Whether a cell tells how long something took, or when, which may be the same by chance."""
    text = json.dumps(cell["outputs"])
    return "Wall time" in text or "per loop" in text or "snapshots" in cell["source"]


def _seconds(cell: dict[str, Any]) -> float:
    """How long a cell took; none for one without text."""
    times = [datetime.fromisoformat(time) for time in cell["metadata"].get("execution", {}).values()]
    return (max(times) - min(times)).total_seconds() if times else 0.0


def _write(folder: Path) -> None:
    (folder / "outputs.json").write_text(json.dumps(expected()), encoding="utf-8")


if __name__ == "__main__":
    make(GENERATED, "outputs-made-of.txt", _write)
