"""A page of another origin has the whole site in a frame."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support.frontends.jupyterlab import NUMBERED

from .served import Visitor, static_server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(200)]

_PAGE = "<!DOCTYPE html><title>around</title><iframe src='{}' width='1100' height='800'></iframe>"


def test_the_site_runs_in_a_frame_of_another_page(visiting: Visitor, site: str, tmp_path: Path) -> None:
    address = f"{site}/repl/index.html?kernel=monty&code=print(6*7)&execute=1"
    (tmp_path / "index.html").write_text(_PAGE.format(address))
    page = visiting.page()
    with static_server(tmp_path) as around:
        page.goto(around)
        _use(page)
    page.close()


def _use(page: Page) -> None:
    frame = page.frame_locator("iframe")
    expect(frame.locator(".jp-OutputArea-output")).to_contain_text("42")
    editor = frame.locator(".jp-CodeConsole-promptCell .cm-content")
    editor.click()
    page.keyboard.insert_text("kept = 1\n%undo")
    page.keyboard.press("Shift+Enter")
    expect(frame.locator(".jp-CodeConsole-content .jp-InputPrompt").last).to_contain_text(NUMBERED)
    expect(frame.locator(".jp-OutputArea-output").last).to_contain_text("UsageError")
