"""Decides when a dump is worth its time: after every cell in small sessions, and in large ones when nobody waits."""

from __future__ import annotations

FREE = 0.002
"""Seconds that a dump may always take. That of an almost empty session takes a third of a millisecond."""


MOST_RERUNS = 32
"""Cells that may have to run again because a dump waited for a pause."""

RERUN = 0.02
"""Seconds that they may take together."""


class DumpBudget:
    """Keeps the time of dumps that keep cells waiting below a share of the time of the cells.

    A cell without a dump is kept as its source and the host's answers, and is run again to come back to its state. Quick
    cells in a small session follow each other without dumps until there is a pause: a dump would take as long as they do.

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
        self._reruns, self._rerun = 0, 0.0  # the cells since the last dump, and their seconds

    def worked(self, seconds: float) -> None:
        """A cell took this long."""
        self._worked += seconds
        self._reruns += 1
        self._rerun += seconds

    def dumped(self, seconds: float, *, kept_waiting: bool) -> None:
        """A dump took this long. It is charged only if it kept a queued cell waiting."""
        self._last = seconds
        self._reruns, self._rerun = 0, 0.0
        if kept_waiting:
            self._spent += seconds

    def allows(self, *, cells_wait: bool) -> bool:
        """Whether to dump now: always when no cell waits."""
        return not cells_wait or self._last <= self._free or self._spent + self._last <= self.share * self._worked

    @property
    def can_wait(self) -> bool:
        """Whether a dump may wait for a pause: it takes no time to speak of, and neither do the cells that run again."""
        return self._last <= self._free and self._reruns <= MOST_RERUNS and self._rerun <= RERUN
