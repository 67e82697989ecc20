"""The cells, and what the stock kernel shows for them.

Each file in `cells/` is one cell for one request, such as "read this CSV and give the totals per region", with the subjects in
the proportion in which people ask. They are idiomatic CPython 3.11, written without a look at what this kernel has, and stay
as they are: they are a measure. Of a cell that needs no more than the standard library, the `.out` beside it is what
the stock kernel shows, made by `python -m tests.everyday.stock`.
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from typing import Any, NamedTuple

import nbformat

CELLS = Path(__file__).parent / "cells"


class Shown(NamedTuple):
    """What a cell that ran showed. result: the plain text of its last expression's value, "" if there was none."""

    stdout: str
    stderr: str
    result: str

    def __str__(self) -> str:
        parts = [f"[{name}]\n{text.rstrip()}\n" for name, text in self._asdict().items() if text]
        return "\n".join(parts)


class Sample(NamedTuple):
    """A cell. name: of its file, without the ending. packages: what it imports beside the standard library."""

    name: str
    text: str
    packages: frozenset[str]

    @property
    def book(self) -> nbformat.NotebookNode:
        """The notebook of this cell alone."""
        return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(self.text)])  # type: ignore[no-untyped-call,no-any-return]

    @property
    def output_file(self) -> Path:
        """Where the text is that the stock kernel shows, if the cell needs no package."""
        return CELLS / f"{self.name}.out"


def samples() -> list[Sample]:
    """All cells, in the order of their numbers."""
    return [
        Sample(path.stem, text, _packages(text))
        for path in sorted(CELLS.glob("*.py"))
        for text in [path.read_text(encoding="utf-8").rstrip("\n")]
    ]


def shown_in(outputs: list[Any]) -> Shown:
    """What the outputs of a cell that ran show as text."""
    streams = {"stdout": "", "stderr": ""}
    result = ""
    for output in outputs:
        if output.output_type == "stream":
            streams[output.name] += output.text
        elif output.output_type == "execute_result":
            result = output.data["text/plain"]
    return Shown(streams["stdout"], streams["stderr"], result)


def _packages(text: str) -> frozenset[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return frozenset(found - sys.stdlib_module_names)
