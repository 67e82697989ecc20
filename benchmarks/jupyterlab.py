"""What the extension adds to the start of JupyterLab, in Chromium."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, CDPSession, expect

from tests.support.frontends.jupyterlab import browser_page
from tests.support.frontends.server import TOKEN, running_server

from .figures import Family, Figure, Limit, Samples

WITH, WITHOUT = "with the extension", "without it"
NAME = "monty-kernel"
INSTALLED = Path(sys.prefix, "share/jupyter/labextensions")
STARTS = 3
"""Starts in a round, of which the fastest counts: what else the machine does only adds to the others."""


def missing() -> str | None:
    """Why there are no figures of JupyterLab; None if there are."""
    if (INSTALLED / NAME).exists():
        return None
    return "The start of JupyterLab is left out: `make labextension` builds the extension, and needs Node."


def _link_extensions(folder: Path, ours: bool) -> None:
    """Link the environment's extensions into a folder, ours among them or not."""
    for package in INSTALLED.glob("**/package.json"):
        name = package.parent.relative_to(INSTALLED)
        if len(name.parts) <= 2 and (ours or name != Path(NAME)):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).symlink_to(package.parent.resolve())


def _task_seconds(tools: CDPSession) -> float:
    """How long the page's main thread has worked, in seconds."""
    metrics = tools.send("Performance.getMetrics")["metrics"]
    return float(next(metric["value"] for metric in metrics if metric["name"] == "TaskDuration"))


def _start(browser: Browser, url: str) -> tuple[float, float]:
    """Milliseconds from the address to the launcher, with nothing in the cache, and those of the main thread's work."""
    context = browser.new_context()
    try:
        page = context.new_page()
        tools = context.new_cdp_session(page)
        tools.send("Performance.enable")
        page.goto(f"{url}/lab?token={TOKEN}&reset", wait_until="commit")
        expect(page.locator(".jp-Launcher")).to_be_visible()
        taken = float(page.evaluate("performance.now()"))
        return taken, _task_seconds(tools) * 1000
    finally:
        context.close()


@contextmanager
def _open(contender: str) -> Iterator[Callable[[], Samples]]:
    with tempfile.TemporaryDirectory() as folder:
        extensions = Path(folder, "extensions")
        extensions.mkdir()
        _link_extensions(extensions, contender == WITH)
        with running_server("jupyterlab", Path(folder), f"--LabApp.labextensions_path={extensions}") as server:

            def measure() -> Samples:
                with browser_page() as page:
                    browser = page.context.browser
                    assert browser is not None
                    starts = [_start(browser, server.url) for _ in range(STARTS)]
                return {"lab start": min(taken for taken, _ in starts), "lab work": min(work for _, work in starts)}

            yield measure


_FAMILY = Family(
    "jupyterlab",
    (
        Figure(
            "lab start",
            "JupyterLab, from its address to the launcher",
            "ms",
            Limit("added at most", 30),
            against=WITHOUT,
        ),
        Figure("lab work", "the same, work of the page's main thread", "ms", against=WITHOUT),
    ),
    rounds=7,
    open=_open,
    contenders=(WITH, WITHOUT),
)

FAMILIES = () if missing() else (_FAMILY,)
