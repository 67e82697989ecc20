"""The timeline in JupyterLab: what a person sees of the states, and what a click does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.frontends.environment import display_name
from tests.support.frontends.jupyterlab import Lab, Notebook
from tests.support.frontends.server import TOKEN, Server

from .saved import ran_and_saved

pytestmark = pytest.mark.browser


@pytest.fixture
def notebook(lab: Lab) -> Notebook:
    return lab.new_notebook(display_name())


def show_timeline(page: Page) -> None:
    page.locator('.lm-TabBar-tab[data-id="monty-timeline"]').click()
    expect(page.locator(".mk-Timeline")).to_be_visible()


def state(page: Page, label: str) -> Locator:
    return page.locator(".mk-State", has_text=label)


def test_a_click_on_a_state_goes_there_and_dims_what_is_undone(page: Page, notebook: Notebook) -> None:
    notebook.run("scores = [3, 1, 2]")
    cleared = notebook.run("scores.clear(); 'cleared'")
    show_timeline(page)
    expect(page.locator(".mk-State")).to_have_count(3)
    expect(state(page, "scores.clear()")).to_have_attribute("aria-current", "true")
    state(page, "scores = [3, 1, 2]").click()
    expect(state(page, "scores = [3, 1, 2]")).to_have_attribute("aria-current", "true")
    expect(notebook.cell(cleared)).to_have_class(re.compile("mk-mod-undone"))
    expect(notebook.prompt(cleared)).to_have_attribute("data-monty-undone", "undone")
    shown = notebook.run("scores")
    expect(notebook.outputs(shown)).to_have_text("[3, 1, 2]")
    # the other branch is still there, and its outputs are those of the notebook again
    state(page, "scores.clear()").click()
    expect(notebook.cell(cleared)).not_to_have_class(re.compile("mk-mod-undone"))


def test_the_button_undoes_and_the_shortcuts_go_both_ways(page: Page, notebook: Notebook) -> None:
    button = notebook.panel.locator(".mk-UndoButton")
    expect(button).to_have_attribute("title", "Nothing to undo")
    notebook.run("x = 1")
    changed = notebook.run("x = 2")
    expect(button).to_have_attribute("title", re.compile(r"^Undo \[2\]"))
    button.click()
    expect(notebook.cell(changed)).to_have_class(re.compile("mk-mod-undone"))
    notebook.cell(changed).locator(".jp-InputPrompt").click()  # command mode
    page.keyboard.press("Control+Alt+Shift+Z")
    expect(notebook.cell(changed)).not_to_have_class(re.compile("mk-mod-undone"))
    page.keyboard.press("Control+Alt+Z")
    expect(notebook.cell(changed)).to_have_class(re.compile("mk-mod-undone"))


def test_a_cells_own_button_goes_to_the_state_after_it(notebook: Notebook) -> None:
    first = notebook.run("x = 1")
    second = notebook.run("x = 2")
    go = notebook.cell(first).get_by_role("button", name="Go back to the state after this cell")
    go.click()
    expect(notebook.cell(second)).to_have_class(re.compile("mk-mod-undone"))
    expect(go).to_have_count(0)
    notebook.cell(second).get_by_role("button", name="Go forward to the state after this cell").click()
    expect(notebook.cell(second)).not_to_have_class(re.compile("mk-mod-undone"))


def test_a_cells_own_button_undoes_it_where_nothing_was_changed_since(notebook: Notebook) -> None:
    notebook.run("scores = [3, 1, 2]")
    cleared = notebook.run("scores.clear()")
    looked = notebook.run("scores")
    undo = notebook.cell(cleared).get_by_role("button", name="Undo this cell: scores: list of 3 → list of 0")
    undo.click()
    for cell in (cleared, looked):
        expect(notebook.cell(cell)).to_have_class(re.compile("mk-mod-undone"))
    shown = notebook.run("scores")
    expect(notebook.outputs(shown)).to_have_text("[3, 1, 2]")
    go = notebook.cell(0).get_by_role("button", name="Undo this cell")
    expect(go).to_have_attribute("title", "Undo this cell: + scores = list of 3")


def test_redo_says_what_it_brings_back(notebook: Notebook) -> None:
    redo = notebook.panel.locator(".mk-RedoButton")
    expect(redo).to_have_attribute("title", "Nothing to redo")
    expect(redo).to_have_attribute("aria-disabled", "true")
    notebook.run("x = 1")
    changed = notebook.run("x = 2")
    notebook.panel.locator(".mk-UndoButton").click()
    expect(redo).to_have_attribute("title", "Redo [2]: x: 1 → 2")
    looked = notebook.run("x")
    expect(notebook.outputs(looked)).to_have_text("1")
    expect(redo).to_have_attribute("title", "Redo [2]: x: 1 → 2")
    redo.click()
    expect(notebook.cell(changed)).not_to_have_class(re.compile("mk-mod-undone"))
    expect(redo).to_have_attribute("title", "Nothing to redo")


def open_menu(page: Page, name: str) -> None:
    page.locator(".lm-MenuBar-itemLabel", has_text=re.compile(f"^{name}$")).click()


def in_menu(page: Page, label: str) -> Locator:
    return page.locator(".lm-Menu-item:not(.lm-mod-hidden)", has_text=label)


def test_the_menus_have_all_of_it(page: Page, notebook: Notebook) -> None:
    changed = notebook.run("x = 1")
    expect(notebook.panel.locator(".mk-UndoButton")).to_have_attribute("title", re.compile(r"^Undo \[1\]"))
    open_menu(page, "Edit")
    expect(in_menu(page, "Redo the Cell’s Effects")).to_have_class(re.compile("lm-mod-disabled"))
    in_menu(page, "Undo the Last Cell’s Effects").click()
    expect(notebook.cell(changed)).to_have_class(re.compile("mk-mod-undone"))
    open_menu(page, "Edit")
    in_menu(page, "Redo the Cell’s Effects").click()
    expect(notebook.cell(changed)).not_to_have_class(re.compile("mk-mod-undone"))
    open_menu(page, "View")
    in_menu(page, "Show the Timeline").click()
    expect(page.locator(".mk-Timeline")).to_be_visible()
    open_menu(page, "View")
    in_menu(page, "Show the Variables").click()
    expect(page.locator(".mk-Variables")).to_be_visible()
    open_menu(page, "Kernel")
    expect(in_menu(page, "Resume the Last Session")).to_have_class(re.compile("lm-mod-disabled"))
    page.keyboard.press("Escape")


def test_an_interrupt_says_where_the_session_is(page: Page, notebook: Notebook) -> None:
    notebook.run("x = 1")
    notebook.start("while True: pass")
    notebook.wait_until("busy")
    notebook.toolbar("notebook:interrupt-kernel").click()
    expect(page.locator(".mk-Notice:visible")).to_contain_text("Session restored to In[1].")
    notebook.run("x")
    expect(page.locator(".mk-Notice:visible")).to_have_count(0)


def test_the_keyboard_alone_is_enough(page: Page, notebook: Notebook) -> None:
    notebook.run("x = 1")
    notebook.run("x = 2")
    show_timeline(page)
    rows = page.get_by_role("listbox", name="States of the session, the newest first")
    rows.focus()
    page.keyboard.press("End")
    page.keyboard.press("ArrowUp")
    expect(state(page, "x = 1")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(state(page, "x = 1")).to_have_attribute("aria-current", "true")


def test_labels_are_text(page: Page, notebook: Notebook) -> None:
    notebook.run("'<img src=x onerror=document.title=1><b>bold</b>'")
    show_timeline(page)
    expect(state(page, "<b>bold</b>")).to_have_count(1)
    expect(page.locator(".mk-Timeline img, .mk-Timeline b")).to_have_count(0)


def test_two_tabs_see_each_others_travels(lab: Lab, page: Page, server: Server) -> None:
    notebook, changed = ran_and_saved(lab, page, server, "two.ipynb")
    assert page.context.browser is not None
    other = page.context.browser.new_page()
    other.goto(f"{lab.url}/lab/tree/two.ipynb?token={TOKEN}&reset")
    expect(Notebook(other).prompt(changed)).to_contain_text("[2]")
    notebook.panel.locator(".mk-UndoButton").click()
    expect(Notebook(other).cell(changed)).to_have_class(re.compile("mk-mod-undone"))
    other.close()


def test_the_timeline_says_what_each_cell_changed(page: Page, notebook: Notebook, images: Path) -> None:
    notebook.run("visits = {'Mon': 120, 'Tue': 98, 'Wed': 143}")
    notebook.run("busiest = max(visits, key=visits.get)\nbusiest")
    notebook.run("%snapshot counted\naverage = sum(visits.values()) / len(visits)")
    cleared = notebook.run("visits.clear()")
    show_timeline(page)
    expect(state(page, "visits.clear()")).to_contain_text("visits: dict of 3 → dict of 0")
    expect(state(page, "busiest = max")).to_contain_text("+ busiest = 'Wed'")
    expect(notebook.panel.locator(".mk-UndoButton")).to_have_attribute("title", re.compile(r"^Undo \[4\]: visits"))
    notebook.panel.locator(".mk-UndoButton").click()
    expect(notebook.cell(cleared)).to_have_class(re.compile("mk-mod-undone"))
    expect(page.get_by_text("changed: visits = dict of 3 (was dict of 0)")).to_be_visible()
    page.screenshot(path=images / "timeline.png", clip={"x": 290, "y": 30, "width": 890, "height": 400})


def test_other_kernels_show_nothing_of_it(page: Page, lab: Lab) -> None:
    lab.new_notebook("Python 3 (ipykernel)").run("1 + 1")
    expect(page.locator('.lm-TabBar-tab[data-id="monty-timeline"]')).to_have_count(0)
    expect(page.locator(".mk-UndoButton:visible, .mk-RedoButton:visible, .mk-GoTo")).to_have_count(0)
    for menu, of_jupyterlab in (("Edit", "Undo"), ("Kernel", "Interrupt Kernel"), ("View", "Show Notifications")):
        open_menu(page, menu)
        expect(in_menu(page, of_jupyterlab).first).to_be_visible()
        expect(in_menu(page, "Last Cell’s Effects")).to_have_count(0)
        expect(in_menu(page, "Resume the Last Session")).to_have_count(0)
        expect(in_menu(page, "Show the Timeline")).to_have_count(0)
        page.keyboard.press("Escape")
