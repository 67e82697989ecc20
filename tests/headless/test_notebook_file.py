"""Reading and writing notebooks without nbformat gives what nbformat gives, letter by letter."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path
from typing import Any

import nbformat
import pytest

from monty_kernel.headless.notebook_file import NotebookUnreadable, from_json, to_json
from tests.support.awkward_notebooks import NOTEBOOKS, book
from tests.support.run_command import read, run, texts

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
        b'{"nbformat": 4.0, "cells": []}',
        b'{"nbformat": 4.5, "cells": []}',
        b'{"nbformat": 4, "nbformat_minor": "5", "cells": []}',
        b'{"nbformat": 4, "nbformat_minor": 5.0, "cells": []}',
        b'{"nbformat": 4, "nbformat_minor": true, "cells": []}',
        b'{"nbformat": 4, "nbformat_minor": -1, "cells": []}',
        b'{"nbformat": 4, "nbformat_minor": null, "cells": []}',
        b'{"nbformat": 4, "nbformat_minor": 1' + b"0" * 4000 + b', "cells": []}',
        b'{"nbformat": 1' + b"0" * 4000 + b', "cells": []}',
        b'{"nbformat": 4, "cells": [], "x": 1' + b"0" * 5000 + b"}",
        b'{"nbformat": 4, "cells": [{"cell_type": "Code", "source": "1"}]}',
        b'{"nbformat": 4, "cells": [{"cell_type": "code ", "source": "1"}]}',
        b'{"nbformat": 4, "cells": [{"cell_type": "heading", "source": "1"}]}',
        b'{"nbformat": 4, "cells": [{"cell_type": ["code"], "source": "1"}]}',
        b'{"nbformat": 4, "cells": [], "metadata": {"x": ' + b"[" * 300 + b"]" * 300 + b"}}",
        b'{"nbformat": 4, "cells": [' + CELL.encode(),
        b"[" * 100_000,
        b'{"nbformat": 4, "cells": ' + b"[" * 100_000,
    ],
)
def test_what_is_no_notebook_is_refused(text: bytes) -> None:
    with pytest.raises(NotebookUnreadable) as caught:
        from_json(text)
    assert len(str(caught.value)) < 500 and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "oddity",
    [
        {"metadata": {"tags": "skip-execution"}},
        {"metadata": {"tags": [1, None]}},
        {"metadata": {"execution": 3}},
        {"attachments": 3},
        {"execution_count": "x"},
        {"outputs": [{"output_type": "stream", "text": 3}, {}, {"data": 3}, {"output_type": "stream"}]},
        {"outputs": [{"output_type": [], "text": "x"}, {"output_type": "Stream", "text": "x"}]},
        {"id": '"><script>'},
        {"execution_count": True},
        {"extra": 1},
    ],
)
def test_odd_cells_run_all_the_same(oddity: dict[str, Any]) -> None:
    from monty_kernel import run_notebook

    cell = {"cell_type": "code", "source": "6 * 7", **oddity}
    made = from_json(json.dumps({"nbformat": 4, "nbformat_minor": 5, "cells": [cell]}))
    assert texts(run_notebook(made)) == ["42"]
    to_json(made)


SCRIPT = "<script>alert(1)</script>"
OUTPUT = {"output_type": "display_data", "data": {"text/html": SCRIPT}, "metadata": {}}


def _cell(kind: str, **fields: Any) -> dict[str, Any]:
    return {"cell_type": kind, "source": "", "metadata": {}, **fields}


@pytest.mark.parametrize(
    ("cell", "gone"),
    [
        (_cell("raw", outputs=[OUTPUT]), "outputs"),
        (_cell("markdown", outputs=[OUTPUT], execution_count=SCRIPT), "outputs"),
        (_cell("markdown", cell_Type="code"), "cell_Type"),
        (_cell("code", attachments={"a": {"text/html": SCRIPT}}), "attachments"),
        (_cell("code", input=SCRIPT, prompt_number=SCRIPT), "input"),
        (_cell("markdown", attachments={"a.html": {"text/html": SCRIPT}}), "a.html"),
        (_cell("markdown", attachments={"a.png": {"image/png": SCRIPT}}), "a.png"),
        (_cell("markdown", attachments={"a.png": {'image/png"' + SCRIPT: "AA=="}}), "a.png"),
        (_cell("markdown", attachments=SCRIPT), "attachments"),
        (_cell("raw", attachments={"a.png": SCRIPT}), "a.png"),
        (_cell("code", outputs=[{**OUTPUT, "output_type": "pyout"}]), "output 1"),
        (_cell("code", outputs=[{"output_type": "stream", "name": "stdout", "text": "", "data": OUTPUT["data"]}]), "data"),
        (_cell("code", outputs=[{"output_type": "display_data", "data": {SCRIPT: "x"}, "metadata": {}}]), "script"),
        (_cell("code", outputs=[{"output_type": "display_data", "data": {"text/html": {"a": SCRIPT}}, "metadata": {}}]), "html"),
        (_cell("code", outputs=[{"output_type": "error", "ename": "", "evalue": "", "traceback": SCRIPT}]), "output 1"),
    ],
)  # fmt: skip
def test_what_has_no_place_in_a_notebook_does_not_come_through(tmp_path: Path, cell: dict[str, Any], gone: str) -> None:
    """Nor as a dict from Python; and one line says that it went."""
    from monty_kernel import run_notebook

    made = {"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": [cell]}
    (tmp_path / "in.ipynb").write_text(json.dumps(made))
    done = run(tmp_path / "in.ipynb", "-q", "--trust-outputs", "-o", tmp_path / "out.ipynb")
    assert done.returncode == 0 and done.stderr.count(b"\n") == 1, done.stderr
    assert gone.encode() in done.stderr and b"in.ipynb" in done.stderr and b"cell 1" in done.stderr
    text = (tmp_path / "out.ipynb").read_text()
    assert "script" not in text and "script" not in json.dumps(run_notebook(made, trust_outputs=True))
    read(tmp_path / "out.ipynb")


def test_fields_that_front_ends_print_are_what_they_should_be() -> None:
    outputs = [
        {"output_type": "stream", "name": SCRIPT, "text": ["a", "b"]},
        {"output_type": "execute_result", "execution_count": SCRIPT, "data": {}, "metadata": {}},
        {"output_type": "error", "ename": {"a": SCRIPT}, "evalue": 3, "traceback": []},
    ]
    cell = _cell("code", id=SCRIPT, execution_count=SCRIPT, outputs=outputs)
    for minor in (4, 5):
        found = from_json(json.dumps({"nbformat": 4, "nbformat_minor": minor, "metadata": {}, "cells": [cell]}))
        assert "script" not in json.dumps(found)
        nbformat.validate(found)
    for count, kept in ((3, 3), (None, None), (-1, None), (True, None), (2**60, None), (1.0, None)):
        book = {"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": [_cell("code", execution_count=count)]}
        assert from_json(json.dumps(book))["cells"][0]["execution_count"] == kept


def test_one_name_said_twice_is_said_once_in_what_is_written() -> None:
    text = '{"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": [{"cell_type": "raw", "cell_type": "code", "source": "x", "source": "1", "metadata": {}}]}'
    written = to_json(from_json(text))
    assert written.count(b"cell_type") == 1 and written.count(b"source") == 1


def test_numbers_that_json_has_not_become_null() -> None:
    text = (
        '{"nbformat": 4, "nbformat_minor": 4, "metadata": {"a": [NaN, Infinity, -Infinity, 1e999, 1.5]}, "cells": []}'
    )
    assert json.loads(to_json(from_json(text)))["metadata"]["a"] == [None, None, None, None, 1.5]


@pytest.mark.parametrize(
    "value",
    [object(), b"x", {1: "x"}, {"a": {1, 2}}, 10**5000, [[]]],
    ids=["an object", "bytes", "a name that is a number", "a set", "a long number", "what holds itself"],
)
def test_what_json_cannot_say_is_refused(value: Any) -> None:
    from monty_kernel import run_notebook

    if value == [[]]:
        value[0].append(value)
    with pytest.raises(NotebookUnreadable):
        run_notebook({"nbformat": 4, "nbformat_minor": 4, "metadata": {"x": value}, "cells": []})
    with pytest.raises(NotebookUnreadable):
        run_notebook({"nbformat": 4.0, "nbformat_minor": 4, "metadata": {}, "cells": []})


def test_the_state_of_widgets_goes_with_their_outputs() -> None:
    from monty_kernel import run_notebook

    state = {
        "application/vnd.jupyter.widget-state+json": {
            "state": {"a": {"model_name": "HTMLModel", "state": {"value": SCRIPT}}}
        }
    }
    made = {"nbformat": 4, "nbformat_minor": 4, "metadata": {"widgets": state}, "cells": []}
    assert "widgets" not in run_notebook(made).metadata
    assert run_notebook(made, trust_outputs=True).metadata.widgets == state


def test_a_file_of_more_values_than_any_notebook_is_refused_before_it_is_read() -> None:
    many = b'{"nbformat": 4, "nbformat_minor": 5, "cells": [], "metadata": {"a": [' + b"[1]," * 1_100_000 + b"1]}}"
    for text in (many, many.decode()):
        with pytest.raises(NotebookUnreadable, match="more than 2,000,000 values"):
            from_json(text)


def test_commas_and_brackets_in_texts_are_no_values() -> None:
    made = book(["x = 1"])
    made.cells[0].outputs = [nbformat.v4.new_output("stream", text='[{"a\\", ' * 300_000)]  # type: ignore[no-untyped-call]
    assert from_json(_as_nbformat_writes(made))["cells"][0]["outputs"][0]["text"] == made.cells[0].outputs[0].text


def test_a_pipe_in_the_place_of_a_notebook_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.ipynb")
    done = run(tmp_path / "a.ipynb")
    assert done.returncode == 2
    assert b"it is not a regular file; `-` reads standard input" in done.stderr
