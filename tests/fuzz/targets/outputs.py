"""Outputs: what is left of any HTML, SVG, Markdown or bundle runs nothing and loads nothing, as parsers of others see it."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree

from hypothesis import strategies as st

from monty_kernel.sanitize import TooLarge, html, markdown, sanitizer, terminal
from tests.fuzz.target import JSON, Target, as_json, json_of, mixtures, text_of
from tests.support.hostile.attacks import ATTACKS
from tests.support.hostile.finder import PIECES, active

_EXTRA = (
    "<svg viewBox='0 0 9 9'>", "<path d='M0 0'/>", "<use href='#a'/>", "<style>a{}</style>", "<a href=", "<img src='data:image/png;base64,AA=='>", "<details open>", "<td colspan=2>",
    "position:fixed", "background:url(x)", "color:red", "&#x6a;", "&NewLine;", "\t", "\r", "\x0c", "\x1b[31m", "\\href{", "\\require{", "\\(", "\\[", "$$", "[^1]:", "<https://x>",
    "foo@bar.x", "www.x.y", "```mermaid\n", "~~~python\n", "| - |", "    ", "\\\n", "*", "_", "**", "\u2060", "\u200b", "\ud800", "\udc80", "\u0130", "\u017f", "\u212a", "ı",
)  # fmt: skip
WORDS = (*PIECES, *_EXTRA)
_INPUTS = mixtures(WORDS, 40)
_SEEDS = tuple(str(value).encode("utf-8", "surrogatepass")[:2000] for attack in ATTACKS for mime, value in attack.bundle.items() if mime.startswith("text/") or "svg" in mime)  # fmt: skip
_TOKENS = tuple(word.encode("utf-8", "surrogatepass") for word in WORDS)


def check_html(data: bytes) -> None:
    """Sanitize HTML, and what is in its box again: nothing active is left, and nothing changes but the prefix of ids."""
    try:
        sanitized = html.sanitized_html(text_of(data))
        inside = _without_box(sanitized.text)
        again = html.sanitized_html(inside)
    except TooLarge:
        return
    assert active(sanitized.text) == []
    sanitized.text.encode()
    assert all(count > 0 for count in sanitized.removed.values())
    if "output-" not in inside:
        assert _without_box(again.text) == inside
        assert not again.removed, f"left in the first time: {again.removed}"


def _without_box(text: str) -> str:
    return text[len(html.CONTAINED) : -len("</div>")] if text.startswith(html.CONTAINED) else text


def check_svg(data: bytes) -> None:
    """Sanitize SVG: it is empty, or one element of well-formed XML with nothing active in it."""
    text = text_of(data)
    for each in (text, f"<svg>{text}</svg>"):
        try:
            clean = html.sanitized_svg(each).text
        except TooLarge:
            continue
        if clean:
            assert active(clean) == []
            root = ElementTree.fromstring(clean)
            assert root.tag in ("svg", "{http://www.w3.org/2000/svg}svg"), root.tag


def check_markdown(data: bytes) -> None:
    """Render Markdown: nothing active is in the HTML, which passes the sanitizer of HTML again as it is, and is of bounded size."""
    text = text_of(data)
    try:
        sanitized = markdown.sanitized_markdown(text)
        inside = _without_box(sanitized.text)
        again = html.sanitized_html(inside)
    except TooLarge:
        return
    assert active(sanitized.text) == []
    sanitized.text.encode()
    assert len(sanitized.text) <= 400 * len(text) + 1000
    assert not again.removed, f"left in the first time: {again.removed}"
    assert markdown.sanitized_markdown(text) == sanitized


def check_bundle(data: bytes) -> None:
    """Sanitize a whole bundle and its metadata, given as JSON: only types on the list are left, and JSON can say all of it."""
    said = json_of(data)
    if not isinstance(said, dict):
        return
    metadata = said.pop("metadata", {})
    kept = sanitizer.sanitized_bundle(said, metadata if isinstance(metadata, dict) else {})
    assert set(kept.data) <= sanitizer.SHOWN
    json.dumps(kept.data), json.dumps(kept.metadata)
    for mime, value in kept.data.items():
        if mime in ("text/html", "image/svg+xml"):
            assert active(value) == []
        elif mime == "text/plain":
            _is_fit_for_a_terminal(value)
        elif mime in sanitizer.PICTURES:
            assert re.fullmatch(r"[A-Za-z0-9+/=\s]*", value)
    if kept.note is not None:
        assert "\n" not in kept.note and len(kept.note) < 2000


def check_terminal(data: bytes) -> None:
    """Print text in one piece and in three: what steers a terminal is written out, however it is cut."""
    text = text_of(data)
    whole = terminal.shown(text)
    _is_fit_for_a_terminal(whole)
    whole.encode()
    assert terminal.shown(whole) == whole
    third = len(text) // 3
    printed = terminal.PrintedText()
    pieces = [printed.feed(piece) for piece in (text[:third], text[third : 2 * third], text[2 * third :])]
    joined = "".join([*pieces, printed.rest()])
    _is_fit_for_a_terminal(joined)
    assert joined == whole, "it depends on how it is cut"


def _is_fit_for_a_terminal(text: str) -> None:
    rest = re.sub(r"\x1b\[[0-9;:]*m|\x1b\[[0-2]?K", "", text)
    assert not re.search("[\x00-\x07\x0b\x0c\x0e-\x1f\x7f-\x9f]", rest), ascii(rest)


_MIMES = st.sampled_from(
    [
        *sorted(sanitizer.SHOWN),
        "application/javascript",
        "application/vnd.vega.v5+json",
        "x",
        "",
        "text/x\n",
        "IMAGE/PNG",
    ]
)
_VALUES = _INPUTS.map(text_of) | JSON | st.sampled_from(["AA==", "iVBORw0KGgo="])
_METADATA = st.dictionaries(
    _MIMES | st.sampled_from(["width", "height", "isolated", "needs_background", "alt", "root", "expanded"]),
    JSON,
    max_size=3,
)

HTML = Target("html", "nothing that runs or loads is left, for a parser written apart; sanitizing again changes nothing", check_html, _INPUTS, _SEEDS, _TOKENS)  # fmt: skip
SVG = Target("svg", "empty, or one well-formed element without anything active", check_svg, _INPUTS, _SEEDS, _TOKENS)
MARKDOWN = Target("markdown", "what is made of it holds nothing active, passes the sanitizer again, and is not much larger", check_markdown, _INPUTS, _SEEDS, _TOKENS)  # fmt: skip
BUNDLES = Target(
    "bundles",
    "only types on the list are left, each harmless; the note is one line",
    check_bundle,
    st.builds(lambda data, metadata: as_json({**data, "metadata": metadata}), st.dictionaries(_MIMES, _VALUES, max_size=4), _METADATA),
    tuple(as_json({**attack.bundle, "metadata": attack.metadata})[:4000] for attack in ATTACKS if attack.bundle),
    (*_TOKENS, *(f'"{mime}"'.encode() for mime in sanitizer.SHOWN), b'"metadata"', b"NaN", b"1e999"),
)  # fmt: skip
TERMINAL = Target(
    "terminal",
    "no control character but those of colours and of one's own line; the same however it is cut",
    check_terminal,
    mixtures(["\x1b", "[", "]", "31m", "0;1;4m", "K", "2K", "3K", "H", "2J", "52;c;", "\x07", "\x9b", "\x9d", "\x08", "\r", "\n", "\t", "\x90", "P", "\\", ";", ":", "é", "\udc80", "9" * 45]),
    (b"\x1b[31mred\x1b[0m", b"\x1b]52;c;ZXZpbA==\x07", b"\x1b[2K\rprogress", "\x9b2J".encode(), b"\x1b[" + b"1;" * 30 + b"m"),
    (b"\x1b[", b"\x1b]", b"\x1b", b"m", b"K", b"\xc2\x9b", b"\x07", b"\x1b[0;31m"),
)  # fmt: skip
