"""The same in code consoles, and in Jupyter Notebook 7."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support.frontends.environment import display_name
from tests.support.frontends.jupyterlab import Lab, Notebook
from tests.support.frontends.notebooks import notebook as notebook_of
from tests.support.frontends.notebooks import write
from tests.support.frontends.server import TOKEN, Server, running_server

pytestmark = pytest.mark.browser

TOOLS = """
from monty_kernel import tool

@tool(ask=True)
def pay(amount: int) -> str:
    return f"paid {amount}"
"""


def with_tools(folder: Path) -> Path:
    """A server's folder whose kernels have a tool that asks."""
    (folder / "tools.py").write_text(TOOLS)
    (folder / "config").mkdir()
    (folder / "config" / "monty_kernel_config.py").write_text(f"c.MontyKernel.tools = [{str(folder / 'tools.py')!r}]\n")
    return folder


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_server("jupyterlab", with_tools(tmp_path_factory.mktemp("lab"))) as server:
        yield server


@pytest.fixture(scope="module")
def notebook_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_server("notebook", with_tools(tmp_path_factory.mktemp("notebook"))) as server:
        yield server


def test_a_code_console_has_all_of_it(page: Page, lab: Lab) -> None:
    page.locator(f'.jp-LauncherCard[data-category="Console"][title="{display_name()}"]:visible').click()
    console = page.locator(".jp-ConsolePanel")
    prompt = console.locator(".jp-CodeConsole-promptCell .cm-content")

    def run(source: str, number: int) -> None:
        prompt.click()
        page.keyboard.insert_text(source)
        page.keyboard.press("Shift+Enter")
        expect(console.locator(".jp-CodeConsole-content .jp-InputPrompt").nth(number)).to_have_text(f"[{number}]:")

    expect(console.locator(".mk-UndoButton")).to_be_visible()
    expect(console.locator(".jp-CodeConsole-content .jp-CodeCell, .jp-CodeConsole-banner")).to_have_count(1)
    run("import tools\nx = 1", 1)
    run("x = 2", 2)
    button = console.locator(".mk-UndoButton")
    expect(button).to_have_attribute("title", re.compile(r"^Undo \[2\]"))
    button.click()
    second = console.locator(".jp-CodeConsole-content .jp-CodeCell").last
    expect(second).to_have_class(re.compile("mk-mod-undone"))
    second.get_by_role("button", name="Go forward to the state after this cell").click()
    expect(second).not_to_have_class(re.compile("mk-mod-undone"))
    page.locator('.lm-TabBar-tab[data-id="monty-variables"]').click()
    expect(page.get_by_role("option", name="x, int, 2")).to_be_visible()
    prompt.click()
    page.keyboard.insert_text("tools.pay(5)")
    page.keyboard.press("Shift+Enter")
    page.locator(".jp-Dialog.mk-Question").get_by_role("button", name="Allow once").click()
    expect(console.locator(".jp-OutputArea-output").last).to_have_text("'paid 5'")


def test_jupyter_notebook_has_all_but_the_status_bar(page: Page, notebook_server: Server, images: Path) -> None:
    write(notebook_of("x = 1", "x = 2", "x"), notebook_server.root, "seven.ipynb")
    page.goto(f"{notebook_server.url}/notebooks/seven.ipynb?token={TOKEN}")
    notebook = Notebook(page)
    expect(notebook.editor(0)).to_be_visible()
    button = notebook.panel.locator(".mk-UndoButton")
    expect(button).to_have_attribute("title", "Nothing to undo")
    notebook.cell(0).locator(".jp-InputPrompt").click()
    for cell in range(2):
        page.keyboard.press("Shift+Enter")
        notebook.wait_for_number(cell)
    expect(button).to_have_attribute("title", re.compile(r"^Undo \[2\]"))
    button.click()
    expect(notebook.cell(1)).to_have_class(re.compile("mk-mod-undone"))
    page.locator(".lm-MenuBar-itemLabel", has_text="View").click()
    page.locator(".lm-Menu-itemLabel", has_text="Show the Timeline").click()
    expect(page.locator(".mk-Timeline .mk-State")).to_have_count(3)
    page.locator(".mk-State", has_text="x = 2").click()
    expect(notebook.cell(1)).not_to_have_class(re.compile("mk-mod-undone"))
    page.screenshot(path=images / "notebook-timeline.png")
    asking = notebook.panel.locator(".jp-Notebook .jp-Cell").count() - 1
    notebook.editor(asking).click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text("import tools; tools.pay(5)")
    page.keyboard.press("Shift+Enter")
    page.locator(".jp-Dialog.mk-Question").get_by_role("button", name="Allow once").click()
    expect(notebook.outputs(asking).last).to_have_text("'paid 5'")
