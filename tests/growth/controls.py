"""Functions that do what no entry may, to show that the test sees it: quadratic, exponential, greedy for memory, deaf."""

from __future__ import annotations

import re
from collections import deque
from itertools import repeat

from .entry import Entry
from .shapes import Shape

_EXPONENTIAL = re.compile(r"(?:a+)+b")
_QUADRATIC = re.compile(r"<x[^>]*>")


def _counts(text: str) -> int:
    return sum(text.count(character, 0, at) for at, character in enumerate(text))


def _keeps(text: str) -> list[str]:
    return [text[at:] for at in range(0, len(text), 32)]


CONTROLS = (
    Entry("quadratic pattern", lambda text: _QUADRATIC.findall(text), known=(Shape("<x "),)),
    Entry("quadratic loop", _counts, known=(Shape("a"),)),
    Entry("exponential pattern", lambda text: _EXPONENTIAL.match(text), known=(Shape("a"),)),
    Entry("quadratic memory", _keeps, known=(Shape("a"),)),
    Entry("deaf", lambda text: deque(repeat(None, 400_000 * len(text)), maxlen=0), known=(Shape("a"),)),
)
INNOCENT = (
    Entry("linear", lambda text: [character.upper() for character in text]),
    Entry("sorted", lambda text: sorted(text.split())),
)
