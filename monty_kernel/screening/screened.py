"""Text as it may be shown, and what was taken out of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Screened:
    """`removed` counts what is not there any more, by the name that it has for a person."""

    text: str
    removed: Counter[str]
