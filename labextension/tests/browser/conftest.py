"""JupyterLab with the extension, as `make labextension` links it into this environment."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.frontends.conftest import images as images
from tests.support.frontends.jupyterlab import Lab, browser_profile
from tests.support.frontends.server import Server, running_server

LINKED = Path(sys.prefix, "share/jupyter/labextensions/monty-kernel/package.json")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    assert LINKED.exists(), "The extension is not there: `make labextension` builds and links it."
    assert json.loads(LINKED.read_text())["name"] == "monty-kernel"
    with running_server("jupyterlab", tmp_path_factory.mktemp("lab")) as server:
        yield server


@pytest.fixture(scope="session")
def profile() -> Iterator[BrowserContext]:
    """One browser for all tests of a process: to start it, and to fetch and compile JupyterLab, took most of their time."""
    with browser_profile() as profile:
        yield profile


@pytest.fixture
def page(profile: BrowserContext) -> Iterator[Page]:
    """A tab of a test's own."""
    page = profile.new_page()
    yield page
    page.close()


@pytest.fixture
def lab(page: Page, server: Server) -> Iterator[Lab]:
    lab = Lab.open(page, server.url)
    yield lab
    lab.shut_down_kernels()
