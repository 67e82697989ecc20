"""Notebooks in the style of public tutorials: every cell of theirs runs in Python with the packages that it imports.

In the files, `# === title` begins a notebook and `# %%` a cell.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import nbformat


class Sample(NamedTuple):
    """A notebook of the corpus."""

    title: str
    cells: tuple[str, ...]

    @property
    def book(self) -> nbformat.NotebookNode:
        """It as a notebook of version 4."""
        cells = [nbformat.v4.new_code_cell(text) for text in self.cells]  # type: ignore[no-untyped-call]
        return nbformat.v4.new_notebook(cells=cells)  # type: ignore[no-untyped-call,no-any-return]


def corpus() -> list[Sample]:
    """All notebooks."""
    found = []
    for path in sorted(Path(__file__).parent.glob("*.cells")):
        for part in re.split(r"^# === ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
            title, _, text = part.partition("\n")
            cells = re.split(r"^# %%\n", text, flags=re.MULTILINE)
            found.append(Sample(title, tuple(cell.rstrip("\n") for cell in cells)))
    return found
