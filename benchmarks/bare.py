"""Monty without a kernel: what a dump and a load of the same session take by themselves."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pydantic_monty as monty


class BareSession:
    """A Monty session in this process, for `dump_seconds` and `load_seconds`."""

    def __init__(self, pool: monty.Monty, code: str) -> None:
        self._pool = pool
        with pool.checkout(limits={"max_memory": 1 << 30}) as session:
            session.feed_run(code)
            self._state = session.dump()
        self._code = code

    def dump_seconds(self) -> float:
        """What `session.dump()` takes."""
        with self._pool.checkout(limits={"max_memory": 1 << 30}) as session:
            session.feed_run(self._code)
            begin = time.perf_counter()
            session.dump()
            return time.perf_counter() - begin

    def load_seconds(self) -> float:
        """What `session.load_session(state)` takes in a fresh worker."""
        with self._pool.checkout(limits={"max_memory": 1 << 30}) as session:
            begin = time.perf_counter()
            session.load_session(self._state)
            return time.perf_counter() - begin


@contextmanager
def bare_session(code: str) -> Iterator[BareSession]:
    """A session that has run `code`."""
    with monty.Monty(min_processes=2, max_processes=3) as pool:
        yield BareSession(pool, code)
