"""The panel of variables in JupyterLab."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.frontends.environment import display_name
from tests.support.frontends.jupyterlab import Lab, Notebook

pytestmark = pytest.mark.browser


@pytest.fixture
def notebook(lab: Lab) -> Notebook:
    return lab.new_notebook(display_name())


def show_variables(page: Page) -> None:
    page.locator('.lm-TabBar-tab[data-id="monty-variables"]').click()
    expect(page.locator(".mk-Variables")).to_be_visible()


def rows(page: Page) -> Locator:
    return page.locator(".mk-Variables-list [role=option]")


def row(page: Page, name: str) -> Locator:
    return rows(page).filter(has=page.locator("span:first-child").get_by_text(name, exact=True))


def cells(row: Locator) -> Locator:
    return row.locator("span")


TABLE = """\
class Table:
    def __repr__(self):
        seen.append('repr')
        return 'a table'
    def _repr_html_(self):
        return '<table><tr><td>Ada</td><td>36</td></tr></table>'
seen, table, visits = [], Table(), {'Mon': 120, 'Tue': 98, 'Wed': 143}
message, busiest = 'Hello', 143"""


def test_variables_follow_the_session(page: Page, notebook: Notebook, images: Path) -> None:
    notebook.run(TABLE)
    show_variables(page)
    expect(rows(page)).to_have_count(6)
    expect(cells(row(page, "busiest"))).to_have_text(["busiest", "int", "", "143"])
    notebook.run("del message\nvisits['Thu'] = 87")
    expect(rows(page)).to_have_count(5)
    expect(cells(row(page, "visits"))).to_have_text(["visits", "dict", "4", ""])
    notebook.panel.locator(".mk-UndoButton").click()
    expect(rows(page)).to_have_count(6)
    row(page, "table").click()
    expect(page.locator(".mk-Value")).to_contain_text("Ada")
    page.screenshot(path=images / "variables.png", clip={"x": 290, "y": 30, "width": 890, "height": 560})


def test_a_value_shows_itself_without_a_trace(page: Page, notebook: Notebook) -> None:
    notebook.run(TABLE)
    show_variables(page)
    row(page, "table").click()
    expect(page.locator(".mk-Value td")).to_have_text(["Ada", "36"])
    page.get_by_role("button", name="Close", exact=True).last.click()
    expect(page.locator(".mk-Value")).to_be_hidden()
    seen = notebook.run("seen, In[1:] == In[-2:]")
    expect(notebook.outputs(seen)).to_have_text("([], True)")
    expect(notebook.prompt(seen)).to_have_text("[2]:")


def test_filter_order_and_keyboard(page: Page, notebook: Notebook) -> None:
    notebook.run("a, b10, b9, words = 3, [1], [1, 2], 'text'")
    show_variables(page)
    names = page.locator(".mk-Variables-list [role=option] span:first-child")
    expect(names).to_have_text(["a", "b9", "b10", "words"])
    page.get_by_role("button", name="Length").click()
    page.get_by_role("button", name="Length").click()
    expect(names).to_have_text(["words", "b9", "b10", "a"])
    page.get_by_role("searchbox").fill("list")
    expect(names).to_have_text(["b9", "b10"])
    page.keyboard.press("Tab")  # through the four columns to the list
    for _ in range(4):
        page.keyboard.press("Tab")
    listbox = page.get_by_role("listbox", name="Variables of the session")
    expect(listbox).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("option", name="b10, list, length 1")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page.locator(".mk-Value")).to_contain_text("[1]")


def test_a_display_that_never_ends_holds_up_nothing(page: Page, notebook: Notebook) -> None:
    notebook.run("class Loops:\n    def __repr__(self):\n        while True: pass\nloops = Loops()")
    show_variables(page)
    row(page, "loops").click()
    shown = notebook.run("6 * 7")
    expect(notebook.outputs(shown)).to_have_text("42")
    expect(page.locator(".mk-Value")).to_contain_text("it takes longer than 5 seconds")


def test_text_and_names_are_text(page: Page, notebook: Notebook) -> None:
    notebook.run("markup, bold = '<img src=x onerror=document.title=1>', '<b>'")
    show_variables(page)
    expect(rows(page).filter(has_text="<img src=x")).to_have_count(1)
    row(page, "markup").click()
    expect(page.locator(".mk-Value")).to_contain_text("<img src=x onerror=document.title=1>")
    expect(page.locator(".mk-Variables img, .mk-Variables b")).to_have_count(0)


def test_ten_thousand_variables_scroll_without_a_stutter(page: Page, notebook: Notebook) -> None:
    rows_of_names = [", ".join(f"v{n}" for n in range(first, first + 100)) for first in range(0, 9_900, 100)]
    notebook.run("\n".join(f"{names} = range(100)" for names in rows_of_names))
    show_variables(page)
    expect(page.locator('[aria-setsize="9900"]').first).to_be_visible()
    longest = page.evaluate(
        """async () => {
            const list = document.querySelector('.mk-Variables-list');
            const frame = () => new Promise(requestAnimationFrame);
            let longest = 0;
            for (let top = 0; top < list.scrollHeight; top += list.scrollHeight / 60) {
                const start = performance.now();
                list.scrollTop = top;
                list.dispatchEvent(new Event('scroll'));
                await frame();
                longest = Math.max(longest, document.querySelectorAll('.mk-Variables-list [role=option]').length);
            }
            return longest;
        }"""
    )
    assert longest < 100, "only the rows in sight are in the document"
