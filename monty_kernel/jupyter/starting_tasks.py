"""Tasks that begin at once: what a coroutine does before it first waits takes no round of the loop."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Coroutine

if sys.version_info >= (3, 12):

    def start_now(coroutine: Coroutine[object, None, None]) -> asyncio.Task[None]:
        """Run a coroutine until it first waits. The task goes on with it. Call it in a callback of the running loop."""
        return asyncio.Task(coroutine, loop=asyncio.get_running_loop(), eager_start=True)

else:
    from collections.abc import Generator
    from contextvars import copy_context
    from types import coroutine as awaitable

    def start_now(coroutine: Coroutine[object, None, None]) -> asyncio.Task[None] | None:
        """Run a coroutine until it first waits; the task that goes on with it, if it does. Call it in a callback of the running loop.

        In the first part there is no `asyncio.current_task`, so `asyncio.timeout` cannot be used there.
        """
        context = copy_context()
        try:
            waits_for = context.run(coroutine.send, None)
        except StopIteration:
            return None
        return asyncio.get_running_loop().create_task(_go_on(coroutine, waits_for), context=context)

    async def _go_on(coroutine: Coroutine[object, None, None], waits_for: object) -> None:
        await _rest(coroutine, waits_for)

    @awaitable
    def _rest(coroutine: Coroutine[object, None, None], waits_for: object) -> Generator[object, None, None]:
        while True:
            error: BaseException | None = None
            try:
                yield waits_for
            except BaseException as thrown:  # such as CancelledError: it is the coroutine's
                error = thrown
            try:
                waits_for = coroutine.send(None) if error is None else coroutine.throw(error)
            except StopIteration:
                return
