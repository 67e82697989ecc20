"""Every attack of the collection, as an output, a Markdown cell and a raw cell, on pages of nbconvert's three templates: it does nothing.

The pages are made by the code of `monty-kernel run --to html`, and looked at without the policy that is their second wall.
The control is nbconvert's own page of such a notebook.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from nbconvert.exporters import HTMLExporter
from nbformat import from_dict
from playwright.sync_api import Page, Route

from monty_kernel.headless.page import TEMPLATES, page_of
from monty_kernel.headless.page_frame import MATHJAX
from tests.support.frontends.jupyterlab import browser_page
from tests.support.frontends.renderers import INSPECTION, NAMES, Observer
from tests.support.hostile import ATTACKS
from tests.support.hostile.attacks import Attack
from tests.support.hostile.case import text_of

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

TOGETHER = 400
"""Attacks on one page."""
_ORIGIN = "http://pages.invalid"
_POLICY = re.compile(r'<meta (?=[^>]*http-equiv="Content-Security-Policy")[^>]*>')
_OWN = (MATHJAX, f"{_ORIGIN}/components/")
"""Of the template: what sets formulas, and the fonts in its style sheet, which the page's policy blocks."""
_PLACES = ".jp-OutputArea-output, .jp-MarkdownOutput, .output_subarea, .text_cell_render"
"""Where a template puts outputs and text."""
_LOOK = """([places, names]) => {
    const nodes = [...document.querySelectorAll(places)].filter(node => !node.parentElement.closest(places));
    const found = window.inspection.looked(nodes, names, true);
    const cells = nodes.map(node => (node.closest('[id^="cell-id="]') || {id: ''}).id);
    return cells.map((id, index) => [id, found[index]]);
}"""
_PROVOKE = "places => window.inspection.provoke([...document.querySelectorAll(places)])"


def _cells(number: int, attack: Attack) -> Iterator[dict[str, Any]]:
    """The cells of an attack; their ids say which it is."""
    text = text_of(attack)
    output = {"output_type": "display_data", "data": dict(attack.bundle), "metadata": dict(attack.metadata)}
    yield {"id": f"output-{number}", "cell_type": "code", "source": "", "execution_count": 1, "outputs": [output]}
    if text:
        yield {"id": f"markdown-{number}", "cell_type": "markdown", "source": text}
        yield {"id": f"raw-{number}", "cell_type": "raw", "source": text, "metadata": {"raw_mimetype": "text/html"}}


def _book(attacks: Sequence[tuple[int, Attack]]) -> dict[str, Any]:
    cells = [{"metadata": {}, **cell} for number, attack in attacks for cell in _cells(number, attack)]
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}


class Pages:
    """A browser that is shown one page after the other."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.observer = Observer.of(page, _ORIGIN)
        self._html = ""
        page.route("**/*", self._answer)

    def _answer(self, route: Route) -> None:
        if route.request.url == f"{_ORIGIN}/":
            route.fulfill(body=self._html, content_type="text/html; charset=utf-8")
        elif route.request.is_navigation_request():
            route.fulfill(status=204)  # a browser stays where it is
        else:
            route.abort()

    def show(self, html: str) -> None:
        self._html = _POLICY.sub("", html)
        assert "Content-Security-Policy" not in self._html
        self.page.goto(f"{_ORIGIN}/", wait_until="load")
        self.page.evaluate(INSPECTION)
        self.page.evaluate(_PROVOKE, _PLACES)
        self.page.evaluate("() => window.inspection.quiet(document.body, 200)")

    def found(self) -> dict[str, list[str]]:
        """What was found in which cell; what the page did itself has no name."""
        found: dict[str, list[str]] = {}
        for cell, said in self.page.evaluate(_LOOK, [_PLACES, NAMES]):
            if said:
                found.setdefault(cell.removeprefix("cell-id="), []).extend(said)
        asked = {address for address in self.observer.asked if not address.startswith(_OWN)} - {f"{_ORIGIN}/"}
        did = [
            *sorted(asked),
            *self.observer.dialogs,
            *(f"code of {ATTACKS[number].name} ran" for number in self.observer.ran),
        ]
        return {**found, "": did} if did else found


@pytest.mark.parametrize("template", TEMPLATES)
def test_what_a_page_shows_does_nothing(template: str) -> None:
    attacks = list(enumerate(ATTACKS))
    found: dict[str, list[str]] = {}
    shown = 0
    with browser_page() as page:
        pages = Pages(page)
        for start in range(0, len(attacks), TOGETHER):
            pages.show(page_of(_book(attacks[start : start + TOGETHER]), template))
            for cell, said in pages.found().items():
                name = ATTACKS[int(cell.rpartition("-")[2])].name if cell else f"one from {attacks[start][1].name}"
                found[f"{name} {cell}"] = said
            shown += page.evaluate("places => document.querySelectorAll(places).length", _PLACES)
    assert found == {}
    assert shown > 2 * len(attacks)


def test_on_pages_of_nbconvert_itself_the_attacks_succeed() -> None:
    attacks = [
        (number, attack)
        for number, attack in enumerate(ATTACKS)
        if attack.fires
        and not attack.leaves
        and attack.name.startswith(("html: handler: on", "html: loading", "markdown: fence"))
    ]
    html, _ = HTMLExporter(template_name="lab").from_notebook_node(from_dict(_book(attacks)))
    with browser_page() as page:
        pages = Pages(page)
        pages.show(html)
        found = pages.found()
    succeeded = {number for number, _ in attacks if number in pages.observer.ran or pages.observer.of_number(number)}
    assert len(succeeded) > 60, [attack.name for number, attack in attacks if number not in succeeded]
    assert len(found) > len(attacks)
