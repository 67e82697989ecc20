"""Runs cells with the type checker before them, without a kernel."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from monty_kernel.headless.notebook_run import NotebookRun
from monty_kernel.headless.run_terms import RunOptions
from monty_kernel.headless.session_pool import SessionPool
from monty_kernel.settings import HEADLESS
from monty_kernel.typecheck.checks import Mode


@dataclass(frozen=True)
class Ran:
    """What came of a cell. said: what stderr has of it."""

    source: str
    said: str
    printed: str
    result: str | None
    error: dict[str, Any] | None


@contextmanager
def sessions() -> Iterator[SessionPool]:
    """A pool for runs, and its checker."""
    pool = SessionPool(warm=1, most=1)
    try:
        yield pool
    finally:
        pool.close()


def run(pool: SessionPool, cells: Sequence[str], typecheck: Mode = "on", **settings: Any) -> list[Ran]:
    """What comes of the cells, one after the other, whatever fails."""
    book: dict[str, Any] = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}
    for number, source in enumerate(cells):
        book["cells"].append({
            "cell_type": "code", "id": str(number), "metadata": {}, "source": source, "outputs": [], "execution_count": None,
        })  # fmt: skip
    options = RunOptions(settings=HEADLESS.but(typecheck=typecheck, **settings), allow_errors=True)
    NotebookRun(book, options).execute(pool)
    return [_ran(cell) for cell in book["cells"]]


def _ran(cell: dict[str, Any]) -> Ran:
    printed = {"stdout": "", "stderr": ""}
    result = error = None
    for output in cell["outputs"]:
        if output["output_type"] == "stream":
            printed[output["name"]] += output["text"]
        elif output["output_type"] == "execute_result":
            result = output["data"]["text/plain"]
        elif output["output_type"] == "error":
            error = output
    return Ran(cell["source"], printed["stderr"], printed["stdout"], result, error)
