"""The thread that writes to the store: in order, in pauses between cells, and again later what cannot be stored now."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from . import SessionRunning, StoreError, StoreUnavailable

if TYPE_CHECKING:
    from .log import WriteAheadLog

T = TypeVar("T")

QUIET = 1.0
"""Seconds that a write waits at most for a pause. The log has the cell meanwhile."""

PAUSE = 0.1
"""Seconds without a new cell that count as a pause.

The cells need the cores, and writing many of them at once takes less CPU time than writing them one by one: with cells
20 ms apart, this thread took 0.12 ms a cell instead of 0.94."""

AGAIN = 1.0
"""Seconds after which a store that could not be written to is tried again, with the next cell."""


class Task(NamedTuple):
    """Something to store.

    log, position: The log that has a record of it, and the record's position; 0 if it has none.
    instead: Stores less, and is enough if the task has to wait or fails for good.
    """

    call: Callable[[], object]
    log: WriteAheadLog | None
    position: int
    instead: Callable[[], object] | None = None


class StoreWriter:
    """Does what it is given on a thread of its own, one thing at a time. Any thread may call.

    Where a task cannot be stored now, all later ones wait behind it, since a state is bound to the one before it.

    Args:
        logger: Takes one line for the first error, and another when storing has worked again since.
        blocked: Called with the error when a task cannot be stored now, before it is logged.
        idle: Called when there is nothing left to do.
    """

    def __init__(self, logger: logging.Logger, blocked: Callable[[StoreError], None], idle: Callable[[], None]) -> None:
        self._logger = logger
        self._blocked = blocked
        self._idle = idle
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="store")
        self._changed = threading.Condition()
        self._waiting: list[Callable[[], object]] = []
        self._gathering = self._hurry = False
        self._complained = False
        self._backlog: deque[Task] = deque()  # for this thread alone
        self._again = 0.0  # when to try the backlog again

    def write(self, task: Task) -> None:
        """Store it when nothing more has come for `PAUSE` seconds, `QUIET` seconds from now at the latest.

        A task without a log record is stored at once.
        """
        self._later(lambda: self._do(task))
        if not task.position:
            self._hurry_up()

    def soon(self, call: Callable[[], object]) -> Future[None] | None:
        """Do it as soon as the thread is free, with errors logged; None if the thread has been closed."""
        try:
            return self._thread.submit(self.guarded, call)
        except RuntimeError:
            return None

    def now(self, call: Callable[[], T]) -> T:
        """Do it after everything that waits, and give its result or raise its error."""
        self._hurry_up()
        return self._thread.submit(call).result()

    def close(self, last: Callable[[], object], seconds: float) -> bool:
        """Do everything that waits and then `last`; whether that took at most so many seconds. Idempotent."""
        self._hurry_up()
        done = self.soon(last)
        self._thread.shutdown(wait=False)
        if done is not None:
            try:
                done.result(seconds)
            except TimeoutError:
                return False
        return True

    # For the thread itself

    @property
    def is_behind(self) -> bool:
        """Whether tasks wait because they could not be stored."""
        return bool(self._backlog)

    def try_backlog(self) -> None:
        """Store the tasks that wait, in order.

        Raises:
            StoreUnavailable, SessionRunning: One cannot be stored now. It and all after it stay.
        """
        try:
            while self._backlog:
                self._store_first()
        except StoreError as error:
            self._again = time.monotonic() + AGAIN
            if not self._complained:
                self._blocked(error)
            raise
        self._complained = False

    def forget_backlog(self) -> None:
        """Drop the tasks that wait: their session has ended."""
        self._backlog.clear()

    def guarded(self, call: Callable[[], object]) -> None:
        """Call, with errors logged."""
        try:
            call()
        except StoreError as error:
            self.complain(error)
        except Exception:  # a defect of ours must not keep later states from being stored
            self._logger.exception("States of this session may be missing on disk.")

    def complain(self, error: StoreError) -> None:
        """Log that states are not stored, once until storing has worked again."""
        if not self._complained:
            self._complained = True
            self._logger.warning("States are not kept on disk: %s", error)

    def report_loss(self, error: Exception) -> None:
        """Log that a state cannot be stored, now or later."""
        defect = None if isinstance(error, StoreError) else error
        self._logger.error("A state of this session could not be stored: %s", error, exc_info=defect)

    def _do(self, task: Task) -> None:
        if self._backlog and task.instead is not None:
            task = task._replace(call=task.instead, instead=None)
        self._backlog.append(task)
        if len(self._backlog) == 1 or time.monotonic() >= self._again:
            self.try_backlog()

    def _store_first(self) -> None:
        task = self._backlog[0]
        try:
            task.call()
        except (StoreUnavailable, SessionRunning):
            if task.instead is not None:
                self._backlog[0] = task._replace(call=task.instead, instead=None)
            raise
        except Exception as error:  # trying the same again would not help
            self.report_loss(error)
            if task.instead is not None:
                self._backlog[0] = task._replace(call=task.instead, instead=None)
                return
        self._backlog.popleft()
        if task.log is not None:
            task.log.mark_stored(task.position)

    def _later(self, call: Callable[[], object]) -> None:
        with self._changed:
            self._waiting.append(call)
            if self._gathering:
                return
            self._gathering = True
        self.soon(self._gather)

    def _gather(self) -> None:
        deadline = time.monotonic() + QUIET
        with self._changed:
            count = -1
            while not self._hurry and count != len(self._waiting) and time.monotonic() < deadline:
                count = len(self._waiting)
                self._changed.wait(PAUSE)  # to its end, unless somebody is in a hurry: a cell wakes no thread
            calls, self._waiting = self._waiting, []
            self._gathering = self._hurry = False
        for call in calls:
            self.guarded(call)
        self._idle()

    def _hurry_up(self) -> None:
        """Wait no longer for a pause."""
        with self._changed:
            self._hurry = self._gathering
            self._changed.notify()
