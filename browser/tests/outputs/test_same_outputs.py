"""The browser's sanitizer makes of outputs what the native one makes of them, honest or hostile.

Where they differ is in `browser/kernel/tests/outputs/differences.md`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from random import Random
from typing import Any

import pytest
from playwright.sync_api import Page

from monty_kernel.sanitize.vega import MIME as CHART
from monty_kernel.sanitize.vega import NEWER
from tests.fuzz.documents import document
from tests.support.hostile import ATTACKS
from tests.support.hostile.case import MIME, text_of

from .both import Bundle, differences, natively
from .honest import HONEST
from .sanitizing_page import in_browser

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]

RANDOM = int(os.environ.get("MONTY_DOCUMENTS", "800"))
SEED = int(os.environ.get("MONTY_SEED", "20261201"))
"""A change is judged by the same documents as the one before it; the weekly run draws others."""

CHARTS = frozenset({CHART, NEWER})
"""The types that the browser's kernel does not know yet."""

LISTED = re.compile(
    r"[\ufeff\x85]"  # blanks
    r"|[\ud800-\udfff]"  # lone surrogates
    r"|\\ "  # a backslash before a blank
    r"|<(?:!\[CDATA\[|!--|\?|![A-Za-z])"  # what HTML's parsers skip
    r"|://[^/\s]*[^\x00-\x7f]"  # hosts beyond ASCII
)
"""What is in the Markdown of `differences.md`."""

_MUTATING = """texts => texts.filter(text => {
    const written = html => {
        const template = document.createElement('template');
        template.innerHTML = html;
        return template.innerHTML;
    };
    return written(text) !== written(written(text));
})"""
"""Those that become something else when a front end writes and reads them again."""


def _but_for_charts(page: Page, named: Mapping[str, Bundle]) -> dict[str, tuple[dict[str, Any], dict[str, Any]]]:
    """What is different, but for charts: the browser's kernel leaves each of them out."""
    found = differences(page, named)
    for name in [name for name in found if CHARTS.intersection((*named[name][0], *named[name][1]))]:
        assert not CHARTS.intersection(found.pop(name)[1]["data"]), name
    return found


def test_honest_outputs(page: Page) -> None:
    assert len(HONEST) >= 150
    assert _but_for_charts(page, HONEST) == {}


def test_code_has_no_colours(page: Page) -> None:
    fence = "```python\nx = 1  # <one>\n```"
    [made] = in_browser(page, [({"text/markdown": fence}, {})])
    assert made["data"]["text/html"] == "<pre><code>x = 1  # &lt;one&gt;\n</code></pre>\n"


def test_the_collection_of_attacks_in_every_form(page: Page) -> None:
    named: dict[str, Bundle] = {attack.name: (attack.bundle, attack.metadata) for attack in ATTACKS}
    for attack in ATTACKS:
        if text := text_of(attack):
            named |= {f"{attack.name} as {mime}": ({mime: text}, {}) for mime in MIME.values()}
    assert len(named) > 7_000
    assert _but_for_charts(page, named) == {}


def test_random_documents_of_its_pieces(page: Page) -> None:
    random = Random(SEED)
    made = (document(random) for _ in range(RANDOM))
    named: dict[str, Bundle] = {
        f"document {number} of {SEED}": (said, {})
        for number, said in enumerate(made)
        if not LISTED.search(said.get("text/markdown", ""))
    }
    assert len(named) > RANDOM // 2
    assert differences(page, named) == {}


def test_a_difference_would_be_seen(page: Page) -> None:
    named: dict[str, Bundle] = {"blank": ({"text/markdown": "[a](\x85b)"}, {})}
    assert '<a href="b" ' in natively(named.values())[0]["data"]["text/html"]
    assert set(differences(page, named)) == {"blank"}


def test_what_is_left_is_read_again_as_the_same(page: Page) -> None:
    texts = [text_of(attack) for attack in ATTACKS if text_of(attack)]
    for mime in ("text/html", "image/svg+xml", "text/markdown"):
        made = in_browser(page, [({mime: text}, {}) for text in texts])
        left = [text for each in made for kind, text in each["data"].items() if kind in ("text/html", "image/svg+xml")]
        assert len(left) > 200
        assert page.evaluate(_MUTATING, left) == []
    assert (
        page.evaluate(
            _MUTATING,
            ["<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=x&gt;'>"],
        )
        != []
    )
