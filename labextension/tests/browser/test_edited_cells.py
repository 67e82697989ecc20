"""Cells that were edited since they ran, in JupyterLab."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.frontends.environment import display_name
from tests.support.frontends.jupyterlab import Lab, Notebook
from tests.support.frontends.notebooks import notebook as notebook_of
from tests.support.frontends.notebooks import write
from tests.support.frontends.server import Server

pytestmark = pytest.mark.browser

RAN = "rows = [3, 1, 2]\ntotal = sum(rows)\nprint(total)"
EDITED = "mk-mod-edited"


@pytest.fixture
def notebook(lab: Lab) -> Notebook:
    return lab.new_notebook(display_name())


def pencil(notebook: Notebook, cell: int) -> Locator:
    return notebook.cell(cell).get_by_role("button", name="Edited since it ran: compare with what ran")


def edit(notebook: Notebook, cell: int, source: str) -> None:
    notebook.editor(cell).click()
    notebook.page.keyboard.press("Control+a")
    notebook.page.keyboard.insert_text(source)


def lines(notebook: Notebook, cell: int) -> list[str]:
    return notebook.editor(cell).locator(".cm-line").all_inner_texts()


def test_what_ran_is_compared_and_brought_back(page: Page, notebook: Notebook, images: Path) -> None:
    cell = notebook.run(RAN)
    notebook.run("rows.clear()")
    expect(pencil(notebook, cell)).to_have_count(0)
    edit(notebook, cell, "rows = [3, 1, 2]\ntotal = max(rows)  # <b>not</b> what ran\nprint(total)")
    pencil(notebook, cell).click()
    dialog = page.locator(".jp-Dialog")
    expect(dialog.locator(".mk-Diff-line")).to_have_text(
        [
            "  rows = [3, 1, 2]",
            "− total = sum(rows)",
            "+ total = max(rows)  # <b>not</b> what ran",
            "  print(total)",
        ]
    )
    page.screenshot(path=images / "edited-cell.png", clip={"x": 290, "y": 30, "width": 890, "height": 560})
    dialog.get_by_role("button", name="Bring Back What Ran").click()
    assert lines(notebook, cell) == RAN.splitlines()
    expect(pencil(notebook, cell)).to_have_count(0)
    notebook.editor(cell).click()
    page.keyboard.press("Control+z")
    expect(notebook.editor(cell)).to_contain_text("max(rows)")
    expect(pencil(notebook, cell)).to_have_count(1)


def test_the_context_menu_of_a_cell_has_both(page: Page, notebook: Notebook) -> None:
    cell = notebook.run(RAN)
    edit(notebook, cell, "print('other')")
    expect(notebook.cell(cell)).to_have_class(re.compile(EDITED))
    notebook.editor(cell).click(button="right")
    expect(page.get_by_role("menuitem", name="Compare with What Ran")).to_be_visible()
    page.get_by_role("menuitem", name="Bring Back What Ran").click()
    expect(notebook.cell(cell)).not_to_have_class(re.compile(EDITED))
    assert lines(notebook, cell) == RAN.splitlines()
    notebook.editor(cell).click(button="right")
    expect(page.locator(".lm-Menu-itemLabel", has_text="Cut Cell").first).to_be_visible()
    expect(page.get_by_role("menuitem", name="Bring Back What Ran")).to_have_count(0)


def test_an_edit_before_the_page_was_loaded_shows_at_the_active_cell(page: Page, lab: Lab, server: Server) -> None:
    write(notebook_of(RAN), server.root, "edited.ipynb")
    notebook, cell = lab.open_notebook("edited.ipynb"), 0
    notebook.cell(cell).locator(".jp-InputPrompt").click()
    page.keyboard.press("Shift+Enter")
    notebook.wait_for_number(cell)
    edit(notebook, cell, "print('other')")
    with page.expect_response(lambda reply: reply.request.method == "PUT" and "/api/contents" in reply.url):
        page.keyboard.press("Control+s")
    reopened = lab.open_notebook("edited.ipynb")
    expect(reopened.prompt(cell)).to_contain_text("[1]")
    reopened.editor(cell).click()
    expect(pencil(reopened, cell)).to_have_count(1)
