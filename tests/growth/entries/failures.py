"""Cells that failed: tracebacks, excerpts, places, hints, and what a report of a run says of them."""

from __future__ import annotations

import time
from pathlib import Path

from monty_kernel.engine.errors.failed_cells import FailedCells
from monty_kernel.engine.errors.hints import hint
from monty_kernel.engine.errors.locate import locate
from monty_kernel.engine.errors.tracebacks import render
from monty_kernel.engine.source import CellSource, Failure, SourceFrame
from monty_kernel.engine.source.source_map import split_lines
from monty_kernel.headless.batch import Done, Task
from monty_kernel.headless.report import as_json, failure, summary
from monty_kernel.headless.run_terms import FailedCell

from ..entry import PYTHON, Entry
from ..shapes import Shape
from .shown import TERMINAL

MESSAGES = (
    "name 'x' is not defined", "'int' object has no attribute '", "f() missing 1 required positional argument: '", "f() takes 1 positional argument but 2 were given", "No module named '", "'", '"', "(", ")", "\n", "x", "<lambda>() takes ",
    "(<string>, line 1)", "unsupported operand type(s) for +: '", "can't open file '", "not supported between instances of '", ", ", "class A(B):", "[", "]", *TERMINAL,
)  # fmt: skip
_NAMES = (
    "NameError",
    "TypeError",
    "AttributeError",
    "SyntaxError",
    "ModuleNotFoundError",
    "ImportError",
    "NotImplementedError",
    "RuntimeError",
    "KeyError",
    "LookupError",
    "ValueError",
    "FileNotFoundError",
    "Exception",
)


def _frames(cell: CellSource, function: str = "<module>") -> tuple[SourceFrame, ...]:
    lines = split_lines(cell.text)
    numbers = (1, len(lines) // 2 + 1, len(lines))
    return tuple(SourceFrame(cell, number, 1, number, len(lines[number - 1]) + 1, function) for number in numbers)


def _traceback(text: str) -> object:
    """A cell of this text that failed in several places."""
    cell = CellSource("In[1]", text)
    found: list[object] = []
    for function in ("<module>", "f", "<lambda>"):
        frames = _frames(cell, function)
        for failed in (
            Failure("raised", "NameError", "name 'x' is not defined", frames),
            Failure("raised", "TypeError", "f() missing 1 required positional argument: 'a'", frames[1:2]),
            Failure("raised", "TypeError", "<lambda>() takes 1 positional argument but 2 were given", frames[:1]),
            Failure("syntax", "SyntaxError", "invalid syntax", frames[1:2]),
        ):
            found += (render(locate(failed, cell, [cell])),)
    nowhere = "Internal error in monty: exceptions can only be called with zero or one string argument"
    found.append(render(locate(Failure("raised", "RuntimeError", nowhere), cell, [cell])))
    earlier = FailedCells()
    earlier.explained(Failure("syntax", "SyntaxError", "x", _frames(cell)[:1]), cell)
    needing = CellSource("In[2]", "a")
    found.append(render(earlier.explained(Failure("raised", "NameError", "name 'a' is not defined"), needing)))
    return found


def _message(text: str) -> object:
    """Errors that say this text."""
    cell = CellSource("In[1]", "def f(a):\n    return a\nf()\n")
    said: list[object] = []
    for name in _NAMES:
        for failed in (
            Failure("raised", name, text, _frames(cell)),
            Failure("raised", name, text),
            Failure("syntax", name, text, _frames(cell)[:1], text),
        ):
            said += (hint(failed), render(locate(failed, cell, [cell])))
    return said, render(Failure("raised", text, "x", _frames(cell, text)))


def _report(text: str) -> object:
    """A run's report on a cell that failed with this text."""
    failed = FailedCell("error", 0, 1, text, text, (text, text))
    done = Done(Task(Path("a.ipynb")), "error", time.time(), 1.0, 1, failed, text, text)
    other = Done(Task(Path(text[:200].replace("\0", "") or "a")), "unreadable", time.time(), 1.0, reason=text)
    return [
        (summary(each), failure(each, colours=True, quote=False), failure(each, colours=False, quote=True))
        for each in (done, other)
    ], as_json([done, other], 1)


ENTRIES = (
    Entry("traceback: source", _traceback, PYTHON, (("def f():\n ", ""), ("if x:\n", "")), (Shape("\n"), Shape("x\n"), Shape("x"), Shape("'"), Shape('"""'), Shape('"""\\'), Shape("é"), Shape("f()\n"), Shape("lambda: f() or "), Shape("try:\n f()\nexcept: raise\n"), Shape(" ", tail="x"), Shape("rb"), Shape("%\n"), Shape(" \t", tail="%x\n"), Shape("f(f(", middle="x"))),
    Entry("traceback: message", _message, MESSAGES, (("[", "]"),), (Shape("\n"), Shape("'"), Shape("a.", "class A(")), 1 << 21),
    Entry("report", _report, (*MESSAGES, "::error::", "##vso[", "\r\n"), (), (Shape("\x1b[0m"), Shape("\x1b["), Shape("\x1b[1"), Shape(" ")), 1 << 21),
)  # fmt: skip
