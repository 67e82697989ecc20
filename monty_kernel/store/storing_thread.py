"""The thread that writes to the store: it waits for a pause between cells, since they need the cores."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")

QUIET = 0.1
"""Seconds that what is to be stored waits at most."""

PAUSE = 0.02
"""Seconds without a new cell after which storing begins."""


class StoringThread:
    """Does what it is given in order, one thing at a time. Any thread may call.

    guard: runs each thing that nobody waits for, and deals with its errors. after: called when there is nothing to do.
    """

    def __init__(self, guard: Callable[[Callable[[], object]], None], after: Callable[[], None]) -> None:
        self._guard = guard
        self._after = after
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="store")
        self._changed = threading.Condition()
        self._waiting: list[Callable[[], object]] = []
        self._gathering = self._hurry = False

    def later(self, call: Callable[[], object]) -> None:
        """Do it when nothing more has come for `PAUSE` seconds, `QUIET` seconds from now at the latest."""
        with self._changed:
            self._waiting.append(call)
            self._changed.notify()
            if self._gathering:
                return
            self._gathering = True
        self.soon(self._gather)

    def soon(self, call: Callable[[], object]) -> Future[None] | None:
        """Do it as soon as the thread is free; None if it has been closed."""
        try:
            return self._thread.submit(self._guard, call)
        except RuntimeError:
            return None

    def now(self, call: Callable[[], T]) -> T:
        """Do it after all that waits, and give its result or raise its error."""
        self.hurry()
        return self._thread.submit(call).result()

    def close(self, last: Callable[[], object], seconds: float) -> bool:
        """Do all that waits and then the last thing; whether that is done within so many seconds. Idempotent."""
        self.hurry()
        done = self.soon(last)
        self._thread.shutdown(wait=False)
        if done is not None:
            try:
                done.result(seconds)
            except TimeoutError:
                return False
        return True

    def _gather(self) -> None:
        deadline = time.monotonic() + QUIET
        with self._changed:
            count = -1
            while not self._hurry and count != len(self._waiting) and time.monotonic() < deadline:
                count = len(self._waiting)
                self._changed.wait(PAUSE)
            calls, self._waiting = self._waiting, []
            self._gathering = self._hurry = False
        for call in calls:
            self._guard(call)
        self._after()

    def hurry(self) -> None:
        """Wait no longer for a pause."""
        with self._changed:
            self._hurry = self._gathering
            self._changed.notify()
