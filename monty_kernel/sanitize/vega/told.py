"""What the person is told of a chart: what was left out of it, in words of ours and plain names."""

from __future__ import annotations

import re
from collections import Counter

_PLAIN = re.compile(r"[A-Za-z_$][\w-]{0,39}", re.ASCII)


class Told:
    """Counts what was left out."""

    def __init__(self) -> None:
        self.left_out: Counter[str] = Counter()

    def add(self, what: str) -> None:
        self.left_out[what] += 1


def plain_name(name: object) -> str:
    """A name that was given, if it may stand in a line."""
    return name if isinstance(name, str) and _PLAIN.fullmatch(name) else "a part with an odd name"
