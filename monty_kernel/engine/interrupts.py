"""What an interrupt does to a cell: that depends on whether the worker computes or the cell waits for the host."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable, Collection
from concurrent.futures import Future
from typing import Any, Literal, TypeVar

T = TypeVar("T")

Why = Literal["interrupted", "insisted", "ended"]
"""Why a worker was killed: an interrupt found it computing, the cell had caught several, or the cell has to end."""

_KILL = getattr(signal, "SIGKILL", signal.SIGTERM)  # on Windows, SIGTERM ends a process as surely

GRACE = 0.05
"""Seconds that an interrupted cell has to reach a host call, where it can be stopped without losing its state."""

OWN_FEED_GRACE = 1.0
"""The same for a feed of the kernel's own, which should end by itself in a few milliseconds."""

INSISTENT = 3
"""So many interrupts within `INSISTENT_SECONDS` stop a cell for good, although it caught those before the last.

The number is in words in docs/running-cells.md, security.md, architecture.md, troubleshooting.md and how-a-cell-runs.md.
"""

INSISTENT_SECONDS = 5.0
"""Interrupts that come more slowly may be caught for ever: each may be meant to skip one step of a long loop."""

CHECK_INTERVAL = 0.3
"""Seconds after which a cell that waits checks again whether its worker lives: nothing else would tell it."""


def lives(pid: int) -> bool:
    """Whether a child process lives. A dead one is not reaped."""
    if not hasattr(os, "waitid"):
        return True  # macOS before Python 3.13, Windows: the next feed finds out
    try:
        return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None
    except ChildProcessError:
        return False


def kill(pid: int) -> None:
    """Kill a child process that has not been reaped. It may have died by itself."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, _KILL)


class InterruptController:
    """Interrupts one cell at a time.

    A cell is one or more feeds, and the host works before, between and after them: it parses, restores the session,
    asks for a magic. An interrupt that comes then is kept, and stops the cell before its next feed.

    The sandbox thread calls `start_feed`, `wait_*`, `take_interrupt` and `end_feed`; any thread may call the others.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._under_way = threading.Event()
        self._pid: int | None = None
        self._expected = False
        self._running = False
        self._of_cell = True
        self._waiting = False
        self._requested = False
        self._requests = 0
        self._times: list[float] = []  # of the cell's last interrupts, without those that met one still unanswered
        self._why: Why = "interrupted"
        self._feed = 0
        self._killed = False

    def expect(self) -> None:
        """A cell is on its way to the sandbox thread: until `over` an interrupt is meant for it. Idempotent."""
        with self._lock:
            if not self._expected:
                self._expected, self._requested = True, False
                self._times.clear()
                self._under_way.clear()

    def over(self) -> None:
        """The cell has ended, or will not run after all. Idempotent."""
        with self._lock:
            self._expected = self._requested = False
            self._say_under_way()

    def under_way_within(self, seconds: float) -> bool:
        """Wait until the expected cell computes in its worker or is over, for so long at most; whether that is so."""
        return self._under_way.wait(seconds)

    def start_feed(self, pid: int, *, of_cell: bool = True) -> None:
        """A feed starts in the worker `pid`: a cell's, or one of the kernel's own.

        Raises:
            KeyboardInterrupt: The cell was interrupted before; no feed has begun.
        """
        with self._lock:
            if of_cell and self._requested:
                self._requested = False
                raise KeyboardInterrupt
            self._pid, self._running, self._of_cell, self._waiting = pid, True, of_cell, False
            self._killed = False
            self._feed += 1
            self._wake.clear()
            self._say_under_way()

    def _say_under_way(self) -> None:
        if not self._under_way.is_set():
            self._under_way.set()

    def end_feed(self) -> bool:
        """The feed is over; whether its worker was killed, perhaps just as it finished. Idempotent."""
        with self._lock:
            self._running = False
            self._pid = None
            return self._killed

    @property
    def running(self) -> bool:
        """Whether a feed is under way."""
        return self._running

    @property
    def killed(self) -> bool:
        """Whether the worker of the last feed was killed from here."""
        return self._killed

    @property
    def why(self) -> Why:
        """Why it was killed, if it was."""
        return self._why

    def interrupt(self) -> bool:
        """Stop the cell; False when there is none. Returns at once.

        A cell that waits for the host gets KeyboardInterrupt there, and may catch it. The worker of one that computes
        is killed after `GRACE` seconds, unless the cell calls the host before. The last of `INSISTENT` interrupts
        within `INSISTENT_SECONDS` kills it at once.
        """
        with self._lock:
            insists = False
            if self._expected or (self._running and self._of_cell):
                if not self._requested:
                    self._requests += 1
                    insists = self._is_insistent()
                self._requested = True
            elif not self._running:
                return False
            if insists and self._running and self._of_cell and not self._killed:
                self._kill("insisted")
                self._wake.set()
            elif self._waiting:
                self._wake.set()
            elif self._running and not self._killed:
                seconds, kill = (GRACE, self._kill_cell) if self._of_cell else (OWN_FEED_GRACE, self._kill_other)
                timer = threading.Timer(seconds, kill, (self._feed, self._requests))
                timer.daemon = True
                timer.start()
            return True

    def _is_insistent(self) -> bool:
        """Note an interrupt that the cell gets; whether it is the last of `INSISTENT`."""
        now = time.monotonic()
        self._times = [*(earlier for earlier in self._times if now - earlier <= INSISTENT_SECONDS), now]
        return len(self._times) >= INSISTENT

    def _kill_cell(self, feed: int, request: int) -> None:
        with self._lock:
            same = feed == self._feed and request == self._requests and self._requested
            if self._running and same and not self._waiting:
                self._kill("interrupted")

    def _kill_other(self, feed: int, request: int) -> None:
        with self._lock:
            if self._running and feed == self._feed:
                self._kill("interrupted")

    def kill(self) -> None:
        """Kill the worker of the running feed, if one runs."""
        with self._lock:
            if self._running:
                self._kill("ended")
                self._requested = True
                self._wake.set()

    def _kill(self, why: Why) -> None:
        if self._pid is not None and not self._killed:
            self._killed, self._why = True, why
            kill(self._pid)  # if it died by itself, the sandbox thread finds out

    def take_interrupt(self) -> bool:
        """Whether the cell was interrupted, which the caller now answers. Called when the worker calls the host."""
        with self._lock:
            if not self._of_cell:
                return False
            requested, self._requested = self._requested, False
            return requested

    def wait_until(self, deadline: float) -> None:
        """Wait until `time.monotonic()` is `deadline`, or the worker has died.

        Raises:
            KeyboardInterrupt: The cell was interrupted.
        """
        self._wait(lambda: time.monotonic() >= deadline, deadline)

    def wait_for(self, future: Future[T]) -> T:
        """The future's result, waited for during a feed or between two.

        Raises:
            KeyboardInterrupt: The cell was interrupted, or its worker has died; the future is cancelled.
            Exception: What the future raised.
        """
        future.add_done_callback(lambda _: self._wake.set())
        try:
            self._wait(future.done, None)
            if not future.done():
                raise KeyboardInterrupt
        except KeyboardInterrupt:
            future.cancel()
            raise
        return future.result()

    def wake_for(self, future: Future[Any]) -> None:
        """Let `wait_for_any` notice when this future is done."""
        future.add_done_callback(lambda _: self._wake.set())

    def wait_for_any(self, futures: Collection[Future[Any]], deadline: float | None) -> None:
        """Wait until one of the futures is done, or `time.monotonic()` is `deadline`, or the worker has died.

        Args:
            futures: `wake_for` was called for each.

        Raises:
            KeyboardInterrupt: The cell was interrupted; the futures go on.
        """

        def done() -> bool:
            due = deadline is not None and time.monotonic() >= deadline
            return due or any(future.done() for future in futures)

        self._wait(done, deadline)

    def _wait(self, done: Callable[[], bool], deadline: float | None) -> None:
        while True:
            with self._lock:
                # all under one lock: an interrupt finds the cell waiting, or is found here, or leads to a kill
                self._waiting = False
                if self._requested:
                    self._requested = False
                    raise KeyboardInterrupt
                if done() or (self._running and self._pid is not None and not lives(self._pid)):
                    return
                self._waiting = True
            left = CHECK_INTERVAL if deadline is None else max(0.0, deadline - time.monotonic())
            self._wake.wait(min(left, CHECK_INTERVAL))
            self._wake.clear()
