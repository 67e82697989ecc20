"""When a dump is worth its time: small sessions are dumped after every cell, large ones when there is nothing to wait for."""

from __future__ import annotations

FREE = 0.002
"""Seconds that a dump may take in any case: an almost empty session's takes a third of a millisecond."""


class DumpBudget:
    """Keeps the time that dumps take, while cells wait, below a share of the time that cells take.

    A cell without a dump is remembered by its source and the host's answers; it would be run again to come back to it.
    """

    def __init__(self, share: float, *, free: float = FREE, guess: float = 0.0) -> None:
        """share: of the cells' time. free: seconds that a dump may take in any case. guess: what the first is taken to cost."""
        self.share = share
        self._free = free
        self._worked = 0.0
        self._spent = 0.0
        self._last = guess

    def worked(self, seconds: float) -> None:
        """A cell took this long."""
        self._worked += seconds

    def dumped(self, seconds: float, *, kept_waiting: bool) -> None:
        """A dump took this long. Only what keeps a queued cell waiting is charged."""
        self._last = seconds
        if kept_waiting:
            self._spent += seconds

    def allows(self, *, cells_wait: bool) -> bool:
        """Whether to dump now. When nobody waits, always."""
        return not cells_wait or self._last <= self._free or self._spent + self._last <= self.share * self._worked
