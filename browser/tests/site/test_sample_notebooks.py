"""The sample notebooks give in each application of a site what they give on a computer."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from playwright.sync_api import Browser, expect

from browser.shared.words import of_a_site
from monty_kernel import end_workers, run_notebook

from .apps import Lite, Output
from .served import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(200)]

NOTEBOOKS = Path(__file__).parents[3] / "notebooks"
SAMPLES = ("data", "errors", "rich-output", "time-travel", "tour")
# cells, by what they begin with, whose outputs differ
DIFFERENT = (
    "%limits",  # it names the settings of a site
    "class Broken:",  # where in the cell a method failed that shows a value is not told
)
# how long something took, when it was, how large a state is, and what makes more memory available
_MEASURED = re.compile(
    r"\b0x[0-9a-f]+\b|\b\d\d:\d\d:\d\d\b| *[\d,.]+ [KM]iB\b|\b\d+(\.\d+)? ?(ns|us|µs|μs|ms|s|min)\b"
    r"|Hint:\x1b\[22m (?:To allow more memory|How much memory)[^\"]*"
)


def _plain(outputs: list[Output]) -> list[dict[str, Any]]:
    return [{key: _text(value) for key, value in output.items() if key != "execution_count"} for output in outputs]


def _text(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _text(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_text(each) for each in value]
    return re.sub(r"\s+", " ", _MEASURED.sub("…", value)) if isinstance(value, str) else value


def _native(name: str) -> tuple[list[str], list[list[dict[str, Any]]]]:
    """The sources of a sample's code cells, and their outputs in the native kernel."""
    book = nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)  # type: ignore[no-untyped-call]
    try:
        ran = run_notebook(book)
    finally:
        end_workers()
    cells = [cell for cell in ran.cells if cell.cell_type == "code"]
    return [cell.source for cell in cells], [of_a_site(_plain(cell.outputs)) for cell in cells]


def _compare(name: str, outputs: list[list[Output]]) -> None:
    sources, expected = _native(name)
    assert len(outputs) == len(sources)
    differing = [
        (source, theirs, ours)
        for source, theirs, ours in zip(sources, expected, map(_plain, outputs), strict=True)
        if theirs != ours and not source.startswith(DIFFERENT)
    ]
    assert differing == []


@pytest.mark.parametrize("name", SAMPLES)
def test_in_the_lab(lab: Lite, name: str) -> None:
    lab.open(f"{name}.ipynb")
    lab.run_all()
    _compare(name, lab.outputs())


def test_in_a_folder_whose_name_has_blanks(lab: Lite) -> None:
    notebook = lab.open("in a folder/tour.ipynb")
    lab.run_all()
    _compare("tour", lab.outputs())
    assert lab.page.evaluate("() => window.jupyterapp.shell.currentWidget.context.path") == "in a folder/tour.ipynb"
    lab.command("notebook:insert-cell-below")
    expect(notebook.outputs(notebook.run("%sessions"))).to_contain_text("earlier session")


def test_in_the_notebook_application(visiting: Visitor, site: str) -> None:
    page = visiting.page()
    notebook = Lite.notebook(page, site, "tour.ipynb")
    notebook.on_top()
    notebook.run_all()
    _compare("tour", notebook.outputs())
    page.close()


def test_in_the_repl(visiting: Visitor, site: str) -> None:
    page = visiting.page()
    sources, _ = _native("tour")
    _compare("tour", Lite.repl(page, site).in_console(sources))
    page.close()


def test_the_repl_runs_what_its_address_says(browser: Browser, site: str) -> None:
    visitor = Visitor(browser)
    page = visitor.page()
    Lite.repl(page, site, "&code=1%2B1&execute=1")
    expect(page.locator(".jp-OutputArea-executeResult")).to_contain_text("2")
    assert visitor.errors == []
    visitor.context.close()
