"""Text as it may be shown, and what was taken out of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

MOST_BYTES = 4_000_000
"""Of markup, in UTF-8, whether HTML, SVG or Markdown."""

MOST_CHARACTERS = 5_000_000
"""Of any MIME type of an output: each takes the kernel some 10 bytes on its way from the worker."""


@dataclass(frozen=True, slots=True)
class Sanitized:
    """`removed` counts what is not there any more, by the name that it has for a person."""

    text: str
    removed: Counter[str]


class TooLarge(Exception):
    """Sanitizing it would take too much time or memory; the message says what it is more than."""


def check_size(text: str) -> None:
    """Raises `TooLarge` for markup of more than `MOST_BYTES`."""
    if bytes_of(text) > MOST_BYTES:
        raise TooLarge(f"more than {MOST_BYTES // 1_000_000} MB")


def bytes_of(text: str) -> int:
    """The length in UTF-8; or one that is large enough, without encoding what has more characters than twice `MOST_BYTES`."""
    if text.isascii() or len(text) > 2 * MOST_BYTES:
        return len(text)
    return len(text.encode("utf-8", "surrogatepass"))
