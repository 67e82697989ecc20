"""The attacks that a live session is shown, displayed by cells in the lab of a site: no code ran, and nothing was asked of another host."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import zip_longest

import pytest
from playwright.sync_api import Page, Request, Route, expect

from tests.support.frontends.renderers import INSPECTION
from tests.support.hostile.attacks import ATTACKS

from .apps import Lite

pytestmark = [pytest.mark.browser, pytest.mark.timeout(200)]

TOGETHER = 12
"""Attacks in one cell: a cell costs JupyterLab more time than an output."""
PATH = "attacks.ipynb"
_ALL_SHOWN = "() => { window.jupyterapp.shell.currentWidget.content.notebookConfig.windowingMode = 'none'; }"
_PROVOKE = """async () => {
    const shown = () => [...document.querySelectorAll('.jp-OutputArea-output')];
    await window.inspection.quiet(document.body, 500);
    window.inspection.provoke(shown());
    await window.inspection.quiet(document.body, 300);
    return shown().length;
}"""


@dataclass
class Watch:
    """What the page did that it should not have done."""

    site: str
    ran: set[str] = field(default_factory=set)
    asked: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, page: Page, site: str) -> Watch:
        watch = cls(site)
        page.expose_binding("pwned", lambda source, number: watch.ran.add(ATTACKS[int(number)].name))
        page.on("request", watch._request)
        page.on("dialog", lambda dialog: dialog.accept())
        page.context.on("page", lambda opened: watch.asked.add(f"a window: {opened.url}"))
        page.route("**/*", watch._route)
        return watch

    def _request(self, request: Request) -> None:
        own = request.url.startswith(self.site) and "canary" not in request.url
        if not own and not request.url.startswith(("data:", "blob:")):
            self.asked.add(request.url)

    def _route(self, route: Route) -> None:
        request = route.request
        if request.url.startswith(self.site) and not request.is_navigation_request():
            route.continue_()
        else:
            route.fulfill(status=204)  # a browser stays where it is


@pytest.fixture
def written(lab: Lite) -> Iterator[Lite]:
    """The lab, with a notebook of all attacks in its drive."""
    together = [attack.cell() for attack in ATTACKS if not attack.needs_a_cell]
    cells = ["\n".join(group) for group in zip_longest(*[iter(together)] * TOGETHER, fillvalue="")]
    alone = [attack for attack in ATTACKS if attack.needs_a_cell]
    cells += [attack.cell() for attack in alone if not attack.fails]
    lab.write(PATH, *cells, failing=[attack.cell() for attack in alone if attack.fails])
    yield lab
    lab.page.unroute_all()


def test_nothing_runs_and_nothing_is_loaded_when_cells_show_it_and_when_the_file_is_opened_again(written: Lite) -> None:
    lab = written
    notebook = lab.open(PATH)
    watch = Watch.of(lab.page, lab.url)
    lab.page.evaluate(INSPECTION)
    lab.run_all()
    lab.page.evaluate(_ALL_SHOWN)
    shown = lab.page.evaluate(_PROVOKE)
    assert (watch.ran, watch.asked) == (set(), set())
    assert shown > len(ATTACKS) // 2

    lab.page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
    lab.shut_down()
    lab.open(PATH)
    lab.page.evaluate(_ALL_SHOWN)
    lab.page.evaluate(_PROVOKE)
    assert (watch.ran, watch.asked) == (set(), set())
    expect(notebook.toolbar("notebook:interrupt-kernel")).to_be_enabled()

    # as a control: this would be seen
    lab.page.evaluate(
        """() => new Promise(seen => {
            document.body.insertAdjacentHTML('beforeend', '<img src=canary-0.png onerror=pwned(0)>');
            document.querySelector('img[src^=canary]').addEventListener('error', () => seen());
        })"""
    )
    assert watch.asked == {f"{lab.url}/lab/canary-0.png"}
    assert watch.ran == {ATTACKS[0].name}
