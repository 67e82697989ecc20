"""What a notebook may reach, in JupyterLab's status bar."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support.frontends.environment import display_name
from tests.support.frontends.jupyterlab import Lab
from tests.support.frontends.server import Server, running_server

pytestmark = pytest.mark.browser

TOOLS = """
from monty_kernel import tool

@tool(ask=True)
def pay(amount: int, to: str) -> str:
    '''Pay somebody.'''
    return f"paid {amount}"

def titles() -> list[str]:
    '''<b>List</b> the titles.'''
    return []
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("granting")
    tools = folder / "bookshop.py"
    tools.write_text(TOOLS)
    (folder / "photos").mkdir()
    (folder / "config").mkdir()
    (folder / "config" / "monty_kernel_config.py").write_text(
        f"c.MontyKernel.tools = [{str(tools)!r}]\nc.MontyKernel.mounts = ['{folder / 'photos'}:/photos:ro']\n"
    )
    with running_server("jupyterlab", folder) as server:
        yield server


def test_the_status_bar_says_what_a_notebook_may_reach(page: Page, lab: Lab, images: Path) -> None:
    notebook = lab.new_notebook(display_name())
    item = page.locator(".mk-Grants-item button")
    expect(item).to_have_text("2 tools · 1 folder")
    item.click()
    dialog = page.locator(".jp-Dialog")
    expect(dialog).to_contain_text("bookshop.pay(amount: int, to: str) -> str")
    expect(dialog).to_contain_text("<b>List</b> the titles.")
    expect(dialog).to_contain_text("asks you first")
    expect(dialog).to_contain_text("can be read")
    page.screenshot(path=images / "grants.png")
    page.keyboard.press("Escape")
    notebook.run("%unmount /photos")
    expect(item).to_have_text("2 tools")
    Lab.open(page, lab.url).new_notebook("Python 3 (ipykernel)")
    expect(item).to_be_hidden()
