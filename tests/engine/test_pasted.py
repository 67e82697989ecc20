"""Cells pasted with a common indentation or with prompts."""

from __future__ import annotations

import pytest

from monty_kernel.engine.source.ipython import unpasted


@pytest.mark.parametrize(
    ("pasted", "clean"),
    [
        ("    x = 1\n    y = 2", "x = 1\ny = 2"),
        ("\n  if x:\n    y\n  z", "\nif x:\n  y\nz"),
        ("  x\ny", "x\ny"),
        (">>> x = 1\n>>> if x:\n...     y\n...\nout", "x = 1\nif x:\n    y\n\nout"),
        ("In [3]: def f():\n   ...:     pass", "def f():\n    pass"),
    ],
)
def test_what_a_paste_brought_along_is_taken_off(pasted: str, clean: str) -> None:
    made = unpasted(pasted)
    assert made is not None
    assert made.text == clean


@pytest.mark.parametrize("text", ["", "x = 1\n    y", "# In [1]: no", "'>>> x'", "\n\n"])
def test_other_cells_are_left_alone(text: str) -> None:
    assert unpasted(text) is None
