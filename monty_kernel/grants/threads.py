"""Where tools run: plain functions on one thread, coroutines on an event loop of their own.

All plain functions, and the tools file itself, run on the same thread, since a database connection or a browser may
only be used on the thread that created it. A call that is interrupted but does not return keeps its thread, and the
next call gets a new one.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from contextlib import suppress
from queue import SimpleQueue
from typing import Any, TypeVar

T = TypeVar("T")

_ALIVE_WITHIN = 0.5
"""Seconds that a blocked event loop is given to answer before it is abandoned."""


class ToolThread:
    """Runs calls one after the other on a daemon thread, which does not keep the process from ending."""

    def __init__(self) -> None:
        self._calls: SimpleQueue[Callable[[], None] | None] | None = None

    def submit(self, call: Callable[[], T]) -> Future[T]:
        """Run `call` after the calls before it."""
        future: Future[T] = Future()

        def run() -> None:
            if future.set_running_or_notify_cancel():
                try:
                    result = call()
                except BaseException as error:  # also SystemExit: a tool must not end the thread, or the kernel
                    future.set_exception(error)
                else:
                    future.set_result(result)

        if self._calls is None:
            self._calls = SimpleQueue()
            threading.Thread(target=_work, args=(self._calls,), name="tools", daemon=True).start()
        self._calls.put(run)
        return future

    def abandon(self) -> None:
        """Give up the running call. The next call gets a new thread; the old thread ends when its call does."""
        if self._calls is not None:
            self._calls.put(None)
            self._calls = None

    close = abandon


def _work(calls: SimpleQueue[Callable[[], None] | None]) -> None:
    while (call := calls.get()) is not None:
        call()


def _run_loop(loop: asyncio.AbstractEventLoop, over: threading.Event) -> None:
    while not over.is_set():
        # a task that a tool started may exit or stop the loop, while the other calls must go on
        with suppress(SystemExit, KeyboardInterrupt):
            loop.run_forever()
    loop.close()


class ToolLoop:
    """Runs coroutines on an event loop on a daemon thread."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._over = threading.Event()
        self._must_check = False

    def check_before_next(self) -> None:
        """Check that the loop is not blocked before the next coroutine runs, since a cancelled one may block it."""
        self._must_check = True

    def submit(self, coroutine: Coroutine[Any, Any, T]) -> Future[T]:
        """Run a coroutine concurrently with the others. Cancelling the future cancels it."""
        if self._must_check and self._is_blocked():
            self.close()  # the thread of the blocked loop is abandoned
        self._must_check = False
        if self._loop is None:
            self._loop, self._over = asyncio.new_event_loop(), threading.Event()
            threading.Thread(target=_run_loop, args=(self._loop, self._over), name="async tools", daemon=True).start()
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop)

    def _is_blocked(self) -> bool:
        turned = threading.Event()
        if self._loop is not None:
            self._loop.call_soon_threadsafe(turned.set)
        return not turned.wait(_ALIVE_WITHIN)

    def close(self) -> None:
        """Stop the loop. Idempotent."""
        loop, self._loop = self._loop, None
        if loop is not None:
            self._over.set()
            loop.call_soon_threadsafe(loop.stop)
