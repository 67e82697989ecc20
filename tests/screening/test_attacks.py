"""The collection of attacks as text: what is left of each holds nothing that a browser runs or loads."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from monty_kernel.sanitize import css
from monty_kernel.sanitize.bundle import SHOWN, screened_bundle
from monty_kernel.sanitize.elements import HTML_ATTRIBUTES, HTML_TAGS, SVG_ATTRIBUTES, SVG_TAGS
from monty_kernel.sanitize.html import screened_html, screened_svg
from monty_kernel.sanitize.markdown import screened_markdown

from .attacks import ATTACKS, Attack

TAGS = {*HTML_TAGS, *SVG_TAGS}
ATTRIBUTES = {*SVG_ATTRIBUTES, "href", "src", "alt", "style", "class", "id", "title", "target", "rel", "xmlns"}
ATTRIBUTES |= {name for names in HTML_ATTRIBUTES.values() for name in names}
ATTRIBUTES |= {"dir", "lang", "role", "aria-label", "aria-hidden", "aria-labelledby"}


class Finder(HTMLParser):
    """Collects what in a document could run or load something; written apart from the code that takes it out."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            self.found.append(f"<{tag}>")
        for name, value in attrs:
            value = value or ""
            if name not in ATTRIBUTES or name.startswith("on"):
                self.found.append(f"<{tag} {name}>")
            elif name == "src" and not value.startswith("data:image/"):
                self.found.append(f"<{tag} src={value}>")
            elif name == "href" and not re.match(r"(?i:https?://|mailto:)|#|(?![/?])[^:?\\\x00-\x1f]*\Z", value):
                self.found.append(f"<{tag} href={value}>")
            elif name == "href" and tag not in (
                "a",
                "use",
                "lineargradient",
                "radialgradient",
                "pattern",
                "filter",
                "textpath",
            ):
                self.found.append(f"<{tag} href>")
            elif name not in ("alt", "title", "class", "href", "id") and re.search(
                r"url\((?!#)|expression|@import|image-set|\\", value
            ):
                self.found.append(f"<{tag} {name}={value}>")

    def handle_decl(self, decl: str) -> None:
        self.found.append(f"<!{decl}>")

    def handle_pi(self, data: str) -> None:
        self.found.append(f"<?{data}>")


def active(markup: str) -> list[str]:
    """What of it could run or load something."""
    finder = Finder()
    finder.feed(markup)
    finder.close()
    return finder.found


def test_the_finder_finds() -> None:
    found = [bool(active(str(attack.bundle["text/html"]))) for attack in ATTACKS if "text/html" in attack.bundle]
    assert sum(found) > 80  # else the tests below say nothing
    assert active('<p style="color:red">a <b>b</b> <a href="https://x.y">c</a></p>') == []
    for address in ("//x", "/x", "javascript:x", "a:b", "?x", "a\tb", "\\\\x"):
        assert active(f'<a href="{address}">x</a>') != [] == active('<a href="a/b c.ipynb#d">x</a>')


@pytest.mark.parametrize("attack", [attack for attack in ATTACKS if attack.bundle], ids=lambda attack: attack.name)
def test_what_is_left_is_harmless(attack: Attack) -> None:
    screened = screened_bundle(attack.bundle, attack.metadata)
    assert set(screened.data) <= SHOWN
    assert screened.data
    for mime, value in screened.data.items():
        if mime in ("text/html", "image/svg+xml"):
            assert active(value) == []
            assert not re.search(r"\\(href|style|require|class|cssId)\b", value)
        elif mime == "text/latex":
            assert not re.search(r"\\(href|style|require|class|cssId|includegraphics)\b", value)
        elif mime.startswith("image/"):
            assert re.fullmatch(r"[A-Za-z0-9+/=]*", value)
    assert "canary" not in json.dumps(screened.metadata)
    if attack.fires and "link" not in attack.name:
        removed = screened.note or screened.data.get("text/plain", "")
        assert "left out of this output" in removed or any(
            word in attack.name for word in ("formula", "diagram", "title")
        )


PIECES = [
    "<", ">", "/", "=", '"', "'", "`", " ", "\n", "&", ";", "!", "--", "-->", "<!--", "]]>", "<![CDATA[", "</", "/>", "<?", "\x00",
    "script", "style", "img", "svg", "a", "b", "p", "table", "td", "math", "title", "iframe", "foreignObject", "use", "image",
    " src=", " href=", " onerror=", " style=", " id=", " xlink:href=", "javascript:", "data:", "http://canary.invalid/", "url(",
    ")", "#", "x", "1", "&lt;", "&#60;", "&Tab;", "&colon;", "\\", "[", "]", "(", "](", "![", "]: ", "$", "```", "mermaid", "\n\n",
    "<img src=x onerror=y>", "<script>z</script>", "<a href='", "<svg><", "\u2060", "\ufdd0", "\ufdd1", "é", "~~~", "- ", "> ", "|",
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)


@given(TEXTS)
@example("<svg><a xlink:href='javascript:x'><b>")
def test_html_made_of_pieces_of_attacks(text: str) -> None:
    clean = screened_html(text).text
    assert active(clean) == []
    assert screened_html(clean).text == clean or "output-" in clean


@given(TEXTS)
def test_svg_made_of_pieces_of_attacks_is_well_formed_and_harmless(text: str) -> None:
    clean = screened_svg(f"<svg>{text}</svg>").text
    assert active(clean) == []
    ElementTree.fromstring(clean)


@given(TEXTS)
@example("[x](javascript:y)")
@example("![a](http://canary.invalid/)")
@example('~~~x"style="display:block"oncontentvisibilityautostatechange="PWN"')
@example("[x](" + " " * 81 + "javascript:y)")
def test_markdown_made_of_pieces_of_attacks(text: str) -> None:
    assert active(screened_markdown(text).text) == []


@pytest.mark.parametrize(
    "value",
    [
        "url(http://x)", "URL( http://x )", r"\75rl(x)", "image-set('x' 1x)", "src('x')", "element(#x)", "cross-fade(url(x), url(y))",
        "-webkit-image-set('x' 1x)", "expression(alert(1))", "url(#a)url(x)", "red/**/", "'", '"\'', "paint(x)", "attr(href)", "a;b\n{",
        "url(data:image/png;base64,AA)", "image(x)", "url('#a\\')", "@import 'x'", "red</style>",
    ],
)  # fmt: skip
def test_values_of_css_that_may_not_stay(value: str) -> None:
    assert css.value(value, "p-") is None


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("red", None), ("#5b7fde", None), ("rgb(1, 2, 3)", None), ("calc((1px + 2em) * 3)", None), ("bold 1em 'Fira Code', monospace", None),
        ("linear-gradient(90deg, red 10%, rgba(0,0,0,.5))", None), ("var(--jp-ui-font-color1)", None), ("1px solid red !important", None),
        ("url(#a)", "url(#p-a)"), ("url('#a') none", "url(#p-a) none"), ("M0 0L10-10z", None), ("rotate(45 80 80)", None),
    ],
)  # fmt: skip
def test_values_of_css_that_draw(value: str, kept: str | None) -> None:
    assert css.value(value, "p-") == (kept or value)
