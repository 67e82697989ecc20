"""Which workers are told to be in use: a worker that no one watches computes on when its kernel is killed."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import pydantic_monty as monty

from monty_kernel.engine.limits import Limits
from monty_kernel.engine.workers import Workers


class _TakenOver:
    """A session whose worker another session takes as soon as it is back in the pool."""

    def __init__(self, session: monty.MontySession, workers: Workers) -> None:
        self._session = session
        self._workers = workers
        self.next: tuple[monty.MontySession, int | None] | None = None

    def __exit__(self, *raised: Any) -> None:
        self._session.__exit__(*raised)
        self.next = self._workers.take(Limits())


def test_a_worker_that_two_sessions_have_one_after_the_other_stays_in_use() -> None:
    told: list[set[int]] = []

    def watch(pids: Collection[int]) -> None:
        told.append(set(pids))

    workers = Workers(watch, warm=1, most=1)
    try:
        session, pid = workers.take(Limits())
        first = _TakenOver(session, workers)
        workers.give_back(first, pid)  # type: ignore[arg-type]
        assert first.next is not None and first.next[1] == pid
        assert told == [{pid}] * 3
        workers.give_back(*first.next)
        assert told[-1] == set()
    finally:
        workers.close()
