"""Reading and writing notebooks without nbformat gives what nbformat gives, letter by letter."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import nbformat
import pytest

from monty_kernel.runner.notebook_file import NotebookUnreadable, from_json, to_json

from .awkward import NOTEBOOKS, book
from .command import read, run, texts

SAMPLES = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))


def _as_nbformat_writes(made: Any) -> bytes:
    file = io.StringIO()
    nbformat.write(made, file)  # type: ignore[no-untyped-call]
    return file.getvalue().encode()


@pytest.mark.parametrize("path", SAMPLES, ids=[path.stem for path in SAMPLES])
def test_a_sample_is_read_and_written(path: Path) -> None:
    text = path.read_bytes()
    found = from_json(text)
    assert found == nbformat.reads(text.decode(), as_version=4)  # type: ignore[no-untyped-call]
    assert to_json(found) == text


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_an_awkward_notebook_is_written_alike(name: str) -> None:
    made = book(NOTEBOOKS[name])
    text = _as_nbformat_writes(made)
    assert to_json(from_json(text)) == text


def test_every_kind_of_content() -> None:
    made = book(["a\r\nb\x0bc\u2028d\n", ("markdown", "![x](attachment:x.png)", []), ("raw", "r", [])])
    made.cells[1].attachments = {"x.png": {"image/png": "aGk=\n", "text/plain": "a\nb"}}
    made.cells[0].metadata["trusted"] = True
    made.metadata["signature"] = made.metadata["orig_nbformat"] = "x"
    made.cells[0].outputs = [
        nbformat.v4.new_output("stream", name="stderr", text="a\nb\n"),  # type: ignore[no-untyped-call]
        nbformat.v4.new_output("error", ename="E", evalue="a\nb", traceback=["a\nb"]),  # type: ignore[no-untyped-call]
        nbformat.v4.new_output(  # type: ignore[no-untyped-call]
            "display_data",
            {
                "text/html": "<b>\n</b>",
                "image/svg+xml": "<svg>\n</svg>",
                "image/png": "aGk=\nabc",
                "application/json": ["a\n", "b"],
                "application/vnd.x+json": ["c\n", "d"],
                "application/javascript": "a;\nb",
            },
        ),
    ]
    text = _as_nbformat_writes(made)
    found = from_json(text)
    assert found == nbformat.reads(text.decode(), as_version=4)  # type: ignore[no-untyped-call]
    assert to_json(found) == text


@pytest.mark.parametrize("minor", range(6))
def test_every_minor_version(tmp_path: Path, minor: int) -> None:
    made = book(["6 * 7"])
    made.nbformat_minor = minor
    if minor < 5:
        del made.cells[0]["id"]
    path = tmp_path / "in.ipynb"
    path.write_bytes(_as_nbformat_writes(made))
    assert run(path, "--inplace", "-p", "x=1").returncode == 0
    done = read(path)
    assert texts(done) == ["", "42"] and done.nbformat_minor == minor
    assert all(("id" in cell) == (minor >= 5) for cell in done.cells)


def test_version_3(tmp_path: Path) -> None:
    cell = {"cell_type": "code", "input": ["6 * 7"], "language": "python", "metadata": {}, "outputs": []}
    old = {
        "metadata": {"name": ""},
        "nbformat": 3,
        "nbformat_minor": 0,
        "worksheets": [{"cells": [cell], "metadata": {}}],
    }
    (tmp_path / "old.ipynb").write_text(json.dumps(old))
    assert run(tmp_path / "old.ipynb", "-o", tmp_path / "new.ipynb").returncode == 0
    done = read(tmp_path / "new.ipynb")
    assert done.nbformat == 4 and texts(done) == ["42"]


def test_missing_and_doubled_ids_are_mended() -> None:
    made = book(["1", "2", "3"])
    made.cells[1]["id"] = made.cells[0]["id"]
    del made.cells[2]["id"]
    ids = [cell["id"] for cell in from_json(json.dumps(made))["cells"]]
    assert len(set(ids)) == 3 and ids[0] == made.cells[0]["id"]


def test_a_surrogate_is_kept(tmp_path: Path) -> None:
    made = book(["'a'", "print('b')  # \ud800"])
    (tmp_path / "in.ipynb").write_text(json.dumps(made))
    done = run(tmp_path / "in.ipynb", "--inplace", "--allow-errors")
    assert done.returncode == 0, done.stderr
    found = json.loads((tmp_path / "in.ipynb").read_text())
    assert found["cells"][1]["source"] == ["print('b')  # \ud800"]
    assert found["cells"][1]["outputs"][0]["ename"] == "SyntaxError"


CELL = '{"cell_type": "code", "source": "1", "metadata": {}, "outputs": [], "execution_count": null}'


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"not JSON",
        b"[]",
        b"{}",
        b"null",
        b"\xff\xfe\xfa",
        b'{"nbformat": 4, "cells": 3}',
        b'{"nbformat": 4, "cells": [3]}',
        b'{"nbformat": 4, "cells": [{"cell_type": "code"}]}',
        b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": [1]}]}',
        b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": "", "outputs": [1]}]}',
        b'{"nbformat": 4, "cells": [], "metadata": []}',
        b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": "", "metadata": 1}]}',
        b'{"nbformat": "4", "cells": []}',
        b'{"nbformat": 3}',
        b'{"nbformat": 99, "cells": []}',
        b'{"nbformat": -1, "cells": []}',
        b'{"nbformat": true, "cells": []}',
        b'{"nbformat": 4, "cells": [' + CELL.encode(),
        b"[" * 100_000,
        b'{"nbformat": 4, "cells": ' + b"[" * 100_000,
    ],
)
def test_what_is_no_notebook_is_refused(text: bytes) -> None:
    with pytest.raises(NotebookUnreadable) as caught:
        from_json(text)
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize(
    "oddity",
    [
        {"metadata": {"tags": "skip-execution"}},
        {"metadata": {"tags": [1, None]}},
        {"metadata": {"execution": 3}},
        {"attachments": 3},
        {"execution_count": "x"},
        {"outputs": [{"output_type": "stream", "text": 3}, {}, {"data": 3}, {"output_type": "stream"}]},
    ],
)
def test_odd_cells_run_all_the_same(oddity: dict[str, Any]) -> None:
    from monty_kernel import run_notebook

    cell = {"cell_type": "code", "source": "6 * 7", **oddity}
    made = from_json(json.dumps({"nbformat": 4, "nbformat_minor": 5, "cells": [cell, {**cell, "cell_type": "odd"}]}))
    assert texts(run_notebook(made)) == ["42"]
    to_json(made)
