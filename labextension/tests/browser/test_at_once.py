"""Two people who act on the states of one kernel at once."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from tests.support.frontends.jupyterlab import Lab, Notebook
from tests.support.frontends.server import TOKEN, Server

from .saved import ran_and_saved

pytestmark = pytest.mark.browser


def test_of_two_who_act_at_once_one_is_refused_and_told_why(lab: Lab, page: Page, server: Server) -> None:
    notebook, changed = ran_and_saved(lab, page, server, "both.ipynb")
    assert page.context.browser is not None
    other = page.context.browser.new_page()
    is_held: list[bool] = []

    def slow(socket: WebSocketRoute) -> None:
        """A connection on which news of states does not arrive once it is held."""
        kernel = socket.connect_to_server()

        def pass_on(message: str | bytes) -> None:
            text = message if isinstance(message, str) else message.decode("utf-8", "replace")
            if not (is_held and "comm_msg" in text):
                socket.send(message)

        kernel.on_message(pass_on)

    other.route_web_socket(re.compile("/channels"), slow)
    other.goto(f"{lab.url}/lab/tree/both.ipynb?token={TOKEN}&reset")
    theirs = Notebook(other)
    expect(theirs.panel.locator(".mk-UndoButton")).to_have_attribute("title", re.compile(r"^Undo \[2\]"))
    is_held.append(True)
    notebook.panel.locator(".mk-UndoButton").click()
    expect(notebook.cell(changed)).to_have_class(re.compile("mk-mod-undone"))
    theirs.panel.locator(".mk-UndoButton").click()
    expect(other.locator(".Toastify__toast--warning")).to_contain_text("state")
    shown = notebook.run("x")
    expect(notebook.outputs(shown)).to_have_text("0")
    other.close()
