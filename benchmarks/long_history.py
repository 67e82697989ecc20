"""A long day's session: listing thousands of states, going back a thousand cells, and what ten thousand cells leave in memory."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from .figures import MONTY, Family, Figure, Limit, Samples
from .memory import SETTLE_SECONDS, rss
from .travellers import OFF, traveller

STATES = 2_000
BACK = 1_000
CELLS = 10_000
_AT_ONCE = 500


@contextmanager
def _open_history(contender: str) -> Iterator[Callable[[], Samples]]:
    with traveller(contender) as travelling:
        kernel = travelling.kernel
        kernel.run("x = 0")
        for _ in range(STATES // _AT_ONCE):
            kernel.times_of_idle(["x += 1"] * _AT_ONCE)

        def measure() -> Samples:
            travelling.rest()
            listed, back, again = (
                kernel.time_to_idle(line) * 1000 for line in ("%snapshots", f"%undo {BACK}", f"%redo {BACK}")
            )
            return {"history listed": listed, "history undo": back, "history redo": again}

        yield measure


@contextmanager
def _open_day(contender: str) -> Iterator[Callable[[], Samples]]:
    def measure() -> Samples:
        with traveller(contender) as travelling:
            kernel = travelling.kernel
            kernel.run("x = 0")
            time.sleep(SETTLE_SECONDS)
            before = rss(kernel.process)
            for _ in range(CELLS // _AT_ONCE):
                kernel.times_of_idle(["x += 1"] * _AT_ONCE)
            travelling.rest()
            time.sleep(SETTLE_SECONDS)
            return {"day": rss(kernel.process) - before}

    yield measure


FAMILIES = (
    Family(
        "long history",
        (
            Figure("history listed", f"`%snapshots` among {STATES:,} states", "ms", against=""),
            Figure("history undo", f"`%undo {BACK}`", "ms", Limit("at most", 80), against=""),
            Figure("history redo", f"`%redo {BACK}`", "ms", against=""),
        ),
        rounds=5,
        open=_open_history,
        contenders=(MONTY,),
    ),
    Family(
        "long day",
        (
            Figure(
                "day",
                f"resident memory of the kernel's process after {CELLS:,} cells, less that after one",
                "MiB",
                Limit("added at most", 150),
                against=OFF,
            ),
        ),
        rounds=1,
        open=_open_day,
        contenders=(MONTY, OFF),
    ),
)
