"""Over ten notebooks of which a cell fails: no NameError that follows from it goes without saying so."""

from __future__ import annotations

import re

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from monty_kernel import run_notebook
from tests.support.failing_notebooks import NOTEBOOKS

ANSI = re.compile(r"\x1b\[[\d;]*m")


@pytest.mark.parametrize("title", NOTEBOOKS)
def test_what_follows_a_failed_cell_says_so(title: str) -> None:
    book = new_notebook(cells=[new_code_cell(cell) for cell in NOTEBOOKS[title]])  # type: ignore[no-untyped-call]
    book = run_notebook(book, allow_errors=True)
    failed: list[str] = []
    explained = 0
    for cell in book["cells"]:
        for error in (output for output in cell["outputs"] if output["output_type"] == "error"):
            text = ANSI.sub("", "\n".join(error["traceback"]))
            name = re.match(r"name '(\w+)' is not defined", error["evalue"])
            assert error["ename"] != "NotImplementedError" or "Hint: " in text
            if name is not None and any(re.search(rf"\b{name[1]}\b|import \*", source) for source in failed):
                assert re.search(rf"`{name[1]}` (?:was|may have been) to come from In\[\d+\], which ", text), text
                explained += 1
            failed.append(cell["source"])
    assert explained
