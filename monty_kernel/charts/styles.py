"""How matplotlib says colours, dashes and marks, in the words of Vega-Lite. Sizes are in points, a 72nd of an inch."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

INCH = 80
"""Pixels of a figure for an inch of its size."""
POINT = INCH / 72

CYCLE = ("#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd", "#8c564b", "#e377c2", "#7f7f7f", "#bcbd22", "#17becf")
"""The colours of what has no other, in their order."""

_NAMED = {
    **dict(zip(("blue", "orange", "green", "red", "purple", "brown", "pink", "gray", "olive", "cyan"), CYCLE, strict=True)),
    "grey": "#7f7f7f",
}  # fmt: skip
_LETTERS = {"b": "blue", "g": "green", "r": "red", "c": "#00bfbf", "m": "#bf00bf", "y": "#bfbf00", "k": "black", "w": "white"}  # fmt: skip
_DASHES: Mapping[str, list[float]] = {"--": [5.5, 2.5], ":": [1.5, 2.5], "-.": [7, 2.5, 1.5, 2.5]}
_DASH_NAMES = {"solid": "-", "dashed": "--", "dotted": ":", "dashdot": "-."}
_SHAPES = {
    "o": "circle", ".": "circle", ",": "circle", "s": "square", "^": "triangle-up", "v": "triangle-down", "<": "triangle-left",
    ">": "triangle-right", "D": "diamond", "d": "diamond", "+": "cross", "P": "cross", "x": "cross", "X": "cross",
    "*": "M0,-1L0.225,-0.309L0.951,-0.309L0.363,0.118L0.588,0.809L0,0.382L-0.588,0.809L-0.363,0.118L-0.951,-0.309L-0.225,-0.309Z",
    "|": "M0,-1L0,1", "_": "M-1,0L1,0", "p": "circle", "h": "circle", "8": "circle", "1": "triangle-down", "2": "triangle-up",
}  # fmt: skip
_FORMAT = re.compile(r"(--|-\.|[-:]|[.,ov^<>sp*hH+xXDdP|_]|[bgrcmykw]|C\d|(?:tab:)?[a-z]{3,})")
_LONGEST_FORMAT = 20
_ALIASES = {
    "c": "color", "lw": "linewidth", "ls": "linestyle", "ms": "markersize", "fc": "facecolor", "ec": "edgecolor", "mfc": "markerfacecolor",
    "mec": "markeredgecolor", "size": "fontsize", "horizontalalignment": "ha", "verticalalignment": "va", "weight": "fontweight",
    "linewidths": "linewidth", "linestyles": "linestyle", "edgecolors": "edgecolor", "colors": "color", "facecolors": "facecolor",
}  # fmt: skip
_FONT_SIZES = {"xx-small": 6, "x-small": 7, "small": 8.5, "medium": 10, "large": 12, "x-large": 14.5, "xx-large": 17}


class LineStyle(NamedTuple):
    """dash: the lengths of what is drawn and left out, "" if no line is drawn; marker: as matplotlib names it."""

    color: str
    dash: list[float] | str
    marker: str


def plainly(options: Mapping[str, Any]) -> dict[str, Any]:
    """Options by their whole names."""
    return {_ALIASES.get(name, name): value for name, value in options.items()}


def colour(value: object, default: str = "black") -> str:
    """A colour as CSS says it; the default for None and what is no colour."""
    if (
        isinstance(value, (list, tuple))
        and len(value) in (3, 4)
        and all(isinstance(each, (int, float)) for each in value)
    ):
        red, green, blue = (round(255 * max(0.0, min(1.0, number(each)))) for each in value[:3])
        return f"#{red:02x}{green:02x}{blue:02x}"
    if not isinstance(value, str) or not value:
        return default
    if value in _LETTERS:
        return _LETTERS[value]
    if value.startswith("tab:"):
        return _NAMED.get(value[4:], default)
    if re.fullmatch(r"C\d+", value):
        return CYCLE[int(value[1:3]) % len(CYCLE)]
    if re.fullmatch(r"[01]?\.?\d{1,9}", value):
        return colour([float(value)] * 3)
    return value.lower()


def is_colours(value: object) -> bool:
    """Whether this is a list with a colour for each, and no single colour."""
    return isinstance(value, list) and not all(isinstance(each, (int, float)) for each in value)


def dashes(value: object) -> list[float] | str:
    """The dashes of a line style, in pixels; "" for no line."""
    if value in (None, "", " ", "none", "None"):
        return ""
    name = _DASH_NAMES.get(str(value), str(value))
    return [POINT * each for each in _DASHES.get(name, [])]


def line_style(form: str, options: Mapping[str, Any], default: str) -> LineStyle:
    """What a format such as `r--o` and the options say together.

    Raises:
        ValueError: The format says something else.
    """
    line, marker, color = None, None, None
    if len(form) > _LONGEST_FORMAT:
        raise ValueError(f"{form[:_LONGEST_FORMAT]!r}… is not a valid format string")
    rest = form
    while rest:
        found = _FORMAT.match(rest)
        if found is None:
            raise ValueError(f"{form!r} is not a valid format string")
        part, rest = found[0], rest[found.end() :]
        if part in ("-", "--", "-.", ":"):
            line = part
        elif part in _SHAPES:
            marker = part
        else:
            color = part
    marker = options.get("marker", marker)
    marker = marker if isinstance(marker, str) and marker.lower() != "none" else ""
    style = options.get("linestyle", line if line is not None or not form or not marker else "")
    return LineStyle(colour(options.get("color", color), default), dashes("-" if style is None else style), marker)


def point(marker: str, diameter: float, color: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """The mark of points. diameter: in points."""
    shape = _SHAPES.get(marker, "circle")
    if marker == ".":
        diameter /= 2
    mark: dict[str, Any] = {"type": "point", "clip": True, "shape": shape, "filled": True, "size": area(diameter)}
    mark |= {"color": colour(options.get("markerfacecolor"), color), "opacity": opacity(options)}
    if marker in ("x", "X"):
        mark["angle"] = 45
    edge = options.get("markeredgecolor") or options.get("edgecolor")
    if isinstance(edge, str) and edge not in ("none", "face"):
        mark |= {"stroke": colour(edge), "strokeWidth": POINT * number(options.get("linewidth"), 1.0)}
    return mark


def area(diameter: float) -> float:
    """The area of a mark, in pixels, whose diameter is given in points."""
    return round(math.pi / 4 * (POINT * diameter) ** 2, 2)


def opacity(options: Mapping[str, Any]) -> float:
    """How much covers what is behind."""
    return max(0.0, min(1.0, number(options.get("alpha"), 1.0)))


def font_size(value: object, default: float) -> float:
    """The size of letters, in pixels."""
    points = _FONT_SIZES.get(value, default) if isinstance(value, str) else number(value, default)
    return round(POINT * min(points, 100), 1)


def number(value: object, default: float = 0.0) -> float:
    """A number as it is; the default for None.

    Raises:
        ValueError: It is something else.
    """
    if value is None:
        return default
    if not isinstance(value, (int, float)):
        raise ValueError(f"{str(value)[:80]!r} is not a number")
    return float(value)
