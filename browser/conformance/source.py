"""What the native kernel feeds the sandbox for a cell, and where it says that places in it come from."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from random import Random
from typing import Any

from monty_kernel.engine.source import CellRewrite, CellSource, Rewrite, SessionNames
from monty_kernel.engine.source.cell import CellOptions, Feed, parse
from monty_kernel.magics.registry import Magics

_PROBES = 24  # places of a feed that are led back to the cell


class Known:
    """A session that defines some names, of which some may lead to the host."""

    remembers_errors = True
    granted: Mapping[str, Collection[str]] = {"tools": ("price", "_key", "ask"), "operator": ("add", "sub")}

    def undefined(self, names: frozenset[str]) -> frozenset[str]:
        """Those with an even number of characters."""
        return frozenset(name for name in names if len(name) % 2 == 0)

    def asking(self) -> frozenset[str]:
        """A few."""
        return frozenset({"fetch", "price", "ask"})


class Recorded:
    """The table of magics, and what it was asked: the other side has no magics to be tried with."""

    def __init__(self) -> None:
        self._magics = Magics()
        self.asked: list[dict[str, Any]] = []

    def line(self, name: str, args: str) -> Rewrite:
        """As the table."""
        rewrite = self._magics.line(name, args)
        self.asked.append({"call": ["line", name, args], "rewrite": _camel(rewrite)})
        return rewrite

    def cell(self, name: str, args: str, body: str) -> CellRewrite:
        """As the table."""
        rewrite = self._magics.cell(name, args, body)
        self.asked.append({"call": ["cell", name, args, body], "rewrite": _camel(rewrite)})
        return rewrite


def expected(text: str, names: SessionNames | None = None, number: int = 7) -> dict[str, Any]:
    """What becomes of a cell."""
    table = Recorded()
    source = CellSource(f"In[{number}]", text)
    options = CellOptions(number) if names is None else CellOptions(number, names=names)
    try:
        cell = parse(source, lambda: table, options)
    except SyntaxError as error:
        place = [error.lineno, error.offset, error.end_lineno, error.end_offset]
        return {"text": text, "known": names is not None, "magics": table.asked, "refused": error.msg, "place": place}
    steps = [_feed(step) if isinstance(step, Feed) else step._asdict() for step in cell.steps]
    return {
        "text": text,
        "known": names is not None,
        "magics": table.asked,
        "steps": steps,
        "python": cell.python,
    }


def _feed(feed: Feed) -> dict[str, Any]:
    random = Random(feed.text)
    lines = feed.text.split("\n")
    places = []
    for _ in range(_PROBES):
        line = random.randrange(len(lines))
        end = min(line + random.choice((0, 0, 0, 1)), len(lines) - 1)
        column = random.randrange(len(lines[line]) + 1)
        end_column = max(random.randrange(len(lines[end]) + 1), column if end == line else 0)
        span = line + 1, column + 1, end + 1, end_column + 1
        places.append([span, feed.to_cell(*span)])
    last = feed.last_line().text if feed.maps[0].edits[-1].text.count("__mk_show") else None
    return {"text": feed.text, "parts": sorted(feed.parts), "places": places, "last": last}


def _camel(rewrite: Rewrite | CellRewrite) -> dict[str, Any]:
    """A rewrite with the names that it has in TypeScript."""
    found: dict[str, Any] = {}
    for name, value in rewrite._asdict().items():
        head, *tail = name.split("_")
        if name == "parts":
            value = sorted(value)
        elif name == "action" and value is not None:
            value = value._asdict()
        found[head + "".join(word.title() for word in tail)] = value
    return found
