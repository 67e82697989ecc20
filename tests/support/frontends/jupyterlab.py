"""JupyterLab in a headless Chromium, in a person's terms: open a notebook, type, run, read what a cell shows."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from playwright.sync_api import BrowserContext, Locator, Page, expect, sync_playwright

from tests.support.waiting import HANGING

from .server import TOKEN

TIMEOUT_MS = HANGING * 1000
WIDTH, HEIGHT = 1180, 860
NUMBERED = re.compile(r"\[\d+\]:")
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


@contextmanager
def browser_profile() -> Iterator[BrowserContext]:
    """A profile of the system's Chromium; the browser ends with the context. Its pages share what they have fetched.

    Raises RuntimeError if there is none: this front end is never silently left out.
    """
    chromium = next(filter(None, map(shutil.which, NAMES)), None)
    if chromium is None:
        raise RuntimeError("JupyterLab is tested in Chromium, and there is none. Install it: apt-get install chromium")
    with sync_playwright() as playwright:
        # Chromium refuses its own sandbox to root, and continuous integration runs as root.
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        try:
            profile = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT}, device_scale_factor=2)
            profile.set_default_timeout(TIMEOUT_MS)
            expect.set_options(timeout=TIMEOUT_MS)
            yield profile
        finally:
            browser.close()


@contextmanager
def browser_page() -> Iterator[Page]:
    """A page in a browser of its own."""
    with browser_profile() as profile:
        yield profile.new_page()


@dataclass(frozen=True)
class Lab:
    """JupyterLab open in `page`, from the server at `url`."""

    page: Page
    url: str

    @classmethod
    def open(cls, page: Page, url: str) -> Lab:
        """Load JupyterLab from the server at `url` and wait for its launcher."""
        page.goto(f"{url}/lab?token={TOKEN}&reset")
        expect(page.locator(".jp-Launcher")).to_be_visible()
        return cls(page, url)

    def card(self, kernel: str) -> Locator:
        """The launcher's card that starts a notebook with the kernel of that display name."""
        return self.page.locator(f'.jp-LauncherCard[data-category="Notebook"][title="{kernel}"]:visible')

    def new_notebook(self, kernel: str) -> Notebook:
        """Pick the kernel in the launcher and wait until it is ready."""
        if not self.card(kernel).is_visible():
            self.page.keyboard.press("Control+Shift+L")
        with self._connected():
            self.card(kernel).click()
        return self._notebook_on_top()

    def open_notebook(self, path: str) -> Notebook:
        """Open an existing notebook; its metadata says which kernel it wants."""
        with self._connected():
            self.page.goto(f"{self.url}/lab/tree/{path}?reset")
        return self._notebook_on_top()

    def _connected(self) -> AbstractContextManager[object]:
        """Ends when a kernel is connected. Before that the indicator says `idle` too, next to "No Kernel"."""
        return self.page.expect_websocket(lambda socket: "/channels" in socket.url)

    def _notebook_on_top(self) -> Notebook:
        notebook = Notebook(self.page)
        expect(notebook.editor(0)).to_be_visible()
        notebook.wait_until("idle")
        return notebook

    def shut_down_kernels(self) -> None:
        """End every kernel; the tabs go with the next `open`."""
        self.page.evaluate(
            """async () => {
                const list = await (await fetch('/api/sessions')).json();
                const xsrf = (document.cookie.match(/_xsrf=([^;]*)/) || [])[1];
                for (const session of list)
                    await fetch('/api/sessions/' + session.id, {method: 'DELETE', headers: {'X-XSRFToken': xsrf}});
            }"""
        )


@dataclass(frozen=True)
class Notebook:
    """The notebook in the tab on top."""

    page: Page

    @property
    def panel(self) -> Locator:
        return self.page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")

    def cell(self, index: int) -> Locator:
        return self.panel.locator(".jp-Notebook .jp-Cell").nth(index)

    def editor(self, index: int) -> Locator:
        return self.cell(index).locator(".jp-InputArea-editor .cm-content")

    def outputs(self, index: int) -> Locator:
        return self.cell(index).locator(".jp-OutputArea-output")

    def prompt(self, index: int) -> Locator:
        """What stands left of the cell: `[ ]:`, `[*]:` while it runs, `[3]:` afterwards."""
        return self.cell(index).locator(".jp-InputPrompt")

    def write(self, index: int, source: str) -> None:
        """Put `source` into the cell, all at once."""
        self.editor(index).click()
        self.page.keyboard.insert_text(source)
        expect(self.editor(index)).to_contain_text(source.splitlines()[0])

    def start(self, source: str) -> int:
        """Write `source` into the last cell and press Shift+Enter; do not wait. Returns the cell's index."""
        index = self.panel.locator(".jp-Notebook .jp-Cell").count() - 1
        self.write(index, source)
        self.page.keyboard.press("Shift+Enter")
        return index

    def run(self, source: str) -> int:
        """`start`, then wait until the cell has its number."""
        index = self.start(source)
        self.wait_for_number(index)
        return index

    def wait_for_number(self, index: int) -> None:
        expect(self.prompt(index)).to_contain_text(NUMBERED)

    def wait_until(self, status: str) -> None:
        """Until the indicator in the toolbar says `idle` or `busy`."""
        expect(self.panel.locator(f'.jp-Notebook-ExecutionIndicator[data-status="{status}"]')).to_be_visible()

    def toolbar(self, command: str) -> Locator:
        """A button of the notebook's toolbar, e.g. `notebook:interrupt-kernel`."""
        return self.panel.locator(f'.jp-NotebookPanel-toolbar [data-command="{command}"]')
