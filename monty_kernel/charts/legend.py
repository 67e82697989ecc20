"""The legend of a panel, drawn in its frame or beside it as matplotlib does."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from .panel import Panel, in_pixels
from .styles import POINT, font_size, point

_CORNERS = {"upper right": (1, 0), "upper left": (0, 0), "lower left": (0, 1), "lower right": (1, 1)}
_OTHERS = {
    "center": (0.5, 0.5),
    "upper center": (0.5, 0),
    "lower center": (0.5, 1),
    "center left": (0, 0.5),
    "center right": (1, 0.5),
    "right": (1, 0.5),
}
_NUMBERED = (
    "best",
    "upper right",
    "upper left",
    "lower left",
    "lower right",
    "right",
    "center left",
    "center right",
    "lower center",
    "upper center",
    "center",
)
_SWATCH = 26.0
_PAD = 7.0
_MOST_LOOKED_AT = 5_000


def legend_layers(panel: Panel, width: float, height: float) -> list[dict[str, Any]]:
    """What draws the legend, if the panel has one. width, height: of its frame, in pixels."""
    said = panel.legend
    entries = list(panel.named)
    if said is None:
        return []
    labels = said.get("labels")
    if isinstance(labels, list):
        entries = [{**entry, "label": str(label)} for entry, label in zip(entries, labels, strict=False)]
    if not entries:
        return []
    size = font_size(said.get("fontsize"), 10)
    line = size * 1.45
    columns = said.get("ncol", said.get("ncols", 1))
    columns = max(1, min(len(entries), columns)) if isinstance(columns, int) else 1
    rows = -(-len(entries) // columns)
    title = str(said["title"]) if said.get("title") else ""
    wide = _SWATCH + 6 + 0.65 * size * max(len(entry["label"]) for entry in entries)
    box = (
        max(2 * _PAD + columns * wide + 12 * (columns - 1), 0.6 * size * len(title) + 2 * _PAD),
        2 * _PAD + line * (rows + bool(title)),
    )
    left, top = _place(panel, said, (width, height), box)
    layers = []
    if said.get("frameon", True):
        mark = {"type": "rect", "fill": "white", "fillOpacity": 0.8, "stroke": "#cccccc", "cornerRadius": 3}
        layers.append(in_pixels(mark, [{"x": left, "x2": left + box[0], "y": top, "y2": top + box[1]}]))
    words = [{"x": left + _PAD, "y": top + _PAD + line / 2, "t": title}] if title else []
    groups: dict[str, tuple[dict[str, Any], list[dict[str, Any]]]] = {}
    for number, entry in enumerate(entries):
        x = left + _PAD + (number // rows) * (wide + 12)
        y = top + _PAD + line * (number % rows + 0.5 + bool(title))
        words.append({"x": x + _SWATCH + 6, "y": y, "t": entry["label"]})
        for mark, row in _swatch(entry, x, y, size):
            groups.setdefault(repr(mark), (mark, []))[1].append(row)
    layers += [in_pixels(mark, found) for mark, found in groups.values()]
    text = {"type": "text", "align": "left", "baseline": "middle", "fontSize": size, "color": "black"}
    layers.append(in_pixels(text, words, text={"field": "t", "type": "nominal"}))
    return layers


def _swatch(entry: dict[str, Any], x: float, y: float, size: float) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    drawn: list[tuple[dict[str, Any], dict[str, Any]]] = []
    if entry["kind"] == "rect":
        mark = {"type": "rect", "color": entry["color"], "opacity": entry["opacity"]}
        return [(mark, {"x": x, "x2": x + _SWATCH, "y": y - 0.35 * size, "y2": y + 0.35 * size})]
    if entry["kind"] == "line":
        mark = {"type": "rule", "color": entry["color"], "opacity": entry["opacity"], "strokeWidth": entry["width"]}
        if entry["dash"]:
            mark["strokeDash"] = entry["dash"]
        drawn.append((mark, {"x": x, "x2": x + _SWATCH, "y": y}))
    if entry["marker"]:
        mark = point(str(entry["marker"]), min(entry["size"], 9.0), entry["color"], {"alpha": entry["opacity"]})
        drawn.append((mark, {"x": x + _SWATCH / 2, "y": y}))
    return drawn


def _place(
    panel: Panel, said: dict[str, Any], frame: tuple[float, float], box: tuple[float, float]
) -> tuple[float, float]:
    """The left and the top of the legend's box, in pixels."""
    loc = said.get("loc", "best")
    if isinstance(loc, int) and 0 <= loc < len(_NUMBERED):
        loc = _NUMBERED[loc]
    ways = {**_CORNERS, **_OTHERS}
    if loc in ways and said.get("bbox_to_anchor") is None:  # beside the frame it would be cut off
        return _corner(ways[loc], frame, box)
    taken = _in_pixels(panel, frame)
    free = {place: sum(_holds(_corner(place, frame, box), box, each) for each in taken) for place in ways.values()}
    return _corner(min(free, key=lambda place: free[place]), frame, box)


def _corner(place: tuple[float, float], frame: tuple[float, float], box: tuple[float, float]) -> tuple[float, float]:
    gap = 6 * POINT
    across, up = (
        gap + part * max(0.0, whole - own - 2 * gap) for part, whole, own in zip(place, frame, box, strict=True)
    )
    return across, up


def _holds(corner: tuple[float, float], box: tuple[float, float], place: tuple[float, float]) -> bool:
    return all(first - 3 <= at <= first + size + 3 for first, size, at in zip(corner, box, place, strict=True))


def _in_pixels(panel: Panel, frame: tuple[float, float]) -> list[tuple[float, float]]:
    """Where something is drawn, with the middles between neighbours, which lines pass."""
    crowd = panel.crowd
    between = [((a[0] + b[0]) / 2, (a[1] + b[1]) / 2) for a, b in pairwise(crowd)] if "line" in panel.said else []
    found = []
    for x, y in [*crowd, *between][:_MOST_LOOKED_AT]:
        found.append((panel.x.part(x) * frame[0], (1 - panel.y.part(y)) * frame[1]))
    return found
