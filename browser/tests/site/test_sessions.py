"""What a browser keeps of sessions: after a reload, and where it keeps nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.frontends.jupyterlab import Notebook

from .apps import Lite, say_yes, until_true
from .served import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

_STORED = """async ([store, most]) => {
    const found = (await indexedDB.databases()).map(each => each.name).find(name => name.startsWith('monty-kernel - '));
    if (found === undefined) return false;
    const database = await new Promise(resolve => {
        const opening = indexedDB.open(found);
        opening.onsuccess = () => resolve(opening.result);
    });
    const count = await new Promise(resolve => {
        const counting = database.transaction(store).objectStore(store).count();
        counting.onsuccess = () => resolve(counting.result);
    });
    database.close();
    return count >= most;
}"""
# before that the key finds nothing, and JupyterLab looks no more until something is typed
_HAS_HISTORY = "() => window.jupyterapp.shell.currentWidget.console._history._history.length > 0"
_BLOCKED = """
    const open = IDBFactory.prototype.open;
    IDBFactory.prototype.open = function (name, ...more) {
        if (name.startsWith('monty-kernel')) throw new DOMException('denied', 'SecurityError');
        return open.call(this, name, ...more);
    };
"""


@pytest.fixture
def visitor(browser: Browser) -> Iterator[Visitor]:
    """A profile that nobody used before."""
    visitor = Visitor(browser)
    yield visitor
    errors = visitor.errors
    visitor.context.close()
    assert errors == []


@pytest.fixture
def visiting(visitor: Visitor) -> Visitor:
    """The profile whose errors are looked at."""
    return visitor


def stored(page: Page, count: int, store: str = "dumps") -> None:
    """Wait until this many states, or other things, are in the database."""
    until_true(page, _STORED, [store, count])


def save(page: Page) -> None:
    """Save the notebook on top, as yet without cells, with the name of its kernel."""
    page.evaluate("() => window.jupyterapp.shell.currentWidget.context.save().then(() => true)")


def resume(notebook: Notebook, code: str = "%resume") -> int:
    """Run `%resume` and say yes."""
    cell = notebook.start(code)
    expect(notebook.panel.locator(".jp-Stdin-prompt")).to_contain_text("let this notebook have everything in session")
    say_yes(notebook, "Resume")
    notebook.wait_for_number(cell)
    return cell


def test_a_session_comes_back_after_a_reload(visitor: Visitor, site: str) -> None:
    page = visitor.page()
    notebook = Lite.lab(page, site).new_notebook()
    save(page)
    notebook.run("big = list(range(1000))")
    notebook.run("open('a.txt', 'w').write('text')")
    stored(page, 3)
    notebook = Lite.notebook(page, site, "Untitled.ipynb").on_top()
    hint = "The session before had 'big'; %resume brings it back."
    expect(notebook.outputs(notebook.run("big")).last).to_contain_text(hint)
    expect(notebook.outputs(notebook.run("%resume")).last).to_contain_text("continues after In[2]")
    expect(notebook.panel.locator(".jp-Stdin-prompt")).to_have_count(0)
    expect(notebook.outputs(notebook.run("len(big), open('a.txt').read()"))).to_have_text("(1000, 'text')")
    notebook.run("%restore 1")
    expect(notebook.outputs(notebook.run("len(big)"))).to_have_text("1000")


def test_a_session_goes_with_its_notebook_to_another_name(visitor: Visitor, site: str) -> None:
    page = visitor.page()
    notebook = Lite.lab(page, site).new_notebook()
    save(page)
    notebook.run("named = 7")
    stored(page, 2)
    rename = "() => window.jupyterapp.serviceManager.contents.rename('Untitled.ipynb', 'other.ipynb').then(() => true)"
    page.evaluate(rename)
    expect(page.locator(".lm-TabBar-tabLabel", has_text="other.ipynb")).to_be_visible()
    expect(notebook.outputs(notebook.run("%sessions"))).to_contain_text("There is no earlier session")
    notebook = Lite.notebook(page, site, "other.ipynb").on_top()
    notebook.run("%resume")
    expect(notebook.outputs(notebook.run("named"))).to_have_text("7")


def test_another_tab_is_asked_before_it_has_a_session(visitor: Visitor, site: str) -> None:
    page = visitor.page()
    notebook = Lite.lab(page, site).new_notebook()
    save(page)
    notebook.run("kept = 7")
    stored(page, 2)
    page.close()
    notebook = Lite.notebook(visitor.page(), site, "Untitled.ipynb").on_top()
    resume(notebook)
    expect(notebook.outputs(notebook.run("kept"))).to_have_text("7")


def test_a_notebook_that_is_closed_with_its_kernel_is_asked_about(visitor: Visitor, site: str) -> None:
    page = visitor.page()
    lab = Lite.lab(page, site)
    notebook = lab.new_notebook()
    save(page)
    notebook.run("kept = 7")
    stored(page, 2)
    lab.shut_down()
    notebook = lab.open("Untitled.ipynb")
    resume(notebook)
    expect(notebook.outputs(notebook.run("kept"))).to_have_text("7")


def test_the_up_key_of_a_console_has_the_last_inputs_after_a_reload(visitor: Visitor, site: str) -> None:
    page = visitor.page()
    Lite.repl(page, site).in_console(["first = 1", "second = 2", "third = 3"])
    stored(page, 3, "inputs")
    Lite.repl(page, site).in_console(["fourth = 4"])
    stored(page, 4, "inputs")
    Lite.repl(page, site)
    until_true(page, _HAS_HISTORY)
    prompt = page.locator(".jp-CodeConsole-promptCell .cm-content")
    prompt.click()
    for expected in ("fourth = 4", "third = 3", "second = 2", "first = 1"):
        page.keyboard.press("ArrowUp")
        expect(prompt).to_have_text(expected)


def test_where_nothing_is_kept_the_notebook_works_and_says_so(visitor: Visitor, site: str) -> None:
    visitor.context.add_init_script(_BLOCKED)
    notebook = Lite.lab(visitor.page(), site).new_notebook()
    notebook.run("x = 1")
    notebook.run("x = 2")
    expect(notebook.outputs(notebook.run("%undo"))).to_contain_text("changed: x = 1 (was 2)")
    line = "Sessions are not kept here: the browser's settings forbid it for this page."
    expect(notebook.outputs(notebook.run("%resume")).last).to_contain_text(line)
    expect(notebook.outputs(notebook.run("x"))).to_have_text("1")
