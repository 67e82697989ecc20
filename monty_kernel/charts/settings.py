"""What calls such as `set_title` and `legend` set of a panel. The parameters are matplotlib's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .drawing import listed
from .panel import Panel
from .styles import POINT, colour, dashes, font_size, number, plainly


def set_title(panel: Panel, label: Any, loc: str = "center", **options: Any) -> None:
    panel.title = str(label)
    panel.title_place = {"left": "start", "right": "end"}.get(loc, "middle")
    panel.title_size = font_size(plainly(options).get("fontsize"), 12)


def set_xlabel(panel: Panel, xlabel: Any, **options: Any) -> None:
    panel.x.title = str(xlabel)


def set_ylabel(panel: Panel, ylabel: Any, **options: Any) -> None:
    panel.y.title = str(ylabel)


def _limit(panel: Panel, name: str, low: Any, high: Any) -> None:
    if isinstance(low, list):
        low, high = low
    way = panel.way(name)
    found = [way.at(low), way.at(high)]
    way.limits = [old if new is None else new for old, new in zip(way.limits, found, strict=True)]


def set_xlim(
    panel: Panel, left: Any = None, right: Any = None, xmin: Any = None, xmax: Any = None, **options: Any
) -> None:
    _limit(panel, "x", xmin if left is None else left, xmax if right is None else right)


def set_ylim(
    panel: Panel, bottom: Any = None, top: Any = None, ymin: Any = None, ymax: Any = None, **options: Any
) -> None:
    _limit(panel, "y", ymin if bottom is None else bottom, ymax if top is None else top)


def _ticks(panel: Panel, name: str, ticks: Any, labels: Any, options: dict[str, Any]) -> None:
    way, options = panel.way(name), plainly(options)
    if ticks is not None:
        way.ticks = [place for each in listed(ticks) if (place := way.at(each)) is not None]
        way.labels = None
        way.reach([*way.ticks])
    if labels is not None:
        way.labels = [str(each) for each in labels]
    turned = options.get("rotation", options.get("labelrotation"))
    if turned is not None:
        way.rotation = 90.0 if turned == "vertical" else 0.0 if turned == "horizontal" else number(turned)
    size = options.get("fontsize", options.get("labelsize"))
    if size is not None:
        way.size = font_size(size, 10)


def set_xticks(panel: Panel, ticks: Any = None, labels: Any = None, **options: Any) -> None:
    _ticks(panel, "x", ticks, labels, options)


def set_yticks(panel: Panel, ticks: Any = None, labels: Any = None, **options: Any) -> None:
    _ticks(panel, "y", ticks, labels, options)


def set_xticklabels(panel: Panel, labels: Any, **options: Any) -> None:
    _ticks(panel, "x", None, labels, options)


def set_yticklabels(panel: Panel, labels: Any, **options: Any) -> None:
    _ticks(panel, "y", None, labels, options)


def tick_params(panel: Panel, axis: str = "both", **options: Any) -> None:
    for name in ("x", "y"):
        if axis in (name, "both"):
            _ticks(panel, name, None, None, options)


def set_xscale(panel: Panel, value: Any, **options: Any) -> None:
    panel.x.is_log = value in ("log", "symlog")


def set_yscale(panel: Panel, value: Any, **options: Any) -> None:
    panel.y.is_log = value in ("log", "symlog")


def invert_xaxis(panel: Panel) -> None:
    panel.x.inverted = not panel.x.inverted


def invert_yaxis(panel: Panel) -> None:
    panel.y.inverted = not panel.y.inverted


def set_axis_off(panel: Panel) -> None:
    panel.is_off = True


def set_aspect(panel: Panel, aspect: Any, **options: Any) -> None:
    panel.is_equal = aspect in ("equal", 1)


def axis(panel: Panel, arg: Any = None, **options: Any) -> None:
    if isinstance(arg, list):
        set_xlim(panel, *arg[:2])
        set_ylim(panel, *arg[2:4])
    elif arg == "off":
        panel.is_off = True
    elif arg in ("equal", "square"):
        panel.is_equal = True


def grid(panel: Panel, visible: Any = None, which: Any = "major", axis: str = "both", **options: Any) -> None:
    options = plainly(options)
    said: dict[str, Any] = {
        "gridColor": colour(options.get("color"), "#b0b0b0"),
        "gridOpacity": number(options.get("alpha"), 1.0),
    }
    said["gridWidth"] = POINT * number(options.get("linewidth"), 0.8)
    dash = dashes(options.get("linestyle", "-"))
    if dash:
        said["gridDash"] = dash
    for name in ("x", "y"):
        if axis in (name, "both"):
            panel.grid.pop(name, None)
            if visible is None or visible:
                panel.grid[name] = said


def legend(panel: Panel, *args: Any, **options: Any) -> None:
    labels = args[-1] if args else options.get("labels")
    panel.legend = {**plainly(options), "labels": labels}


def colorbar(panel: Panel, *args: Any, label: Any = "", **options: Any) -> None:
    panel.colorbar = str(label)


def nothing(panel: Panel, *args: Any, **options: Any) -> None:
    """What styles a detail."""


SETTINGS: dict[str, Callable[..., None]] = {
    **dict.fromkeys(("margins", "set_axisbelow", "set_facecolor"), nothing),
    **{
        each.__name__: each
        for each in (
            set_title, set_xlabel, set_ylabel, set_xlim, set_ylim, set_xticks, set_yticks, set_xticklabels, set_yticklabels, tick_params,
            set_xscale, set_yscale, invert_xaxis, invert_yaxis, set_axis_off, set_aspect, axis, grid, legend, colorbar,
        )
    },
}  # fmt: skip
"""What sets something, by the name of the call."""

FIRST = frozenset(["set_xscale", "set_yscale", "colorbar"])
"""Of these, what is to be known before anything is drawn."""
