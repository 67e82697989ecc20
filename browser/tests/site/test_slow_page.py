"""A page that draws slowly, as on a busy machine: the kernel waits for no frame."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from .apps import Lite
from .served import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

_SLOW = """
    const soon = window.requestAnimationFrame.bind(window);
    window.requestAnimationFrame = draw => soon(() => setTimeout(() => draw(performance.now()), 2000));
"""


def test_a_notebook_is_opened_and_its_cells_run(visiting: Visitor, site: str) -> None:
    visiting.context.add_init_script(_SLOW)
    notebook = Lite.lab(visiting.page(), site).new_notebook()
    expect(notebook.outputs(notebook.run("1 + 1"))).to_have_text("2")
