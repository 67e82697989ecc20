"""The findings about cells that are given as text."""

from __future__ import annotations

from typing import Any

import nbformat

from monty_kernel import check_notebook


def book(*cells: str) -> nbformat.NotebookNode:
    """A notebook with these code cells."""
    made = [nbformat.v4.new_code_cell(text) for text in cells]  # type: ignore[no-untyped-call]
    return nbformat.v4.new_notebook(cells=made)  # type: ignore[no-untyped-call,no-any-return]


def found_in(*cells: str) -> list[dict[str, Any]]:
    """The findings about these cells."""
    findings: list[dict[str, Any]] = check_notebook(book(*cells))["findings"]
    return findings


def places(*cells: str) -> list[tuple[int, int, int, str]]:
    """The cell, line, column and code of each finding."""
    return [(each["cell"], each["line"], each["column"], each["code"]) for each in found_in(*cells)]
