"""A chart as an output shows it: a small one is written anew here, a large one in a helper, which can be killed."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from monty_kernel.sanitize import TooLarge

from . import NotDrawn
from .screen import Screened, screened

_SHORT = 100_000
"""Characters of JSON that take at most 0.1 s in this process, whatever they say."""
_LONGEST = 5_000_000
_SECONDS = 10.0  # of processor time in a helper


def shown_chart(given: object) -> Screened:
    """A specification as it may be shown.

    Args:
        given: what a cell displayed, or an output held.

    Raises:
        NotDrawn: nothing of it may be.
        TooLarge: writing it anew would take too much.
        KeyboardInterrupt: this thread was interrupted while it waited for a helper.
    """
    try:
        text = json.dumps(given)
    except (TypeError, ValueError, RecursionError) as error:
        raise NotDrawn("a specification that is not plain data") from error
    if len(text) > _LONGEST:
        raise TooLarge(f"more than {_LONGEST // 1_000_000} MB")
    if len(text) <= _SHORT:
        return screened(json.loads(text))
    from monty_kernel.bounded.helper_pool import JobFailed, TooMuch, Unanswered, ask

    try:
        value, clean = ask(f"{__name__}:in_helper", text, seconds=_SECONDS)
    except TooMuch as error:
        raise TooLarge("what can be checked") from error
    except (Unanswered, JobFailed) as error:
        raise TooLarge(f"what is checked without a helper, which gave no answer ({error})") from error
    if "not_drawn" in value:
        raise NotDrawn(value["not_drawn"])
    return Screened(json.loads(clean), value["options"], Counter(value["left_out"]))


def in_helper(text: str) -> tuple[dict[str, Any], str]:
    """The job of a helper."""
    try:
        made = screened(json.loads(text))
    except NotDrawn as error:
        return {"not_drawn": str(error)}, ""
    return {"options": made.options, "left_out": made.left_out}, json.dumps(made.specification)
