"""What is to be stored, in order: where something cannot be stored now, all that comes after it waits with it."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from .errors import SessionRunning, StoreError, StoreUnavailable
from .notes import Notes

AGAIN = 1.0
"""Seconds after which a store that could not be written to is tried again, with the next cell."""


class Task(NamedTuple):
    """Something to store.

    notes, note: which of the notes tells of it, 0 if none does. instead: what would do, and holds less.
    """

    call: Callable[[], object]
    notes: Notes | None
    note: int
    instead: Callable[[], object] | None = None


class Backlog:
    """The tasks that are not done yet. For one thread; false if there are none."""

    def __init__(self, log: logging.Logger) -> None:
        self._log = log
        self._tasks: deque[Task] = deque()
        self._again = 0.0  # when to try again

    def __len__(self) -> int:
        return len(self._tasks)

    def add(self, task: Task) -> None:
        """Have it done after all others. Behind one that could not be done it waits in its smaller form."""
        if self._tasks and task.instead is not None:
            task = task._replace(call=task.instead, instead=None)
        self._tasks.append(task)

    @property
    def is_due(self) -> bool:
        """Whether to work off what there is: nothing failed, or long enough ago."""
        return len(self._tasks) == 1 or time.monotonic() >= self._again

    def work_off(self) -> None:
        """Do them in order: a state is bound to the one before it.

        Raises:
            StoreUnavailable, SessionRunning: one cannot be done now; it and all after it stay.
        """
        while self._tasks:
            task = self._tasks[0]
            try:
                task.call()
            except (StoreUnavailable, SessionRunning):
                if task.instead is not None:
                    self._tasks[0] = task._replace(call=task.instead, instead=None)
                self._again = time.monotonic() + AGAIN
                raise
            except Exception as error:  # trying again would not help
                defect = None if isinstance(error, StoreError) else error
                self._log.error("A state of this session could not be stored: %s", error, exc_info=defect)
            self._tasks.popleft()
            if task.notes is not None:
                task.notes.done(task.note)

    def clear(self) -> None:
        """Forget them."""
        self._tasks.clear()
