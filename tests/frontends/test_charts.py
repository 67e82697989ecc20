"""An honest chart in a live notebook of JupyterLab: it is drawn, answers the pointer, and its menu only saves it."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from monty_kernel.sanitize.vega import MIME
from tests.support.frontends.jupyterlab import Lab, browser_page
from tests.support.frontends.notebooks import notebook as notebook_of
from tests.support.frontends.notebooks import write
from tests.support.frontends.server import running_server
from tests.support.honest_charts import CHARTS

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


def test_charts_are_drawn_and_saved_and_nothing_else(tmp_path: Path) -> None:
    cells = [f"display({{{MIME!r}: {CHARTS[name]!r}}}, raw=True)" for name in ("bars", "slider", "calculated texts")]
    with running_server("jupyterlab", tmp_path) as server, browser_page() as page:
        path = write(notebook_of(*cells), server.root, "charts.ipynb").name
        notebook = Lab.open(page, server.url).open_notebook(path)
        notebook.toolbar("notebook:restart-run-all").click()
        page.locator(".jp-Dialog .jp-mod-accept").click()
        for place in range(len(cells)):
            expect(notebook.cell(place).locator("canvas.marks")).to_be_visible()
        expect(notebook.panel.locator("[data-mime-type='application/vnd.jupyter.stderr']")).to_have_count(0)
        menu = notebook.cell(0).locator(".vega-actions a")
        expect(menu).to_have_text(["Save as PNG"])

        bars = notebook.cell(0).locator("canvas.marks")
        bars.hover(position={"x": 55, "y": 250})
        expect(page.locator("#vg-tooltip-element.visible")).to_contain_text("Sum of b")
        slider = notebook.cell(1).locator("input[type=range]")
        slider.focus()
        slider.press("End")
        expect(notebook.cell(1).locator("label")).to_contain_text("50")
