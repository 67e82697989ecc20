"""The parts of a notebook as HTML for a page: each is balanced, holds no script and loads nothing."""

from __future__ import annotations

import base64
import json
import re
import secrets
from collections import Counter
from collections.abc import Mapping
from html import escape, unescape
from importlib import import_module
from typing import Any
from urllib.parse import quote, unquote

from monty_kernel.outputs.highlighting import page_coloured
from monty_kernel.outputs.visible_text import visible
from monty_kernel.sanitize import Sanitized, TooLarge
from monty_kernel.sanitize.bundle import PICTURES, sanitized_markup
from monty_kernel.sanitize.formulas import safe_tex
from monty_kernel.sanitize.markdown import sanitized_markdown
from monty_kernel.sanitize.markup import ID_PREFIX

_BASE64 = re.compile(r"[A-Za-z0-9+/=]*+", re.ASCII)
_ATTACHMENT = re.compile(r"attachment:([^\s)\"'<>\]]{1,1000}+)")
_HEADING = re.compile(r"<(h[1-6])((?: [^<>]*+)?)>(.*?)</\1>", re.DOTALL)
_ID = re.compile(r' id="([^"]*+)"')
_TAG = re.compile(r"<[^<>]*+>")
_FORMULA = re.compile(r"\$[^$]*+\$|\\[(\[]|\\begin")
_RESET = re.compile(r"(?<=\x1b\[0m)|(?<=\x1b\[m)")
_MOST_HIGHLIGHTED = 200_000
"""Characters. The lexer is made of regular expressions, so a longer cell is shown in one colour."""
_CHUNK = 1 << 12
_MOST_STEPS = 1 << 26
"""nbconvert's filter for colours copies the rest of a text at each escape sequence. So it gets chunks of `_CHUNK`
characters, and a chunk that would take more steps than this loses its colours."""


def markdown(text: str, attachments: object = None, *, place: str = "0") -> Sanitized:
    """Markdown of a cell. Pictures among its attachments are shown; headings get the anchors that nbconvert gives them.

    Args:
        text: the cell's source.
        attachments: the cell's attachments as the notebook has them: name -> MIME bundle.
        place: a word that tells this cell from others with the same text.
    """
    pictures = _pictures(attachments)
    placeholders: dict[str, tuple[str, str]] = {}

    def placeholder(match: re.Match[str]) -> str:
        # the renderer lets this picture pass, nobody can guess its address, and the renderer never sees the megabytes
        address = pictures.get(match[1]) or pictures.get(unquote(match[1]))
        if address is None:
            return match[0]
        name = f"data:image/png;base64,{secrets.token_hex(12)}"
        placeholders[name] = address, match[0]
        return name

    try:
        sanitized = sanitized_markdown(_ATTACHMENT.sub(placeholder, text), place, headings=False)
    except TooLarge as error:
        return Sanitized(plain(text).text, Counter({f"Markdown of {error}, shown as text": 1}))
    html = _HEADING.sub(_anchored, sanitized.text)
    for name, (address, written) in placeholders.items():
        html = html.replace(f'src="{name}"', f'src="{address}"').replace(name, escape(written))
    return Sanitized(html, sanitized.removed)


def html(text: str) -> Sanitized:
    """HTML of a raw cell."""
    try:
        return sanitized_markup("text/html", text)
    except TooLarge as error:
        return Sanitized(plain(text).text, Counter({f"HTML of {error}, shown as text": 1}))


def plain(text: str) -> Sanitized:
    """Text as it is."""
    return Sanitized(f"<pre>{escape(_lines(text))}</pre>", Counter())


def source(text: str) -> str:
    """The source of a code cell, in colours. All notebooks here are Python, whatever their metadata say."""
    text = _lines(text)
    if len(text) > _MOST_HIGHLIGHTED:
        return f'<div class="highlight hl-ipython3"><pre>{escape(text)}</pre></div>'
    return page_coloured(text or " ")


def printed(text: str) -> str:
    """Text with a terminal's colours, as HTML for the inside of a `<pre>`."""
    if "\x1b" not in text:
        return escape(text)
    # no colour lasts beyond a reset, so the text may be cut there
    chunks: list[str] = []
    begin = 0
    for match in _RESET.finditer(text):
        if match.start() - begin > _CHUNK:
            chunks.append(text[begin : match.start()])
            begin = match.start()
    chunks.append(text[begin:])
    ansi = import_module("nbconvert.filters.ansi")
    return "".join(
        ansi.ansi2html(chunk) if len(chunk) * chunk.count("\x1b") < _MOST_STEPS else escape(ansi.strip_ansi(chunk))
        for chunk in chunks
    )


def formula(text: str) -> str:
    """An output that is TeX."""
    return escape(safe_tex(text)[0])


def data_of(picture: str) -> str:
    """The base64 data of a picture, without white space; empty if it is not base64."""
    data = "".join(picture.split())
    return data if _BASE64.fullmatch(data) else ""


def drawing(svg: str) -> str:
    """The base64 data of an SVG document."""
    return base64.b64encode(svg.encode(errors="replace")).decode()


def picture(mime: str, data: str) -> str:
    """A picture of a type that nbconvert's templates do not know."""
    return f'<img src="data:{mime};base64,{data_of(data)}">'


def tree(value: Any) -> str:
    """A value of `application/json`, as HTML for the inside of a `<pre>`."""
    return escape(visible(json.dumps(value, indent=2, ensure_ascii=False)))


def has_formula(html: str) -> bool:
    """Whether MathJax may have something to typeset in this HTML."""
    return _FORMULA.search(html) is not None


def _lines(text: str) -> str:
    return visible(text.replace("\r\n", "\n"))


def _pictures(attachments: object) -> dict[str, str]:
    """The attachments that are pictures: name -> address."""
    found: dict[str, str] = {}
    for name, bundle in attachments.items() if isinstance(attachments, Mapping) else ():
        for mime, data in bundle.items() if isinstance(bundle, Mapping) else ():
            if mime in PICTURES and isinstance(data, str) and (clean := data_of(data)):
                found.setdefault(str(name), f"data:{mime};base64,{clean}")
    return found


def _anchored(match: re.Match[str]) -> str:
    tag, attributes, inside = match.groups()
    given = _ID.search(attributes)
    # nbconvert's anchor for the text, after the prefix that all ids and the links within a notebook get
    text = unescape(_TAG.sub("", inside)).replace(" ", "-")
    name = given[1] if given is not None else escape(ID_PREFIX + quote(text[:500], safe="?/:@!$&'()*+,;="))
    if "<a " in inside or name == ID_PREFIX:
        return match[0]
    identity = "" if given is not None else f' id="{name}"'
    return f'<{tag}{attributes}{identity}>{inside}<a class="anchor-link" href="#{name}">¶</a></{tag}>'
