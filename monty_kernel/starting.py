"""A kernel's process does nothing but import until its session stands; collecting garbage meanwhile took 4 % of that time."""

from __future__ import annotations

import gc


def begin_start() -> None:
    """The process begins."""
    gc.disable()


def end_start() -> None:
    """The session stands. What is there stays for good, so that no later collection looks at it. Idempotent."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()
