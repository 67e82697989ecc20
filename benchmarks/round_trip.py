"""The time a person waits for a cell that does nearly nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median

from .figures import Family, Figure, Limit, Samples
from .kernel import running_kernel

CELLS_PER_ROUND = 30


@contextmanager
def _open(name: str) -> Iterator[Callable[[], Samples]]:
    with running_kernel(name) as kernel:
        kernel.wait_for_welcome()

        def measure() -> Samples:
            times = [kernel.time_to_idle("1+1") for _ in range(CELLS_PER_ROUND)]
            return {"round trip": median(times) * 1000}

        yield measure


FAMILY = Family(
    "round trip",
    (Figure("round trip", "`1+1`, execute_request to idle", "ms", Limit("ratio at most", 0.40)),),
    rounds=15,
    open=_open,
)
