"""A session of 200 cells is answered, and the event loop stays free meanwhile. How fast: `python -m benchmarks --only completion`."""

from __future__ import annotations

import asyncio
import random
import threading

import pytest

from monty_kernel.engine.source import CellSource
from monty_kernel.introspect.analysis import JobThread
from monty_kernel.introspect.units import NotebookReader, Unit
from tests.support.introspected_session import Notebook
from tests.support.waiting import HANGING

pytestmark = pytest.mark.slow

CELL = '''
import json, math, datetime
def func_{i}(alpha, beta=1, *, gamma=None):
    """Doc of func_{i}."""
    total = 0
    for item in range(alpha):
        total += math.sqrt(item) * beta
    return {{"total": total, "name": "x{i}"}}
class Thing_{i}:
    """Doc of Thing."""
    def __init__(self, name, size=3):
        self.name = name
        self.size = size
        self.items = [func_{j}(1)]
    def grow(self, by):
        self.size += by
        return self
value_{i} = func_{i}({i}, beta=2)
thing_{i} = Thing_{i}("a")
rows_{i} = [value_{i}, value_{j}]
'''

CODES = [
    "val", "thing_5.", "thing_5.name.", "func_7(", "value_9['", "rows_3[0]['", "json.loads('').", "Thing_3('a').grow(1).", "func_7(1).",
    "def f(a):\n    b = [a]\n    b.", "for t in rows_3:\n    ", "import ", "f'{thing_9.", "math.sqrt(", "[v for v in rows_3 if v.",
    "x = Thing_150('q')\nx.", "", "%ti",
]  # fmt: skip


UNKNOWN = ("json.loads('').", "[v for v in rows_3 if v.")
"""Names whose values cannot be inferred."""


@pytest.fixture
def large(notebook: Notebook) -> Notebook:
    notebook.run(*(CELL.format(i=number, j=max(0, number - 1)) for number in range(200)))
    return notebook


def test_200_cells_are_answered(large: Notebook) -> None:
    for code in CODES:
        assert large.complete(code) or code in UNKNOWN, code
    assert "Doc of func_7" in large.inspect("func_7(1, ")


def test_a_new_cell_is_taken_in_at_once(large: Notebook) -> None:
    large.run("brand_new = [1]")
    assert large.complete("brand_") == ["brand_new"]
    assert "append" in large.complete("brand_new.")


def test_the_loop_runs_on_while_a_question_is_thought_about() -> None:
    ticked = threading.Event()

    def think() -> int:
        while not ticked.is_set():
            sum(range(100))
        return 1

    async def ask() -> int | None:
        thinking = asyncio.create_task(JobThread("test").run(think, HANGING))
        for _ in range(6):
            await asyncio.sleep(0.001)
        ticked.set()
        return await thinking

    assert asyncio.run(ask()) == 1


def test_a_question_without_answer_is_given_up() -> None:
    worker = JobThread("test")
    release = threading.Event()

    async def ask() -> tuple[object, object, object]:
        first = await worker.run(lambda: release.wait(HANGING) and 1, 0.1)
        second = await worker.run(lambda: 2, 0.1)  # its turn does not come
        release.set()  # not before both were given up
        third = await worker.run(lambda: 3, HANGING)
        return first, second, third

    assert asyncio.run(ask()) == (None, None, 3)


def test_a_job_that_fails_is_no_answer() -> None:
    async def ask() -> object:
        return await JobThread("test").run(lambda: 1 / 0, 1)

    assert asyncio.run(ask()) is None


def test_a_notebook_that_grew_and_branched_is_what_it_would_be_read_at_once() -> None:
    """Whatever was read before: cells that came, were undone, ran again, or lack syntax."""
    chance = random.Random(3)
    texts = [CELL.format(i=number, j=number // 2) for number in range(5)]
    texts += ["n = 1\nn += 1", "n", "import re, json", "x = (", "", "__mk_see(1)", "class A:\n    b = 1\nA().c = 2"]
    reader, cells, number = NotebookReader(), list[CellSource](), 0
    for _ in range(120):
        if chance.random() < 0.15:
            del cells[chance.randrange(len(cells) + 1) :]
        for _ in range(chance.randrange(4)):
            number += 1
            cells.append(CellSource(f"In[{number}]", chance.choice(texts)))
        grown, fresh = reader.read(cells), NotebookReader().read(cells)
        assert [_said(unit) for unit in grown.units] == [_said(unit) for unit in fresh.units]
        assert (grown.definers, grown.attributes) == (fresh.definers, fresh.attributes)
        assert (grown.meddling, grown.modules) == (fresh.meddling, fresh.modules)
        assert grown.meddling == any("__mk_see" in cell.text for cell in cells)
        assert grown.modules == {
            name for unit in grown.units for name, kind in unit.defines.items() if kind == "module"
        }


def _said(unit: Unit) -> tuple[object, ...]:
    return unit.text, unit.defines, unit.uses, unit.attributes, unit.certain, unit.cell, unit.line
