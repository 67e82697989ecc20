"""Bounds what the references of a drawing draw: an element of SVG can refer to another and draw it again, and so on.

Ten lines of `use` within `use` are ten billion shapes. So all elements that references draw are counted before a browser draws them:
those of `use`, patterns, markers, masks, clips and filters, wherever in the document the target is, and in all combinations.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape
from itertools import accumulate

MOST_DRAWN = 200_000
"""The most elements that the references of a document may draw, each counted as often as it is drawn."""
DEEPEST = 5
"""References through references."""
PRIMITIVE = 100
"""One step of a filter costs as much as this many shapes."""
_TAG = re.compile(r"<(/?)(\w++)([^<>]*+)>")
_ID = re.compile(r' id="([^"]*+)"')
_HREF = re.compile(r' href="#([^"]*+)"')
_URL = re.compile(r"""(?:(?<![\w-])([\w-]++)(?:="|\s*+:)\s*+)?url\(\s*(?:'|&quot;)?#([\w.-]+)""")
_ATTRIBUTE = re.compile(r' ([\w-]+)="([^"]*+)"')
_VOID = frozenset({"br", "hr", "img", "col"})
LARGEST = {"numOctaves": 8.0, "stdDeviation": 200.0, "radius": 20.0}
"""Values of filters above which each pixel costs too much."""
SOURCES = frozenset({"SourceGraphic", "SourceAlpha", "BackgroundImage", "BackgroundAlpha", "FillPaint", "StrokePaint"})
WITHOUT_INPUT = frozenset({"feFlood", "feTurbulence", "feMerge"})
WITH_TWO = frozenset({"feBlend", "feComposite"})
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")


@dataclass(frozen=True, slots=True)
class _Reference:
    element: int
    begin: int
    end: int
    """The attribute's place in the text."""
    target: str
    how: str
    """`use`, or the property that names it."""


class _Filter:
    """The steps of a filter. Each may use the result of the one before twice, so that a few steps can become billions."""

    def __init__(self) -> None:
        self.most = 0
        """Of the costliest step, all that it takes, counted as often as it is taken."""
        self._results: dict[str, int] = {}
        self._result = ""
        self._last = self._before = 0

    def step(self, name: str, attributes: Mapping[str, str]) -> None:
        """The next one: a primitive, or a node of the last, which merges."""
        if name.startswith("feFunc"):
            return
        if name == "feMergeNode":
            cost = self._last + self._cost(attributes.get("in"), self._before)
        else:
            if self._result:
                self._results[self._result] = self._last
            self._result, self._before = attributes.get("result", ""), self._last
            inputs = () if name in WITHOUT_INPUT else ("in", "in2") if name in WITH_TWO else ("in",)
            cost = 1 + sum(self._cost(attributes.get(each), self._before) for each in inputs)
        self._last = min(cost, MOST_DRAWN)
        self.most = max(self.most, self._last)

    def _cost(self, name: str | None, previous: int) -> int:
        """Of what an input names. A name that nothing has means the step before, as does none."""
        return self._results.get(name or "", 0 if name in SOURCES else previous)


class _Drawing:
    """The elements of a document that the sanitizer wrote, by number, and what they draw again."""

    def __init__(self, text: str) -> None:
        self.begins: list[int] = []
        self.ends: list[int] = []  # where its content ends in the text
        self.last: list[int] = []  # the number of the first element that is not in it
        self.ids: dict[str, int] = {}
        self.references: list[_Reference] = []
        self.excessive: list[tuple[int, int]] = []
        self._known: dict[tuple[str, int], int] = {}
        self._steps: list[int] = []  # of filters, the numbers of their elements
        self._filters: dict[int, _Filter] = {}
        self._read(text)
        self._places = [reference.begin for reference in self.references]
        # before each reference, how many are of `use`
        self._uses = [0, *accumulate(reference.how == "use" for reference in self.references)]

    def _read(self, text: str) -> None:
        begins, ends, last, stack = self.begins, self.ends, self.last, [0]
        filter_ = _Filter()
        for tag in _TAG.finditer(text):
            closes, name, inside = tag.groups()
            if closes:
                number = stack.pop()
                ends[number], last[number] = tag.start(), len(begins)
                continue
            number = len(begins)
            begins.append(tag.start())
            ends.append(tag.end())
            last.append(number + 1)
            if name not in _VOID:
                stack.append(number)
            if name == "filter":
                self._filters[number] = filter_ = _Filter()
            step = name.startswith("fe")
            if step:
                self._steps.append(number)
                filter_.step(name, dict(_ATTRIBUTE.findall(inside)))
            if step or "#" in inside or " id=" in inside:
                self._attributes(number, name, inside, tag.start(3))

    def _attributes(self, element: int, name: str, inside: str, offset: int) -> None:
        if " id=" in inside and (found := _ID.search(inside)) is not None:
            self.ids.setdefault(unescape(found[1]), element)
        if ' href="#' in inside and name != "a" and (href := _HREF.search(inside)) is not None:
            place = offset + href.start(), offset + href.end()
            self.references.append(_Reference(element, *place, unescape(href[1]), name))
        if "url(" in inside or name.startswith("fe"):
            for attribute in _ATTRIBUTE.finditer(inside):
                place = offset + attribute.start(), offset + attribute.end()
                for url in _URL.finditer(attribute[0]):
                    self.references.append(_Reference(element, *place, url[2], url[1] or "fill"))
                most = LARGEST.get(attribute[1])
                if most is not None and any(abs(float(each)) > most for each in _NUMBER.findall(attribute[2])):
                    self.excessive.append(place)

    def too_much(self) -> list[tuple[int, int]]:
        """The places of the attributes to leave out, so that what is left draws no more than it may."""
        drawn = 0
        places = []
        for reference in self.references:
            cost = self._cost(reference, 0)
            if drawn + cost > MOST_DRAWN:
                places.append((reference.begin, reference.end))
            else:
                drawn += cost
        return places

    def _cost(self, reference: _Reference, depth: int) -> int:
        if reference.target not in self.ids:
            return 0
        element = reference.element
        times = 1
        if reference.how.startswith("marker"):  # at each corner of each line in it
            times = 1 + (self.ends[element] - self.begins[element]) // 4
        elif reference.how in ("fill", "stroke"):
            times = self.last[element] - element
        return min(times * self._target_cost(reference.target, reference.how, depth), MOST_DRAWN + 1)

    def _target_cost(self, target: str, how: str, depth: int) -> int:
        known = self._known.get((target, depth))
        if known is not None and how != "use":
            return known
        element = self.ids[target]
        first, behind = self.begins[element], max(self.ends[element], self.begins[element] + 1)
        begin, end = bisect_left(self._places, first), bisect_left(self._places, behind)
        if depth >= DEEPEST or (how == "use" and self._uses[begin] != self._uses[end]):
            return MOST_DRAWN + 1
        if known is None:
            steps = bisect_left(self._steps, self.last[element]) - bisect_left(self._steps, element)
            if element in self._filters:
                steps = max(steps, self._filters[element].most)
            known = self.last[element] - element + steps * PRIMITIVE
            for index in range(begin, end):
                if known > MOST_DRAWN:
                    break
                known += self._cost(self.references[index], depth + 1)
            self._known[target, depth] = known
        return known


def bounded(text: str) -> tuple[str, Counter[str]]:
    """A document that the sanitizer wrote, without the references through which it would draw too much, and what is left out."""
    drawing = _Drawing(text)
    references = drawing.too_much()
    removed = Counter(
        {"reference that draws too much": len(set(references)), "excessive filter": len(drawing.excessive)}
    )
    pieces, done = [], 0
    for begin, end in sorted({*references, *drawing.excessive}):
        pieces.append(text[done:begin])
        done = end
    return "".join([*pieces, text[done:]]), removed
