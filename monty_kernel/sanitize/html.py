"""Sanitizes HTML and SVG so that they run and load nothing: rewrites them in canonical form, then lets nh3 sanitize them."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING

from . import Sanitized, TooLarge, check_size
from .allowed import GLOBAL, HTML_ATTRIBUTES, HTML_TAGS, SVG_ATTRIBUTES, SVG_TAGS, keeps_place
from .drawings import bounded
from .formulas import safe_tex
from .markup import AMPERSAND, GREATER, LESS, RELATIVE, Markup

if TYPE_CHECKING:
    import nh3

MOST_RENDERED = 1 << 24
"""Characters of HTML that Markdown of the allowed size may become."""
MOST_TAGS = 200_000
CONTAINED = '<div style="contain:paint;overflow:auto">'
"""Put around what could be drawn over its surroundings: nothing leaves this box, and wider content scrolls."""
_EMPTY = re.compile(r"<((\w+)(?: [^<>]*+)?)></\2>", re.ASCII)
"""An element without content. XML has a shorter form for it, which most drawings use."""
_SVG_ENDS = re.compile(r"</svg>|<svg(?=[ >])")
_ROOT = re.compile(r"\A(<svg)([^<>]*+)")
_ROOT_ATTRIBUTE = re.compile(r' ([\w-]+)="([^"]*+)"')
MOVING = frozenset({"overflow", "transform", "filter"})
_SVG_ROOT = re.compile(r"<svg[\s/>]", re.IGNORECASE)


def sanitized_html(text: str, *, rendered: bool = False) -> Sanitized:
    """Sanitize HTML. rendered: whether it was made from Markdown, whose size was checked. Raises `TooLarge`."""
    if not rendered:
        check_size(text)
    if text.startswith(CONTAINED) and text.endswith(
        "</div>"
    ):  # it was sanitized before, and gets its box anew if it needs one
        text = text[len(CONTAINED) : -len("</div>")]
    markup, clean = _clean(text)
    clean, macros = safe_tex(clean)
    markup.removed["formula's macro"] += macros
    return Sanitized(f"{CONTAINED}{clean}</div>" if markup.moves else clean, +markup.removed)


def sanitized_svg(text: str) -> Sanitized:
    """Sanitize an SVG document. The result is well-formed XML; it is empty if there is no `<svg>`. Raises `TooLarge`."""
    check_size(text)
    start = _SVG_ROOT.search(text)
    if start is None:
        return Sanitized("", Counter())
    markup, clean = _clean(text[start.start() :])
    document = _ROOT.sub(_kept_in_place, _first_svg(clean), count=1)
    return Sanitized(_EMPTY.sub(r"<\1/>", document.replace("&nbsp;", "&#160;")), +markup.removed)


def _kept_in_place(root: re.Match[str]) -> str:
    """The drawing's own tag without attributes that move it or show what lies outside it, since some front ends put it into their page."""
    return root[1] + _ROOT_ATTRIBUTE.sub(_root_attribute, root[2])


def _root_attribute(attribute: re.Match[str]) -> str:
    if attribute[1] != "style":
        return "" if attribute[1] in MOVING else attribute[0]
    kept = [part for part in attribute[2].split(";") if keeps_place(part.partition(":")[0].strip().lower())]
    return f' style="{";".join(kept)}"' if kept else ""


def _first_svg(clean: str) -> str:
    """The first drawing with its content, since an XML document has one root."""
    depth = 0
    begin: int | None = None
    for match in _SVG_ENDS.finditer(clean):
        begin = match.start() if begin is None else begin
        depth += -1 if match[0].startswith("</") else 1
        if depth == 0:
            return clean[begin : match.end()]
    return ""


def _clean(text: str) -> tuple[Markup, str]:
    if len(text) > MOST_RENDERED or text.count("<") > MOST_TAGS:
        raise TooLarge(f"more than {MOST_TAGS:,} tags")
    markup = Markup(text)
    canonical = markup.rewritten()
    if "<" not in canonical:  # the sanitizer has nothing to do
        return markup, _without_stand_ins(canonical)
    clean = _sanitizer().clean(canonical)
    if "<svg" in clean:
        clean, removed = bounded(clean)
        markup.removed.update(removed)
    return markup, _without_stand_ins(clean)


def _without_stand_ins(text: str) -> str:
    # on text that is not ASCII, `translate` takes twenty times as long
    return text.replace(AMPERSAND, "&amp;").replace(LESS, "&lt;").replace(GREATER, "&gt;")


@cache
def _sanitizer() -> nh3.Cleaner:
    import nh3  # 7 ms that most kernels never need

    svg = {*SVG_ATTRIBUTES.values(), "href", "xmlns"}
    attributes = {tag: set(HTML_ATTRIBUTES.get(tag, ())) for tag in HTML_TAGS}
    attributes |= {tag: attributes.get(tag, set()) | svg for tag in SVG_TAGS.values()}
    attributes["*"] = {*GLOBAL, "style"}
    return nh3.Cleaner(
        tags={*HTML_TAGS, *SVG_TAGS.values()},
        attributes=attributes,
        tag_attribute_values={"a": {"target": {"_blank"}}},
        url_schemes={"http", "https", "mailto", "data"},
        url_relative=_local,
        link_rel="noopener noreferrer",
    )


def _local(address: str) -> str | None:
    return address if address.startswith("#") or RELATIVE.fullmatch(address) else None
