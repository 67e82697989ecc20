"""What calls such as `plot` and `bar` draw on a panel. The parameters are matplotlib's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .panel import DAY, Panel
from .round_and_boxes import boxplot, pie, said
from .styles import CYCLE, POINT, area, colour, is_colours, line_style, number, opacity, plainly, point
from .words import annotate, text


def listed(value: object) -> list[Any]:
    """A list of what may be a single value."""
    return value if isinstance(value, list) else [value]


def spread(value: object, count: int) -> list[Any]:
    """A value for each of so many.

    Raises:
        ValueError: There are others than so many.
    """
    values = listed(value)
    if len(values) == 1:
        values = values * count
    if len(values) != count:
        raise ValueError(f"there are {len(values)} values for {count}")
    return values


def _rows(**columns: list[Any]) -> list[dict[str, Any]]:
    names = list(columns)
    return [dict(zip(names, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def plot(panel: Panel, *args: Any, **options: Any) -> None:
    options = plainly(options)
    rest, first = list(args), True
    while rest:
        x = rest.pop(0)
        y = rest.pop(0) if rest and not isinstance(rest[0], str) else None
        form = rest.pop(0) if rest and isinstance(rest[0], str) else ""
        if y is None:
            x, y = list(range(len(listed(x)))), x
        x = listed(x)
        columns = list(zip(*y, strict=True)) if isinstance(y, list) and y and isinstance(y[0], list) else [listed(y)]
        for column in columns:
            label = options.get("label") if first else None
            _line(panel, x, list(column), str(form), {**options, "label": label})
            first = False


def _line(panel: Panel, x: list[Any], y: list[Any], form: str, options: dict[str, Any]) -> None:
    default = CYCLE[0]
    if options.get("color") is None and not any(each.isalpha() for each in form if each not in "ovspxXdDP"):
        default = CYCLE[panel.next_colour("line") % len(CYCLE)]
    style = line_style(form, options, default)
    across, up = [panel.x.at(each) for each in x], [panel.y.at(each) for each in y]
    panel.x.reach(across)
    panel.y.reach(up)
    rows = _rows(x=across, y=up, i=list(range(len(across))))
    drawn: dict[str, Any] = {"color": style.color, "opacity": opacity(options)}
    width = POINT * number(options.get("linewidth"), 1.5)
    if style.dash != "":
        mark = {"type": "line", "clip": True, "strokeWidth": width, **drawn}
        if style.dash:
            mark["strokeDash"] = style.dash
        steps = {"steps-pre": "step-before", "steps": "step-before", "steps-post": "step-after", "steps-mid": "step"}
        if options.get("drawstyle") in steps:
            mark["interpolate"] = steps[options["drawstyle"]]
        panel.add(mark, rows, order={"field": "i", "type": "quantitative"})
    diameter = number(options.get("markersize"), 6.0)
    if style.marker:
        panel.add(
            point(style.marker, diameter, style.color, options), [{"x": each["x"], "y": each["y"]} for each in rows]
        )
    kind = "line" if style.dash != "" else "point"
    panel.name(
        options.get("label"), kind=kind, dash=style.dash, marker=style.marker, size=diameter, width=width, **drawn
    )
    panel.crowd += [(a, b) for a, b in zip(across, up, strict=True) if a is not None and b is not None]
    panel.count("line" if style.dash != "" else "scatter")


def step(panel: Panel, x: Any, y: Any, *more: Any, where: str = "pre", **options: Any) -> None:
    plot(panel, x, y, *more, **{**options, "drawstyle": f"steps-{where}"})


def semilogy(panel: Panel, *args: Any, **options: Any) -> None:
    panel.y.is_log = True
    plot(panel, *args, **options)


def loglog(panel: Panel, *args: Any, **options: Any) -> None:
    panel.x.is_log = True
    semilogy(panel, *args, **options)


def scatter(panel: Panel, x: Any, y: Any, s: Any = None, c: Any = None, **options: Any) -> None:
    options = plainly(options)
    across, up = [panel.x.at(each) for each in listed(x)], [panel.y.at(each) for each in listed(y)]
    panel.x.reach(across)
    panel.y.reach(up)
    columns: dict[str, list[Any]] = {"x": across, "y": up}
    more: dict[str, Any] = {}
    c = options.get("color") if c is None else c
    default = CYCLE[panel.next_colour("patch") % len(CYCLE)] if c is None else CYCLE[0]
    values = isinstance(c, list) and len(c) == len(across) and all(isinstance(each, (int, float)) for each in c)
    if values and (len(across) not in (3, 4) or "cmap" in options or any(each > 1 for each in c)):
        columns["c"] = c
        legend = None if panel.colorbar is None else {"title": panel.colorbar or None, "gradientLength": 200}
        scheme = {"name": _scheme(options.get("cmap"))}
        more["color"] = {
            "field": "c",
            "type": "quantitative",
            "scale": {"scheme": scheme["name"], "zero": False},
            "legend": legend,
        }
        c = None
    elif is_colours(c):
        columns["c"] = [colour(each, default) for each in spread(c, len(across))]
        more["color"] = {"field": "c", "type": "nominal", "scale": None}
        c = None
    sizes = options.get("s", s)
    if isinstance(sizes, list):
        columns["s"] = [area(max(0.0, number(each)) ** 0.5) for each in spread(sizes, len(across))]
        more["size"] = {"field": "s", "type": "quantitative", "scale": None, "legend": None}
        sizes = None
    diameter = max(0.0, number(sizes, 36.0)) ** 0.5
    color = colour(c, default)
    mark = point(str(options.get("marker") or "o"), diameter, color, options)
    if color == "none" or options.get("facecolor") == "none":
        mark |= {"filled": False, "color": colour(options.get("edgecolor"), default)}
    panel.add(mark, _rows(**columns), **more)
    panel.name(
        options.get("label"),
        kind="point",
        marker=options.get("marker") or "o",
        size=diameter,
        color=mark["color"],
        opacity=mark["opacity"],
    )
    panel.crowd += [(a, b) for a, b in zip(across, up, strict=True) if a is not None and b is not None]
    panel.count("scatter")


def _scheme(name: object) -> str:
    known = "viridis plasma inferno magma cividis turbo blues greens reds oranges purples greys"
    kinder = {
        "coolwarm": "redblue",
        "rdbu": "redblue",
        "hot": "inferno",
        "jet": "turbo",
        "rainbow": "rainbow",
        "gray": "greys",
    }
    asked = str(name or "viridis").lower()
    return asked if asked in known.split() else kinder.get(asked, "viridis")


def bar(panel: Panel, x: Any, height: Any, width: Any = 0.8, bottom: Any = None, **options: Any) -> None:
    _bars(panel, ("x", "y"), x, height, width, bottom, plainly(options))


def barh(panel: Panel, y: Any, width: Any, height: Any = 0.8, left: Any = None, **options: Any) -> None:
    _bars(panel, ("y", "x"), y, width, height, left, plainly(options))


def _bars(
    panel: Panel, ways: tuple[str, str], at: Any, lengths: Any, thick: Any, start: Any, options: dict[str, Any]
) -> None:
    way, other = (panel.way(each) for each in ways)
    places = [way.at(each) for each in listed(at)]
    count = len(places)
    unit = DAY if way.is_time else 1.0
    half = 0.0 if options.get("align") == "edge" else 0.5
    widths = [unit * number(each) for each in spread(thick, count)]
    low = [None if place is None else place - half * wide for place, wide in zip(places, widths, strict=True)]
    high = [None if place is None else place + wide for place, wide in zip(low, widths, strict=True)]
    first = [number(each) for each in spread(0 if start is None else start, count)]
    last = [begin + number(each) for begin, each in zip(first, spread(lengths, count), strict=True)]
    way.reach([*low, *high])
    other.reach([*first, *last], 0.0 if start is None else None)
    color = options.get("color")
    default = CYCLE[panel.next_colour("patch") % len(CYCLE)] if color is None else CYCLE[0]
    mark: dict[str, Any] = {
        "type": "rect",
        "clip": True,
        "color": colour(None if isinstance(color, list) and is_colours(color) else color, default),
    }
    mark["opacity"] = opacity(options)
    if options.get("edgecolor") not in (None, "none"):
        mark |= {"stroke": colour(options["edgecolor"]), "strokeWidth": POINT * number(options.get("linewidth"), 1.0)}
    columns: dict[str, list[Any]] = {ways[0]: low, ways[0] + "2": high, ways[1]: first, ways[1] + "2": last}
    more: dict[str, Any] = {}
    painted = said(options, "painted")
    if is_colours(color) or painted:
        each_color = (
            [color[number_ % len(color)] for number_ in range(count)]
            if is_colours(color) and color
            else [mark["color"]] * count
        )
        columns["c"] = [colour(painted.get(str(place), each), default) for place, each in enumerate(each_color)]
        more["color"] = {"field": "c", "type": "nominal", "scale": None}
    panel.add(mark, _rows(**columns), **more)
    for side in ("xerr", "yerr"):
        if options.get(side) is not None and side[0] == ways[1]:
            places_and_ends: dict[str, list[Any]] = {ways[0]: places, ways[1]: last}
            _errors(panel, places_and_ends, ways[1], options[side], colour(options.get("ecolor")))
    if options.get("tick_label") is not None:
        way.ticks = [place for place in places if place is not None]
        way.labels = [str(each) for each in spread(options["tick_label"], count)]
    label = options.get("label")
    panel.name(
        None if isinstance(label, list) else label,
        kind="rect",
        color=mark["color"] if not more else colour(columns["c"][0] if columns["c"] else None),
        opacity=mark["opacity"],
    )
    for begin, end, a, b in zip(low, high, first, last, strict=True):
        if begin is not None and end is not None:
            across = [begin + (end - begin) * part for part in (0, 0.5, 1)]
            panel.crowd += [
                (p, q) if ways[0] == "x" else (q, p)
                for p in across
                for q in (a + (b - a) * part / 4 for part in range(5))
            ]
    panel.count("bar")


def _errors(panel: Panel, at: dict[str, list[Any]], way: str, errors: Any, color: str) -> None:
    values = at[way]
    below, above = (
        (spread(errors[0], len(values)), spread(errors[1], len(values)))
        if isinstance(errors, list) and len(errors) == 2 and isinstance(errors[0], list)
        else (spread(errors, len(values)),) * 2
    )
    low = [None if value is None else value - number(less) for value, less in zip(values, below, strict=True)]
    high = [None if value is None else value + number(more) for value, more in zip(values, above, strict=True)]
    panel.way(way).reach([*low, *high])
    other = "y" if way == "x" else "x"
    columns = {other: at[other], way: low, way + "2": high}
    panel.add({"type": "rule", "clip": True, "color": color, "strokeWidth": 1.5 * POINT}, _rows(**columns))


def errorbar(panel: Panel, x: Any, y: Any, yerr: Any = None, xerr: Any = None, fmt: str = "", **options: Any) -> None:
    plot(panel, x, y, *([fmt] if fmt else []), **options)
    color = colour(plainly(options).get("ecolor"), panel.layers[-1]["mark"].get("color", CYCLE[0]))
    at = {"x": [panel.x.at(each) for each in listed(x)], "y": [panel.y.at(each) for each in listed(y)]}
    for way, errors in (("x", xerr), ("y", yerr)):
        if errors is not None:
            _errors(panel, at, way, errors, color)


def fill_between(panel: Panel, x: Any, y1: Any, y2: Any = 0, where: Any = None, **options: Any) -> None:
    options = plainly(options)
    across = [panel.x.at(each) for each in listed(x)]
    first, second = ([panel.y.at(each) for each in spread(each, len(across))] for each in (y1, y2))
    panel.x.reach(across)
    panel.y.reach([*first, *second])
    shown = [True] * len(across) if where is None else spread(where, len(across))
    rows = [
        {"x": a, "y": b if seen else None, "y2": c if seen else None}
        for a, b, c, seen in zip(across, first, second, shown, strict=True)
    ]
    given = options.get("facecolor", options.get("color"))
    color = colour(given, CYCLE[panel.next_colour("patch") % len(CYCLE)] if given is None else CYCLE[0])
    panel.add({"type": "area", "clip": True, "line": False, "color": color, "opacity": opacity(options)}, rows)
    panel.name(options.get("label"), kind="rect", color=color, opacity=opacity(options))
    edges = (*zip(across, first, strict=True), *zip(across, second, strict=True))
    panel.crowd += [(a, b) for a, b in edges if a is not None and b is not None]
    panel.count("area")


def _ruled(panel: Panel, way: str, values: Any, options: dict[str, Any]) -> None:
    options = plainly(options)
    places = [panel.way(way).at(each) for each in listed(values)]
    panel.way(way).reach(places)
    color = colour(
        options.get("color"),
        CYCLE[panel.next_colour("line") % len(CYCLE)] if options.get("color") is None else CYCLE[0],
    )
    style = line_style("", options, color)
    width = POINT * number(options.get("linewidth"), 1.5)
    mark = {"type": "rule", "color": color, "strokeWidth": width, "opacity": opacity(options)}
    if style.dash:
        mark["strokeDash"] = style.dash
    panel.add(mark, [{way: place} for place in places])
    panel.name(
        options.get("label"),
        kind="line",
        dash=style.dash,
        marker="",
        size=0.0,
        width=width,
        color=color,
        opacity=opacity(options),
    )


def axhline(panel: Panel, y: Any = 0, xmin: Any = 0, xmax: Any = 1, **options: Any) -> None:
    _ruled(panel, "y", y, options)


def axvline(panel: Panel, x: Any = 0, ymin: Any = 0, ymax: Any = 1, **options: Any) -> None:
    _ruled(panel, "x", x, options)


def _spanned(panel: Panel, way: str, low: Any, high: Any, options: dict[str, Any]) -> None:
    options = plainly(options)
    ends = [panel.way(way).at(low), panel.way(way).at(high)]
    panel.way(way).reach(ends)
    given = options.get("facecolor", options.get("color"))
    color = colour(given, CYCLE[panel.next_colour("patch") % len(CYCLE)] if given is None else CYCLE[0])
    panel.add(
        {"type": "rect", "clip": True, "color": color, "opacity": opacity(options)},
        [{way: ends[0], way + "2": ends[1]}],
    )
    panel.name(options.get("label"), kind="rect", color=color, opacity=opacity(options))


def axhspan(panel: Panel, ymin: Any, ymax: Any, **options: Any) -> None:
    _spanned(panel, "y", ymin, ymax, options)


def axvspan(panel: Panel, xmin: Any, xmax: Any, **options: Any) -> None:
    _spanned(panel, "x", xmin, xmax, options)


def hlines(panel: Panel, y: Any, xmin: Any, xmax: Any, **options: Any) -> None:
    for number_, each in enumerate(listed(y)):
        label = options.get("label") if number_ == 0 else None
        plot(panel, [xmin, xmax], [each, each], **{"color": "C0", **plainly(options), "label": label})


def vlines(panel: Panel, x: Any, ymin: Any, ymax: Any, **options: Any) -> None:
    for number_, each in enumerate(listed(x)):
        label = options.get("label") if number_ == 0 else None
        plot(panel, [each, each], [ymin, ymax], **{"color": "C0", **plainly(options), "label": label})


DRAWING: dict[str, Callable[..., None]] = {
    each.__name__: each
    for each in (
        plot, step, semilogy, loglog, scatter, bar, barh, errorbar, fill_between, axhline, axvline, axhspan, axvspan, hlines, vlines,
        text, annotate, pie, boxplot,
    )
}  # fmt: skip
"""What draws, by the name of the call."""
