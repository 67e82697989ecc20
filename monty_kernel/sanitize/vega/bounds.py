"""How much a chart may draw. Numbers, lists, transforms and views that would multiply what there is are refused or made smaller."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from typing import Any

from . import NotDrawn, Refused
from .rows import Tables

MOST_VIEWS = 100
MOST_MARKS = 100_000
MOST_ROWS = 100_000
"""Rows that transforms may make."""
MOST_WORK = 3_000_000
"""Rows that all transforms together look at; see `work_of`."""
MOST_TEXT = 20_000_000
"""Characters that an expression may make of all rows."""
MOST_STEPS = 500
"""Bins, ticks, steps of a curve."""
MOST_LABELS = 1_000
"""Of one axis."""
WIDEST = 4_000
"""Pixels of a view."""

_FREE = frozenset(["value", "values", "datum", "equal", "oneOf", "range", "lt", "lte", "gt", "gte", "domain", "domainMin", "domainMax", "domainMid", "year", "milliseconds", "extent", "bins", "start", "stop", "min", "max", "rangeMin", "rangeMax", "sample", "keyvals", "sort", "probs", "bandwidth", "bin", "minstep", "span", "anchor", "center", "constant", "threshold", "frame", "param", "default", "options", "scale", "minExtent", "maxExtent", "tickMinStep", "divide", "zero"])  # fmt: skip
"""Properties whose numbers are those of the data, or draw no more where they are large."""
_MOST: Mapping[str, tuple[float, float]] = {
    **dict.fromkeys(
        ["width", "height", "continuousWidth", "continuousHeight", "discreteWidth", "discreteHeight", "gradientLength"],
        (0, WIDEST),
    ),
    **dict.fromkeys(["tickCount", "maxbins", "steps", "minsteps", "maxsteps"], (1, MOST_STEPS)),
    **dict.fromkeys(["fontSize", "labelFontSize", "titleFontSize", "subtitleFontSize", "lineHeight"], (0, 200)),
    **dict.fromkeys(["size", "pointSize", "symbolSize", "maxSize", "minSize"], (0, 100_000)),
    "symbolLimit": (0, 200),
    "order": (1, 10),
    "base": (1.1, 36),
    "exponent": (-100, 100),
    "nice": (1, 100),
    "step": (1e-12, 1e12),
}
_LONGEST: Mapping[str, int] = {
    **dict.fromkeys(["layer", "concat", "hconcat", "vconcat", "repeat", "row", "column"], MOST_VIEWS),
    "title": 20,
    "subtitle": 20,
    "text": 20,
    "tickCount": 0,
}
_MOST_ITEMS = 500
_CONTINUOUS = frozenset(["linear", "log", "time", "utc"])
"""Types of scales that give no value a step of its own."""
_SIZES = frozenset(
    ["x", "y", "x2", "y2", "dx", "dy", "size", "width", "height", "padding", "offset", "limit", "radius", "radius2"]
)
_ENDS_OF_SIZES = ("Offset", "Padding", "Size", "Width", "Length", "Limit", "Radius", "Height")
_POSITIONS = (
    "x",
    "y",
    "x2",
    "y2",
    "xOffset",
    "yOffset",
    "theta",
    "theta2",
    "radius",
    "radius2",
    "size",
    "strokeWidth",
    "xError",
    "yError",
)


def number(name: str, given: float) -> float:
    """A number of the property `name`. Raises `Refused` where it would draw too much."""
    if (isinstance(given, int) and given.bit_length() > 1_000) or not math.isfinite(given):
        raise Refused(f"{name}, a number that is too large")
    if name.endswith("Dash") and 0 < given < 0.5:
        raise Refused("dashes that are too short")
    low, high = _MOST.get(name, (-math.inf, math.inf) if name in _FREE else (-5_000, 5_000))
    if not low <= given <= high:
        raise Refused(f"{name}, a number that is too {'small' if given < low else 'large'}")
    return given


def is_size(name: str) -> bool:
    """Whether a property says where or how large something is drawn."""
    return name in _SIZES or name.endswith(_ENDS_OF_SIZES)


def length(name: str, given: int) -> None:
    """Check a list of the property `name`. Raises `Refused`."""
    if given > _LONGEST.get(name, _MOST_ITEMS):
        raise Refused(f"{name}, a list that is too long")


def fit(name: str, found: dict[str, Any]) -> None:
    """Check an object of the property `name`. Raises `Refused`."""
    if name in ("tickCount", "nice") and "interval" in found:
        raise Refused(f"{name} by an interval of time, of which there may be millions")
    step = found.get("step")
    if name in ("bins", "keyvals") and isinstance(step, (int, float)):
        low, high = found.get("start", 0), found.get("stop", 0)
        if not abs(high - low) <= MOST_STEPS * abs(step):
            raise Refused(f"{name} of more than {MOST_STEPS:,} steps")
    if name in ("width", "height") and isinstance(step, (int, float)) and step > 200:
        raise Refused(f"{name} of more than 200 pixels for each value")
    if name == "timeUnit" and isinstance(step, (int, float)) and (step < 1 or step > 1_000):
        raise Refused("a step of time that is too small or too large")
    if name == "bin" and isinstance(found.get("base"), (int, float)) and found["base"] < 2:
        raise Refused("bins of a base below 2")


def rows_after(transform: Mapping[str, Any], tables: Tables, rows: int) -> int:
    """How many rows there may be after a transform. Raises `Refused` if there are too many."""
    made = rows
    if "fold" in transform:
        made = rows * len(transform["fold"])
    elif "flatten" in transform:
        made = rows * max(1, tables.longest_list)
    elif "impute" in transform:
        groups = _groups(transform, tables, rows)
        keyvals = transform.get("keyvals")
        keys = len(keyvals) if isinstance(keyvals, list) else MOST_STEPS if keyvals else 0
        made = max(rows, groups * (keys + min(rows, tables.distinct(transform.get("key", "")) or rows)))
    elif "density" in transform:
        made = max(
            rows, _groups(transform, tables, rows) * max(transform.get("steps", 200), transform.get("maxsteps", 200))
        )
    elif "quantile" in transform:
        step = transform.get("step", 0.01)
        if step < 0.001:
            raise Refused("quantiles of more than 1,000 steps")
        made = max(rows, _groups(transform, tables, rows) * math.ceil(1 / step))
    elif "loess" in transform and rows > 5_000:
        raise Refused("loess of more than 5,000 rows")
    elif "regression" in transform:
        made = max(rows, 200 * _groups(transform, tables, rows))
    elif isinstance(transform.get("bin"), Mapping) and "step" in transform["bin"]:
        check_bin_step(transform["bin"], tables.extent(transform.get("field", "")))
    if made > MOST_ROWS:
        raise Refused(f"a transform that may make more than {MOST_ROWS:,} rows")
    return made


def work_of(transform: Mapping[str, Any], rows: int) -> int:
    """How much a transform does, in rows looked at."""
    if "density" in transform:
        return rows * int(max(transform.get("steps", 200), transform.get("maxsteps", 200))) // 10
    return rows * max(1, rows // 30) if "loess" in transform else rows


def _groups(transform: Mapping[str, Any], tables: Tables, rows: int) -> int:
    groups = 1
    for each in transform.get("groupby", ()):
        groups *= tables.distinct(each) or rows
    return max(1, min(groups, rows))


def check_bin_step(bins: Mapping[str, Any], extent: float) -> None:
    """Raise `Refused` for bins whose width is given, where there may be more than `MOST_STEPS` of them."""
    given = bins.get("extent")
    if isinstance(given, list) and len(given) == 2 and all(isinstance(each, (int, float)) for each in given):
        extent = max(extent, abs(given[1] - given[0])) if math.isfinite(extent) else math.inf
    if not extent <= MOST_STEPS * bins["step"]:
        raise Refused(f"bins of which there may be more than {MOST_STEPS:,}")


def draw_within(
    specification: dict[str, Any], tables: Tables, produced: Collection[str], *, rows: int, width: int
) -> None:
    """Make what is written anew draw within bounds.

    Args:
        specification: changed in place.
        tables: its data.
        produced: fields that its transforms make.
        rows: how many rows a table may have.
        width: characters of the longest text that may be drawn.

    Raises:
        NotDrawn: it would draw too much all the same.
    """
    bounded = _Bounded(tables, produced, rows, width)
    views = bounded.views(specification)
    if views > MOST_VIEWS:
        raise NotDrawn(f"a chart of more than {MOST_VIEWS} views")
    if bounded.units * rows > MOST_MARKS:
        raise NotDrawn(f"a chart of more than {MOST_MARKS:,} marks")


class _Bounded:
    def __init__(self, tables: Tables, produced: Collection[str], rows: int, width: int) -> None:
        self._tables = tables
        self._produced = produced
        self._rows = rows
        self._width = width
        self.units = 0
        """Units, each drawn with all rows at most."""

    def views(self, given: dict[str, Any]) -> int:
        """How many views a specification draws."""
        before = self.units
        own = 0
        for name in ("layer", "concat", "hconcat", "vconcat"):
            own += sum(self.views(each) for each in given.get(name, ()) if isinstance(each, dict))
        if isinstance(given.get("spec"), dict):
            own += self.views(given["spec"])
        if "mark" in given:
            self._unit(given)
            self.units += 1
            own += 1
        times = self._repeats(given.get("repeat"))
        self.units = before + (self.units - before) * times
        facet = given.get("facet")
        times *= self._facets(facet) if isinstance(facet, dict) else 1
        encoding = given.get("encoding", {})
        for channel in ("facet", "row", "column"):
            if isinstance(encoding.get(channel), dict):
                times *= self._distinct(encoding[channel])
        return max(1, own) * times

    @staticmethod
    def _repeats(given: object) -> int:
        if isinstance(given, list):
            return max(1, len(given))
        if isinstance(given, dict):
            return math.prod(max(1, len(each)) for each in given.values() if isinstance(each, list))
        return 1

    def _facets(self, given: dict[str, Any]) -> int:
        if "row" in given or "column" in given:
            return math.prod(
                self._distinct(given[each]) for each in ("row", "column") if isinstance(given.get(each), dict)
            )
        return self._distinct(given)

    def _distinct(self, channel: Mapping[str, Any]) -> int:
        """How many values a channel may have."""
        bins = channel.get("bin")
        if bins and bins != "binned":
            return int(bins.get("maxbins", 10)) + 1 if isinstance(bins, Mapping) else 11
        field = channel.get("field")
        if not isinstance(field, str) or field in self._produced or channel.get("aggregate"):
            return 1 if "datum" in channel or "value" in channel else self._rows
        return max(1, min(self._rows, self._tables.distinct(field) if self._is_column(field) else self._rows))

    def _is_column(self, field: str) -> bool:
        return not any(each in field for each in ".[\\")

    def _unit(self, given: dict[str, Any]) -> None:
        encoding = given.get("encoding", {})
        mark = given["mark"] if isinstance(given["mark"], dict) else {"type": given["mark"]}
        for side, offset, channel in (("width", "xOffset", "x"), ("height", "yOffset", "y")):
            self._size(
                given, side, [encoding[each] for each in (channel, offset) if isinstance(encoding.get(each), dict)]
            )
        wild = any(self._is_wild(encoding.get(each)) for each in _POSITIONS)
        wild = wild or any(
            isinstance(value, dict) and "expr" in value and is_size(name) for name, value in mark.items()
        )
        if wild:
            mark["clip"] = True
        if self._width > 300 and mark.get("type") == "text":
            mark["limit"] = min(mark.get("limit") or 1_000, 1_000)
        if len(mark) > 1:
            given["mark"] = mark
        for channel in encoding.values():
            bins = channel.get("bin") if isinstance(channel, dict) else None
            if isinstance(bins, dict) and "step" in bins:
                field = channel.get("field")
                extent = (
                    self._tables.extent(field) if isinstance(field, str) and field not in self._produced else math.inf
                )
                try:
                    check_bin_step(bins, extent)
                except Refused:
                    self._tables.told.add("the step of bins, of which there may be too many")
                    del bins["step"]
                    bins["maxbins"] = MOST_STEPS

    def _size(self, given: dict[str, Any], side: str, channels: list[dict[str, Any]]) -> None:
        """Give a view a size of its own where each of too many values would get a step, and those no labels."""
        if not channels or self._is_continuous(channels[0]):
            return
        size = given.get(side)
        step = size.get("step", 20) if isinstance(size, dict) else 20
        if not isinstance(size, (int, float)) and math.prod(map(self._distinct, channels)) * step > WIDEST:
            self._tables.told.add(f"a {side} that grows with each of too many values")
            given[side] = WIDEST // 4
        axis = channels[0].get("axis", {})
        if self._distinct(channels[0]) > MOST_LABELS and isinstance(axis, dict) and axis.get("labels") is not False:
            self._tables.told.add("the labels of too many values")
            channels[0]["axis"] = {**axis, "labels": False, "ticks": False, "grid": False}

    @staticmethod
    def _is_continuous(channel: Mapping[str, Any]) -> bool:
        scale = channel.get("scale")
        is_known = not isinstance(scale, dict) or scale.get("type") in _CONTINUOUS
        return channel.get("type") in ("quantitative", "temporal") and is_known

    @staticmethod
    def _is_wild(channel: object) -> bool:
        """Whether a channel can draw far away from its view: by a scale of its own, or none."""
        if isinstance(channel, list):
            return any(map(_Bounded._is_wild, channel))
        if not isinstance(channel, dict):
            return False
        scale = channel.get("scale", {})
        value = channel.get("value")
        return (
            scale is None
            or (
                isinstance(scale, dict)
                and any(each in scale for each in ("domain", "domainMin", "domainMax", "range", "rangeMin", "rangeMax"))
            )
            or isinstance(value, dict)
            or (isinstance(value, (int, float)) and abs(value) > WIDEST)
            or _Bounded._is_wild(channel.get("condition"))
        )
