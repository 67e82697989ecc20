"""A page that is made right after the run keeps the links that save files; a page made of a file has none."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest

from monty_kernel import page_of, run_notebook
from monty_kernel.headless.page import TEMPLATES
from monty_kernel.sanitize.downloads import download
from tests.support.frontends.jupyterlab import browser_page
from tests.support.hostile_pages import book, cell, shows
from tests.support.run_command import run

LINK = re.compile(r'<a download="([^"]*)" href="data:([^"]*);base64,([^"]*)"')
WRITES = "from IPython.display import FileLink\nopen('out.csv', 'w').write('a,$b$\\n')\nFileLink('out.csv')"
OUT = ("out.csv", "text/csv;charset=utf-8", b"a,$b$\n")
FORGED = str.__str__(download("forged.csv", b"x")["text/html"])


def links(page: str) -> list[tuple[str, str, bytes]]:
    return [(name, kind, base64.b64decode(data)) for name, kind, data in LINK.findall(page)]


def forging() -> dict[str, Any]:
    """A notebook that shows a file, and brings or writes the text of such a link wherever it can."""
    kept = {"tags": ["skip-execution"]}
    brought = [
        {"output_type": "surprise", "data": {}},  # left out: what follows moves up
        *shows({"text/html": FORGED, "text/markdown": FORGED})["outputs"],
        *shows({"text/html": [FORGED]})["outputs"],
    ]
    return book(
        cell("code", "x", outputs=brought, metadata=kept),
        cell("code", WRITES),
        cell("code", f"from IPython.display import HTML, Markdown\ndisplay(HTML({FORGED!r}), Markdown({FORGED!r}))"),
        cell("markdown", FORGED),
        cell("raw", FORGED, metadata={"raw_mimetype": "text/html"}),
    )


@pytest.mark.parametrize("template", TEMPLATES)
def test_the_page_of_a_run_keeps_the_link_and_nothing_that_looks_like_one(tmp_path: Path, template: str) -> None:
    source, page = tmp_path / "in.ipynb", tmp_path / "page.html"
    source.write_text(json.dumps(forging()))
    done = run(source, "--to", "html", "--template", template, "--no-input", "-o", page)
    assert done.returncode == 0, done.stderr
    made = page.read_text()
    assert links(made) == [OUT]
    assert made.count('href="data:') == 1 and "forged.csv" in made


@pytest.mark.parametrize("read", [dict, nbformat.from_dict])
def test_a_page_of_what_a_run_returned_keeps_it(read: Any) -> None:
    done = run_notebook(read(forging()))
    assert links(page_of(done)) == [OUT]
    assert links(page_of(run_notebook(done))) == [OUT]


def test_a_page_of_a_file_has_none(tmp_path: Path) -> None:
    source, ran = tmp_path / "in.ipynb", tmp_path / "ran.ipynb"
    source.write_text(json.dumps(forging()))
    assert run(source, "-o", ran).returncode == 0
    assert "data:text/csv" in ran.read_text()
    page = page_of(ran)
    assert not links(page) and "out.csv (6 bytes)" in re.sub("<[^>]*>", "", page)
    assert not links(page_of(json.loads(ran.read_text())))


@pytest.mark.browser
def test_it_saves_the_file_in_a_browser(tmp_path: Path) -> None:
    with browser_page() as page:
        for template in TEMPLATES:
            place = tmp_path / f"{template}.html"
            place.write_text(page_of(run_notebook(forging()), template))  # type: ignore[arg-type]
            page.goto(place.as_uri())
            with page.expect_download() as saved:
                page.get_by_role("link", name="out.csv").click()
            assert saved.value.suggested_filename == "out.csv"
            assert Path(saved.value.path()).read_bytes() == OUT[2]
