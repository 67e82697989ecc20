"""The links of the sample notebooks, clicked in JupyterLab where `make lab` opens it: in a folder beside the documents."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.support.frontends.jupyterlab import Lab, Notebook, browser_page
from tests.support.frontends.server import running_server

pytestmark = [pytest.mark.browser, pytest.mark.weekly]

ROOT = Path(__file__).parents[2]
_LINK = re.compile(r"\[([^\]]*)\]\(((?:\.\./)*[\w./-]+)\)")


def links_of(notebook: Path) -> list[tuple[str, str]]:
    """The texts and targets of a notebook's links to files."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return [
        link for cell in cells if cell["cell_type"] == "markdown" for link in _LINK.findall("".join(cell["source"]))
    ]


def test_each_opens_its_file(tmp_path: Path) -> None:
    clicked = set()
    with running_server("jupyterlab", tmp_path) as server, browser_page() as page:
        for name, pattern in (("notebooks", "*.ipynb"), ("docs", "*.md")):
            (server.root / name).mkdir()
            for file in (ROOT / name).glob(pattern):
                shutil.copy(file, server.root / name)
        lab = Lab.open(page, server.url)
        for notebook in sorted((ROOT / "notebooks").glob("*.ipynb")):
            for text, target in links_of(notebook):
                page.goto(f"{lab.url}/lab/tree/notebooks/{notebook.name}?reset")
                current = page.locator(".jp-mod-current .lm-TabBar-tabLabel")
                expect(current).to_have_text(notebook.name)
                panel = Notebook(page).panel
                panel.locator(".jp-RenderedMarkdown").get_by_role("link", name=text, exact=True).first.click()
                expect(current).to_have_text(Path(target).name)
                expect(page.locator(".jp-Dialog")).to_have_count(0)
                clicked.add(Path(target).suffix)
    assert clicked == {".ipynb", ".md"}
