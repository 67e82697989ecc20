"""The Help menu has the kernel's documents, wherever the server's address begins and however the kernelspec was installed.

A server that has no way to the internet shows them, too: the browser here reaches nothing but the server.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from tests.support.frontends.environment import KERNEL
from tests.support.frontends.jupyterlab import Lab, Notebook, browser_page
from tests.support.frontends.notebooks import notebook as notebook_of
from tests.support.frontends.notebooks import write
from tests.support.frontends.server import TOKEN, Server, running_server
from tests.support.own_folders import isolated_environment
from tests.support.waiting import HANGING

pytestmark = pytest.mark.browser

EXPOSED = "--LabApp.expose_app_in_browser=True", "--JupyterNotebookApp.expose_app_in_browser=True"
OTHER_NAME = "Monty-2.tools"


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with browser_page() as page:
        page.route(lambda url: not re.match(r"\w+://127\.0\.0\.1:", url), lambda route: route.abort())
        yield page


def opened(page: Page, url: str, server: Server, kernel: str = KERNEL) -> Notebook:
    """A notebook of the kernel in JupyterLab, in a folder, so that its address is deeper than the server's."""
    folder = server.root / "some folder"
    folder.mkdir(exist_ok=True)
    book = notebook_of()
    book.metadata["kernelspec"]["name"] = kernel
    write(book, folder)
    return Lab.open(page, url).open_notebook("some%20folder/session.ipynb")


def choose(page: Page, text: str, kernel: str = KERNEL) -> None:
    """Open the Help menu and click, as soon as the front end has heard of the kernel: an open menu stays as it is."""
    command = f"help-menu-{kernel}:{text}"
    page.wait_for_function("name => window.jupyterapp?.commands.isVisible(name)", arg=command)
    page.get_by_role("menuitem", name="Help", exact=True).click()
    page.locator(".lm-Menu-itemLabel").get_by_text(text, exact=True).click()


def require_magics(shown: Page | FrameLocator) -> None:
    """The page about magics is shown and no other, and a link leads to another one."""
    expect(shown.get_by_role("heading", name="Magics", exact=True)).to_be_visible()
    expect(shown.locator("article:visible")).to_have_count(1)
    expect(shown.locator("article:visible")).to_contain_text("%undo")
    shown.get_by_role("navigation").get_by_role("link", name="Time travel").click()
    expect(shown.get_by_role("heading", name="Time travel", exact=True)).to_be_visible()
    expect(shown.locator("article:visible")).to_have_count(1)


@pytest.mark.parametrize("base", ["/", "/deep/er/"])
def test_jupyterlab_shows_a_document_beside_the_notebook(page: Page, tmp_path: Path, base: str) -> None:
    with running_server("jupyterlab", tmp_path, *EXPOSED, f"--ServerApp.base_url={base}") as server:
        opened(page, server.url + base.rstrip("/"), server)
        choose(page, "Monty: Magics")
        require_magics(page.frame_locator(".jp-Help iframe"))


def test_so_it_does_for_a_kernelspec_of_another_name(page: Page, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "monty_kernel.cli", "install", "--user", "--name", OTHER_NAME]
    subprocess.run(command, env=isolated_environment(tmp_path), check=True, timeout=HANGING)
    with running_server("jupyterlab", tmp_path, *EXPOSED) as server:
        opened(page, server.url, server, OTHER_NAME.lower())
        choose(page, "Monty: Magics", OTHER_NAME.lower())
        require_magics(page.frame_locator(".jp-Help iframe"))


def test_under_jupyterhub_a_document_opens_in_a_tab(page: Page, tmp_path: Path) -> None:
    """JupyterHub's server for one person: its address, its variable, and its header, which forbids frames."""
    base = "/user/ada/"
    headers = {"headers": {"Content-Security-Policy": "frame-ancestors 'none'"}}
    options = [f"--ServerApp.base_url={base}", f"--ServerApp.tornado_settings={headers}"]
    with running_server("jupyterlab", tmp_path, *EXPOSED, *options, JUPYTERHUB_SERVICE_PREFIX=base) as server:
        opened(page, server.url + base.rstrip("/"), server)
        with page.expect_popup() as tab:
            choose(page, "Monty: Magics")
        require_magics(tab.value)


@pytest.mark.parametrize("base", ["/", "/deep/er/"])
def test_notebook_opens_a_document_in_a_tab(page: Page, tmp_path: Path, base: str) -> None:
    with running_server("notebook", tmp_path, *EXPOSED, f"--ServerApp.base_url={base}") as server:
        write(notebook_of(), server.root)
        page.goto(f"{server.url}{base}notebooks/session.ipynb?token={TOKEN}")
        with page.expect_popup() as tab:
            choose(page, "Monty: Magics")
        require_magics(tab.value)
