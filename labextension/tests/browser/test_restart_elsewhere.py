"""A restart that another front end asked for, as an open tab sees it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.support.frontends.environment import display_name
from tests.support.frontends.jupyterlab import Lab

pytestmark = pytest.mark.browser

RESTART = """async () => {
    const [session] = await (await fetch('/api/sessions')).json();
    const xsrf = (document.cookie.match(/_xsrf=([^;]*)/) || [])[1];
    const url = '/api/kernels/' + session.kernel.id + '/restart';
    return (await fetch(url, {method: 'POST', headers: {'X-XSRFToken': xsrf}})).status;
}"""


def test_the_tab_forgets_the_old_process_and_offers_to_resume(page: Page, lab: Lab) -> None:
    notebook = lab.new_notebook(display_name())
    undo = notebook.panel.locator(".mk-UndoButton")
    notebook.run("x = 41 + 1")
    expect(undo).to_have_attribute("title", re.compile(r"^Undo \[1\]"))
    assert page.evaluate(RESTART) == 200
    expect(undo).to_have_attribute("title", "Nothing to undo")
    notice = notebook.panel.locator(".mk-Notice")
    expect(notice).to_contain_text("The last session of this notebook has ")
    expect(notice.get_by_role("button", name="Resume")).to_be_visible()
    page.locator(".lm-MenuBar-itemLabel", has_text="Kernel").click()
    expect(page.locator(".lm-Menu-item:not(.lm-mod-disabled)", has_text="Resume the Last Session")).to_be_visible()
    page.keyboard.press("Escape")
    notice.get_by_role("button", name="Resume").click()
    expect(undo).to_have_attribute("title", re.compile(r"^Undo \[1\]"))
    expect(notice).to_be_hidden()
    shown = notebook.run("x")
    expect(notebook.outputs(shown)).to_have_text("42")
