"""Headless Chromium, cold: a new browser with a new profile for each look, so that nothing is cached or compiled."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil  # type: ignore[import-untyped,unused-ignore]
from playwright.sync_api import BrowserContext, Page, Playwright

from benchmarks.memory import pss

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PATIENCE_MS = 180_000
"""A kernel that takes longer than this fails the run."""


@dataclass(frozen=True)
class Cold:
    """A browser that has seen nothing."""

    context: BrowserContext
    profile: Path

    def page(self, script: str | None = None) -> Page:
        """A page; `script` runs in it before its own."""
        page = self.context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        if script is not None:
            page.add_init_script(script)
        return page

    def memory(self) -> float:
        """Proportional set size of all the browser's processes, MiB."""
        return pss(self._processes())

    def _processes(self) -> Iterator[psutil.Process]:
        for process in psutil.Process().children(recursive=True):
            if f"--user-data-dir={self.profile}" in process.cmdline():
                yield process
                yield from process.children(recursive=True)


@contextmanager
def cold_browser(playwright: Playwright) -> Iterator[Cold]:
    """A browser that ends with the context. Raises RuntimeError if there is none."""
    executable = next(filter(None, map(shutil.which, NAMES)), None)
    if executable is None:
        raise RuntimeError("There is no Chromium to measure in. Install it: apt-get install chromium")
    with TemporaryDirectory(prefix="bench-profile-", ignore_cleanup_errors=True) as profile:
        # Chromium refuses its own sandbox to root, and continuous integration runs as root.
        context = playwright.chromium.launch_persistent_context(
            profile, executable_path=executable, args=["--no-sandbox"], headless=True
        )
        try:
            yield Cold(context, Path(profile))
        finally:
            context.close()
