"""A notebook that was run and saved, for those who open it a second time."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.support.frontends.jupyterlab import Lab, Notebook
from tests.support.frontends.notebooks import notebook as notebook_of
from tests.support.frontends.notebooks import write
from tests.support.frontends.server import Server


def ran_and_saved(lab: Lab, page: Page, server: Server, name: str) -> tuple[Notebook, int]:
    """Run `x = 0` and `x = 1` in a notebook of this name; the notebook, and the place of the second cell."""
    write(notebook_of("x = 0"), server.root, name)
    notebook = lab.open_notebook(name)
    notebook.cell(0).locator(".jp-InputPrompt").click()  # command mode: Shift+Enter makes a cell below
    page.keyboard.press("Shift+Enter")
    notebook.wait_for_number(0)
    changed = notebook.run("x = 1")
    with page.expect_response(lambda reply: reply.request.method == "PUT" and "/api/contents" in reply.url):
        page.keyboard.press("Control+s")
    return notebook, changed
