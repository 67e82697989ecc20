"""The texts of a specification, by what Vega-Lite does with them.

It writes some into expressions of its own between quotes, without escaping them: the title of a field, a format, a name. None of
these holds a quote or a backslash here. Other texts are only values (`value`) or only drawn (`text`).
"""

from __future__ import annotations

import re
from collections.abc import Callable

from . import UNSAYABLE, Refused

LONGEST = 500
"""Characters of a text that is drawn, or compared with data."""

_FORMAT = re.compile(r"(?:.?[<>=^])?[-+( ]?[$#]?0?(?P<width>\d*),?(?:\.(?P<precision>\d+))?~?[a-zA-Z%]?", re.DOTALL)
"""D3's language for numbers. Its width makes a text as long as it says. What it does not fit is a format of dates, or an error."""
_TIME_FORMAT = re.compile(r"[^'\"\\\x00-\x1f\u2028\u2029]{0,100}")
_QUOTING = re.compile(r"[\"'\\\x00-\x1f\u2028\u2029]")
_NAME = re.compile(r"[A-Za-z_]\w{0,63}", re.ASCII)
_FIELD = re.compile(r"(?:[^'\"\\`\x00-\x1f\u2028\u2029]|\\[.\[\]]){0,200}")
_PLAIN_WAY = re.compile(r"[A-Za-z_]\w{0,63}(?:\.[A-Za-z_]\w{0,63}){0,5}", re.ASCII)
_SEGMENT = re.compile(r"[.\[\]\\]+")
_COLOUR = re.compile(r"[A-Za-z]{1,30}|#[0-9a-fA-F]{3,8}|(?:rgb|hsl|hcl|lab)a?\([-\d.,%/ \tdeg]{1,60}\)", re.ASCII)
_WORD = re.compile(r"[\w ,.-]{1,200}")
_PATH = re.compile(r"[MmLlHhVvCcSsQqTtAaZz\d\s,.+-]{1,2000}|[a-z-]{1,30}", re.ASCII)
_REPLACED = str.maketrans(
    {'"': "”", "\\": "∖", **{chr(code): " " for code in (*range(32), 0x2028, 0x2029) if chr(code) != "\n"}}
)

EVENTS = frozenset(["click", "dblclick", "dragenter", "dragleave", "dragover", "mousedown", "mousemove", "mouseout", "mouseover", "mouseup", "mousewheel", "pointerdown", "pointermove", "pointerout", "pointerover", "pointerup", "touchend", "touchmove", "touchstart", "wheel"])  # fmt: skip
_DRAG = re.compile(r"\[(\w{1,20}), (?:window:)?(\w{1,20})\] > (?:window:)?(\w{1,20})(!?)", re.ASCII)
"""Vega-Lite's own way to follow the pointer beyond the chart while it is dragged."""


def text(given: str) -> str:
    """What is drawn. Its quotes and backslashes become others, since Vega-Lite puts titles into expressions between quotes."""
    return given.translate(_REPLACED)[:LONGEST]


def value(given: str) -> str:
    if len(given) > LONGEST:
        raise Refused("a text that is too long")
    return given


def checked_format(given: str) -> str:
    """A format of numbers or dates.

    Raises:
        Refused: it is none.
    """
    number = _FORMAT.fullmatch(given)
    if not _TIME_FORMAT.fullmatch(given) or (
        number and (len(number["width"]) > 2 or len(number["precision"] or "") > 2)
    ):
        raise Refused("a format that is not understood")
    return given


def name(given: str) -> str:
    """The name of a parameter, a view or a data set."""
    if not _NAME.fullmatch(given) or given in UNSAYABLE or given in ("datum", "event", "item", "parent"):
        raise Refused("a name that is not made of letters and digits")
    return given


def field(given: str) -> str:
    """The name of a field, or a way to it through objects."""
    if not _FIELD.fullmatch(given):
        raise Refused("a field with quotes or backslashes in its name")
    segments = _SEGMENT.split(given)
    if not UNSAYABLE.isdisjoint([given, *segments]):
        raise Refused("a field with a name of JavaScript's own")
    return given


def plain_way(given: object) -> str:
    """The name of a field that Vega-Lite puts into an expression as it is: that of what is imputed."""
    if not isinstance(given, str) or not _PLAIN_WAY.fullmatch(given):
        raise Refused("impute of a field whose name is not made of letters and digits")
    return field(given)


def colour(given: str) -> str:
    if not _COLOUR.fullmatch(given.strip()):
        raise Refused("a colour that is not understood")
    return given.strip()


def word(given: str) -> str:
    if not _WORD.fullmatch(given) or given in UNSAYABLE:
        raise Refused("a name with odd characters")
    return given


def path(given: str) -> str:
    if not _PATH.fullmatch(given) or given in UNSAYABLE:
        raise Refused("a shape that is not understood")
    return given


def event(given: str) -> str:
    """What the person does in the chart; nothing that happens elsewhere on the page."""
    drag = _DRAG.fullmatch(given)
    if drag and {drag[1], drag[2], drag[3]} <= EVENTS:
        return given
    if all(each.strip().rstrip("!") in EVENTS for each in given.split(",")) and len(given) < 200:
        return given
    raise Refused("an event outside of the chart")


_PARSED = re.compile(
    r"(?:boolean|date|number|string)|(?:date|utc):(?P<quoted>['\"]?)(?P<format>[^'\"]{0,100})(?P=quoted)"
)
_DATA_SET = re.compile(r"[A-Za-z_][\w-]{0,99}", re.ASCII)


def parse(given: str) -> str:
    """How the values of a field are read."""
    found = _PARSED.fullmatch(given)
    if found is None:
        raise Refused("a way to read data that is not understood")
    if found["format"] is not None:
        return f"{given.partition(':')[0]}:'{checked_format(found['format'])}'"
    return given


def data_set(given: str) -> str:
    """The name of a table."""
    if not _DATA_SET.fullmatch(given) or given in UNSAYABLE:
        raise Refused("a table whose name is not made of letters and digits")
    return given


BY_KIND: dict[str, Callable[[str], str]] = {
    "text": text, "value": value, "format": checked_format, "name": name, "field": field, "colour": colour, "word": word,
    "path": path, "event": event, "parse": parse, "data_set": data_set,
}  # fmt: skip
"""By the kind of text that `schema.json` names: what makes such a text fit, or raises `Refused`. Expressions are another matter."""
