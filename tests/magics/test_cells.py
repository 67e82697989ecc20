"""Cells full of magics, well-formed or not, always become code that can run, and every place maps back to the cell."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monty_kernel.engine.source import Action, CellSource
from monty_kernel.engine.source.cell import CellOptions, Feed, parse
from monty_kernel.magics.registry import Magics

pytestmark = pytest.mark.filterwarnings("ignore:invalid")  # of the odd code that is tried here

MAGICS = Magics()
PIECES = [
    "%time ",
    "%timeit ",
    "%%time ",
    "%%timeit -n1 ",
    "%%html",
    "%who",
    "%reset -f",
    "%history",
    "%nothing",
    "!ls",
    "!!",
    "%%!",
]
PIECES += [
    "x?",
    "??x",
    "%time?",
    "x = ",
    "x = %time 1",
    "y = %who_ls",
    "y = %timeit -o 1",
    "-o ",
    "%",
    "?",
    "!",
    "1",
    "x",
    "x\n",
]
PIECES += [
    "\n",
    "\n",
    "\n",
    "\n    ",
    "\n\t",
    "\\\n",
    "\r\n",
    "\r",
    " ",
    "if x:\n    ",
    "for i in x:\n    ",
    "def f():\n    ",
]
PIECES += [
    '"""',
    "'''",
    '"',
    "'",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "#",
    ";",
    ":",
    ",",
    "=",
    "f'{",
    "é",
    "\f",
    "return x",
    "pass",
]
TEXT = st.lists(st.sampled_from(PIECES), max_size=25).map("".join)


def cell(text: str) -> list[Feed | Action]:
    return list(parse(CellSource("In[1]", text), lambda: MAGICS, CellOptions(1)).steps)


@settings(max_examples=1000, deadline=None)
@given(TEXT)
@pytest.mark.slow
def test_any_cell_is_made_into_steps_and_every_place_leads_back(text: str) -> None:
    lines = text.count("\n") + text.count("\r") + 1
    for step in cell(text):
        if isinstance(step, Action):
            continue
        for number, line in enumerate(step.text.split("\n"), 1):
            first, _, last, _ = step.to_cell(number, 1, number, len(line) + 1)
            assert 1 <= first <= last <= lines


@settings(max_examples=300, deadline=None)
@given(TEXT)
def test_what_introspection_sees_of_a_cell_keeps_its_lines(text: str) -> None:
    if text.lstrip().startswith("%%") or "!!" in text:
        return
    python = parse(CellSource("In[1]", text), lambda: MAGICS, CellOptions(1)).python
    assert python.count("\n") == text.count("\n")


def test_introspection_sees_timed_code_but_no_magic() -> None:
    text = "%time a = 1\nif a:\n    b = %time a + 1\n    %who\nc = %who_ls\n%timeit -n 1 a\n!ls\nd = 2"
    python = parse(CellSource("In[1]", text), lambda: MAGICS, CellOptions(1)).python
    assert ast.unparse(ast.parse(python)) == "a = 1\nif a:\n    b = a + 1\n    None\nc = None\na\nNone\nd = 2"


def test_actions_cut_a_cell_and_only_its_end_is_shown() -> None:
    steps = cell("a\n%reset -f\nb\nc?\n")
    assert [step if isinstance(step, Action) else "feed" for step in steps] == [
        "feed",
        Action("reset", "-f"),
        "feed",
        Action("?", "c", changes=False),
    ]
    assert isinstance(cell("%reset -f")[0], Action)
