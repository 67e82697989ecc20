"""The states of a session as JupyterLite shows them, and what a click does: it comes with the kernel."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.frontends.jupyterlab import Notebook

from .apps import Lite, answer, interrupt, say_yes
from .served import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(200)]

UNDONE = re.compile("mk-mod-undone")


def _show(page: Page) -> None:
    page.locator('.lm-TabBar-tab[data-id="monty-timeline"]').click()
    expect(page.locator(".mk-Timeline")).to_be_visible()


def _state(page: Page, label: str) -> Locator:
    return page.locator(".mk-State", has_text=label)


def _undo(notebook: Notebook) -> Locator:
    return notebook.panel.locator(".mk-UndoButton")


def test_the_panel_says_what_cells_changed_and_goes_where_one_clicks(lab: Lite) -> None:
    page, notebook = lab.page, lab.new_notebook()
    notebook.run("scores = [3, 1, 2]")
    cleared = notebook.run("scores.clear(); '<b>cleared</b>'")
    _show(page)
    expect(page.locator(".mk-State")).to_have_count(3)
    expect(_state(page, "<b>cleared</b>")).to_contain_text("scores: list of 3 → list of 0")
    expect(page.locator(".mk-Timeline b")).to_have_count(0)
    _state(page, "scores = [3, 1, 2]").click()
    expect(_state(page, "scores = [3, 1, 2]")).to_have_attribute("aria-current", "true")
    expect(notebook.cell(cleared)).to_have_class(UNDONE)
    shown = notebook.run("scores")
    expect(notebook.outputs(shown)).to_have_text("[3, 1, 2]")
    notebook.run("%undo")  # a magic is followed, too
    expect(_state(page, "scores = [3, 1, 2]")).not_to_have_attribute("aria-current", "true")
    notebook.cell(cleared).get_by_role("button", name="to the state after this cell").click()
    expect(notebook.cell(cleared)).not_to_have_class(UNDONE)


def test_the_button_undoes_but_not_while_a_cell_runs_and_an_interrupt_says_where_one_is(lab: Lite) -> None:
    page, notebook = lab.page, lab.new_notebook()
    notebook.run("x = 1")
    changed = notebook.run("x = 2")
    expect(_undo(notebook)).to_have_attribute("title", "Undo [2]: x: 1 → 2")
    notebook.start("while True: pass")
    notebook.wait_until("busy")
    _undo(notebook).click()
    expect(page.get_by_text("A cell runs or waits: interrupt it, or try again when it is done.")).to_be_visible()
    interrupt(notebook)
    expect(page.locator(".mk-Notice:visible")).to_contain_text("Session restored to In[2].")
    _undo(notebook).click()
    expect(notebook.cell(changed)).to_have_class(UNDONE)
    expect(notebook.outputs(notebook.run("x"))).to_have_text("1")


def test_the_notebook_application_offers_to_resume_after_a_reload(lab: Lite, visiting: Visitor) -> None:
    lab.write("resumed.ipynb")
    page = visiting.page()
    notebook = Lite.notebook(page, lab.url, "resumed.ipynb").on_top()
    notebook.run("kept = [1, 2]")
    notebook.run("kept.append(3)")
    _undo(notebook).click()
    expect(notebook.cell(1)).to_have_class(UNDONE)
    notebook.run("%sessions")  # waits for what is stored beside the cells
    Lite.notebook(page, lab.url, "resumed.ipynb").on_top()
    notice = page.locator(".mk-Notice:visible")
    expect(notice).to_contain_text("The last session of this notebook has 3 states.")
    resume = notice.get_by_role("button", name="Resume")
    resume.click()  # it is in sight: nothing lies over it
    expect(notice).to_have_count(0)
    page.close()


def test_a_question_of_the_kernel_is_a_dialog_and_what_a_cell_asks_is_not(lab: Lite) -> None:
    page, notebook = lab.page, lab.new_notebook()
    notebook.run("x = 1")
    asking = notebook.start("input('monty-kernel asks: Clear all variables of this session?')")
    expect(notebook.cell(asking).locator(".jp-Stdin-input")).to_be_visible()
    expect(page.locator(".mk-Question")).to_have_count(0)
    answer(notebook, asking, "")
    notebook.wait_for_number(asking)
    resetting = notebook.start("%reset")
    dialog = page.locator(".mk-Question")
    expect(dialog).to_contain_text("Clear all variables of this session?")
    expect(dialog).to_contain_text("%undo brings them back.")
    say_yes(notebook, "Clear")
    notebook.wait_for_number(resetting)
    expect(notebook.cell(resetting).locator(".jp-Stdin-input")).to_have_count(0)
    expect(notebook.outputs(notebook.run("'x' in locals()"))).to_have_text("False")


def test_a_console_without_notebooks_loads_nothing_of_it(lab: Lite, visiting: Visitor) -> None:
    page = visiting.page()
    repl = Lite.repl(page, lab.url)
    repl.in_console(["x = 1"])
    assert page.evaluate("() => window.jupyterapp.hasPlugin('jupyterlite-monty-kernel:timeline')")
    assert not page.evaluate(
        "() => [...document.styleSheets].some(sheet => [...sheet.cssRules].some(rule => rule.cssText.includes('mk-Timeline')))"
    )
    page.close()
