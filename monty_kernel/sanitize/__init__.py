"""Sanitizes outputs: nothing that reaches the person's browser or terminal runs or loads anything.

`sanitizer.py` is what every output passes.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

MOST_BYTES = 4_000_000
"""Of HTML, SVG or Markdown, in UTF-8."""

MOST_CHARACTERS = 5_000_000
"""Of any MIME type of an output. Each takes the kernel some 10 bytes on its way from the worker."""


@dataclass(frozen=True, slots=True)
class Sanitized:
    """Text that may be shown. `removed` counts what was taken out of it, by names that a person understands."""

    text: str
    removed: Counter[str]


class TooLarge(Exception):
    """Sanitizing it would take too much time or memory. The message names the limit, such as `more than 4 MB`."""


def words(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


def check_size(text: str) -> None:
    """Raise `TooLarge` for markup of more than `MOST_BYTES`."""
    if bytes_of(text) > MOST_BYTES:
        raise TooLarge(f"more than {MOST_BYTES // 1_000_000} MB")


def bytes_of(text: str) -> int:
    """The length in UTF-8. Text of more characters than twice `MOST_BYTES` is not encoded; its length in characters stands for it."""
    if text.isascii() or len(text) > 2 * MOST_BYTES:
        return len(text)
    return len(text.encode("utf-8", "surrogatepass"))
