"""Who has the turn, the worker or the host: it decides what an interrupt does."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")

_KILL = getattr(signal, "SIGKILL", signal.SIGTERM)  # on Windows, SIGTERM ends a process as surely

GRACE = 0.05
"""Seconds that an interrupted, computing cell has to reach a host call, where it can be stopped with its state kept."""


class Turns:
    """Interrupts one cell at a time. The sandbox thread calls `begin`, `wait_*`, `take_interrupt` and `end`;
    any thread may call `interrupt` and `kill`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._pid: int | None = None
        self._running = False
        self._waiting = False
        self._requested = False
        self._feed = 0
        self.killed = False

    def begin(self, pid: int) -> None:
        """A feed starts in the worker `pid`."""
        with self._lock:
            self._pid, self._running, self._waiting = pid, True, False
            self._requested = self.killed = False
            self._feed += 1
            self._wake.clear()

    def end(self) -> None:
        """The feed is over, however it ended."""
        with self._lock:
            self._running = self._requested = False
            self._pid = None

    @property
    def running(self) -> bool:
        """Whether a feed is under way."""
        return self._running

    def interrupt(self) -> bool:
        """Stop the running cell; False when none runs. Returns at once.

        A cell that waits for the host gets KeyboardInterrupt there. One that computes is killed after `GRACE`
        seconds, unless it comes to call the host before.
        """
        with self._lock:
            if not self._running:
                return False
            self._requested = True
            if self._waiting:
                self._wake.set()
            elif not self.killed:
                timer = threading.Timer(GRACE, self._kill_if_still_computing, (self._feed,))
                timer.daemon = True
                timer.start()
            return True

    def _kill_if_still_computing(self, feed: int) -> None:
        with self._lock:
            if self._running and self._requested and feed == self._feed and not self._waiting:
                self._kill()

    def kill(self) -> None:
        """Kill the worker of the running feed, if one runs."""
        with self._lock:
            if self._running:
                self._kill()
                self._requested = True
                self._wake.set()

    def _kill(self) -> None:
        if self._pid is not None and not self.killed:
            self.killed = True
            with contextlib.suppress(ProcessLookupError):  # it died by itself: the sandbox thread hears of that
                os.kill(self._pid, _KILL)

    def take_interrupt(self) -> bool:
        """Whether an interrupt came while the worker computed; asked when the worker calls the host."""
        with self._lock:
            requested, self._requested = self._requested, False
            return requested

    def wait_until(self, deadline: float) -> None:
        """Wait until `time.monotonic()` is `deadline`.

        Raises:
            KeyboardInterrupt: the cell was interrupted.
        """
        self._wait(lambda: time.monotonic() >= deadline, deadline)

    def wait_for(self, future: Future[T]) -> T:
        """The future's result.

        Raises:
            KeyboardInterrupt: the cell was interrupted; the future is cancelled.
            Exception: what the future raised.
        """
        future.add_done_callback(lambda _: self._wake.set())
        try:
            self._wait(future.done, None)
        except KeyboardInterrupt:
            future.cancel()
            raise
        return future.result()

    def _wait(self, done: Callable[[], bool], deadline: float | None) -> None:
        with self._lock:
            self._waiting = True
        try:
            while not done():
                if self.take_interrupt():
                    raise KeyboardInterrupt
                self._wake.wait(
                    None if deadline is None else min(max(0.0, deadline - time.monotonic()), threading.TIMEOUT_MAX)
                )
                self._wake.clear()
        finally:
            with self._lock:
                self._waiting = False
