"""Carries outputs from the sandbox thread to the event loop: in order, soon, and never more than a little at a time."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Awaitable, Callable

from ..outputs import Display, Output, Stream

ROOM = 1 << 21
"""Characters of output under way before the cell that makes it has to wait."""
OVERHEAD = 1 << 8
"""Characters that every output counts for, beside its own: eight thousand may wait."""
CHUNK = 1 << 18
"""Characters in one stream message at most."""
FLOOD = 1 << 14
PAUSE = 0.003
"""After a message of more than `FLOOD` characters, seconds until the next one."""


class OutputQueue:
    """`put` outputs on any thread; `send` gets them on the loop, neighbouring prints joined.

    send: called on the loop's thread, once per output. drained: awaited after each send; it returns when the
    receiver has room again, and until then `put` blocks once `ROOM` characters wait.
    """

    def __init__(
        self, loop: asyncio.AbstractEventLoop, send: Callable[[Output], None], drained: Callable[[], Awaitable[None]]
    ) -> None:
        self._loop = loop
        self._send = send
        self._drained = drained
        self._waiting: deque[Output] = deque()
        self._characters = 0
        self._changed = threading.Condition()
        self._pump: asyncio.Task[None] | None = None
        self._scheduled = False
        self._open = True

    def put(self, output: Output) -> None:
        """Queue an output; blocks the calling thread while there is no room for it."""
        size = _size(output)
        with self._changed:
            while self._characters >= ROOM and self._open:
                self._changed.wait()
            if not self._open:
                return
            self._waiting.append(output)
            self._characters += size
            if self._scheduled:
                return
            self._scheduled = True
        self._loop.call_soon_threadsafe(self._start)

    async def flush(self) -> None:
        """Return when everything that was put before has been sent. Call it on the loop."""
        if self._waiting and self._pump is None:
            self._start()
        while self._pump is not None:
            await asyncio.shield(self._pump)

    def close(self) -> None:
        """Drop what waits and let blocked threads go on. Call it when nobody reads any more."""
        with self._changed:
            self._open = False
            self._waiting.clear()
            self._changed.notify_all()

    def _start(self) -> None:
        if self._pump is None and self._waiting:
            self._pump = self._loop.create_task(self._run())

    async def _run(self) -> None:
        try:
            while (output := self._next()) is not None:
                self._send(output)
                await self._drained()
                # a flood of prints must not keep an interrupt from being read, and gathers into fewer, larger messages
                await asyncio.sleep(PAUSE if isinstance(output, Stream) and len(output.text) > FLOOD else 0)
        finally:
            self._pump = None

    def _next(self) -> Output | None:
        with self._changed:
            if not self._waiting:
                self._scheduled = False
                return None
            taken = [self._waiting.popleft()]
            size = _size(taken[0])
            while self._waiting and size < CHUNK and _joins(taken[0], self._waiting[0]):
                taken.append(self._waiting.popleft())
                size += _size(taken[-1])
            self._characters -= size
            self._changed.notify_all()
        if len(taken) == 1 or not isinstance(taken[0], Stream):
            return taken[0]
        return Stream(taken[0].name, "".join(each.text for each in taken if isinstance(each, Stream)))


def _joins(output: Output, following: Output) -> bool:
    return isinstance(output, Stream) and isinstance(following, Stream) and output.name == following.name


def _size(output: Output) -> int:
    if isinstance(output, Stream):
        return OVERHEAD + len(output.text)
    data = output.data.values() if isinstance(output, Display) else ()
    # of parsed JSON nobody knows how large it is: eight may wait
    return OVERHEAD + sum(len(value) if isinstance(value, str) else CHUNK for value in data)
