"""How a thread waits for a helper: the sandbox thread stops at an interrupt, and a thread with an event loop does not wait."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any

Wait = Callable[[Future[Any]], Any]
"""Returns a future's result or raises its exception; or gives up with an exception of its own, such as KeyboardInterrupt."""

_DONE: Future[None] = Future()
_DONE.set_result(None)


class _Thread(threading.local):
    wait: Wait | None = None


_thread = _Thread()


@contextmanager
def waiting_by(wait: Wait) -> Iterator[None]:
    """Let this thread wait for helpers in this way meanwhile."""
    before, _thread.wait = _thread.wait, wait
    try:
        yield
    finally:
        _thread.wait = before


def breathe() -> None:
    """Give up if this thread was interrupted. For long loops, now and then. Raises what the thread's way of waiting raises."""
    if _thread.wait is not None:
        _thread.wait(_DONE)


def may_wait() -> bool:
    """Whether this thread may wait at all. A thread that runs an event loop may not, unless it set a way of waiting."""
    if _thread.wait is not None:
        return True
    events = sys.modules.get("asyncio.events")
    return events is None or events._get_running_loop() is None


def result(future: Future[Any]) -> Any:
    """The future's result. The future is cancelled if this thread stops waiting for it."""
    try:
        return future.result() if _thread.wait is None else _thread.wait(future)
    finally:
        future.cancel()
