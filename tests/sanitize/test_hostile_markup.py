"""The collection of attacks as text: what is left of each holds nothing that a browser runs or loads."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from monty_kernel.sanitize.allowed import safe_value
from monty_kernel.sanitize.html import sanitized_html, sanitized_svg
from monty_kernel.sanitize.markdown import sanitized_markdown
from monty_kernel.sanitize.sanitizer import SHOWN, sanitized_bundle
from tests.support.hostile.attacks import ATTACKS, Attack
from tests.support.hostile.finder import PIECES, active


def test_the_finder_finds() -> None:
    found = [bool(active(str(attack.bundle["text/html"]))) for attack in ATTACKS if "text/html" in attack.bundle]
    assert sum(found) > 80  # else the tests below say nothing
    assert active('<p style="color:red">a <b>b</b> <a href="https://x.y">c</a></p>') == []
    for address in ("//x", "/x", "javascript:x", "a:b", "?x", "a\tb", "\\\\x"):
        assert active(f'<a href="{address}">x</a>') != [] == active('<a href="a/b c.ipynb#d">x</a>')


@pytest.mark.parametrize("attack", [attack for attack in ATTACKS if attack.bundle], ids=lambda attack: attack.name)
def test_what_is_left_is_harmless(attack: Attack) -> None:
    sanitized = sanitized_bundle(attack.bundle, attack.metadata)
    assert set(sanitized.data) <= SHOWN
    assert sanitized.data
    for mime, value in sanitized.data.items():
        if mime in ("text/html", "image/svg+xml"):
            assert active(value) == []
            assert not re.search(r"\\(href|style|require|class|cssId)\b", value)
        elif mime == "text/latex":
            assert not re.search(r"\\(href|style|require|class|cssId|includegraphics)\b", value)
        elif mime.startswith("image/"):
            assert re.fullmatch(r"[A-Za-z0-9+/=]*", value)
    assert "canary" not in json.dumps(sanitized.metadata)
    if attack.fires and "link" not in attack.name:
        removed = sanitized.note or sanitized.data.get("text/plain", "")
        assert "left out of this output" in removed or any(
            word in attack.name for word in ("formula", "diagram", "title")
        )


TEXTS = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)


@given(TEXTS)
@example("<svg><a xlink:href='javascript:x'><b>")
def test_html_made_of_pieces_of_attacks(text: str) -> None:
    clean = sanitized_html(text).text
    assert active(clean) == []
    assert sanitized_html(clean).text == clean or "output-" in clean


@given(TEXTS)
def test_svg_made_of_pieces_of_attacks_is_well_formed_and_harmless(text: str) -> None:
    clean = sanitized_svg(f"<svg>{text}</svg>").text
    assert active(clean) == []
    ElementTree.fromstring(clean)


@given(TEXTS)
@example("[x](javascript:y)")
@example("![a](http://canary.invalid/)")
@example('~~~x"style="display:block"oncontentvisibilityautostatechange="PWN"')
@example("[x](" + " " * 81 + "javascript:y)")
def test_markdown_made_of_pieces_of_attacks(text: str) -> None:
    assert active(sanitized_markdown(text).text) == []


@pytest.mark.parametrize(
    "value",
    [
        "url(http://x)", "URL( http://x )", r"\75rl(x)", "image-set('x' 1x)", "src('x')", "element(#x)", "cross-fade(url(x), url(y))",
        "-webkit-image-set('x' 1x)", "expression(alert(1))", "url(#a)url(x)", "red/**/", "'", '"\'', "paint(x)", "attr(href)", "a;b\n{",
        "url(data:image/png;base64,AA)", "image(x)", "url('#a\\')", "@import 'x'", "red</style>",
    ],
)  # fmt: skip
def test_values_of_css_that_may_not_stay(value: str) -> None:
    assert safe_value("fill", value, "p-") is None


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("red", None), ("#5b7fde", None), ("rgb(1, 2, 3)", None), ("calc((1px + 2em) * 3)", None), ("bold 1em 'Fira Code', monospace", None),
        ("linear-gradient(90deg, red 10%, rgba(0,0,0,.5))", None), ("var(--jp-ui-font-color1)", None), ("1px solid red !important", None),
        ("url(#a)", "url(#p-a)"), ("url('#a') none", "url(#p-a) none"), ("M0 0L10-10z", None), ("rotate(45 80 80)", None),
    ],
)  # fmt: skip
def test_values_of_css_that_draw(value: str, kept: str | None) -> None:
    assert safe_value("fill", value, "p-") == (kept or value)
