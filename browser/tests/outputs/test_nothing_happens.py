"""The collection of attacks in Chromium: neither while an output is sanitized nor when it is shown does anything run or load.

As a control, the attacks are shown unsanitized on the same stage, and run.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Request, Route

from tests.support.frontends.renderers import INSPECTION, NAMES, Observer
from tests.support.hostile import ATTACKS
from tests.support.hostile.attacks import Attack
from tests.support.hostile.case import MIME, text_of

from .sanitizing_page import ORIGIN, in_browser

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]

TOGETHER = 60
"""On the stage at once."""
SETTLED_MS = 40
_STAGE = (Path(__file__).parent / "stage.js").read_text()


@pytest.fixture(scope="module")
def watching(page: Page) -> Observer:
    page.evaluate(INSPECTION)
    page.evaluate(_STAGE)
    return Observer.of(page, ORIGIN)


@pytest.fixture
def observer(watching: Observer) -> Observer:
    watching.forget()
    return watching


def _forms(attack: Attack) -> Iterator[tuple[str, dict[str, object], dict[str, object]]]:
    yield attack.name, dict(attack.bundle), dict(attack.metadata)
    if text := text_of(attack):
        for mime in MIME.values():
            yield f"{attack.name} as {mime}", {mime: text}, {}


def _left(page: Page) -> dict[str, list[str]]:
    """What is left of each attack in each form, as HTML that shows it, with the names of those of which it is left."""
    forms = [form for attack in ATTACKS for form in _forms(attack)]
    left: dict[str, list[str]] = {}
    for start in range(0, len(forms), 500):
        group = forms[start : start + 500]
        made = in_browser(page, [(data, _finite(metadata)) for _, data, metadata in group])
        for (name, _, _), bundle in zip(group, made, strict=True):
            for mime, value in bundle["data"].items():
                left.setdefault(_shown(mime, value), []).append(f"{name}: {mime}")
    return left


def _finite(metadata: dict[str, object]) -> dict[str, object]:
    return {key: value for key, value in metadata.items() if "inf" not in repr(value)}


def _shown(mime: str, value: object) -> str:
    """As a front end shows it."""
    if mime in ("text/html", "image/svg+xml"):
        return str(value)
    if mime.startswith("image/"):
        return f'<img src="data:{mime};base64,{value}">'
    return ""  # front ends draw text and data as text


def test_nothing_happens_while_outputs_are_sanitized(page: Page, observer: Observer) -> None:
    assert len(_left(page)) > 1_000
    page.wait_for_timeout(300)
    assert (observer.ran, observer.asked, observer.dialogs) == (set(), set(), [])


def test_what_is_left_does_nothing(page: Page, observer: Observer) -> None:
    left = _left(page)
    observer.forget()
    found: dict[str, list[str]] = {}
    html = [each for each in left if each]
    for start in range(0, len(html), TOGETHER):
        group = html[start : start + TOGETHER]
        said = page.evaluate("([html, names, ms]) => stage.examine(html, names, ms)", [group, NAMES, SETTLED_MS])
        found |= {left[text][0]: each for text, each in zip(group, said, strict=True) if each}
    assert found == {}
    assert (observer.ran, observer.asked, observer.dialogs) == (set(), set(), [])


def test_drawings_do_nothing_as_documents_of_their_own(page: Page, observer: Observer) -> None:
    drawings = [text for text, names in _left(page).items() if any(name.endswith(": image/svg+xml") for name in names)]
    observer.forget()
    addresses = [
        "data:image/svg+xml;base64," + base64.b64encode(text.encode("utf-8", "replace")).decode() for text in drawings
    ]
    broken = page.evaluate(_LOADED, addresses)
    # what has no `xmlns` is no drawing for a browser, from the native kernel either
    assert [drawings[place] for place in broken if "xmlns" in drawings[place].partition(">")[0]] == []
    assert (observer.ran, observer.asked) == (set(), set())


_LOADED = """async addresses => {
    const broken = [];
    await Promise.all(addresses.map((address, place) => new Promise(resolve => {
        const image = new Image();
        image.onload = resolve;
        image.onerror = () => { broken.push(place); resolve(); };
        image.src = address;
    })));
    return broken;
}"""


def _refused(route: Route, request: Request) -> None:
    if request.is_navigation_request() and request.frame.parent_frame is None:
        route.fulfill(status=204)  # a browser stays where it is
    else:
        route.abort()


def test_unsanitized_the_attacks_succeed(page: Page, observer: Observer) -> None:
    attacks = [
        (number, attack)
        for number, attack in enumerate(ATTACKS)
        if attack.fires and not attack.leaves and "text/html" in attack.bundle
    ]
    assert len(attacks) > 250
    page.route("**/*", _refused)
    succeeded = set()
    for start in range(0, len(attacks), 20):
        group = attacks[start : start + 20]
        html = [str(attack.bundle["text/html"]) for _, attack in group]
        page.evaluate("([html, names, ms]) => stage.examine(html, names, ms)", [html, [], 300])
        succeeded |= {number for number, _ in group if observer.of_number(number)}
    page.unroute("**/*", _refused)
    assert len(succeeded) > 0.8 * len(attacks), [attack.name for number, attack in attacks if number not in succeeded]
