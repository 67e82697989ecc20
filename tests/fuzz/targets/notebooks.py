"""Notebook files: any bytes are refused as no notebook, or become one that is written and read again as the same."""

from __future__ import annotations

import json
import warnings
from copy import deepcopy

from hypothesis import strategies as st

from monty_kernel.headless import notebook_file
from monty_kernel.headless.notebook_shape import NotebookUnreadable
from tests.fuzz.target import JSON, Target, as_json, mangled

_CELL = {"cell_type": "code", "id": "a", "metadata": {"tags": ["parameters"]}, "execution_count": 1, "source": ["x = 1\n", "x"],
         "outputs": [{"output_type": "stream", "name": "stdout", "text": ["a\n"]},
                     {"output_type": "execute_result", "data": {"text/plain": ["1"], "application/json": [1], "image/png": "AA=="}, "metadata": {}, "execution_count": 1}]}  # fmt: skip
_TEXT = {"cell_type": "markdown", "id": "b", "metadata": {"trusted": True}, "source": "# é", "attachments": {"a.png": {"image/png": "AA=="}}}  # fmt: skip
_BOOK = {"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": {"name": "monty"}, "signature": "x"}, "cells": [_CELL, _TEXT]}  # fmt: skip
_OLD = {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": "x"},
        "worksheets": [{"cells": [{"cell_type": "code", "input": ["x = 1"], "language": "python", "outputs": [{"output_type": "pyout", "text": "1", "prompt_number": 1}], "prompt_number": 1},
                                  {"cell_type": "heading", "level": 2, "source": "h"}]}]}  # fmt: skip


def check_notebook(data: bytes) -> None:
    """Read a file, write what was read, and read that."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # nbformat's, of old notebooks
        try:
            book = notebook_file.from_json(data)
        except NotebookUnreadable as error:
            assert len(str(error)) < 5000, "a message as long as its notebook likes"
            return
    for cell in book["cells"]:
        assert isinstance(cell["source"], str)
        assert cell["cell_type"] in ("code", "markdown", "raw")
        assert ("outputs" in cell) == (cell["cell_type"] == "code"), "outputs where no sanitizer looks for them"
        notebook_file.tags(cell)
    before = deepcopy(book)
    written = notebook_file.to_json(book)
    assert book == before or book != book, "writing changed it"  # NaN differs from itself
    written.decode()
    again = notebook_file.from_json(written)
    assert notebook_file.to_json(again) == written, "it is not the same when it is read again"
    if b"NaN" not in written and b"Infinity" not in written:
        json.loads(written, parse_constant=lambda name: None)


def _changed(base: dict[str, object]) -> st.SearchStrategy[dict[str, object]]:
    return st.dictionaries(st.sampled_from(sorted(base)), JSON, max_size=2).map(lambda changes: {**base, **changes})


_CELLS = st.lists(_changed(_CELL) | _changed(_TEXT) | st.builds(lambda output: {**_CELL, "outputs": [output]}, _changed(_CELL["outputs"][1])), max_size=3)  # type: ignore[index]  # fmt: skip
notebook_file.from_json(as_json(_OLD))  # loads nbformat, which takes longer than what is tried here
NOTEBOOKS = Target(
    "notebooks",
    "any bytes are refused with a reason of bounded length, or are a notebook that is written and read again as the same",
    check_notebook,
    mangled(as_json(_BOOK))
    | _CELLS.map(lambda cells: as_json({**_BOOK, "cells": cells}))
    | _changed(_BOOK).map(as_json)
    | _changed(_OLD).map(as_json),
    (as_json(_BOOK), as_json(_OLD), as_json({"nbformat": 4, "cells": [{"cell_type": "raw", "source": ""}]})),
    (
        *tuple(
            f'"{name}"'.encode()
            for name in (
                *_BOOK,
                *_CELL,
                *_TEXT,
                "worksheets",
                "input",
                "data",
                "text",
                "application/x+json",
                "text/plain",
            )
        ),
        b"NaN",
        b"1e999",
        b"\xff\xfe",
        b"\xef\xbb\xbf",
        b"null",
        b'"\\ud800"',
        b"\\u0000",
    ),
)
