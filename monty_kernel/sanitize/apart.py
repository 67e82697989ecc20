"""Markup as it may be shown: what is short is sanitized right here, and what is long in a helper, where it can be killed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from .screened import MOST_BYTES, Screened, TooLarge, bytes_of, check_size

_SHORT: Mapping[str, int] = {"text/html": 50_000, "image/svg+xml": 50_000, "text/markdown": 16_000}
"""Characters that take at most 0.1 s here, whatever they are. An interrupt waits for that."""

_PATIENCE = 30.0  # seconds of processor time; the person may interrupt


def screened_markup(mime: str, text: str, place: str = "0") -> Screened:
    """HTML, SVG or Markdown as it may be shown. place: of Markdown in its document; ids in what it becomes begin with it.

    Raises:
        TooLarge: it is, or what it would become is.
        KeyboardInterrupt: this thread was interrupted while it waited for the helper.
    """
    if len(text) <= _SHORT[mime]:
        return sanitized(mime, text, place)
    check_size(text)
    from monty_kernel.bounded.rooms import JobFailed, TooMuch, Unanswered, ask

    try:
        value, clean = ask("screen", text, mime, place, seconds=_PATIENCE)
    except TooMuch as error:
        raise TooLarge("what can be sanitized") from error
    except (Unanswered, JobFailed) as error:
        raise TooLarge(f"what is sanitized here, as the helper gave no answer ({error})") from error
    if "large" in value:
        raise TooLarge(value["large"])
    return Screened(clean, Counter(value["removed"]))


def sanitized(mime: str, text: str, place: str) -> Screened:
    """The same, whatever it takes. Raises `TooLarge`."""
    if mime == "text/markdown":
        from .markdown import screened_markdown

        return screened_markdown(text, place)
    from .html import screened_html, screened_svg

    return screened_html(text) if mime == "text/html" else screened_svg(text)


def sanitized_apart(text: str, mime: str, place: str) -> tuple[dict[str, Any], str]:
    """The job: the same in a helper."""
    try:
        screened = sanitized(mime, text, place)
    except TooLarge as error:
        return {"large": str(error)}, ""
    if bytes_of(screened.text) > 2 * MOST_BYTES:
        return {"large": f"more than {2 * MOST_BYTES // 1_000_000} MB once it is sanitized"}, ""
    return {"removed": dict(screened.removed)}, screened.text
