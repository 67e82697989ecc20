"""Markup as it may be shown: what is short is sanitized right here, and what is long in a helper, where it can be killed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from .sanitized import MOST_BYTES, Sanitized, TooLarge, bytes_of, check_size

_SHORT: Mapping[str, int] = {"text/html": 50_000, "image/svg+xml": 50_000, "text/markdown": 16_000}
"""Characters that take at most 0.1 s here, whatever they are. An interrupt waits for that."""

_PATIENCE = 30.0  # seconds of processor time; the person may interrupt


def sanitized_markup(mime: str, text: str, place: str = "0") -> Sanitized:
    """HTML, SVG or Markdown as it may be shown. place: of Markdown in its document; ids in what it becomes begin with it.

    Raises:
        TooLarge: it is, or what it would become is.
        KeyboardInterrupt: this thread was interrupted while it waited for the helper.
    """
    if len(text) <= _SHORT[mime]:
        return sanitized_here(mime, text, place)
    check_size(text)
    from monty_kernel.bounded.helper_pool import JobFailed, TooMuch, Unanswered, ask

    try:
        value, clean = ask(f"{__name__}:sanitized_apart", text, mime, place, seconds=_PATIENCE)
    except TooMuch as error:
        raise TooLarge("what can be sanitized") from error
    except (Unanswered, JobFailed) as error:
        raise TooLarge(f"what is sanitized here, as the helper gave no answer ({error})") from error
    if "large" in value:
        raise TooLarge(value["large"])
    return Sanitized(clean, Counter(value["removed"]))


def sanitized_here(mime: str, text: str, place: str) -> Sanitized:
    """The same, whatever it takes. Raises `TooLarge`."""
    if mime == "text/markdown":
        from .markdown import sanitized_markdown

        return sanitized_markdown(text, place)
    from .html import sanitized_html, sanitized_svg

    return sanitized_html(text) if mime == "text/html" else sanitized_svg(text)


def sanitized_apart(text: str, mime: str, place: str) -> tuple[dict[str, Any], str]:
    """The job: the same in a helper."""
    try:
        sanitized = sanitized_here(mime, text, place)
    except TooLarge as error:
        return {"large": str(error)}, ""
    if bytes_of(sanitized.text) > 2 * MOST_BYTES:
        return {"large": f"more than {2 * MOST_BYTES // 1_000_000} MB once it is sanitized"}, ""
    return {"removed": dict(sanitized.removed)}, sanitized.text
