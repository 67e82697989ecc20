"""Monty refuses what nests too deeply before it counts it: the cells after it are still called by their own names."""

from __future__ import annotations

from typing import Any

import pytest

from monty_kernel import run_notebook
from tests.support.awkward_notebooks import book

NESTED = "".join(" " * depth + "if 1:\n" for depth in range(900)) + " " * 900 + "x = 1"


def error_of(cell: Any) -> tuple[str, str]:
    (output,) = cell.outputs
    return output.ename, "\n".join(output.traceback)


@pytest.mark.parametrize("refused", [NESTED, "x = " + "-" * 100_000 + "1"])
def test_the_cells_behind_have_their_own_places(refused: str) -> None:
    cells = run_notebook(book([refused, "1/0", refused, "1/0 # again"]), allow_errors=True).cells
    for number in (0, 2):
        name, shown = error_of(cells[number])
        assert name == "SyntaxError"
        assert f"In[{number + 1}]" in shown
    assert "In[2]" in error_of(cells[1])[1]
    name, shown = error_of(cells[3])
    assert (name, "In[4]" in shown, "again" in shown) == ("ZeroDivisionError", True, True)
