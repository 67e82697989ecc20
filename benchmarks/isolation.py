"""What the isolation of the worker adds to its start."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pydantic_monty as monty

from monty_kernel.isolation.pool import IsolatedPool

from .figures import MONTY, Family, Figure, Limit, Samples

BARE = "bare"


@contextmanager
def _open(name: str) -> Iterator[Callable[[], Samples]]:
    def bare() -> Samples:
        begin = time.perf_counter()
        with monty.Monty(min_processes=1, max_processes=1) as pool:
            return _answered(pool, begin)

    def isolated() -> Samples:
        begin = time.perf_counter()
        workers = IsolatedPool("require", memory=1 << 30, min_processes=1, max_processes=1)
        try:
            return _answered(workers.pool, begin)
        finally:
            workers.close()

    yield isolated if name == MONTY else bare


def _answered(pool: monty.Monty, begin: float) -> Samples:
    with pool.checkout() as session:
        session.feed_run("1 + 1")
        return {"worker start": (time.perf_counter() - begin) * 1000}


FAMILY = Family(
    "isolation",
    (
        Figure(
            "worker start",
            "isolated worker: start to first answer",
            "ms",
            Limit("added at most", 30),
            against="a bare worker",
        ),
    ),
    rounds=30,
    open=_open,
    contenders=(MONTY, BARE),
)
