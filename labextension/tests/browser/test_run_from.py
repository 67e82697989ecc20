"""Run from the first changed cell: the session is as all cells from the top would make it, and only what must run does."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.support.frontends.environment import display_name
from tests.support.frontends.jupyterlab import Lab, Notebook

pytestmark = pytest.mark.browser

LABEL = "Run from the First Changed Cell"


@pytest.fixture
def notebook(lab: Lab) -> Notebook:
    return lab.new_notebook(display_name())


def choose(page: Page, notebook: Notebook, cell: int) -> None:
    """Take it from the context menu of a cell."""
    notebook.cell(cell).locator(".jp-InputPrompt").click(button="right")
    page.locator(".lm-Menu-item", has_text=LABEL).click()


def edit(page: Page, notebook: Notebook, cell: int, source: str) -> None:
    notebook.editor(cell).click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(source)
    expect(notebook.editor(cell)).to_have_text(source)


def test_only_the_edited_cell_and_those_below_it_run(page: Page, notebook: Notebook) -> None:
    notebook.run("rows = [1]")
    second = notebook.run("rows.append(2)")
    third = notebook.run("rows")
    expect(notebook.outputs(third)).to_have_text("[1, 2]")
    choose(page, notebook, third)
    expect(page.locator(".Toastify__toast", has_text="No cell was edited since it ran")).to_be_visible()
    edit(page, notebook, second, "rows.append(5)")
    choose(page, notebook, third)
    expect(notebook.outputs(third)).to_have_text("[1, 5]")  # and not [1, 2, 5]
    expect(notebook.prompt(0)).to_have_text("[1]:")
    expect(notebook.prompt(second)).to_have_text("[4]:")
    expect(notebook.prompt(third)).to_have_text("[5]:")


def test_what_a_deleted_cell_did_is_taken_back(page: Page, notebook: Notebook) -> None:
    notebook.run("x = 1")
    second = notebook.run("x = 99")
    third = notebook.run("x")
    notebook.cell(second).locator(".jp-InputPrompt").click()
    page.keyboard.press("d")
    page.keyboard.press("d")
    expect(notebook.cell(second)).to_contain_text("99")  # the output of the cell below, which is there now
    choose(page, notebook, third - 1)
    expect(notebook.outputs(third - 1)).to_have_text("1")


def test_cells_below_an_error_do_not_run(page: Page, notebook: Notebook) -> None:
    notebook.run("x = 1")
    second = notebook.run("x = 2")
    third = notebook.run("x")
    edit(page, notebook, second, "1 / 0")
    choose(page, notebook, 0)
    expect(notebook.outputs(second)).to_contain_text("ZeroDivisionError")
    expect(notebook.prompt(third)).not_to_have_text(re.compile(r"\[[*4-9]\]"))
    edit(page, notebook, second, "x += 10")
    choose(page, notebook, 0)  # what failed is not in the way
    expect(notebook.outputs(third)).to_have_text("11")
