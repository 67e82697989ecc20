"""Every attack of the collection, displayed in a live session of JupyterLab: no code ran, no request left.

The same notebook in a kernel that trusts outputs is the control: there the attacks that are known to work do work, so
this test would see them.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path
from urllib.request import urlopen

import pytest
from playwright.sync_api import Page, Request, expect

from tests.support.frontends.environment import isolated_environment
from tests.support.frontends.jupyterlab import Lab, Notebook, browser_page
from tests.support.frontends.notebooks import notebook as notebook_of
from tests.support.frontends.notebooks import write
from tests.support.frontends.server import TOKEN, Server, running_server
from tests.support.hostile.attacks import ATTACKS, Attack
from tests.support.waiting import HANGING

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

TRUSTING = "monty-trusting"
PROVOKE = """
() => {
    const provoked = new Set(['mouseover', 'mouseenter', 'mousemove', 'pointerenter', 'focus', 'focusin']);
    for (const element of document.querySelectorAll('.jp-OutputArea-output, .jp-OutputArea-output *')) {
        for (const type of provoked) element.dispatchEvent(new MouseEvent(type, {bubbles: true}));
        const link = element.closest('a');
        const address = link && String(link.href && link.href.baseVal !== undefined ? link.href.baseVal : link.href);
        if (link && (!address || /^(https?|mailto|file):/i.test(address) || address.startsWith('#'))) continue;
        if (link || element.matches('button, summary, input, [data-commandlinker-command]')) {
            if (link) link.removeAttribute('target');
            element.dispatchEvent(new MouseEvent('click', {bubbles: true, cancelable: true}));
        }
    }
}
"""
TOGETHER = 12
"""Attacks in one cell: a cell costs JupyterLab more time than an output."""
SETTLED_MS = 2_500
"""Until MathJax and mermaid are loaded and have drawn, and what was started has made its requests."""


@dataclass
class Watch:
    """What the page did that it should not have done."""

    url: str
    ran: set[int] = field(default_factory=set)
    requested: list[str] = field(default_factory=list)

    def saw(self, request: Request) -> None:
        address = request.url
        away = not address.startswith((self.url, "data:", "blob:", self.url.replace("http:", "ws:")))
        if away or "canary" in address:
            self.requested.append(address)

    def succeeded(self, attack: Attack, number: int) -> bool:
        marks = (f"canary.invalid/{number}", f"canary-{number}.", f"canary-{number}?")
        return number in self.ran or any(mark in f"{address}?" for address in self.requested for mark in marks)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("lab")
    command = [sys.executable, "-m", "monty_kernel.cli", "install", "--user", "--name", TRUSTING]
    subprocess.run(
        [*command, "--", "--MontyKernel.trust_outputs=True"],
        env=isolated_environment(folder),
        check=True,
        capture_output=True,
    )
    with running_server("jupyterlab", folder) as server:
        yield server


@pytest.fixture
def page() -> Iterator[Page]:
    with browser_page() as page:
        yield page


def _watched(page: Page, server: Server) -> Watch:
    watch = Watch(server.url)
    page.expose_binding("pwned", lambda source, number: watch.ran.add(number))
    page.context.on("request", watch.saw)
    page.on("dialog", lambda dialog: dialog.accept())
    return watch


def _written(folder: Path, kernel: str, attacks: list[Attack]) -> str:
    """A notebook of these attacks, those that share a cell with others first."""
    together = [attack.cell() for attack in attacks if not attack.needs_a_cell]
    alone = [attack for attack in attacks if attack.needs_a_cell]
    cells = ["\n".join(group) for group in zip_longest(*[iter(together)] * TOGETHER, fillvalue="")]
    # errors would end the run but for their tag
    tags = {len(cells) + index: ["raises-exception"] for index, attack in enumerate(alone) if attack.fails}
    book = notebook_of(*cells, *(attack.cell() for attack in alone), "print('all', 'shown')", tags=tags)
    book.metadata["kernelspec"]["name"] = kernel
    return write(book, folder, f"{kernel}.ipynb").name


def _run_all(lab: Lab, path: str) -> Notebook:
    notebook = lab.open_notebook(path)
    notebook.toolbar("notebook:restart-run-all").click()
    lab.page.locator(".jp-Dialog .jp-mod-accept").click()
    expect(notebook.panel.get_by_text("all shown", exact=True)).to_be_visible(timeout=HANGING * 1000)
    return notebook


def _provoke(page: Page) -> None:
    page.wait_for_timeout(SETTLED_MS)
    page.evaluate(PROVOKE)


def test_in_a_live_session_and_after_opening_it_again_nothing_runs_and_nothing_is_loaded(
    server: Server, page: Page
) -> None:
    watch = _watched(page, server)
    path = _written(server.root, "monty", list(ATTACKS))
    notebook = _run_all(Lab.open(page, server.url), path)
    _provoke(page)
    page.wait_for_timeout(SETTLED_MS)
    _nothing_happened(watch, page)
    # the notebook's own buttons are still where the pointer finds them: no output covers them
    toolbar = notebook.toolbar("notebook:restart-run-all")
    toolbar.hover()
    page.keyboard.press("Control+s")
    _wait_until(page, lambda: "left out of this output" in (server.root / path).read_text())

    Lab(page, server.url).open_notebook(path)
    expect(notebook.panel.get_by_text("all shown", exact=True)).to_be_visible(timeout=HANGING * 1000)
    _provoke(page)
    page.wait_for_timeout(SETTLED_MS)
    _nothing_happened(watch, page)


def _nothing_happened(watch: Watch, page: Page) -> None:
    assert {ATTACKS[number].name for number in watch.ran} == set()
    assert watch.requested == []
    assert (len(_asked(watch, "kernels")), len(_asked(watch, "terminals"))) == (1, 0)


def _asked(watch: Watch, what: str) -> list[object]:
    """What the server has running, asked from outside the page."""
    with urlopen(f"{watch.url}/api/{what}?token={TOKEN}", timeout=HANGING) as answer:
        found: list[object] = json.load(answer)
    return found


def _wait_until(page: Page, holds: Callable[[], bool], otherwise: Callable[[], str] = lambda: "waited in vain") -> None:
    for _ in range(200):
        if holds():
            return
        page.wait_for_timeout(100)
    raise AssertionError(otherwise())


def test_where_outputs_are_trusted_the_attacks_succeed(server: Server, page: Page) -> None:
    attacks = [attack for attack in ATTACKS if not attack.leaves]
    watch = _watched(page, server)
    lab = Lab.open(page, server.url)
    lab.shut_down_kernels()
    _run_all(lab, _written(server.root, TRUSTING, attacks))
    _provoke(page)
    _wait_until(page, lambda: _asked(watch, "terminals") != [])  # JupyterLab's own command, which a button ran
    expected = {attack.name for attack in attacks if attack.fires}

    def failed() -> set[str]:
        numbered = enumerate(ATTACKS)
        return expected - {
            each.name for number, each in numbered if watch.succeeded(each, number) or "command" in each.name
        }

    _wait_until(page, lambda: not failed(), lambda: f"these did not succeed: {failed()}")
