"""Where jobs are done: a few helpers each, started on first need, killed with the job that nobody waits for any more."""

from __future__ import annotations

import atexit
import os
import queue
import threading
from collections.abc import Sequence
from concurrent.futures import Future, InvalidStateError
from functools import cache
from typing import Any, NamedTuple

from .helper import Helper, JobFailed, TooMuch, Unanswered
from .waiting import may_wait, result

__all__ = ["JobFailed", "Room", "TooMuch", "Unanswered", "ask", "reading", "thinking"]

_IDLE = 60.0
"""Seconds after which a helper that is not asked anything is ended; it takes some 12 MB."""


class _Task(NamedTuple):
    name: str
    text: str
    arguments: Sequence[Any]
    seconds: float
    future: Future[tuple[Any, str]]


class Room:
    """Helpers for one purpose. Thread-safe.

    most: how many there are at most; a job that finds all of them at work waits its turn. retire_above: MiB above which one is
    replaced after a job. idle: seconds without a job after which one is ended, None for never.
    """

    def __init__(self, most: int, retire_above: int, idle: float | None = _IDLE) -> None:
        self._most = most
        self._retire_above = retire_above
        self._idle = idle
        self._reset()
        _rooms.append(self)

    def _reset(self) -> None:
        self._lock = threading.Lock()
        self._tasks: queue.SimpleQueue[_Task] = queue.SimpleQueue()
        self._pending = 0  # tasks that no keeper has finished
        self._keepers = 0
        self._helpers: set[Helper] = set()
        self._closed = False

    def submit(
        self, name: str, text: str = "", arguments: Sequence[Any] = (), *, seconds: float
    ) -> Future[tuple[Any, str]]:
        """Have a job done: its plain data and its text. Cancelling the future kills the helper that is at it.

        seconds: of processor time that it may take. The future raises `Unanswered` or `JobFailed`.
        """
        task = _Task(name, text, arguments, seconds, Future())
        with self._lock:
            if self._closed:
                task.future.set_exception(Unanswered("the process is ending"))
                return task.future
            self._pending += 1
            self._tasks.put(task)
            if self._pending > self._keepers and self._keepers < self._most:
                self._keepers += 1
                threading.Thread(target=self._keep, name="monty-kernel helper", daemon=True).start()
        return task.future

    @property
    def pids(self) -> list[int]:
        """The process ids of the helpers that run."""
        with self._lock:
            return [helper.pid for helper in self._helpers]

    def _keep(self) -> None:
        """A thread's life with one helper at a time."""
        helper: Helper | None = None
        while True:
            try:
                task = self._tasks.get(timeout=self._idle)
            except queue.Empty:
                self._end(helper)
                helper = None
                task = self._tasks.get()  # a thread without a helper costs nothing
            if not task.future.done():
                helper = self._serve(task, helper)
            with self._lock:
                self._pending -= 1
            del task

    def _serve(self, task: _Task, helper: Helper | None) -> Helper | None:
        """Do a task; the helper that is left for the next one."""
        try:
            if helper is None:
                helper = self._start()
            at_work = helper
            task.future.add_done_callback(
                lambda future: at_work.kill(Unanswered("nobody waited for it")) if future.cancelled() else None
            )
            answer = helper.ask(task.name, task.text, task.arguments, task.seconds)
        except BaseException as error:
            if isinstance(error, OSError):
                error = Unanswered(f"it could not be started: {error}")
            _settle(task.future, error)
        else:
            _settle(task.future, answer)
        if helper is not None and helper.retired:
            self._end(helper)
            return None
        return helper

    def _start(self) -> Helper:
        helper = Helper(self._retire_above)
        with self._lock:
            self._helpers.add(helper)
            closed = self._closed
        if closed:
            self._end(helper)
            raise Unanswered("the process is ending")
        return helper

    def _end(self, helper: Helper | None) -> None:
        if helper is not None:
            helper.close()
            with self._lock:
                self._helpers.discard(helper)

    def close(self) -> None:
        """End the helpers; nothing is done any more. Idempotent."""
        with self._lock:
            self._closed = True
            helpers = list(self._helpers)
        for helper in helpers:
            self._end(helper)

    def forget(self) -> None:
        """In a fork: the helpers, and the threads that keep them, are the parent's."""
        for helper in self._helpers:
            helper.abandon()
        self._reset()


def _settle(future: Future[tuple[Any, str]], outcome: tuple[Any, str] | BaseException) -> None:
    try:
        if isinstance(outcome, BaseException):
            future.set_exception(outcome)
        else:
            future.set_result(outcome)
    except InvalidStateError:  # cancelled meanwhile
        pass


_rooms: list[Room] = []


@cache
def reading() -> Room:
    """The process's room for jobs that take milliseconds, unless the text is hostile: parsing, sanitizing."""
    return Room(most=max(2, min(4, os.cpu_count() or 1)), retire_above=64)


@cache
def thinking() -> Room:
    """The process's room for jedi, which knows more with every question and is not ended while nobody asks."""
    return Room(most=1, retire_above=400, idle=None)


def ask(name: str, text: str = "", *arguments: Any, seconds: float, room: Room | None = None) -> tuple[Any, str]:
    """Have a job done in the reading room or another, and wait for it as this thread waits.

    Raises:
        Unanswered: there is no answer, or this thread must not wait for one.
        JobFailed: the job raised an exception.
        KeyboardInterrupt: this thread was interrupted; the helper is killed.
    """
    if not may_wait():
        raise Unanswered("this thread must not wait")
    found: tuple[Any, str] = result((room or reading()).submit(name, text, arguments, seconds=seconds))
    return found


@atexit.register
def _close() -> None:
    for room in _rooms:
        room.close()


def _forget() -> None:
    for room in _rooms:
        room.forget()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
