"""One pair of axes: what is drawn on it, layer by layer, and where its axes begin, end and have ticks."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any

from .styles import POINT, number
from .time_ticks import day_of, time_ticks

MARGIN = 0.05
"""The part of what is drawn that an axis goes on beyond it."""
_MOST_TICKS = 400
DAY = 86_400_000.0
"""Milliseconds: times are counted in them from 1970 on, in no zone."""


class Way:
    """The x or the y axis.

    Attributes:
        names: The texts that stand on it, in the order of their first use: each has the number of its place.
        is_time: Whether dates stand on it.
        limits: Where it begins and ends, None where that follows from what is drawn.
        ticks: Where ticks are; None if Vega decides it. labels: what they say.
    """

    def __init__(self) -> None:
        self.names: dict[str, float] = {}
        self.is_time = False
        self.limits: list[float | None] = [None, None]
        self.ticks: list[float] | None = None
        self.labels: list[str] | None = None
        self.title: str | None = None
        self.rotation = 0.0
        self.size: float | None = None
        self.is_log = False
        self.inverted = False
        self.headroom = 0.0  # for words above what is drawn, since they end where the frame does
        self._low, self._high = math.inf, -math.inf
        self._sticky: set[float] = set()

    def at(self, value: object) -> float | None:
        """The place of a value; None if it has none.

        Raises:
            ValueError: It is nothing that stands on an axis.
        """
        if isinstance(value, str):
            return self.names.setdefault(value, float(len(self.names)))
        if isinstance(value, dict):
            self.is_time = True
            return _milliseconds(value.get("date"))
        if value is None:
            return None
        place = number(value)
        return place if math.isfinite(place) else None

    def reach(self, values: list[float | None], sticky: float | None = None) -> None:
        """Let the axis hold these places. sticky: one of them that has no margin beyond it."""
        for value in values:
            if value is not None and (value > 0 or not self.is_log):
                self._low, self._high = min(self._low, value), max(self._high, value)
        if sticky is not None:
            self._sticky.add(sticky)

    def domain(self) -> tuple[float, float]:
        """Where it begins and ends, the smaller number first."""
        low, high = self._low, self._high
        if low > high:
            low, high = (0.1, 1.0) if self.is_log else (0.0, 1.0)
        elif low == high:
            low, high = (
                (low / 2, low * 2)
                if self.is_log
                else (low - (abs(low) * MARGIN or 0.05), high + (abs(high) * MARGIN or 0.05))
            )
        elif self.is_log:
            step = (high / low) ** MARGIN
            low, high = low / step, high * step
        else:
            margin = MARGIN * (high - low)
            low, high = (
                low - margin * (low not in self._sticky),
                high + max(margin, self.headroom * (high - low)) * (high not in self._sticky),
            )
        first, last = self.limits
        low, high = low if first is None else first, high if last is None else last
        if low > high:
            self.inverted, low, high = True, high, low
        return low, high if high > low else low + 1

    def part(self, place: float) -> float:
        """How far along the axis a place is: 0 at its begin, 1 at its end."""
        low, high = self.domain()
        if self.is_log and min(low, high, place) > 0:
            low, high, place = math.log(low), math.log(high), math.log(place)
        part = (place - low) / (high - low)
        return 1 - part if self.inverted else part

    def scale(self) -> dict[str, Any]:
        """The scale as Vega-Lite says it."""
        low, high = self.domain()
        if self.is_log:
            low, high = (low if low > 0 else 1e-3), (high if high > 0 else 1.0)
        scale: dict[str, Any] = {"type": "linear", "domain": [low, high], "nice": False, "zero": False}
        if self.is_log:
            scale["type"] = "log"
        return scale | ({"reverse": True} if self.inverted else {})

    def axis(self, name: str, length: float, grid: dict[str, Any] | None, room: int) -> dict[str, Any]:
        """The axis as Vega-Lite says it. length: its pixels; room: the characters that its expression may have."""
        axis: dict[str, Any] = {"title": self.title, "grid": False}
        if grid is not None:
            axis |= {"grid": True, **grid}
        ticks, labels = self.ticks, self.labels
        if ticks is None and self.names:
            ticks = list(self.names.values())
        if labels is None and self.names and ticks is not None:
            texts = {place: text for text, place in self.names.items()}
            labels = [texts.get(each, "") for each in ticks]
        if ticks is None and self.is_time:
            ticks, labels = time_ticks(*self.domain(), max(2, round(length / 95)))
        elif ticks is not None and labels is None and self.is_time:
            labels = [day_of(each) for each in ticks[:_MOST_TICKS]]
        elif ticks is None and self.is_log:
            ticks = _decades(*self.domain())
        if ticks is None and labels is not None:
            ticks = [float(place) for place in range(len(labels))]
        if ticks is None:
            axis["tickCount"] = max(2, min(9, round(length / (60 if name == "x" else 40))))
        else:
            axis["values"] = ticks[:_MOST_TICKS]
            if labels is not None:
                axis["values"], axis["labelExpr"] = _labelled(ticks, labels, room)
                axis |= {"labelOverlap": "greedy", "tickCount": max(1, len(axis["values"]))}
        if self.rotation:
            axis["labelAngle"] = -self.rotation % 360
            if name == "x":
                axis |= {
                    "labelAlign": "right" if self.rotation > 0 else "left",
                    "labelBaseline": "middle" if self.rotation % 90 == 0 else "top",
                }
        if self.size is not None:
            axis["labelFontSize"] = self.size
        return axis


class Panel:
    """What is drawn on one pair of axes, in its order."""

    def __init__(self) -> None:
        self.x, self.y = Way(), Way()
        self.layers: list[dict[str, Any]] = []
        self.title: str | None = None
        self.title_place = "middle"
        self.title_size: float | None = None
        self.grid: dict[str, dict[str, Any]] = {}
        self.legend: dict[str, Any] | None = None
        self.named: list[dict[str, Any]] = []  # what a legend says: label, kind, and how it is drawn
        self.crowd: list[tuple[float, float]] = []  # where something is, to keep the legend from it
        self.is_off = False
        self.is_equal = False
        self.colorbar: str | None = None
        self.pie: dict[str, Any] | None = None
        self.hidden: frozenset[str] = frozenset()  # sides of the frame
        self.inside: list[tuple[dict[str, Any], float, float, str]] = []  # texts at parts of the frame
        self.said: dict[str, int] = {}  # how many of each kind are drawn
        self._used = {"line": 0, "patch": 0}

    def way(self, name: str) -> Way:
        """Its axis of this name."""
        return self.x if name.startswith("x") else self.y

    def next_colour(self, kind: str) -> int:
        """Whose turn it is among the colours: lines take turns apart from all else."""
        self._used[kind] += 1
        return self._used[kind] - 1

    def add(self, mark: dict[str, Any], rows: list[dict[str, Any]], **more: Any) -> None:
        """Draw a mark for each of the rows, whose `x`, `x2`, `y` and `y2` are places.

        more: further channels by their names.
        """
        given = {name for row in rows for name in row}
        encoding: dict[str, Any] = {name: {"field": name} for name in ("x", "x2", "y", "y2") if name in given}
        encoding |= more
        last = self.layers[-1] if self.layers else None
        if last is not None and mark["type"] == "text" and last["mark"] == mark and last["encoding"] == encoding:
            last["data"]["values"] += rows
        elif rows:
            self.layers.append({"mark": mark, "data": {"values": rows}, "encoding": encoding})

    def name(self, label: object, **drawn: Any) -> None:
        """Have a legend say this."""
        if isinstance(label, (str, int, float)) and not str(label).startswith("_"):
            self.named.append({"label": str(label), **drawn})

    def count(self, kind: str) -> None:
        """Note what kind of chart this is."""
        self.said[kind] = self.said.get(kind, 0) + 1


def in_pixels(mark: dict[str, Any], rows: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    """A layer whose places are pixels of the frame. more: further channels."""
    encoding: dict[str, Any] = {}
    for name in ("x", "x2", "y", "y2"):
        if name in rows[0]:
            encoding[name] = (
                {"field": name} if name.endswith("2") else {"field": name, "type": "quantitative", "scale": None}
            )
    return {"mark": {**mark, "clip": False}, "data": {"values": rows}, "encoding": {**encoding, **more}}


def text_mark(**more: Any) -> dict[str, Any]:
    """A mark for words."""
    return {"type": "text", "lineBreak": "\n", "fontSize": round(10 * POINT, 1), "color": "black", **more}


def _labelled(ticks: list[float], labels: list[str], room: int) -> tuple[list[float], str]:
    """The ticks, and the expression that gives each its label: fewer of them where it would be longer than `room`."""
    named = list(zip(ticks, labels, strict=False))
    step = -(-len(named) // _MOST_TICKS) or 1
    while True:
        chosen = named[::step]
        texts = ",".join(_quoted(label[:60]) for _, label in chosen)
        places = ",".join(repr(place) if place >= 0 else f"-{-place!r}" for place, _ in chosen)
        made = f"[{texts}][indexof([{places}],datum.value)]"
        if len(made) <= room or len(chosen) < 2:
            return [place for place, _ in chosen], made
        step *= 2


def _decades(low: float, high: float) -> list[float] | None:
    """The powers of ten between two numbers; None if they are few."""
    if low <= 0:
        return None
    first, last = math.ceil(math.log10(low)), math.floor(math.log10(high))
    return [10.0**power for power in range(first, last + 1)] if 2 <= last - first <= 40 else None


def _quoted(text: str) -> str:
    return (
        "'"
        + "".join(
            each if each.isalnum() or each in " .,:;-+%()/" else f"\\u{ord(each):04x}"
            for each in text
            if ord(each) < 0x10000
        )
        + "'"
    )


def _milliseconds(text: object) -> float:
    moment = datetime.fromisoformat(str(text))
    if moment.tzinfo is not None:
        moment = moment.astimezone(UTC)
    return moment.replace(tzinfo=UTC).timestamp() * 1000
