"""The log of a session: packed step by step without losing anything; branches share what they have in common."""

from __future__ import annotations

import gc
import random
import sys
from collections.abc import Iterator

import pytest

from monty_kernel.engine.cell_log import TOGETHER, CellLog, KnownCells
from monty_kernel.engine.source import CellSource
from monty_kernel.engine.source.cell import CellOptions, Feed, parse
from monty_kernel.magics.registry import Magics

SOURCES = [
    "n += 1\nn", "1 / 0", "%time é = [1,\n 2]\né", "x = (", "def f(x):\n    return x[5]\nf([n])", "print('é' * 3)\nn", "n;",
    "from IPython.display import HTML, display\ndisplay(HTML('<b>\u2028</b>'))", "%%timeit -n1 -r1\nif 1:\n    '''a\nb'''", "  pasted\n  n",
]  # fmt: skip


def stepped(cell_log: CellLog | None, number: int, source: str) -> tuple[CellLog, CellSource, Feed]:
    """The cell log with one more step: the cell of this number, whose only feed has twice the number."""
    cell = parse(CellSource(f"In[{number}]", source), Magics, CellOptions(number))
    python, (feed,) = CellSource(f"In[{number}]", cell.python), cell.steps
    assert isinstance(feed, Feed)
    cell_log = CellLog(cell_log)
    cell_log.add_cell(python)
    cell_log.add_feed(2 * number, feed)
    return cell_log, python, feed


def places(feed: Feed) -> Iterator[tuple[int, int, int, int]]:
    for line in range(1, feed.text.count("\n") + 3):
        for column in (1, 2, 5, 40):
            yield feed.to_cell(line, column, line, column + 3)


def test_every_feed_and_every_cell_is_what_it_was() -> None:
    cell_log, cells, feeds = CellLog(), [], {}
    for number in range(1, 51):
        cell_log, python, feed = stepped(cell_log, number, SOURCES[number % len(SOURCES)])
        cells.append(python)
        feeds[2 * number] = feed
    assert KnownCells().of(cell_log) == cells
    assert list(cell_log.sources()) == [feeds[number].cell for number in sorted(feeds, reverse=True)]
    for number, was in feeds.items():
        now = cell_log.feed(number)
        assert now is not None
        assert (now.cell, now.text, now.parts) == (was.cell, was.text, was.parts)
        assert [each.original for each in now.maps] == [each.original for each in was.maps]
        assert list(places(now)) == list(places(was))
    assert [cell_log.feed(number) for number in (0, 1, 49, 101, 102)] == [None] * 5  # the prelude's own, and none


def test_a_step_that_was_gone_on_from_takes_no_more() -> None:
    first = CellLog()
    CellLog(first)
    with pytest.raises(AssertionError):
        first.add_cell(CellSource("In[1]", "1"))


def test_a_huge_cell_stays_as_it_is() -> None:
    cell_log, _, feed = stepped(None, 1, "x = '" + "a" * (1 << 20) + "'")
    after, python, _ = stepped(cell_log, 2, "x")
    assert after.feed(2) is feed
    assert [cell.label for cell in KnownCells().of(after)] == ["In[1]", "In[2]"]
    assert KnownCells().of(after)[-1] == python


def test_cells_of_any_branch_of_a_tree() -> None:
    """Whatever state is gone back to, the cells are those that led there, also those of the step that is not over."""
    chance = random.Random(5)
    cell_logs: list[tuple[CellLog, list[CellSource]]] = [(CellLog(), [])]
    known = KnownCells()
    for number in range(1, 400):
        before, cells = chance.choice(cell_logs[-4:]) if chance.random() < 0.9 else chance.choice(cell_logs)
        cell_log, python, _ = stepped(before, number, chance.choice(SOURCES))
        cell_logs.append((cell_log, [*cells, python]))
        if number % 3 == 0:
            there, wanted = chance.choice(cell_logs[-6:])
            assert known.of(there) == wanted
    there, wanted = cell_logs[1]
    assert known.of(there) == wanted


def test_a_step_takes_few_bytes() -> None:
    cell_log = CellLog()
    for number in range(1, 301):
        cell_log, _, _ = stepped(cell_log, number, SOURCES[number % len(SOURCES)])
    gc.collect()
    blocks: dict[int, int] = {}
    packed = 0
    step = cell_log.before
    while step is not None:
        if step.is_packed:
            own = step._own
            blocks[id(own[0])] = sys.getsizeof(own[0])
            packed += sys.getsizeof(step) + sys.getsizeof(own)
        step = step.before
    assert len(blocks) * TOGETHER >= 300 - 2 * TOGETHER, "the last ones alone are not packed"
    assert (packed + sum(blocks.values())) / 300 < 400
