"""Outputs that want to be seen elsewhere: not a pixel changes outside their box, on a page without any style of its own.

What can be hit there is asked of JupyterLab's renderers and of pages (`inspection.js`); shadows and outlines are only seen.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from monty_kernel.sanitize.html import sanitized_html
from tests.support.frontends.jupyterlab import browser_page
from tests.support.hostile import ATTACKS
from tests.support.hostile.case import text_of

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

MOVING = [attack for attack in ATTACKS if attack.name.startswith("html: moved")]
SEEN = ("an outline", "an outline's offset", "a shadow", "fixed", "moved by a margin", "scaled")
"""Some of those that draw elsewhere in any browser."""
TOGETHER = 8
"""Boxes on the page at once."""
_PUT = """texts => {
    document.body.replaceChildren();
    document.body.style.cssText = 'margin:0;background:white';
    return texts.map((html, index) => {
        const box = document.createElement('div');
        const [left, top] = [60 + 180 * (index % 4), 120 + 200 * Math.floor(index / 4)];
        box.style.cssText = `position:absolute;left:${left}px;top:${top}px;width:60px;background:#eee`;
        document.body.append(box);
        box.innerHTML = html;
        const {right, bottom} = box.getBoundingClientRect();
        return [left, top, right, bottom];
    });
}"""
_OUTSIDE = """async ([png, boxes]) => {
    const image = await createImageBitmap(await (await fetch('data:image/png;base64,' + png)).blob());
    const context = new OffscreenCanvas(image.width, image.height).getContext('2d');
    context.drawImage(image, 0, 0);
    const scale = image.width / innerWidth;
    const {data} = context.getImageData(0, 0, image.width, image.height);
    let count = 0;
    for (let y = 0, at = 0; y < image.height; y++) for (let x = 0; x < image.width; x++, at += 4) {
        const within = boxes.some(([left, top, right, bottom]) => x >= (left - 1) * scale && x <= (right + 1) * scale
            && y >= (top - 1) * scale && y <= (bottom + 1) * scale);
        if (!within && (data[at] < 250 || data[at + 1] < 250 || data[at + 2] < 250)) count++;
    }
    return count;
}"""


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with browser_page() as page:
        page.set_viewport_size({"width": 780, "height": 560})
        yield page


def _outside(page: Page, texts: list[str]) -> int:
    """How many pixels are not white outside the boxes that these texts are in."""
    boxes = page.evaluate(_PUT, texts)
    picture = base64.b64encode(page.screenshot(animations="allow", scale="css")).decode()
    return int(page.evaluate(_OUTSIDE, [picture, boxes]))


def test_nothing_is_drawn_outside_the_box(page: Page) -> None:
    found = {}
    for start in range(0, len(MOVING), TOGETHER):
        group = MOVING[start : start + TOGETHER]
        if _outside(page, [sanitized_html(text_of(attack)).text for attack in group]):
            found |= {attack.name: _outside(page, [sanitized_html(text_of(attack)).text]) for attack in group}
    assert found == {}


@pytest.mark.parametrize("name", SEEN)
def test_unsanitized_it_is_drawn_outside_the_box(page: Page, name: str) -> None:
    (attack,) = (each for each in MOVING if each.name == f"html: moved: {name}")
    assert _outside(page, [text_of(attack)]) > 100
