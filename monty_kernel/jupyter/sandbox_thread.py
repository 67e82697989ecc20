"""The thread that drives the session: it does what it is given, in order, and the loop can wait until nothing is left."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from queue import SimpleQueue
from typing import ParamSpec, TypeVar

T = TypeVar("T")
P = ParamSpec("P")


class SandboxThread(Executor):
    """One thread. Any thread may give it something to do; `idle` is for a loop's.

    A cell goes through `post`. A `ThreadPoolExecutor` with asyncio's future around its own takes 40 µs more, and twice as much when
    what follows the cell is handed over as well and its end is told to a loop that does not wait for it.
    """

    def __init__(self) -> None:
        self._calls: SimpleQueue[Callable[[], object] | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._under_way = 0
        self._waiters: list[asyncio.Future[None]] = []
        self._closed = False
        threading.Thread(target=self._run, name="sandbox", daemon=True).start()

    def post(self, call: Callable[[], object]) -> None:
        """Do it after all that was given before. An error of it is logged.

        Raises:
            RuntimeError: the thread has been shut down.
        """
        with self._lock:
            if self._closed:
                raise RuntimeError("the sandbox thread has ended")
            self._under_way += 1
            self._calls.put(call)

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """The same, with a future of its result."""
        future: Future[T] = Future()

        def call() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                result = fn(*args, **kwargs)
            except BaseException as error:
                future.set_exception(error)
            else:
                future.set_result(result)

        self.post(call)
        return future

    async def idle(self) -> None:
        """Return when all that was given is done; at once, without yielding, if that is so now."""
        while True:
            with self._lock:
                if not self._under_way:
                    return
                waiter = asyncio.get_running_loop().create_future()
                self._waiters.append(waiter)
            await waiter

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the thread when all that was given is done. Idempotent. It is never waited for: the worker is killed before."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self._calls.put(None)

    def _run(self) -> None:
        while (call := self._calls.get()) is not None:
            try:
                call()
            except Exception:
                logging.getLogger(__name__).exception("Something failed on the sandbox thread.")
            del call  # what it holds is not to live until the next cell
            with self._lock:
                self._under_way -= 1
                waiters, self._waiters = ([], self._waiters) if self._under_way else (self._waiters, [])
            for waiter in waiters:
                waiter.get_loop().call_soon_threadsafe(resolve, waiter, None)


def resolve(future: asyncio.Future[T], result: T) -> None:
    """Give a future its result, unless whoever waited for it has gone. On its loop."""
    if not future.done():
        future.set_result(result)
