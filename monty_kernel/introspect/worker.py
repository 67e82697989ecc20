"""A thread for slow questions, so that the event loop goes on serving interrupts while jedi thinks."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from functools import cache
from typing import Any, TypeVar

T = TypeVar("T")


@cache
def reading() -> Worker:
    """The process's worker for what takes milliseconds: cutting cells. It never waits for jedi."""
    return Worker("introspection: reading")


@cache
def thinking() -> Worker:
    """The process's worker for jedi, which must never run on two threads at once."""
    return Worker("introspection: jedi")


class Worker:
    """Runs jobs one after the other on a daemon thread, started with the first.

    A daemon, unlike `ThreadPoolExecutor`'s threads: a job that takes minutes must not keep the kernel from ending.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._jobs: queue.SimpleQueue[tuple[Callable[[], Any], Future[Any]]] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()

    def submit(self, job: Callable[[], T]) -> Future[T]:
        """Queue a job. One that is cancelled before its turn does not run."""
        future: Future[T] = Future()
        self._jobs.put((job, future))
        with self._starting:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                self._thread.start()
        return future

    async def run(self, job: Callable[[], T], deadline: float) -> T | None:
        """The job's result; None if it fails or is not there after `deadline` seconds (it may then run on unheeded)."""
        future = self.submit(job)
        try:
            return await asyncio.wait_for(asyncio.wrap_future(future), deadline)
        except TimeoutError:
            return None
        except asyncio.CancelledError:
            future.cancel()
            raise
        except Exception:  # jedi fails on odd code in many ways; no answer is the orderly answer
            return None

    def _run(self) -> None:
        while True:
            job, future = self._jobs.get()
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(job())
            except BaseException as error:
                future.set_exception(error)
            del job, future
