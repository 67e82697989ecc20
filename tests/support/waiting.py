"""Waiting for what must happen, however long a machine that has much else to do takes for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

HANGING = 120.0
"""Seconds after which what was waited for will not come: a guard against hanging, and no promise."""


def until(condition: Callable[[], Any], seconds: float = HANGING) -> Any:
    """Wait for the condition's first true value, and return it.

    Raises:
        AssertionError: there was none for so many seconds.
    """
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)
    return value
