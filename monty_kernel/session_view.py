"""What introspection sees of the session: the cells that ran, and answers from the idle sandbox."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Executor

from monty_kernel.engine.engine import Engine
from monty_kernel.engine.sources import CellSource

PATIENCE = 0.05
"""Seconds that an answer from the sandbox may take; without it, what is known without the session must do."""


class SessionView:
    """Implements introspection's `Session` over the engine and its thread."""

    def __init__(self, engine: Engine, thread: Executor, is_busy: Callable[[], bool]) -> None:
        self._engine = engine
        self._thread = thread
        self._is_busy = is_busy

    def cells(self) -> Sequence[CellSource]:
        """The sources of the cells that ran so far, oldest first."""
        return tuple(self._engine.cells)

    async def ask(self, expression: str) -> object | None:
        """The value of an expression over introspection's prelude; None if the session is busy or slow to answer."""
        from monty_kernel.engine.sandboxed import guarded
        from monty_kernel.introspect.prelude import INTROSPECTION_PRELUDE

        if self._is_busy():
            return None
        parts = {"introspection": guarded(INTROSPECTION_PRELUDE)}
        answer = asyncio.get_running_loop().run_in_executor(self._thread, self._engine.evaluate, expression, parts)
        try:
            return await asyncio.wait_for(asyncio.shield(answer), PATIENCE)
        except TimeoutError:
            answer.add_done_callback(lambda done: done.cancelled() or done.exception())
            return None
