"""How long an owner waits for its fork server: as long as that answers anybody."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

MOST_SECONDS = 60.0
"""Within which a kernel that was born has to listen, and its owner to send its request, whatever becomes of others."""

_LOOKS = 10


class Silent(Exception):
    """The server has answered nobody for too long."""


@asynccontextmanager
async def patience(
    answers: Callable[[], int], seconds: Callable[[], float], most: float | None = None
) -> AsyncIterator[None]:
    """Do what is in the block as long as the server answers anybody.

    Many kernels may be asked for at once on a busy machine: each answer shows that the others are coming. Silence is
    counted in looks, so that a loop that was itself held up does not take that for silence.

    Args:
        answers: How many answers anybody got so far.
        seconds: How long a silence may be.
        most: Seconds that the block may take in any case.

    Raises:
        Silent: Nobody got an answer for so long.
        TimeoutError: Others got theirs, but the block took too long.
    """
    loop = asyncio.get_running_loop()
    known, silent = answers(), 0
    end = asyncio.timeout(most)

    next_look: asyncio.TimerHandle

    def look() -> None:
        nonlocal known, silent, next_look
        silent = silent + 1 if answers() == known else 0
        known = answers()
        if silent >= _LOOKS:
            end.reschedule(loop.time())
        else:
            next_look = loop.call_later(seconds() / _LOOKS, look)

    next_look = loop.call_later(seconds() / _LOOKS, look)
    try:
        async with end:
            yield
    except TimeoutError:
        if silent >= _LOOKS:
            raise Silent("it answers nobody") from None
        raise
    finally:
        next_look.cancel()
