"""One pair of axes as Vega-Lite draws it."""

from __future__ import annotations

from typing import Any

from .legend import legend_layers
from .panel import Panel, in_pixels
from .round_and_boxes import arcs, turned_to_pixels

_COLORBAR = 75.0
"""Pixels beside a frame for the colours of its values."""


def view_of(panel: Panel, width: float, height: float, room: int) -> dict[str, Any]:
    """The view as Vega-Lite says it.

    Args:
        width, height: Of the frame, in pixels.
        room: The characters that the labels of each axis may have.
    """
    if panel.is_equal and not panel.is_off:
        width = height = min(width, height)
    if panel.colorbar is not None:
        width = max(40.0, width - _COLORBAR)
    if panel.pie is not None:
        turned_to_pixels(panel, width, height)
    scales = {"x": panel.x.scale(), "y": panel.y.scale()}
    axes = {name: _axis(panel, name, length, room) for name, length in (("x", width), ("y", height))}
    layers: list[dict[str, Any]] = []
    for layer in [_frame(panel), *panel.layers]:
        encoding = dict(layer["encoding"])
        for name in ("x", "y"):
            if encoding.get(name, {}).get("field") == name and "scale" not in encoding[name]:
                encoding[name] = {"field": name, "type": "quantitative", "scale": scales[name], "axis": axes[name]}
        layers.append({**layer, "encoding": encoding})
        if len(layers) == 1:  # what is said once counts for all, and long labels would be too much
            axes = {
                name: axis and {key: axis[key] for key in axis if key != "labelExpr"} for name, axis in axes.items()
            }
    if panel.pie is not None:
        layers[1:1] = arcs(panel.pie, width, height)
    for mark, across, up, words in panel.inside:
        row = {"x": across * width, "y": (1 - up) * height, "t": words}
        layers.append(in_pixels(mark, [row], text={"field": "t", "type": "nominal"}))
    view: dict[str, Any] = {"width": width, "height": height, "layer": [*layers, *legend_layers(panel, width, height)]}
    view["resolve"] = {"scale": {"color": "independent"}}
    if panel.is_off or {"top", "right"} <= panel.hidden:
        view["view"] = {"stroke": None}
    if panel.title is not None:
        view["title"] = {"text": panel.title.split("\n"), "anchor": panel.title_place}
        if panel.title_size is not None:
            view["title"]["fontSize"] = panel.title_size
    return view


def _frame(panel: Panel) -> dict[str, Any]:
    """A layer in which nothing is seen, so that there are both axes whatever is drawn."""
    return {
        "mark": {"type": "point", "opacity": 0},
        "data": {"values": [{"x": panel.x.domain()[0], "y": panel.y.domain()[0]}]},
        "encoding": {"x": {"field": "x"}, "y": {"field": "y"}},
    }


def _axis(panel: Panel, name: str, length: float, room: int) -> dict[str, Any] | None:
    if panel.is_off:
        return None
    side = "bottom" if name == "x" else "left"
    domain = (
        {"domain": True, "domainColor": "black"}
        if {"top", "right"} <= panel.hidden and side not in panel.hidden
        else {}
    )
    return panel.way(name).axis(name, length, panel.grid.get(name), room) | domain
