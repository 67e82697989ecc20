"""Words on a panel. The parameters are matplotlib's."""

from __future__ import annotations

from typing import Any

from .panel import Panel, text_mark
from .styles import POINT, colour, font_size, number, opacity, plainly

_HEADROOM = 0.1
"""The part of what is drawn that an axis goes on where words stand at the end of it."""


def text(panel: Panel, x: Any, y: Any, s: Any, shift: Any = 0, transform: Any = None, **options: Any) -> None:
    mark = _words(plainly(options), shift)
    if mark["baseline"] == "bottom":
        panel.y.headroom = _HEADROOM
    if mark["baseline"] == "middle" and mark["align"] == "left":
        panel.x.headroom = _HEADROOM
    if transform is None:
        panel.add(mark, [{"x": panel.x.at(x), "y": panel.y.at(y), "t": str(s)}], text={"field": "t", "type": "nominal"})
        return
    panel.inside.append((mark, number(x), number(y), str(s)))


def _words(options: dict[str, Any], shift: Any = 0) -> dict[str, Any]:
    align = {"left": "left", "right": "right", "center": "center"}.get(str(options.get("ha", "left")), "left")
    baseline = {"top": "top", "bottom": "bottom", "center": "middle", "center_baseline": "middle"}.get(
        str(options.get("va")), "alphabetic"
    )
    mark = text_mark(align=align, baseline=baseline, dy=-number(shift) * POINT)
    mark |= {
        "fontSize": font_size(options.get("fontsize"), 10),
        "color": colour(options.get("color")),
        "opacity": opacity(options),
    }
    if str(options.get("fontweight")) in ("bold", "semibold", "heavy"):
        mark["fontWeight"] = "bold"
    if options.get("rotation") is not None:
        mark["angle"] = -(90.0 if options["rotation"] == "vertical" else number(options["rotation"])) % 360
    return mark


def annotate(
    panel: Panel, text: Any, xy: Any, xytext: Any = None, textcoords: Any = None, arrowprops: Any = None, **options: Any
) -> None:
    x, y = panel.x.at(xy[0]), panel.y.at(xy[1])
    mark = _words(plainly(options))
    row = {"x": x, "y": y, "t": str(text)}
    if xytext is not None and textcoords is not None:
        mark |= {"dx": POINT * number(xytext[0]), "dy": -POINT * number(xytext[1])}
    elif xytext is not None:
        row |= {"x": panel.x.at(xytext[0]), "y": panel.y.at(xytext[1])}
        if arrowprops is not None:
            color = colour(arrowprops.get("color") if isinstance(arrowprops, dict) else None)
            panel.add(
                {"type": "rule", "color": color, "strokeWidth": 1.2}, [{"x": row["x"], "y": row["y"], "x2": x, "y2": y}]
            )
            panel.add({"type": "point", "filled": True, "color": color, "size": 25}, [{"x": x, "y": y}])
            halo = {**mark, "stroke": "white", "strokeWidth": 4}  # the line begins behind the words
            panel.add(halo, [dict(row)], text={"field": "t", "type": "nominal"})
    panel.add(mark, [row], text={"field": "t", "type": "nominal"})
