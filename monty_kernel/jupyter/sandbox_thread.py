"""The thread that drives the session: it does what it is given, in order, and the loop can wait until nothing is left."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from queue import SimpleQueue
from typing import NamedTuple, ParamSpec, TypeVar

T = TypeVar("T")
P = ParamSpec("P")


class _Call(NamedTuple):
    call: Callable[[], object]
    posted: bool


class SandboxThread(Executor):
    """One thread. Any thread may give it something to do; `idle` is for a loop's, and waits for what was posted.

    What is submitted, such as the start of the session, is not waited for: a cell that comes meanwhile is posted behind it, so
    that its client hears of it and an interrupt finds it.

    A cell goes through `post`. A `ThreadPoolExecutor` with asyncio's future around its own takes 40 µs more, and twice as much when
    what follows the cell is handed over as well and its end is told to a loop that does not wait for it.
    """

    def __init__(self) -> None:
        self._calls: SimpleQueue[_Call | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._under_way = 0
        self._waiters: list[asyncio.Future[None]] = []
        self._closed = False
        threading.Thread(target=self._run, name="sandbox", daemon=True).start()

    def post(self, call: Callable[[], T], then: Callable[[], object]) -> asyncio.Future[T]:
        """Do both after all that was given before. Call it on the loop.

        Args:
            call: Its result or error goes to the loop at once. What is not an `Exception` becomes a `RuntimeError` there, since
                it would end the loop.
            then: Done next unless `call` fails. An error of it is logged.

        Raises:
            RuntimeError: The thread has been shut down.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()

        def work() -> None:
            try:
                result = call()
            except BaseException as error:
                failure = error if isinstance(error, Exception) else RuntimeError(repr(error))
                loop.call_soon_threadsafe(_fail, future, failure)
                raise
            loop.call_soon_threadsafe(_resolve, future, result)
            then()

        self._put(work, posted=True)
        return future

    def _put(self, call: Callable[[], object], posted: bool) -> None:
        with self._lock:
            if self._closed:
                raise RuntimeError("the sandbox thread has ended")
            self._under_way += posted
            self._calls.put(_Call(call, posted))

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

        self._put(call, posted=False)
        return future

    async def idle(self) -> None:
        """Return when all that was posted is done; at once, without yielding, if that is so now."""
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
        while (given := self._calls.get()) is not None:
            try:
                given.call()
            except BaseException:  # a panic in native code too: the next cell needs this thread
                logging.getLogger(__name__).exception("Something failed on the sandbox thread.")
            posted = given.posted
            del given  # what it holds is not to live until the next cell
            with self._lock:
                self._under_way -= posted
                waiters, self._waiters = ([], self._waiters) if self._under_way else (self._waiters, [])
            for waiter in waiters:
                waiter.get_loop().call_soon_threadsafe(_resolve, waiter, None)


def _resolve(future: asyncio.Future[T], result: T) -> None:
    if not future.done():  # else whoever waited has gone
        future.set_result(result)


def _fail(future: asyncio.Future[T], error: Exception) -> None:
    if not future.done():
        future.set_exception(error)
