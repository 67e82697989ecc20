"""How long one cell has computed, over all of its feeds, and the watch that stops it when that is as long as it may.

Monty's own limit holds for a feed, and is the exact one for a cell that is one feed, as nearly all are. Only for those that follow in
the same cell is there a watch: a thread that lives as long as its feed, and sleeps until the limit could be reached.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")


class ComputingTime:
    """One cell's. limit: seconds. Methods belong to the sandbox thread; the worker computes only inside `compute`."""

    def __init__(self, limit: float) -> None:
        self.limit = limit
        self._used = 0.0
        self._since: float | None = None  # since when the worker computes; None: it waits for the host
        self._watched = False
        self._dormant = False  # whether the watch waits until the worker computes again
        self._changed = threading.Condition(threading.Lock())

    @property
    def used(self) -> float:
        """Seconds that the cell computed, in what has ended."""
        return self._used

    @property
    def is_used_up(self) -> bool:
        """Whether the cell must not compute any more."""
        return self._used >= self.limit

    def compute(self, go_on: Callable[[], T]) -> T:
        """What `go_on` returns, which takes as long as the worker computes."""
        self._computes()
        try:
            return go_on()
        finally:
            self._rests()

    def beside(self, take: Callable[[T], None]) -> Callable[[T], None]:
        """`take`, but the time that it takes does not count: it is called in the middle of `compute`, and may block."""

        def taken(what: T) -> None:
            self._rests()
            try:
                take(what)
            finally:
                self._computes()

        return taken

    @contextmanager
    def watched(self, over: Callable[[], None]) -> Iterator[None]:
        """During this, `over` is called as soon as the cell has computed as long as it may: once, on another thread, and not afterwards."""
        self._watched, self._dormant = True, False
        watch = threading.Thread(target=self._watch, args=(over,), name="computing time", daemon=True)
        watch.start()
        try:
            yield
        finally:
            with self._changed:
                self._watched = False
                self._changed.notify()
            watch.join()

    def _computes(self) -> None:
        with self._changed:
            self._since = time.monotonic()
            if (
                self._dormant
            ):  # woken only then: a feed may go back and forth between host and worker ten thousand times a second
                self._dormant = False
                self._changed.notify()

    def _rests(self) -> None:
        with self._changed:
            if self._since is not None:
                self._used += time.monotonic() - self._since
                self._since = None

    def _watch(self, over: Callable[[], None]) -> None:
        with self._changed:
            while self._watched:
                computing = 0.0 if self._since is None else time.monotonic() - self._since
                left = self.limit - self._used - computing
                if left <= 0:
                    over()
                    return
                self._dormant = self._since is None
                self._changed.wait(None if self._dormant else left)
