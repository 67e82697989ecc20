"""Pools of helper processes. A helper is started on first need, and killed with the job that nobody waits for any more."""

from __future__ import annotations

import atexit
import contextlib
import io
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import Future, InvalidStateError
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, cast

from .child import BrokenFrame, Frame, read_frame, write_frame
from .waiting import may_wait, result

_CODE = "import sys; sys.path += sys.argv[2:]; from monty_kernel.bounded.child import main; main(int(sys.argv[1]))"
_KEPT = ("HOME", "XDG_CACHE_HOME", "LOCALAPPDATA", "APPDATA", "SYSTEMROOT", "TMPDIR", "TEMP", "TMP", "LD_LIBRARY_PATH")
"""Environment variables that Python may need to start, and jedi to find its cache."""

_IDLE = 60.0
"""Seconds without a job after which a helper is ended; it takes some 12 MB."""

_LOADED = 5.0
"""How many times its processor time a job may take on a busy machine."""

_STARTING = 3.0
"""Seconds for the helper's start, and for importing what the job needs."""

_OUT_OF_TIME = getattr(signal, "SIGPROF", 0)


class Unanswered(Exception):
    """The helper gave no answer: it took too much time or memory, was killed, or could not be started. The message says which."""


class TooMuch(Unanswered):
    """The job took more time or memory than it was given, and would do so again."""


class JobFailed(Exception):
    """The job raised an exception; the message is that exception's name and message."""


class _Helper:
    """One helper process. `ask` is for one thread; `kill` may be called from any. Raises OSError if it cannot be started."""

    def __init__(self, retire_above: int) -> None:
        # -I: nothing is imported from the working directory, and no variable of Python's has an effect
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-c", _CODE, str(retire_above), str(Path(__file__).parents[2])],
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=os.path.abspath(os.sep),
            env={name: os.environ[name] for name in _KEPT if name in os.environ},
            start_new_session=True,  # Ctrl-C in the terminal must not reach it
        )
        self._requests = cast(io.RawIOBase, self._process.stdin)  # they are raw, since they have no buffer
        self._replies = cast(io.RawIOBase, self._process.stdout)
        self._lock = threading.Lock()
        self._ended = False
        self._why = Unanswered("it ended unexpectedly")
        self.retired = False
        """Whether it takes no more jobs."""

    @property
    def pid(self) -> int:
        return self._process.pid

    def ask(self, job: str, text: str, arguments: Sequence[Any], seconds: float) -> tuple[Any, str]:
        """Have a job done that may take this many seconds of processor time.

        Raises:
            Unanswered: there will be no answer; the helper has ended.
            JobFailed: the job raised an exception.
        """
        too_long = TooMuch(f"it took longer than {seconds:g} seconds")
        timer = threading.Timer(_LOADED * seconds + _STARTING, self.kill, (too_long,))
        timer.daemon = True
        timer.start()
        try:
            write_frame(self._requests, Frame([job, list(arguments), seconds], text))
            reply = read_frame(self._replies)
        except (OSError, BrokenFrame):
            reply = None
        finally:
            timer.cancel()
        if reply is None:
            self.close()
            raise too_long if self._process.returncode == -_OUT_OF_TIME else self._why
        self.retired = bool(reply.data["last"])
        if "memory" in reply.data:
            raise TooMuch("it took too much memory")
        if "error" in reply.data:
            raise JobFailed(reply.data["error"])
        return reply.data["value"], reply.text

    def kill(self, why: Unanswered) -> None:
        """End it at once. Idempotent; the first reason counts."""
        with self._lock:
            if not self.retired:
                self.retired, self._why = True, why
            if not self._ended:  # afterwards its pid may be another process's
                self._process.kill()

    def close(self) -> None:
        """Kill it, wait for its end and close the pipes. Idempotent."""
        self.kill(Unanswered("it was ended"))
        with self._lock:
            self._process.wait()
            self._ended = True
        self.abandon()

    def abandon(self) -> None:
        """Close only the pipes: in a fork of the process that owns it."""
        for stream in (self._requests, self._replies):
            with contextlib.suppress(OSError):
                stream.close()


class _Task(NamedTuple):
    job: str
    text: str
    arguments: Sequence[Any]
    seconds: float
    future: Future[tuple[Any, str]]


class HelperPool:
    """Helpers for one purpose. Thread-safe.

    Args:
        most: how many there are at most; a job waits while all of them are busy.
        retire_above: MiB of memory above which a helper is replaced after a job.
        idle: seconds without a job after which a helper is ended; None for never.
    """

    def __init__(self, most: int, retire_above: int, idle: float | None = _IDLE) -> None:
        self._most = most
        self._retire_above = retire_above
        self._idle = idle
        self._reset()
        _pools.append(self)

    def _reset(self) -> None:
        self._lock = threading.Lock()
        self._tasks: queue.SimpleQueue[_Task] = queue.SimpleQueue()
        self._pending = 0  # tasks that no thread has finished
        self._threads = 0
        self._helpers: set[_Helper] = set()
        self._closed = False

    def submit(
        self, job: str, text: str = "", arguments: Sequence[Any] = (), *, seconds: float
    ) -> Future[tuple[Any, str]]:
        """Have a job done. Cancelling the future kills the helper that works on it.

        Args:
            job: `module:function`, called in the helper as `function(text, *arguments)`.
            arguments: anything that JSON can hold.
            seconds: of processor time that the job may take.

        Returns:
            A future of the job's plain data and its text. It raises `Unanswered` or `JobFailed`.
        """
        task = _Task(job, text, arguments, seconds, Future())
        with self._lock:
            if self._closed:
                task.future.set_exception(Unanswered("the process is ending"))
                return task.future
            self._pending += 1
            self._tasks.put(task)
            if self._pending > self._threads and self._threads < self._most:
                self._threads += 1
                threading.Thread(target=self._work, name="monty-kernel helper", daemon=True).start()
        return task.future

    @property
    def pids(self) -> list[int]:
        """The process ids of the running helpers."""
        with self._lock:
            return [helper.pid for helper in self._helpers]

    def _work(self) -> None:
        """Run a thread that has one helper at a time."""
        helper: _Helper | None = None
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

    def _serve(self, task: _Task, helper: _Helper | None) -> _Helper | None:
        """Do a task. Returns the helper that is left for the next one."""
        try:
            if helper is None:
                helper = self._start()
            busy = helper
            task.future.add_done_callback(
                lambda future: busy.kill(Unanswered("nobody waited for it")) if future.cancelled() else None
            )
            answer = helper.ask(task.job, task.text, task.arguments, task.seconds)
        except BaseException as error:
            if isinstance(error, OSError):
                error = Unanswered(f"it could not be started: {error}")
            _resolve(task.future, error)
        else:
            _resolve(task.future, answer)
        if helper is not None and helper.retired:
            self._end(helper)
            return None
        return helper

    def _start(self) -> _Helper:
        helper = _Helper(self._retire_above)
        with self._lock:
            self._helpers.add(helper)
            closed = self._closed
        if closed:
            self._end(helper)
            raise Unanswered("the process is ending")
        return helper

    def _end(self, helper: _Helper | None) -> None:
        if helper is not None:
            helper.close()
            with self._lock:
                self._helpers.discard(helper)

    def close(self) -> None:
        """End the helpers, and do no more jobs. Idempotent."""
        with self._lock:
            self._closed = True
            helpers = list(self._helpers)
        for helper in helpers:
            self._end(helper)

    def forget(self) -> None:
        """Start anew in a fork: the helpers, and the threads that use them, are the parent's."""
        for helper in self._helpers:
            helper.abandon()
        self._reset()


def _resolve(future: Future[tuple[Any, str]], outcome: tuple[Any, str] | BaseException) -> None:
    try:
        if isinstance(outcome, BaseException):
            future.set_exception(outcome)
        else:
            future.set_result(outcome)
    except InvalidStateError:  # cancelled meanwhile
        pass


_pools: list[HelperPool] = []


@cache
def quick_helpers() -> HelperPool:
    """The process's pool for jobs that take milliseconds unless the text is hostile: parsing and sanitizing."""
    return HelperPool(most=max(2, min(4, os.cpu_count() or 1)), retire_above=64)


@cache
def jedi_helpers() -> HelperPool:
    """The process's one helper for jedi. Jedi learns with every question, so it is not ended while idle."""
    return HelperPool(most=1, retire_above=400, idle=None)


def ask(job: str, text: str = "", *arguments: Any, seconds: float, pool: HelperPool | None = None) -> tuple[Any, str]:
    """Have a job done by the quick helpers or another pool, and wait for it as this thread waits. See `HelperPool.submit`.

    Raises:
        Unanswered: there is no answer, or this thread must not wait for one.
        JobFailed: the job raised an exception.
        KeyboardInterrupt: this thread was interrupted; the helper is killed.
    """
    if not may_wait():
        raise Unanswered("this thread must not wait")
    answer: tuple[Any, str] = result((pool or quick_helpers()).submit(job, text, arguments, seconds=seconds))
    return answer


@atexit.register
def _close() -> None:
    for pool in _pools:
        pool.close()


def _forget() -> None:
    for pool in _pools:
        pool.forget()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
