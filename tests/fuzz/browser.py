"""The engine for what only a browser can tell: random documents, a page full of them at a time."""

from __future__ import annotations

import time
from pathlib import Path
from random import Random

from .documents import document
from .loop import keep
from .target import as_json
from .targets.rendered import TOGETHER, check_rendered, findings

SHRINKING = 30.0
"""Seconds for which a document that was found is made smaller."""


class Found(AssertionError):
    """A document did something."""


def with_a_browser(seconds: float, folder: Path, *, most: int | None = None, seed: int | None = None) -> int:
    """Render random documents until the time is up, or `most` have been; how many were rendered.

    seed: for the same documents as another time; by default they are others each time.

    Raises:
        Found: a document did something. It is kept in the folder's `findings`, and made smaller where that is easy.
    """
    random = Random(time.time_ns() if seed is None else seed)
    rendered = 0
    end = time.monotonic() + seconds
    while time.monotonic() < end and (most is None or rendered < most):
        documents = [document(random) for _ in range(TOGETHER if most is None else min(TOGETHER, most - rendered))]
        found = findings(documents)
        if found:
            raise _found(documents, found, folder)
        rendered += len(documents)
    return rendered


def _found(documents: list[dict[str, str]], found: dict[int, list[str]], folder: Path) -> Found:
    """The error for a page on which something was found, of the first document that does it alone."""
    suspects = sorted(place for place in found if place >= 0) or range(len(documents))
    for place in suspects:
        if _does(documents[place]):
            smaller = _smaller(documents[place])
            kept = keep(folder, "rendered", as_json(smaller))
            return Found(f"{found.get(place) or found.get(-1)}: {smaller!r}\nThe input: {kept}")
    kept = [str(keep(folder, "rendered", as_json(documents[place]))) for place in suspects]
    return Found(f"{found}, though no document does it alone. The inputs: {' '.join(kept)}")


def _does(said: dict[str, str]) -> bool:
    try:
        check_rendered(as_json(said))
    except AssertionError:
        return True
    return False


def _smaller(said: dict[str, str]) -> dict[str, str]:
    """The document with as many pieces left out as it still does it without, as long as there is time."""
    end = time.monotonic() + SHRINKING
    ((mime, text),) = said.items()
    size = len(text) // 2
    while size and time.monotonic() < end:
        for start in range(0, len(text), size):
            shorter = text[:start] + text[start + size :]
            if time.monotonic() > end:
                break
            if _does({mime: shorter}):
                text = shorter
                break
        else:
            size //= 2
    return {mime: text}
