"""The kernel's own questions in JupyterLab: a dialog, beside the text prompt that stays."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.frontends.environment import display_name
from tests.support.frontends.jupyterlab import Lab, Notebook
from tests.support.frontends.server import Server, running_server

pytestmark = pytest.mark.browser

TOOLS = """
from monty_kernel import tool

@tool(ask=True)
def pay(amount: int, to: str) -> str:
    return f"paid {amount}"
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("asking")
    tools = folder / "tools.py"
    tools.write_text(TOOLS)
    (folder / "config").mkdir()
    (folder / "config" / "monty_kernel_config.py").write_text(f"c.MontyKernel.tools = [{str(tools)!r}]\n")
    with running_server("jupyterlab", folder) as server:
        yield server


@pytest.fixture
def notebook(lab: Lab) -> Notebook:
    notebook = lab.new_notebook(display_name())
    notebook.run("import tools")
    return notebook


@pytest.fixture
def dialog(page: Page) -> Locator:
    return page.locator(".jp-Dialog.mk-Question")


def button(dialog: Locator, label: str) -> Locator:
    return dialog.get_by_role("button", name=label, exact=True)


def text_prompt(notebook: Notebook, cell: int) -> Locator:
    return notebook.cell(cell).locator("input.jp-Stdin-input")


def test_a_call_is_allowed_once_for_the_session_or_not(notebook: Notebook, dialog: Locator, images: Path) -> None:
    once = notebook.start("tools.pay(5, 'you')")
    expect(dialog).to_contain_text("Let this cell call tools.pay?")
    expect(dialog.locator("dt")).to_have_text(["amount", "to"])
    expect(dialog.locator("dd")).to_have_text(["5", "'you'"])
    expect(dialog.locator(".jp-Dialog-footer button")).to_have_text(["Allow once", "Allow for this session", "No"])
    expect(button(dialog, "No")).to_be_enabled()
    dialog.page.screenshot(path=images / "question-dialog.png", clip={"x": 290, "y": 30, "width": 890, "height": 520})
    button(dialog, "Allow once").click()
    notebook.wait_for_number(once)
    expect(notebook.outputs(once).last).to_have_text("'paid 5'")
    expect(dialog).to_have_count(0)
    expect(text_prompt(notebook, once)).to_have_count(0)
    refused = notebook.start("tools.pay(6, 'you')")
    button(dialog, "No").click()
    notebook.wait_for_number(refused)
    expect(notebook.outputs(refused).last).to_contain_text("the person said no")
    button_of = notebook.start("tools.pay(7, 'you')")
    button(dialog, "Allow for this session").click()
    notebook.wait_for_number(button_of)
    unasked = notebook.run("tools.pay(8, 'you')")
    expect(notebook.outputs(unasked).last).to_have_text("'paid 8'")


def test_escape_leaves_the_text_prompt_and_answers_nothing(page: Page, notebook: Notebook, dialog: Locator) -> None:
    asking = notebook.start("tools.pay(5, 'you')")
    expect(dialog).to_be_visible()
    page.keyboard.press("Enter")  # of a person who was typing
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(text_prompt(notebook, asking)).to_be_focused()
    expect(notebook.prompt(asking)).to_contain_text("[*]")
    page.keyboard.insert_text("y")
    page.keyboard.press("Enter")
    notebook.wait_for_number(asking)
    expect(notebook.outputs(asking).last).to_have_text("'paid 5'")


def test_the_keyboard_alone_answers(page: Page, notebook: Notebook, dialog: Locator) -> None:
    asking = notebook.start("tools.pay(5, 'you')")
    expect(button(dialog, "No")).to_be_enabled()
    expect(dialog.locator(".mk-Question-text")).to_be_focused()
    page.keyboard.press("Tab")
    expect(button(dialog, "Allow once")).to_be_focused()
    page.keyboard.press("Enter")
    notebook.wait_for_number(asking)
    expect(notebook.outputs(asking).last).to_have_text("'paid 5'")


def test_an_interrupt_takes_the_dialog_away(page: Page, notebook: Notebook, dialog: Locator) -> None:
    asking = notebook.start("tools.pay(5, 'you')")
    expect(dialog).to_be_visible()
    page.evaluate(
        """async () => {
            const [session] = await (await fetch('/api/sessions')).json();
            const xsrf = (document.cookie.match(/_xsrf=([^;]*)/) || [])[1];
            await fetch(`/api/kernels/${session.kernel.id}/interrupt`, {method: 'POST', headers: {'X-XSRFToken': xsrf}});
        }"""
    )
    notebook.wait_for_number(asking)
    expect(dialog).to_have_count(0)


def test_a_long_argument_is_cut_until_somebody_wants_all_of_it(notebook: Notebook, dialog: Locator) -> None:
    notebook.start("tools.pay(5, '<img src=x onerror=alert(1)>\\u202e' + 'x' * 5_000)")
    long = dialog.locator("dd").nth(1)
    expect(long).to_contain_text("'<img src=x onerror=alert(1)>\\u202exxx")
    expect(dialog.locator("img")).to_have_count(0)
    assert len(long.locator("pre").inner_text()) < 400
    more = long.get_by_role("button")
    expect(more).to_have_text(re.compile(r"Show all 5,0\d\d characters"))
    more.click()
    assert len(long.locator("pre").inner_text()) > 5_000
    expect(more).to_have_attribute("aria-expanded", "true")
    button(dialog, "No").click()


def test_other_questions_of_the_kernel_have_their_dialogs(notebook: Notebook, dialog: Locator, server: Server) -> None:
    folder = server.root.parent / "photos"
    folder.mkdir(exist_ok=True)
    mounting = notebook.start(f"%mount {folder} /photos ro")
    expect(dialog.locator("dd").first).to_have_text(f"'{folder}'")
    button(dialog, "Allow").click()
    notebook.wait_for_number(mounting)
    expect(notebook.outputs(mounting).last).to_contain_text("Mounted at /photos")
    notebook.start("%reset")
    button(dialog, "No").click()
    expect(dialog).to_have_count(0)


def test_what_a_cell_asks_has_no_dialog(page: Page, notebook: Notebook, dialog: Locator) -> None:
    prompt = "monty-kernel asks: let this cell call tools.pay()? [y]es, [n]o: "
    asking = notebook.start(f"display({{'text/plain': 'x'}}, raw=True, metadata={{'monty': 1}})\ninput({prompt!r})")
    expect(text_prompt(notebook, asking)).to_be_visible()
    expect(notebook.cell(asking)).to_contain_text("(this cell asks)")
    expect(dialog).to_have_count(0)
    page.keyboard.insert_text("y")
    page.keyboard.press("Enter")
    notebook.wait_for_number(asking)
