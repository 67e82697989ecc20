"""Reads HTML and SVG tag by tag and writes them in a form that all parsers read alike: few elements, balanced, not deep.

nh3, which comes next, builds a tree in time and memory that are quadratic in the nesting of hostile markup. The form written here
nests at most `DEPTH` deep, closes each element, and has no entity and no `<` outside a tag. Everything that is left out is left out
here, so it is also counted here.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from functools import cached_property
from html import unescape

from .allowed import (
    CLASSES,
    GLOBAL,
    HTML_ATTRIBUTES,
    HTML_TAGS,
    IMPLIED_END,
    ONLY_IN_TABLES,
    RAW,
    SILENT,
    SVG_ATTRIBUTES,
    SVG_LINKING,
    SVG_TAGS,
    TABLE_PARTS,
    VOID,
    WITH_CONTENT,
    safe_style,
    safe_value,
)

DEPTH = 100
ID_PREFIX = "output-"
"""Put before every id, so that none equals an id of the page or shadows a global variable of its scripts."""
AMPERSAND, LESS, GREATER = "\ufdd0", "\ufdd1", "\ufdd2"
"""Stand for `&`, `<` and `>` on the way through nh3, which takes time quadratic in the number of entities."""

_TAG = re.compile(r"""</?([a-zA-Z][^\s/>]*+)((?:[^>=]++|=\s*+(?:"[^"]*+"|'[^']*+'|[^>]?))*+)>""")
_COMMENT_END = re.compile(r"(?<=<!)---?>|(?<!<!)--!?>")
_ATTRIBUTE = re.compile(r"""([^\s/>=][^\s/>=]*+)(?:\s*=\s*(?:"([^"]*+)"|'([^']*+)'|([^\s>]*+)))?""")
UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdd2\ufffe\uffff]")
LINK = re.compile(r"(?:https?://|mailto:)[^\s\\\"'<>`]+", re.IGNORECASE)
RELATIVE = re.compile(
    r"""[^\s/\\:?#"'<>`{|}^][^\\:?#"'<>`{|}^\x00-\x1f\x7f]{0,2000}(?:\#[^\\:"'<>`\x00-\x20]{0,2000})?"""
)
"""The path of a file beside the notebook. Without `:`, and with neither `/` nor `\\` at its start, it can name no scheme and no
host, and not the server's own pages; without `?` it asks nothing of a server."""
DATA_IMAGE = re.compile(r"data:image/(?:png|jpe?g|gif|webp|bmp);base64,[A-Za-z0-9+/=\s]*+", re.ASCII)
DATA_MEDIA = re.compile(
    r"data:(?:audio/(?:wav|x-wav|mpeg|mp3|mp4|aac|ogg|webm|flac)|video/(?:mp4|webm|ogg));base64,[A-Za-z0-9+/=\s]*+",
    re.ASCII,
)
_SOURCE = re.compile(r"\s*+<source(?=[\s/])((?:[^>\"']++|\"[^\"]*+\"|'[^']*+')*+)>", re.IGNORECASE)
PLAIN_ATTRIBUTE = re.compile(r"[\w\s.,%#+\-:;/()]*+", re.ASCII)
LONG_REFERENCE = re.compile(r"&#[0-9]{4000,}+;?+")
"""No character has such a number, and `unescape` fails on one of more than 4,300 digits."""
_MEDIA = frozenset({"audio", "video"})
_MEDIA_ATTRIBUTES = re.compile(r' (src|loop|muted|width|height)="([^"]*+)"')
SHORT_NAME = re.compile(r"[a-z][a-z0-9-]{0,30}", re.ASCII)


class Markup:
    """A document being rewritten. `removed` counts what was left out, by names that a person understands."""

    def __init__(self, text: str) -> None:
        self._text = UNFIT.sub("", text)
        self._out: list[str] = []
        self._open: list[str] = []
        self._svg = 0  # how many of the open elements are svg
        self.removed: Counter[str] = Counter()
        self.moves = False
        """Whether something could be drawn outside the output's box."""

    @cached_property
    def _of_drawing(self) -> str:
        """Put before every id in a drawing, so that it cannot refer to another output's, where what it draws was not counted."""
        digest = hashlib.blake2s(self._text.encode(), digest_size=10).digest()
        return f"{ID_PREFIX}{base64.b32encode(digest).decode().lower()}-"

    def rewritten(self) -> str:
        """The document in canonical form, with stand-ins for `&`, `<` and `>`."""
        text, end = self._text, len(self._text)
        position = 0
        while position < end:
            tag = text.find("<", position)
            if tag < 0:
                tag = end
            if tag > position:
                self._write(text[position:tag])
            position = self._markup(tag) if tag < end else end
        self._close_down_to(0)
        return "".join(self._out)

    def _write(self, text: str) -> None:
        self._out.append(_with_stand_ins(_unescaped(text) if "&" in text else text))

    def _markup(self, start: int) -> int:
        """Handle the markup that begins with the `<` at `start`. Returns where the text goes on."""
        text = self._text
        following = text[start + 1 : start + 2]
        if following.isascii() and (
            following.isalpha() or (following == "/" and text[start + 2 : start + 3].isalpha())
        ):
            found = _TAG.match(text, start)
            if found is None:
                if following == "/" and not text[start + 2 : start + 3].isascii():
                    self._write("<")
                    return start + 1
                return len(text)  # a tag without an end: like browsers, show neither it nor anything after it
            name = found[1].lower()
            if following == "/":
                self._end(name)
                return found.end()
            return self._start(name, found[2], found.end())
        if text.startswith("<!--", start):
            found = _COMMENT_END.search(text, start + 2)
            return found.end() if found is not None else len(text)
        if text.startswith("<![CDATA[", start) and self._svg:
            stop = text.find("]]>", start)
            self._out.append(_with_stand_ins(text[start + 9 : stop if stop >= 0 else len(text)]))
            return _after(text, "]]>", start)
        if following in ("!", "?", "/"):
            return _after(text, ">", start)
        self._write("<")
        return start + 1

    def _start(self, name: str, inside: str, after: int) -> int:
        if name in RAW:
            self._count(name)
            return self._after_raw(name, after)
        svg = SVG_TAGS.get(name) if self._svg or name == "svg" else None
        if svg is None and (self._svg or name not in HTML_TAGS):
            self._count(name)
            if name in WITH_CONTENT and not inside.endswith("/"):
                return self._after_content(name, after)
            return after
        if name in _MEDIA and svg is None:
            return self._player(name, inside, after)
        closed = name in VOID or (svg is not None and inside.endswith("/"))
        if not self._svg:
            self._end_implied(name)
            parts = TABLE_PARTS.get(self._open[-1]) if self._open else None
            fits = name in parts if parts is not None else name not in ONLY_IN_TABLES or "table" in self._open
            if not fits:
                if parts is not None:
                    self._count(name)
                return after
        if not closed and len(self._open) >= DEPTH:
            self.removed["element that was nested too deeply"] += 1
            return after
        attributes = self._attributes(name, inside, svg is not None) if inside else ""
        written = svg or name
        self._out.append(f"<{written}{attributes}>")
        self.moves |= svg is not None
        if not closed:
            self._open.append(name)
            self._svg += name == "svg"
        elif svg is not None:
            self._out.append(f"</{written}>")
        return after

    def _player(self, name: str, inside: str, after: int) -> int:
        """Write a player of sound or film whose data the document holds, without what is inside it; else leave it out.

        Nothing of the data is read before the person starts it.
        """
        kept = self._attributes(name, inside, False)
        source = _SOURCE.match(self._text, after) if "src=" not in kept else None
        kept += self._attributes(name, source[1], False) if source is not None else ""
        written = dict(reversed(_MEDIA_ATTRIBUTES.findall(kept)))
        if "src" not in written or (self._open and self._open[-1] in TABLE_PARTS):
            self._count(name)
            return after
        written |= {"controls": "controls", "preload": "none"}
        attributes = "".join(f' {key}="{value}"' for key, value in written.items())
        self._out.append(f"<{name}{attributes}></{name}>")
        self.moves = True
        return self._after_content(name, after)

    def _end(self, name: str) -> None:
        stack = self._open
        for index in range(len(stack) - 1, -1, -1):
            if stack[index] == name:
                return self._close_down_to(index)
            if stack[index] == "table" or (stack[index] == "svg" and name not in HTML_TAGS):
                return None
        return None

    def _end_implied(self, name: str) -> None:
        ended, boundary = IMPLIED_END.get(name, (None, None))
        if ended is None or boundary is None:
            return
        lowest = None
        for index in range(len(self._open) - 1, -1, -1):
            if self._open[index] in ended:
                lowest = index
            elif self._open[index] in boundary:
                break
        if lowest is not None:
            self._close_down_to(lowest)

    def _close_down_to(self, depth: int) -> None:
        while len(self._open) > depth:
            name = self._open.pop()
            self._out.append(f"</{SVG_TAGS.get(name, name) if self._svg else name}>")
            self._svg -= name == "svg"

    def _after_raw(self, name: str, position: int) -> int:
        end = re.compile(rf"</{name}(?=[\s/>])[^>]*+>?", re.IGNORECASE | re.ASCII).search(self._text, position)
        return end.end() if end is not None and name != "plaintext" else len(self._text)

    def _after_content(self, name: str, position: int) -> int:
        text, depth = self._text, 1
        heads = re.compile(rf"<(/?){name}(?=[\s/>])", re.IGNORECASE | re.ASCII)
        while depth and (head := heads.search(text, position)) is not None:
            position = _after(text, ">", head.end())
            if text[position - 1] != ">":
                break  # a tag without an end, and so are all after it
            depth += -1 if head[1] else text[position - 2] != "/"
        return position if not depth else len(text)

    # Attributes

    def _attributes(self, name: str, inside: str, svg: bool) -> str:
        kept: dict[str, str] = {}
        for found in _ATTRIBUTE.finditer(inside):
            attribute = found[1].lower()
            given = next((group for group in found.groups()[1:] if group is not None), "")
            given = _unescaped(given) if "&" in given else given
            written, value = self._attribute(name, attribute, given, svg)
            if value is not None and written not in kept:
                kept[written] = value
        if name == "a" and kept.get("href", "#")[0] != "#":
            kept["target"] = "_blank"
        return "".join(f' {key}="{_quoted(value)}"' for key, value in kept.items())

    def _attribute(self, name: str, attribute: str, given: str, svg: bool) -> tuple[str, str | None]:
        """The name under which an attribute is written, and its value; None if it is left out."""
        if attribute.startswith("on"):
            self.removed["event handler"] += 1
        elif attribute.startswith("data-commandlinker"):
            self.removed["command of JupyterLab"] += attribute.endswith("-command")
        elif attribute == "style":
            style = safe_style(given, self._of_drawing if "#" in given and "(" in given else "")
            self.removed["style declaration"] += style.dropped
            self.moves |= style.moves
            return attribute, style.text or None
        elif attribute in ("href", "xlink:href"):
            return "href", self._address(name, given, svg)
        elif attribute == "src" and name == "img":
            return attribute, self._image(given)
        elif attribute == "src" and name in _MEDIA:
            return attribute, given.strip() if DATA_MEDIA.fullmatch(given.strip()) else None
        elif attribute == "id":
            return attribute, (self._of_drawing if svg else ID_PREFIX) + given.strip()
        elif attribute in ("aria-labelledby", "headers"):
            return attribute, " ".join(ID_PREFIX + name for name in given.split())
        elif attribute == "class":
            return attribute, " ".join(name for name in given.split() if name in CLASSES) or None
        elif attribute == "xmlns" and name == "svg":
            return attribute, "http://www.w3.org/2000/svg" if svg else None
        elif svg and attribute in SVG_ATTRIBUTES:
            fit = safe_value(attribute, given, self._of_drawing if "#" in given else "")
            self.removed["reference"] += fit is None
            return SVG_ATTRIBUTES[attribute], fit
        elif attribute in ("alt", "title", "aria-label", "lang", "summary", "datetime"):
            return attribute, given
        elif attribute in GLOBAL or attribute in HTML_ATTRIBUTES.get(name, ()):
            self.moves |= attribute in ("width", "height", "size")
            return attribute, given if PLAIN_ATTRIBUTE.fullmatch(given) else None
        elif attribute in ("srcset", "poster", "background", "lowsrc", "dynsrc", "ping", "formaction"):
            self.removed["reference"] += 1
        return attribute, None

    def _address(self, name: str, given: str, svg: bool) -> str | None:
        if name == "image":
            return self._image(given)
        given = given.strip()
        if given.startswith("#") and (name == "a" or name in SVG_LINKING):
            return "#" + (self._of_drawing if svg else ID_PREFIX) + given[1:]
        if name == "a" and may_be_linked(given):
            return given
        self.removed["link" if name == "a" else "reference"] += 1
        return None

    def _image(self, given: str) -> str | None:
        given = given.strip()
        if DATA_IMAGE.fullmatch(given):
            return given
        self.removed["linked image" if not given.startswith("data:") else "image"] += 1
        return None

    def _count(self, name: str) -> None:
        if name not in SILENT:
            self.removed[f"<{name}>" if SHORT_NAME.fullmatch(name) else "element"] += 1


def may_be_linked(address: str) -> bool:
    """Whether an address leads to a web page, to mail or to a file beside the notebook."""
    return LINK.fullmatch(address) is not None or RELATIVE.fullmatch(address) is not None


def _with_stand_ins(text: str) -> str:
    return text.replace("&", AMPERSAND).replace("<", LESS).replace(">", GREATER)


def _quoted(value: str) -> str:
    return _with_stand_ins(value).replace('"', "&quot;")


def _after(text: str, mark: str, position: int) -> int:
    found = text.find(mark, position)
    return found + len(mark) if found >= 0 else len(text)


def _unescaped(text: str) -> str:
    """The text without entities, and without forbidden characters that an entity spelled."""
    return UNFIT.sub("", unescape(LONG_REFERENCE.sub("\ufffd", text)))
