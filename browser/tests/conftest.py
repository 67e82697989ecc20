"""What the tests in Chromium share: for each process of a run, one browser."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.support.frontends.jupyterlab import NAMES, TIMEOUT_MS

LONGEST = ("site/test_same_outputs.py", "outputs/test_time.py")
"""What takes as long as much of the rest: it is begun first, and the rest runs beside it."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: not str(item.path).endswith(LONGEST))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium.

    Raises RuntimeError if there is none.
    """
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        raise RuntimeError("The browser kernel is tested in Chromium, and there is none: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        expect.set_options(timeout=TIMEOUT_MS)
        try:
            yield browser
        finally:
            browser.close()
