"""Notebook files and parameters: read, upgraded, filled in, written."""

from __future__ import annotations

import json
import warnings
from contextlib import suppress

from monty_kernel.headless import notebook_file, page_notebook, parameters
from monty_kernel.headless.notebook_file import NotebookUnreadable

from ..entry import MEBI, Entry
from ..shapes import Shape
from .shown import MARKDOWN, MARKUP, TERMINAL, TEX

_JSON = (
    '"',
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    '"a":',
    "1",
    "0",
    "1e9",
    "null",
    "\\u0000",
    "\\",
    " ",
    "\n",
    '"x",',
    "-",
    "NaN",
    "9",
    '{"a":1},',
)
_TEXT = ("x", "x\n", "\r", "\u2028", "\x0b", "é", "\ud800", '"', "\\", "\n")


def _read(data: bytes | str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # nbformat's, of old notebooks
        with suppress(NotebookUnreadable, UnicodeEncodeError):
            book = notebook_file.from_json(data)
            for cell in book["cells"]:
                notebook_file.tags(cell)
            parameters.inject(book, {"x": "y"})
            notebook_file.to_json(book)


def _book(**changes: object) -> str:
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [], **changes})


def _in_a_cell(text: str) -> None:
    output = {"output_type": "stream", "name": "stdout", "text": [text]}
    shown = {"output_type": "display_data", "data": {"text/plain": text.splitlines(True), text: text}, "metadata": {}}
    cell = {
        "cell_type": "code",
        "id": text,
        "metadata": {"tags": [text]},
        "source": text.splitlines(True),
        "outputs": [output, shown],
        "execution_count": None,
    }
    _read(_book(cells=[cell, {**cell, "cell_type": "markdown"}], metadata={text: text}))


def _old(text: str) -> None:
    cell = {
        "cell_type": "code",
        "input": text,
        "language": "python",
        "outputs": [{"output_type": "stream", "text": text}],
        "prompt_number": 1,
    }
    _read(
        json.dumps({"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": text}, "worksheets": [{"cells": [cell]}]})
    )


def _parameters(text: str) -> None:
    with suppress(Exception):  # what is no plain data is refused
        parameters.source({text: 1})
    parameters.source({"x": [text, {text: text}]})
    parameters.typed(text)
    with suppress(Exception):
        parameters.assignment(text)
    parameters.inject({"cells": [], "metadata": {}}, {"x": text})


ENTRIES = (
    Entry("page: Markdown cell", page_notebook.markdown, MARKDOWN, (), (Shape("<h1>a"), Shape("# a\n"), Shape("![a](attachment:a) "), Shape("![a](attachment:"))),
    Entry("page: raw cell", page_notebook.raw_html, MARKUP, (), (Shape("<h1>a"),)),
    Entry("page: print", page_notebook.printed, TERMINAL, (), (Shape("\x1b[0m"), Shape("\x1b[31m")), MEBI),
    Entry("page: formula", page_notebook.formula, TEX),
    Entry("notebook: file", _read, _JSON, (("[", "]"), ('{"a":', "}")), (Shape("["), Shape('{"a":'), Shape("9"), Shape('"'), Shape("\\"), Shape(" "))),
    Entry("notebook: cells", lambda text: _read('{"nbformat":4,"metadata":{},"cells":[' + text), _JSON, (), (Shape('{"cell_type":"code","source":"","metadata":{}},', tail='{"cell_type":"raw","source":""}]}'),)),
    Entry("notebook: text of a cell", _in_a_cell, _TEXT, limit=MEBI),
    Entry("notebook: text of an old one", _old, _TEXT, limit=MEBI),
    Entry("notebook: parameters", _parameters, (*_JSON, "x = ", "1.", "é", "_"), (), (Shape("9"), Shape("1_"), Shape("x"))),
)  # fmt: skip
