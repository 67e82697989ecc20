"""What introspection sees of the session: the cells that ran, and answers from the idle sandbox."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from concurrent.futures import Executor, Future
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from monty_kernel.engine.engine import Engine
from monty_kernel.engine.source import CellSource
from monty_kernel.introspect.analysis import patience

T = TypeVar("T")

_LOOKING = 0.1
"""Seconds after which a thread that waits for a question looks whether it was interrupted."""

LONGEST_ANSWER = 0.05
"""Seconds that the sandbox may take to answer, unless a cell waits for it.

After that introspection makes do with what it knows without the session.
"""


class SessionView:
    """Implements introspection's `Session` over the engine.

    Args:
        engine: The session.
        thread: Runs the session, if introspection works on another thread; None if it works on the sandbox thread.
        is_busy: Whether a cell runs or waits there.
    """

    def __init__(
        self, engine: Engine, thread: Executor | None = None, is_busy: Callable[[], bool] = lambda: False
    ) -> None:
        self._engine = engine
        self._thread = thread
        self._is_busy = is_busy
        self._visitors: SimpleQueue[tuple[str, Future[object]] | None] | None = None

    def cells(self) -> Sequence[CellSource]:
        """The sources of the cells that ran so far, oldest first, and of the one that is running."""
        return self._engine.known_cells

    async def ask(self, expression: str) -> object | None:
        """The value of an expression over introspection's prelude; None if the session is busy or slow to answer."""
        answer: Awaitable[object]
        if self._thread is None:
            return None if self._engine.interrupts.running else self._evaluate(expression)
        if self._visitors is not None:
            visit: Future[object] = Future()
            self._visitors.put((expression, visit))
            answer = asyncio.wrap_future(visit)
        elif self._is_busy():
            return None
        else:
            answer = asyncio.get_running_loop().run_in_executor(self._thread, self._evaluate, expression)
        try:
            return await asyncio.wait_for(asyncio.shield(answer), patience.get() or LONGEST_ANSWER)
        except TimeoutError:
            return None

    def answer_between_feeds(self, question: Coroutine[Any, Any, T], loop: asyncio.AbstractEventLoop) -> T:
        """The result of a question that runs on the loop and may ask the sandbox, whose thread calls this.

        For an action between two feeds of a cell. The session is idle then, but its thread waits here and answers.

        Raises:
            KeyboardInterrupt: The cell was interrupted.
        """
        visitors: SimpleQueue[tuple[str, Future[object]] | None] = SimpleQueue()
        self._visitors = visitors
        answer = asyncio.run_coroutine_threadsafe(question, loop)
        answer.add_done_callback(lambda _: visitors.put(None))
        try:
            while (visitor := self._next(visitors)) is not None:
                expression, visit = visitor
                visit.set_result(self._evaluate(expression))
            return answer.result()
        finally:
            self._visitors = None
            answer.cancel()

    def _next(self, visitors: SimpleQueue[tuple[str, Future[object]] | None]) -> tuple[str, Future[object]] | None:
        while True:
            try:
                return visitors.get(timeout=_LOOKING)
            except Empty:
                self._engine.interrupts.wait_until(0)  # raises if the cell was interrupted

    def _evaluate(self, expression: str) -> object:
        from monty_kernel.engine.prelude import guarded
        from monty_kernel.introspect.live import INTROSPECTION_PRELUDE

        return self._engine.session.evaluate(expression, {"introspection": guarded(INTROSPECTION_PRELUDE)})
