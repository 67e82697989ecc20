"""What showing text in a terminal's columns knows of characters."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterator
from typing import Any

from monty_kernel.outputs import visible_text

from .patterns import javascript


def characters() -> dict[str, Any]:
    """The characters that are written out, and the ranges of those that are two columns wide."""
    return {"unshown": javascript(visible_text.UNSHOWN), "wide": list(_wide())}


def _wide() -> Iterator[list[int]]:
    start = None
    for code in range(sys.maxunicode + 2):
        wide = code <= sys.maxunicode and _is_wide(chr(code))
        if wide and start is None:
            start = code
        elif not wide and start is not None:
            yield [start, code - 1]
            start = None


def _is_wide(character: str) -> bool:
    # older Pythons call what is not a character wide
    return unicodedata.east_asian_width(character) in ("W", "F") and unicodedata.category(character) != "Cn"
