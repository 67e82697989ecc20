"""The thread that drives the session: it does what it is given, in order, and the loop can wait until nothing is left."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Generator
from concurrent.futures import Executor, Future
from queue import Empty, SimpleQueue
from typing import Any, Generic, NamedTuple, ParamSpec, TypeVar, cast

T = TypeVar("T")
P = ParamSpec("P")


PAUSE = 0.03
"""Seconds without a call that count as a pause."""


TELLING = 0.002
"""Seconds that the loop may take to tell what came of a call, before the thread goes on."""


class _Call(NamedTuple):
    call: Callable[[], object]
    posted: bool


class Posted(Generic[T]):
    """What was posted, for its loop: `finished_within`, and then, unless it was, await it."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._lock = threading.Lock()
        self._is_finished = False
        self._finished, self._told = threading.Lock(), threading.Lock()  # held until it is so
        self._finished.acquire()
        self._told.acquire()
        self._result: T | None = None
        self._error: Exception | None = None
        self._future: asyncio.Future[None] | None = None

    def finished_within(self, seconds: float) -> bool:
        """Hold the loop up until this is finished, for so long at most; whether it is.

        To be told through the loop's selector takes two rounds of the loop, 60 µs more.
        """
        if self._finished.acquire(timeout=seconds):
            self._finished.release()
        return self._is_finished

    def __await__(self) -> Generator[Any, None, T]:
        with self._lock:
            if not self._is_finished:
                self._future = self._loop.create_future()
        if self._future is not None:
            yield from self._future
        if self._error is not None:
            raise self._error
        return cast(T, self._result)

    def told(self) -> None:
        """Say that all who wait for it have been told: what comes then need not wait any more."""
        self._told.release()

    def wait_until_told(self) -> None:
        """Let the loop go first, which would wait for the interpreter's lock otherwise. Call it on the thread."""
        self._told.acquire(timeout=TELLING)

    def finish(self, result: T | None, error: Exception | None) -> None:
        """Say what came of it. Call it on the thread."""
        with self._lock:
            self._result, self._error = result, error
            self._is_finished = True
            self._finished.release()
            future = self._future
        if future is not None:
            self._loop.call_soon_threadsafe(_resolve, future, None)


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
        self._in_pause: Callable[[], object] | None = None
        threading.Thread(target=self._run, name="sandbox", daemon=True).start()

    def post(self, call: Callable[[], T], then: Callable[[], object]) -> Posted[T]:
        """Do both after all that was given before. Call it on the loop.

        Args:
            call: Its result or error goes to the loop at once. What is not an `Exception` becomes a `RuntimeError` there, since
                it would end the loop.
            then: Done next unless `call` fails. An error of it is logged.

        Raises:
            RuntimeError: The thread has been shut down.
        """
        posted: Posted[T] = Posted()

        def work() -> None:
            try:
                result = call()
            except BaseException as error:
                posted.finish(None, error if isinstance(error, Exception) else RuntimeError(repr(error)))
                raise
            posted.finish(result, None)
            posted.wait_until_told()
            then()

        self._put(work, posted=True)
        return posted

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

    def in_pause(self, call: Callable[[], object]) -> None:
        """Do this when nothing has been given for `PAUSE` seconds, instead of what was to be done then. Call it on the thread."""
        self._in_pause = call

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the thread when all that was given is done. Idempotent. It is never waited for: the worker is killed before."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self._calls.put(None)

    def _run(self) -> None:
        while (given := self._next()) is not None:
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

    def _next(self) -> _Call | None:
        if self._in_pause is not None:
            try:
                return self._calls.get(timeout=PAUSE)
            except Empty:
                call, self._in_pause = self._in_pause, None
                return _Call(call, posted=False)
        return self._calls.get()


def _resolve(future: asyncio.Future[T], result: T) -> None:
    if not future.done():  # else whoever waited has gone
        future.set_result(result)
