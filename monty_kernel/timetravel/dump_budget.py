"""Decides when a dump is worth its time: after every cell in small sessions, and in large ones when nobody waits."""

from __future__ import annotations

FREE = 0.002
"""Seconds that a dump may always take. That of an almost empty session takes a third of a millisecond."""


class DumpBudget:
    """Keeps the time of dumps that keep cells waiting below a share of the time of the cells.

    A cell without a dump is kept as its source and the host's answers, and is run again to come back to its state.

    Args:
        share: Of the cells' time.
        free: Seconds that a dump may always take.
        guess: Seconds that the first dump is expected to take.
    """

    def __init__(self, share: float, *, free: float = FREE, guess: float = 0.0) -> None:
        self.share = share
        self._free = free
        self._worked = 0.0
        self._spent = 0.0
        self._last = guess

    def worked(self, seconds: float) -> None:
        """A cell took this long."""
        self._worked += seconds

    def dumped(self, seconds: float, *, kept_waiting: bool) -> None:
        """A dump took this long. It is charged only if it kept a queued cell waiting."""
        self._last = seconds
        if kept_waiting:
            self._spent += seconds

    def allows(self, *, cells_wait: bool) -> bool:
        """Whether to dump now: always when no cell waits."""
        return not cells_wait or self._last <= self._free or self._spent + self._last <= self.share * self._worked
