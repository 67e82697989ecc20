"""A notebook built anew for a page: from listed fields only, with a placeholder in place of every text.

nbconvert's templates, filters and parsers get this notebook, which holds not one letter of the stranger's. `Pieces` has
the HTML for each placeholder: it is balanced, holds no script and loads nothing. It is put in when the page is finished
(`page_frame.py`).
"""

from __future__ import annotations

import base64
import json
import re
import secrets
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from html import escape, unescape
from importlib import import_module
from typing import Any, Literal
from urllib.parse import quote, unquote

from monty_kernel.outputs.highlighting import page_coloured
from monty_kernel.outputs.visible_text import visible
from monty_kernel.sanitize import Sanitized, TooLarge
from monty_kernel.sanitize.downloads import recognized
from monty_kernel.sanitize.formulas import safe_tex
from monty_kernel.sanitize.markdown import sanitized_markdown
from monty_kernel.sanitize.markup import ID_PREFIX
from monty_kernel.sanitize.sanitizer import PICTURES, SHOWN, sanitized_markup
from monty_kernel.sanitize.vega import MIME as CHART

from .notebook_file import tags
from .notebook_shape import Node, sanitized_outputs

Kind = Literal["content", "attribute", "title"]
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_MIME_TYPE = re.compile(r"[\w.+-]{1,40}/[\w.+-]{1,40}", re.ASCII)
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,60}", re.ASCII)
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
"""Characters that no piece may hold: an escape sequence could change the encoding of a page that declares none."""
_COMMAND = re.compile(r"(?m)^([^\S\n]*+)([:+~^#-])|#(?=#[^\s\[#]{0,64}\[)")
"""The sign with which a command to a build service begins. A page may be printed into the log of a build, and HTML has
another way to write the sign."""
_FIRST = (
    "text/html", "image/svg+xml", "text/latex", "image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp",
)  # fmt: skip
_LAST = ("application/json", "text/plain")
_ORDER = (*_FIRST, *sorted(SHOWN.difference(_FIRST, _LAST, {CHART})), *_LAST)
"""The order in which a type of an output is chosen: nbconvert's, and before plain text the types that it lacks.
A page has nothing that draws a chart: its text stands there."""


class Pieces:
    """The pieces of the page, each under a placeholder: a random word, which no notebook can contain."""

    def __init__(self) -> None:
        self._lot = secrets.token_hex(8)
        self._pieces: dict[str, tuple[Kind, str]] = {}
        self.pattern = re.compile(rf"mk{self._lot}x\d+e")
        self.formulas = False

    def content(self, html: str, *, typeset: bool = True) -> str:
        """A placeholder for HTML between tags. typeset: whether MathJax looks for formulas in it."""
        self.formulas = self.formulas or (typeset and _FORMULA.search(html) is not None)
        return self._add("content", html)

    def attribute(self, value: str) -> str:
        """A placeholder for the value of an attribute."""
        return self._add("attribute", escape(visible(value)))

    def title(self, text: str) -> str:
        """A placeholder for the page's title."""
        return self._add("title", escape(visible(text)))

    def kind(self, placeholder: str) -> Kind:
        """The kind of piece that a placeholder stands for."""
        return self._pieces[placeholder][0]

    def placed(self, page: str) -> str:
        """`page` with the pieces instead of their placeholders."""
        return self.pattern.sub(lambda match: self._pieces[match[0]][1], page)

    def missing(self, page: str) -> bool:
        """Whether `page` lacks the placeholder of some content."""
        placed = set(self.pattern.findall(page))
        return any(kind == "content" and name not in placed for name, (kind, _) in self._pieces.items())

    def _add(self, kind: Kind, text: str) -> str:
        placeholder = f"mk{self._lot}x{len(self._pieces)}e"
        self._pieces[placeholder] = kind, _COMMAND.sub(_as_reference, _CONTROL.sub("", text))
        return placeholder


def _as_reference(command: re.Match[str]) -> str:
    return f"{command[1] or ''}&#{ord(command[0][-1])};"


def with_placeholders(book: Node, pieces: Pieces, *, title: str, inputs: bool, downloads: Collection[str] = ()) -> Node:
    """The notebook for nbconvert.

    Args:
        book: the notebook itself.
        pieces: gets the HTML of its texts.
        title: the page's title, if the notebook has none.
        inputs: whether code cells show their source.
        downloads: the digests of the links to files that the kernel made.
    """
    metadata = book["metadata"]
    given = metadata.get("title")
    shown = given if isinstance(given, str) and given.strip() else title
    cells: list[Node] = []
    names = {cell.get("id") for cell in book["cells"] if isinstance(cell.get("id"), str)}
    for number, cell in enumerate(book["cells"]):
        if cell["cell_type"] == "code":
            made = _code(cell, pieces, number, inputs, downloads)
        else:
            made = _text(cell, pieces, number)
        made["id"] = _own_id(cell.get("id"), number, names)
        made["metadata"] = {"tags": plain} if (plain := [tag for tag in tags(cell) if _is_plain_word(tag)]) else {}
        cells.append(made)
    if "widgets" in metadata:
        note = _note({"the state of widgets": 1}, "page")
        cells.append(_cell(pieces.content(note)) | {"id": _own_id(None, len(cells), names), "metadata": {}})
    return {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {"title": pieces.title(" ".join(shown.split())[:1000])},
        "cells": cells,
    }


def _own_id(given: object, number: int, taken: set[Any]) -> str:
    if isinstance(given, str) and _ID.fullmatch(given) and given in taken:
        taken.discard(given)  # a second cell with this id gets another
        return given
    name = f"cell-{number}"
    while name in taken:
        name += "-"
    return name[:64]


def _is_plain_word(tag: object) -> bool:
    return isinstance(tag, str) and _TAG.fullmatch(tag) is not None


def _cell(placeholder: str) -> Node:
    return {"cell_type": "markdown", "source": placeholder}


def _text(cell: Node, pieces: Pieces, number: int) -> Node:
    """A text cell. A cell of an unknown type is shown like one."""
    kind, text = cell["cell_type"], cell["source"]
    if kind == "raw":
        kind = cell["metadata"].get("raw_mimetype", cell["metadata"].get("format"))
        kind = kind.lower() if isinstance(kind, str) else ""
    if kind in ("markdown", "text/markdown"):
        shown = markdown(text, cell.get("attachments"), place=f"cell{number}")
    elif kind == "text/html":
        shown = raw_html(text)
    elif kind in ("", "text/plain"):
        shown = Sanitized(_as_it_is(text), Counter())
    else:
        # nbconvert would silently leave out a cell that is meant for another format
        name = kind if _MIME_TYPE.fullmatch(kind) else "an unknown type"
        return _cell(pieces.content(_line(f"[A cell of {name} is not shown on a page. The notebook's file has it.]")))
    return _cell(pieces.content(shown.text + (_note(shown.removed, "cell") if shown.removed else "")))


def _code(cell: Node, pieces: Pieces, number: int, inputs: bool, downloads: Collection[str]) -> Node:
    return {
        "cell_type": "code",
        "source": pieces.content(_source(cell["source"]), typeset=False) if inputs else "",
        "execution_count": _count(cell.get("execution_count")),
        "outputs": list(_outputs(cell, pieces, number, downloads)),
    }


def _outputs(cell: Node, pieces: Pieces, number: int, downloads: Collection[str]) -> Iterator[Node]:
    given = [
        {**output, "data": recognized(output["data"], downloads)} if "data" in output else output
        for output in cell["outputs"]
    ]
    for output in sanitized_outputs(given, cell=number):
        kind = output["output_type"]
        if kind == "stream":
            text = pieces.content(printed(output["text"]), typeset=False)
            yield {"output_type": kind, "name": "stderr" if output.get("name") == "stderr" else "stdout", "text": text}
        elif kind == "error":
            lines = output["traceback"] or [f"{output['ename']}: {output['evalue']}"]
            shown = [pieces.content(printed("\n".join(lines)), typeset=False)]
            yield {"output_type": kind, "ename": "", "evalue": "", "traceback": shown}
        else:
            mime = next((each for each in _ORDER if each in output["data"]), None)
            if mime is None:
                continue
            data, metadata = _datum(mime, output["data"][mime], output["metadata"], pieces)
            made: Node = {"output_type": kind, "data": data, "metadata": metadata}
            if kind == "execute_result":
                made["execution_count"] = _count(output.get("execution_count"))
            yield made


def _datum(mime: str, value: Any, metadata: Node, pieces: Pieces) -> tuple[Node, Node]:
    """The type of an output that is shown, as data and metadata for nbconvert."""
    if mime in ("image/png", "image/jpeg"):
        return {mime: pieces.attribute(_data_of(value))}, _size(mime, metadata, pieces)
    if mime == "image/svg+xml":
        return {mime: pieces.attribute(base64.b64encode(value.encode(errors="replace")).decode())}, {}
    if mime == "text/latex":
        return {mime: pieces.content(formula(value))}, {}
    if mime == "text/html":
        return {mime: pieces.content(value)}, {}
    if mime in PICTURES:
        return {"text/html": pieces.content(f'<img src="data:{mime};base64,{_data_of(value)}">', typeset=False)}, {}
    # also a type that has no rule yet: text is safe whatever it holds
    if not isinstance(value, str) or mime == "application/json":
        value = visible(json.dumps(value, indent=2, ensure_ascii=False))
    return {"text/plain": pieces.content(printed(value), typeset=False)}, {}


def _size(mime: str, metadata: Node, pieces: Pieces) -> Node:
    """A picture's metadata, as far as the templates print them. They put no quotes around numbers."""
    own = metadata.get(mime)
    said = {**metadata, **(own if isinstance(own, Mapping) else {})}
    size: Node = {}
    for name in ("width", "height"):
        value = said.get(name)
        if isinstance(value, (int, float)) and 0 < value < 100_000:
            size[name] = round(value)
    if said.get("unconfined") is True:
        size["unconfined"] = True
    if said.get("needs_background") in ("light", "dark"):
        size["needs_background"] = str(said["needs_background"])
    if isinstance(said.get("alt"), str):
        size["alt"] = pieces.attribute(said["alt"])
    return size


def _count(value: object) -> int | None:
    return value if type(value) is int and 0 <= value < 1 << 53 else None


def _note(removed: Mapping[str, int], place: str) -> str:
    parts = [name if count == 1 else f"{count:,} × {name}" for name, count in sorted(removed.items())]
    parts = parts[:8] + ([f"{len(parts) - 8} more"] if len(parts) > 8 else [])
    return _line(f"[monty-kernel left out of this {place}: {', '.join(parts)}. The notebook's file has it.]")


def _line(text: str) -> str:
    return f"<p><em>{escape(text)}</em></p>"


_BASE64 = re.compile(r"[A-Za-z0-9+/=]*+", re.ASCII)
_ATTACHMENT = re.compile(r"attachment:([^\s)\"'<>\]]{1,1000}+)")
_HEADING = re.compile(r"<(h[1-6])((?: [^<>]*+)?)>(.*?)</\1>", re.DOTALL)
_ID_GIVEN = re.compile(r' id="([^"]*+)"')
_ELEMENT = re.compile(r"<[^<>]*+>")
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
        return Sanitized(_as_it_is(text), Counter({f"Markdown of {error}, shown as text": 1}))
    html = _HEADING.sub(_anchored, sanitized.text)
    for name, (address, written) in placeholders.items():
        html = html.replace(f'src="{name}"', f'src="{address}"').replace(name, escape(written))
    return Sanitized(html, sanitized.removed)


def raw_html(text: str) -> Sanitized:
    """HTML of a raw cell."""
    try:
        return sanitized_markup("text/html", text)
    except TooLarge as error:
        return Sanitized(_as_it_is(text), Counter({f"HTML of {error}, shown as text": 1}))


def _as_it_is(text: str) -> str:
    return f"<pre>{escape(_lines(text))}</pre>"


def _source(text: str) -> str:
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


def _data_of(picture: str) -> str:
    """The base64 data of a picture, without white space; empty if it is not base64."""
    data = "".join(picture.split())
    return data if _BASE64.fullmatch(data) else ""


def _lines(text: str) -> str:
    return visible(text.replace("\r\n", "\n"))


def _pictures(attachments: object) -> dict[str, str]:
    """The attachments that are pictures: name -> address."""
    found: dict[str, str] = {}
    for name, bundle in attachments.items() if isinstance(attachments, Mapping) else ():
        for mime, data in bundle.items() if isinstance(bundle, Mapping) else ():
            if mime in PICTURES and isinstance(data, str) and (clean := _data_of(data)):
                found.setdefault(str(name), f"data:{mime};base64,{clean}")
    return found


def _anchored(match: re.Match[str]) -> str:
    tag, attributes, inside = match.groups()
    given = _ID_GIVEN.search(attributes)
    # nbconvert's anchor for the text, after the prefix that all ids and the links within a notebook get
    text = unescape(_ELEMENT.sub("", inside)).replace(" ", "-")
    name = given[1] if given is not None else escape(ID_PREFIX + quote(text[:500], safe="?/:@!$&'()*+,;="))
    if "<a " in inside or name == ID_PREFIX:
        return match[0]
    identity = "" if given is not None else f' id="{name}"'
    return f'<{tag}{attributes}{identity}>{inside}<a class="anchor-link" href="#{name}">¶</a></{tag}>'
