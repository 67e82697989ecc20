"""Where tools run: plain functions on one thread, coroutines on a loop of their own. An interrupt leaves either behind.

All plain functions, and the tools file itself, run on the same thread, since a database connection or a browser may only
be used on the one that made it. One that does not return is left to itself with its thread, and the next gets a new one.
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

_PATIENCE = 0.5  # seconds


class ToolThread:
    """Runs calls one after the other on a daemon thread, which never keeps the process from ending."""

    def __init__(self) -> None:
        self._calls: SimpleQueue[Callable[[], None] | None] | None = None

    def submit(self, call: Callable[[], T]) -> Future[T]:
        """Run `call` when those before it are done."""
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
        """Leave the running call behind: the next goes to a new thread. The old one ends when its call does."""
        if self._calls is not None:
            self._calls.put(None)
            self._calls = None

    close = abandon


def _work(calls: SimpleQueue[Callable[[], None] | None]) -> None:
    while (call := calls.get()) is not None:
        call()


def _turn(loop: asyncio.AbstractEventLoop, over: threading.Event) -> None:
    while not over.is_set():
        # a task that a tool started by itself may exit, or stop the loop: the others go on
        with suppress(SystemExit, KeyboardInterrupt):
            loop.run_forever()
    loop.close()


class ToolLoop:
    """Runs coroutines on an event loop on a daemon thread."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._over = threading.Event()
        self._in_doubt = False

    def doubt(self) -> None:
        """Coroutines were cancelled, and one may not heed it: see whether the loop still turns before the next is run."""
        self._in_doubt = True

    def submit(self, coroutine: Coroutine[Any, Any, T]) -> Future[T]:
        """Run a coroutine beside those that run; to cancel the future cancels it."""
        if self._in_doubt and not self._turns():
            self.close()  # something blocks it: it is left behind with its thread
        self._in_doubt = False
        if self._loop is None:
            self._loop, self._over = asyncio.new_event_loop(), threading.Event()
            threading.Thread(target=_turn, args=(self._loop, self._over), name="async tools", daemon=True).start()
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop)

    def _turns(self) -> bool:
        turned = threading.Event()
        if self._loop is not None:
            self._loop.call_soon_threadsafe(turned.set)
        return turned.wait(_PATIENCE)

    def close(self) -> None:
        """Stop the loop. Idempotent."""
        loop, self._loop = self._loop, None
        if loop is not None:
            self._over.set()
            loop.call_soon_threadsafe(loop.stop)
