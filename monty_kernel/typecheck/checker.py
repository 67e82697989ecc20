"""Asks Monty's bundled type checker, which runs in an isolated worker of its own since it parses strangers' code."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import threading
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

import pydantic_monty as monty

from monty_kernel.engine.limits import Limits
from monty_kernel.engine.workers import Workers
from monty_kernel.isolation.orphans import OrphanWatch
from monty_kernel.isolation.pool import Policy, WallsMissing

MEMORY = 1 << 28
"""Bytes of heap that the checker's worker may use. A cell that imports all of Monty's modules takes 30 MB."""

SECONDS = 2.0
"""How long a check may take. Most take a hundredth of that."""

_LONGEST = 4_000  # characters of a message: it names types, which may be as long as the cell

_KILL = getattr(signal, "SIGKILL", signal.SIGTERM)


class CheckFailed(Exception):
    """The checker gave no answer; the message says why."""


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One message of the checker about a text. Rows and columns count from 1; `end_column` is exclusive."""

    rule: str
    message: str
    row: int
    column: int
    end_row: int
    end_column: int


class Checker:
    """The worker that checks. `ask` returns at once. Thread-safe.

    Args:
        workers: provides the worker, with `SECONDS` as the timeout of each request.
    """

    def __init__(self, workers: Workers) -> None:
        self._workers = workers
        self._lock = threading.Lock()
        self._thread: ThreadPoolExecutor | None = None
        self._pid: int | None = None
        self._current: object = None  # who asked for the running check

    def ask(self, text: str, modules: Mapping[str, monty.ExternalModule], asker: object) -> Future[list[Diagnostic]]:
        """Have a text checked. The text must have at least one fault, or it would be run.

        Args:
            text: the program to check.
            modules: the modules that it may import, with their stubs.
            asker: whoever may `give_up` this check.

        Returns:
            A future of the checker's messages, which may raise CheckFailed.
        """
        with self._lock:
            if self._thread is None:
                self._thread = ThreadPoolExecutor(1, thread_name_prefix="type check")
            return self._thread.submit(self._ask, text, modules, asker)

    def give_up(self, asker: object = None) -> None:
        """Kill the running check if this asker asked for it; without an asker, kill any check."""
        with self._lock:
            if self._pid is not None and (asker is None or asker is self._current):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(self._pid, _KILL)

    def close(self) -> None:
        """End the worker and the thread. Idempotent."""
        self.give_up()
        with self._lock:
            thread, self._thread = self._thread, None
        if thread is not None:
            thread.shutdown()
        self._workers.close()

    def _ask(self, text: str, modules: Mapping[str, monty.ExternalModule], asker: object) -> list[Diagnostic]:
        try:
            session, pid = self._workers.take(Limits(memory=MEMORY, seconds=SECONDS), modules, check=True)
        except (monty.MontyError, RuntimeError, OSError, WallsMissing) as error:
            raise CheckFailed(f"no worker could be started for it ({error})") from error
        with self._lock:
            self._pid, self._current = pid, asker
        try:
            session.feed_run(text)
        except monty.MontyTypingError as error:
            return _parsed(error.display())
        except monty.MontyCrashedError as error:
            if error.timed_out:
                raise CheckFailed(f"the check would have taken longer than {SECONDS:g} seconds") from error
            raise CheckFailed("the checker's process died") from error
        except monty.MontyError as error:
            raise CheckFailed(f"the checker gave up ({error})") from error
        finally:
            with self._lock:
                self._pid = self._current = None
            self._workers.give_back(session, pid)
        raise CheckFailed("the checker reported nothing, not even the fault that is always there")


def checker(walls: Policy, orphans: OrphanWatch) -> Checker:
    """A checker whose worker is isolated in this way and does not outlive this process. Nothing is started yet."""
    watch = partial(orphans.watch, of="type check")
    return Checker(Workers(watch, warm=1, most=1, walls=walls, memory=MEMORY, timeout=SECONDS))


def _parsed(answer: str) -> list[Diagnostic]:
    try:
        return [_diagnostic(each) for each in json.loads(answer) if each["filename"] == "/main.py"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise CheckFailed(f"the checker's answer could not be read ({type(error).__name__}: {error})") from error


def _diagnostic(each: Any) -> Diagnostic:
    start, end = each["location"], each["end_location"]
    place = (int(start["row"]), int(start["column"]), int(end["row"]), int(end["column"]))
    return Diagnostic(str(each["code"]), str(each["message"])[:_LONGEST], *place)
