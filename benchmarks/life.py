"""The beginning and the end of a kernel: from spawning it to its first result, from `shutdown_request` to the process's end."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from .figures import Family, Figure, Limit, Samples
from .kernel import running_kernel


@contextmanager
def _open(name: str) -> Iterator[Callable[[], Samples]]:
    def measure() -> Samples:
        with running_kernel(name, fork=False) as kernel:
            kernel.wait_for_welcome()
            request = kernel.start("1+1")
            kernel.until(request, "execute_result")
            started = time.perf_counter() - kernel.spawned
            kernel.until_idle(request)
            kernel.take_reply(request)
            return {"cold start": started * 1000, "shutdown": kernel.shut_down() * 1000}

    yield measure


FAMILY = Family(
    "life",
    (
        Figure("cold start", "cold start: spawn to first result", "ms", Limit("ratio at most", 0.85)),
        Figure("shutdown", "shutdown_request to the end of the process", "ms", Limit("at most", 1000)),
    ),
    rounds=9,
    open=_open,
)
