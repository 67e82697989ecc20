"""Pies and boxes."""

from __future__ import annotations

import math
from typing import Any

from .panel import Panel, text_mark
from .styles import CYCLE, POINT, colour, font_size, number, plainly

_MOST_WEDGES = 200
_RADIUS = 0.37
"""Of a pie, as a part of the shorter side of its frame."""


def pie(
    panel: Panel,
    x: Any,
    explode: Any = None,
    labels: Any = None,
    colors: Any = None,
    inside: Any = None,
    **options: Any,
) -> None:
    values = [max(0.0, number(each)) for each in x]
    whole = sum(values)
    if whole <= 0:
        raise ValueError("a pie needs a number over 0")
    if len(values) > _MOST_WEDGES:
        raise ValueError(f"a pie has at most {_MOST_WEDGES} wedges")
    panel.is_off = panel.is_equal = True
    turned = math.radians(number(options.get("startangle"), 0.0))
    way = 1 if options.get("counterclock", True) else -1
    inner = said(options, "wedgeprops")
    hole = 1 - number(inner.get("width"), 1.0)
    paint = [colour(each) for each in colors] if isinstance(colors, list) and colors else list(CYCLE)
    wedges, words, figures = [], [], []
    reach = number(options.get("labeldistance"), 1.1)
    letters = said(options, "textprops")
    for place, value in enumerate(values):
        angle = way * 2 * math.pi * value / whole
        first, last, middle = (math.pi / 2 - each for each in (turned, turned + angle, turned + angle / 2))
        out = number(explode[place]) if isinstance(explode, list) and place < len(explode) else 0.0
        wedges.append(
            {"a": min(first, last), "b": max(first, last), "c": paint[place % len(paint)], "out": out, "m": middle}
        )
        across, up = math.sin(middle), math.cos(middle)
        label = str(labels[place]) if isinstance(labels, list) and place < len(labels) else ""
        if label:
            words.append({"x": across * (reach + out), "y": up * (reach + out), "t": label, "right": across >= 0})
            panel.name(label, kind="rect", color=paint[place % len(paint)], opacity=1.0)
        if isinstance(inside, list) and place < len(inside):
            far = number(options.get("pctdistance"), 0.6) + out
            figures.append({"x": across * far, "y": up * far, "t": str(inside[place])})
        turned += angle
    edge = {"stroke": colour(inner["edgecolor"])} if inner.get("edgecolor") else {}
    panel.pie = {"wedges": wedges, "hole": hole, "edge": edge}
    size = font_size(plainly(letters).get("fontsize"), 10)
    color = colour(letters.get("color"))
    for side, align in ((True, "left"), (False, "right")):
        rows = [{"x": each["x"], "y": each["y"], "t": each["t"]} for each in words if each["right"] is side]
        panel.add(
            text_mark(align=align, baseline="middle", fontSize=size, color=color),
            rows,
            text={"field": "t", "type": "nominal"},
        )
    panel.add(
        text_mark(align="center", baseline="middle", fontSize=size, color=color),
        figures,
        text={"field": "t", "type": "nominal"},
    )
    panel.count("pie")


def said(options: dict[str, Any], name: str) -> dict[str, Any]:
    """An option that is a dict; an empty one if it is not given."""
    value = options.get(name)
    return value if isinstance(value, dict) else {}


def turned_to_pixels(panel: Panel, width: float, height: float) -> None:
    """Let the words of a pie be as far from its middle as its arcs, in a frame of so many pixels."""
    for way, length in ((panel.x, width), (panel.y, height)):
        reach = length / (2 * _RADIUS * min(width, height))
        way.limits = [-reach, reach]


def arcs(drawn: dict[str, Any], width: float, height: float) -> list[dict[str, Any]]:
    """The layers of a pie in a frame of so many pixels."""
    radius = _RADIUS * min(width, height)
    layers = []
    for out in sorted({each["out"] for each in drawn["wedges"]}):
        rows = [each for each in drawn["wedges"] if each["out"] == out]
        for row in rows if out else [None]:
            chosen = rows if row is None else [row]
            mark = {
                "type": "arc",
                "outerRadius": radius,
                "innerRadius": max(0.0, radius * drawn["hole"]),
                **drawn["edge"],
            }
            if row is not None:
                mark |= {
                    "x": width / 2 + out * radius * math.sin(row["m"]),
                    "y": height / 2 - out * radius * math.cos(row["m"]),
                }
            encoding = {
                "theta": {"field": "a", "type": "quantitative", "scale": None, "stack": None},
                "theta2": {"field": "b"},
                "color": {"field": "c", "type": "nominal", "scale": None, "legend": None},
            }
            data = [{"a": each["a"], "b": each["b"], "c": each["c"]} for each in chosen]
            layers.append({"mark": mark, "data": {"values": data}, "encoding": encoding})
    return layers


def boxplot(
    panel: Panel, x: Any, labels: Any = None, tick_labels: Any = None, vert: Any = True, **options: Any
) -> None:
    if "orientation" in options:
        vert = options["orientation"] != "horizontal"
    along, across = ("x", "y") if vert else ("y", "x")
    groups = x if x and isinstance(x[0], list) else [x]
    names = tick_labels if tick_labels is not None else labels
    way, other = panel.way(along), panel.way(across)
    way.ticks = [float(place + 1) for place in range(len(groups))]
    if way.labels is None:
        way.labels = (
            [str(each) for each in names]
            if isinstance(names, list)
            else [str(place + 1) for place in range(len(groups))]
        )
    way.reach([0.5, len(groups) + 0.5], 0.5)
    way.limits = [0.5, len(groups) + 0.5]
    boxes, middles, whiskers, outliers = [], [], [], []
    for place, group in enumerate(groups, 1):
        values = sorted(number(each) for each in group if each is not None)
        if not values:
            continue
        low, middle, high = (_quantile(values, part) for part in (0.25, 0.5, 0.75))
        reach = 1.5 * (high - low)
        within = [each for each in values if low - reach <= each <= high + reach] or [middle]
        other.reach([values[0], values[-1]])
        side = {along: place - 0.15, along + "2": place + 0.15}
        cap = {along: place - 0.08, along + "2": place + 0.08}
        boxes.append({**side, across: low, across + "2": high})
        middles.append({**side, across: middle})
        whiskers += [
            {along: place, across: low, across + "2": within[0]},
            {along: place, across: high, across + "2": within[-1]},
        ]
        outliers += [{along: place, across: each} for each in values if each < within[0] or each > within[-1]]
        middles_of_caps = [{**cap, across: within[0]}, {**cap, across: within[-1]}]
        panel.add({"type": "rule", "color": "black", "strokeWidth": POINT}, middles_of_caps)
    filled = bool(options.get("patch_artist"))
    panel.add({"type": "rect", "fill": CYCLE[0] if filled else None, "stroke": "black", "strokeWidth": POINT}, boxes)
    panel.add({"type": "rule", "color": "black", "strokeWidth": POINT}, whiskers)
    panel.add({"type": "rule", "color": CYCLE[1], "strokeWidth": POINT}, middles)
    if options.get("showfliers", True):
        panel.add({"type": "point", "filled": False, "stroke": "black", "size": 30, "strokeWidth": 1}, outliers)
    panel.count("box")


def _quantile(values: list[float], part: float) -> float:
    place = part * (len(values) - 1)
    low = math.floor(place)
    high = min(low + 1, len(values) - 1)
    return values[low] + (values[high] - values[low]) * (place - low)
