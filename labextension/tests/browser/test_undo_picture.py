"""Data that a cell destroyed come back with one click: the animated picture of the README."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.support.frontends.environment import display_name
from tests.support.frontends.jupyterlab import Lab
from tests.support.frontends.moving_picture import MovingPicture

pytestmark = pytest.mark.browser


def _widen_the_timeline(page: Page, pixels: int) -> None:
    box = page.locator(".mk-Timeline").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] - 2, box["y"] + 200)
    page.mouse.down()
    page.mouse.move(box["x"] - 2 - pixels, box["y"] + 200, steps=4)
    page.mouse.up()


def test_data_that_a_cell_destroyed_come_back_with_one_click(page: Page, lab: Lab, images: Path) -> None:
    page.set_viewport_size({"width": 1180, "height": 620})
    notebook = lab.new_notebook(display_name())
    picture = MovingPicture(page, {"x": 290, "y": 30, "width": 890, "height": 400})
    notebook.run("visits = {'Mon': 120, 'Tue': 98, 'Wed': 143}")
    page.locator('.lm-TabBar-tab[data-id="monty-timeline"]').click()
    expect(page.locator(".mk-State")).to_have_count(2)
    _widen_the_timeline(page, 80)
    notebook.editor(1).click()
    picture.frame(1)
    notebook.run("busiest = max(visits, key=visits.get)\nbusiest")
    expect(page.locator(".mk-State", has_text="busiest")).to_contain_text("+ busiest = 'Wed'")
    picture.frame(1.5)
    last = notebook.panel.locator(".jp-Notebook .jp-Cell").count() - 1
    notebook.write(last, "visits.clear()")
    picture.frame(1)
    page.keyboard.press("Shift+Enter")
    notebook.wait_for_number(last)
    lost = page.locator(".mk-State", has_text="visits.clear()")
    expect(lost).to_contain_text("visits: dict of 3 → dict of 0")
    looked = notebook.run("visits")
    expect(notebook.outputs(looked)).to_have_text("{}")
    picture.frame(2)

    undo = notebook.panel.locator(".mk-UndoButton")
    picture.point_at(undo, 1.5)
    undo.click()
    expect(notebook.cell(last)).to_have_class(re.compile("mk-mod-undone"))
    picture.frame(2)
    again = notebook.run("visits")
    expect(notebook.outputs(again)).to_contain_text("'Tue': 98")
    picture.frame(3)

    picture.save(images / "undo.gif")
    with Image.open(images / "undo.gif") as saved:
        assert saved.format == "GIF"
        assert getattr(saved, "n_frames", 1) == 7
