"""JupyterLab's own renderers, from a page of their own: hundreds of MIME bundles at a time, and what each of them did.

No cell is run and nothing is clicked through. A notebook without a kernel is opened, so that its `rendermime` has all
extensions and resolves addresses as it does in a session; what it renders is put on a stage over the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from playwright.sync_api import Page, Request, Route

from monty_kernel.sanitize.allowed import HTML_TAGS, SVG_TAGS

from .jupyterlab import Lab, browser_page
from .notebooks import notebook, write
from .server import Server, running_server

_HERE = Path(__file__).parent
INSPECTION = (_HERE / "inspection.js").read_text()
_RENDERERS = (_HERE / "renderers.js").read_text()
NAMES = sorted({*HTML_TAGS, *SVG_TAGS.values(), "mjx-container", "mjx-assistive-mml"})
"""Elements that may be on the stage."""

_POLLED = re.compile(
    r"/(?:api/(?:kernels|sessions|terminals|kernelspecs|contents|me)|lab/api/(?:workspaces|settings))\b"
)
_CODE = re.compile(r"/static/lab/[\w.~-]+\.(?:js|woff2?|css|svg)(?:\?v=\w+)?$")
SETTLED_MS = 100
"""How long nothing may have changed before what was rendered is looked at."""
_ORDINARY: tuple[Mapping[str, Any], ...] = (
    {"text/html": "<b>x</b> <a href='https://example.org'>y</a> $x^2$ <details><summary>s</summary>t</details>"},
    {"text/latex": r"$\frac{a}{b} \mathbb{R} \mathcal{L} \text{if } \ce{H2O} \cancel{x} \boxed{y}$"},
    {"image/svg+xml": "<svg xmlns='http://www.w3.org/2000/svg'><rect width='9' height='9'/></svg>"},
    {"image/png": "iVBORw0KGgo="},
    {"application/json": {"a": [1, {"b": None}]}},
    {"text/plain": "x"},
    {"text/markdown": "*x* $y$\n\n```python\nx = 1\n```\n\n```mermaid\nflowchart LR\nA-->B\n```"},
)
"""Rendered first, so that JupyterLab has loaded all that it loads for harmless outputs."""


class Shown(NamedTuple):
    """A bundle to render. number: what its attack calls `pwned` with, and asks for in its addresses."""

    number: int
    data: Mapping[str, Any]
    metadata: Mapping[str, Any] = {}


@dataclass
class Observer:
    """What a page does: which attacks ran code, and which addresses it asked for."""

    url: str
    ran: set[int] = field(default_factory=set)
    asked: set[str] = field(default_factory=set)
    dialogs: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, page: Page, url: str) -> Observer:
        """Begin to watch a page that comes from the server at `url`."""
        observer = cls(url)
        page.expose_binding("pwned", lambda source, number: observer.ran.add(int(number)))
        page.context.on("request", observer._request)
        page.context.on("page", lambda opened: observer.asked.add(f"a window: {opened.url}"))
        page.on("dialog", lambda dialog: (observer.dialogs.append(dialog.message), dialog.accept()))
        return observer

    def _request(self, request: Request) -> None:
        address = request.url
        own = address.startswith((self.url, self.url.replace("http:", "ws:", 1))) and "canary" not in address
        path = address[len(self.url) :] if own else ""
        if not address.startswith(("data:", "blob:")) and not (own and (_POLLED.match(path) or _CODE.match(path))):
            self.asked.add(address)

    def forget(self) -> None:
        """Begin anew."""
        self.ran.clear()
        self.asked.clear()
        self.dialogs.clear()

    def of_number(self, number: int) -> list[str]:
        """What the attack of this number did."""
        mark = re.compile(rf"canary\.invalid/{number}(?!\d)|canary-{number}\.")
        return ["its code ran"] * (number in self.ran) + sorted(each for each in self.asked if mark.search(each))


class Renderers:
    """JupyterLab's renderers in `page`."""

    def __init__(self, page: Page, observer: Observer) -> None:
        self.page = page
        self.observer = observer

    def examine(self, shown: Sequence[Shown], *, milliseconds: int = SETTLED_MS) -> dict[int, list[str]]:
        """Render these at once, provoke them, and say for each place in `shown` what should not be; places without a finding are left out.

        What cannot be told of any place counts as found in -1.
        """
        self.observer.forget()
        items = [{"data": dict(each.data), "metadata": dict(each.metadata)} for each in shown]
        found = self.page.evaluate(
            "([items, names, ms]) => window.renderers.examine(items, names, ms)", [items, NAMES, milliseconds]
        )
        findings = {
            place: [*said, *self.observer.of_number(each.number)]
            for place, (each, said) in enumerate(zip(shown, found, strict=True))
        }
        known = {address for said in findings.values() for address in said}
        findings[-1] = sorted(self.observer.asked - known) + self.observer.dialogs
        findings[-1] += [f"code of {number} ran" for number in self.observer.ran - {each.number for each in shown}]
        return {place: said for place, said in findings.items() if said}


def _staying(route: Route) -> None:
    """No attack takes the page away: that it tried is seen by what it asked for."""
    request = route.request
    if request.is_navigation_request() and request.frame.parent_frame is None:
        route.fulfill(status=204)  # a browser stays where it is
    else:
        route.continue_()


@contextmanager
def renderers(server: Server) -> Iterator[Renderers]:
    """The renderers in a browser of their own. `server` has to expose JupyterLab's application: see `serving`."""
    path = write(notebook(), server.root, "renderers.ipynb")
    with browser_page() as page:
        observer = Observer.of(page, server.url)
        Lab.open(page, server.url)
        page.evaluate(INSPECTION)
        page.evaluate(_RENDERERS)
        page.evaluate("path => window.renderers.open(path)", path.name)
        page.route("**/*", _staying)
        made = Renderers(page, observer)
        made.examine([Shown(-1, data) for data in _ORDINARY], milliseconds=600)
        yield made


@contextmanager
def serving(folder: Path) -> Iterator[Server]:
    """A Jupyter server whose JupyterLab lets a test at its application."""
    with running_server("jupyterlab", folder, "--LabApp.expose_app_in_browser=True") as server:
        yield server
