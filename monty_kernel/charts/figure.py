"""A whole figure: a chart for front ends that draw Vega-Lite, and a line of text for all others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import FIGURE
from .drawing import DRAWING
from .panel import Panel
from .settings import FIRST, SETTINGS
from .styles import INCH, number
from .view import view_of

CHART = "application/vnd.vegalite.v5+json"
_MOST_AXES = 50
_WIDEST = 3_000.0
_BESIDE, _ABOVE = 62.0, 58.0
"""Pixels beside and above a frame, for its labels and titles."""
_MOST_OF_LABELS = 8_000
"""Characters of the expressions that give labels to ticks."""
_PLURALS = {"line": "lines", "scatter": "points", "bar": "bars", "area": "areas", "pie": "a pie", "box": "boxes"}
_LOOK: Mapping[str, Any] = {
    "background": "white",
    "view": {"stroke": "black", "strokeWidth": 0.9},
    "axis": {
        "domain": False, "tickColor": "black", "labelColor": "black", "titleColor": "black", "titleFontWeight": "normal", "tickSize": 4,
        "labelFontSize": 11, "titleFontSize": 12,
    },
    "title": {"fontWeight": "normal", "fontSize": 13, "color": "black"},
}  # fmt: skip


def drawn(bundle: Mapping[str, Any]) -> dict[str, Any]:
    """The bundle with its figure as a chart and a line of text; unchanged if it holds none.

    Raises:
        ValueError: It cannot be drawn. The message says why.
    """
    kept = dict(bundle)
    figure = kept.pop(FIGURE, None)
    if figure is None:
        return kept
    try:
        panels = _panels(figure)
        kept[CHART] = _specification(figure, panels)
    except (TypeError, KeyError, IndexError, AttributeError, OverflowError, ZeroDivisionError) as error:
        raise ValueError(f"this figure cannot be drawn: {error}") from error
    kept["text/plain"] = _line(figure, [panel for _, panel in panels])
    return kept


_Placed = list[tuple[tuple[int, int, int], Panel]]


def _panels(figure: Mapping[str, Any]) -> _Placed:
    panels: _Placed = []
    for each in figure["axes"][:_MOST_AXES]:
        rows, columns, index = (int(number(part)) for part in each["place"])
        panel = Panel()
        panel.hidden = frozenset(str(side) for side in each["hidden"])
        for first in (True, False):
            for name, args, options in each["calls"]:
                if (name in FIRST) is first:
                    _call(panel, str(name), args, options)
        panels.append(((rows, columns, index), panel))
    return sorted(panels, key=lambda placed: placed[0][2])


def _call(panel: Panel, name: str, args: list[Any], options: dict[str, Any]) -> None:
    function = DRAWING.get(name) or SETTINGS.get(name)
    if function is None:
        raise ValueError(f"there is no {name[:40]}()")
    try:
        function(panel, *args, **options)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name}(): {error}") from error


def _specification(figure: Mapping[str, Any], panels: _Placed) -> dict[str, Any]:
    size = figure.get("size")
    wide, high = (number(each) for each in size) if isinstance(size, list) and len(size) == 2 else (6.4, 4.8)
    wide, high = (max(100.0, min(_WIDEST, INCH * each)) for each in (wide, high))
    title = str(figure["title"]) if figure.get("title") else None
    specification: dict[str, Any] = {"config": _LOOK}
    room = _MOST_OF_LABELS // (2 * max(1, len(panels)))
    views: dict[int, list[dict[str, Any]]] = {}
    for (rows, columns, index), panel in panels or [((1, 1, 0), Panel())]:
        frame = max(40.0, wide / max(1, columns) - _BESIDE), max(40.0, high / max(1, rows) - _ABOVE)
        view = view_of(panel, round(frame[0]), round(frame[1]), room)
        views.setdefault(index // max(1, columns), []).append(view)
    if len(panels) <= 1:
        specification |= next(iter(views.values()))[0]
        if title is not None:
            own = specification.get("title")
            specification["title"] = {"text": title, "anchor": "middle", **({"subtitle": own["text"]} if own else {})}
        return specification
    specification["vconcat"] = [{"hconcat": row} for row in views.values()]
    if title is not None:
        specification["title"] = {"text": title, "anchor": "middle", "fontSize": 15}
    return specification


def _line(figure: Mapping[str, Any], panels: list[Panel]) -> str:
    """What the figure shows, in one line."""
    shown = []
    for panel in panels:
        kinds = ", ".join(_PLURALS[kind] for kind in panel.said) or "nothing"
        names = [entry["label"] for entry in panel.named]
        of = f" ({', '.join(names[:5])})" if names else ""
        shown.append((f"{panel.title}: " if panel.title else "") + kinds + of)
    title = f"{figure['title']}: " if figure.get("title") else ""
    line = " ".join(f"[figure: {title}{'; '.join(shown) or 'empty'}]".split())
    return line if len(line) <= 300 else line[:298] + "…]"
