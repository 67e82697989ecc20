"""What the tests of outputs share: the bundled module, and a page that has it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.support.frontends.jupyterlab import HEIGHT, TIMEOUT_MS, WIDTH

from .sanitizing_page import bundle_in, serve


@pytest.fixture(scope="session")
def bundled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the module."""
    return bundle_in(tmp_path_factory.mktemp("bundle"))


@pytest.fixture(scope="module")
def page(browser: Browser, bundled: Path) -> Iterator[Page]:
    """A page that has `window.outputs`."""
    page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, device_scale_factor=2)
    page.set_default_timeout(TIMEOUT_MS)
    serve(page, bundled, "page.js")
    yield page
    page.close()
