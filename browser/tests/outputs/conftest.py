"""What the tests of outputs share: the bundled module, and a page that has it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from .sanitizing_page import bundle_in, sanitizing_page


@pytest.fixture(scope="session")
def bundled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the module."""
    return bundle_in(tmp_path_factory.mktemp("bundle"))


@pytest.fixture(scope="module")
def page(bundled: Path) -> Iterator[Page]:
    """A page that has `window.outputs`."""
    with sanitizing_page(bundled) as page:
        yield page
