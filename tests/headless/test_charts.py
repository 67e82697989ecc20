"""Charts in Vega-Lite that a cell shows: written anew in a run, and a text on a page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest

from monty_kernel import page_of, run_notebook
from monty_kernel.sanitize.vega import MIME, NEWER
from tests.support.awkward_notebooks import book

pytestmark = pytest.mark.slow

CHART = {
    "data": {"values": [{"a": "x", "b": 1}, {"a": "y", "b": 2}]},
    "mark": "bar",
    "encoding": {
        "x": {"field": "a", "type": "nominal"},
        "y": {"field": "b", "type": "quantitative"},
        "href": {"field": "a"},
    },
}
CLASS = f"""
class Chart:
    def _repr_mimebundle_(self, include=None, exclude=None):
        return {{{NEWER!r}: {CHART!r}, 'text/plain': 'two bars'}}
Chart()"""


@pytest.fixture(scope="module")
def notebook(tmp_path_factory: pytest.TempPathFactory) -> Any:
    path = tmp_path_factory.mktemp("charts") / "charts.ipynb"
    nbformat.write(book([f"display({{{MIME!r}: {CHART!r}}}, raw=True)", CLASS]), path)  # type: ignore[no-untyped-call]
    return run_notebook(Path(path))


def test_displayed_and_as_a_result(notebook: Any) -> None:
    for cell, text in zip(notebook.cells, ("[a chart, for front ends that draw Vega-Lite]", "two bars"), strict=True):
        shown = next(output for output in cell.outputs if "data" in output)
        assert set(shown.data) == {MIME, "text/plain"}
        assert shown.data[MIME]["encoding"] == {name: CHART["encoding"][name] for name in ("x", "y")}  # type: ignore[index]
        assert shown.data["text/plain"] == text
        assert shown.metadata[MIME]["embed_options"]["actions"]["editor"] is False
        told = "".join(output.text for output in cell.outputs if output.output_type == "stream")
        assert told.startswith("[monty-kernel left out of this output: href (chart).")


def test_a_page_has_the_text(notebook: Any) -> None:
    page = page_of(notebook)
    assert "two bars" in page
    assert "for front ends that draw Vega-Lite" in page
