"""Threads for slow questions, so that the event loop goes on serving interrupts while jedi works."""

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
def cell_thread() -> JobThread:
    """The process's thread for what takes milliseconds, such as cutting cells into statements.

    It never waits for jedi.
    """
    return JobThread("introspection: reading")


@cache
def jedi_thread() -> JobThread:
    """The process's thread for questions to jedi, which takes one at a time."""
    return JobThread("introspection: jedi")


class JobThread:
    """Runs jobs one after the other on a thread that starts with the first.

    It is a daemon thread, unlike those of `ThreadPoolExecutor`: a job that takes minutes must not keep the kernel
    from ending.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._jobs: queue.SimpleQueue[tuple[Callable[[], Any], Future[Any]]] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()

    def submit(self, job: Callable[[], T]) -> Future[T]:
        """Queue a job. If it is cancelled before it starts, it does not run."""
        future: Future[T] = Future()
        self._jobs.put((job, future))
        with self._starting:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                self._thread.start()
        return future

    async def run(self, job: Callable[[], T], deadline: float) -> T | None:
        """The job's result, or None if it fails or takes longer than `deadline` seconds.

        A late job runs on to its end.
        """
        future = self.submit(job)
        try:
            return await asyncio.wait_for(asyncio.wrap_future(future), deadline)
        except TimeoutError:
            return None
        except asyncio.CancelledError:
            future.cancel()
            raise
        except Exception:  # jedi fails on unusual code in many ways, and the person is better served by no answer
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
