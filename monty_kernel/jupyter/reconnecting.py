"""The moment after a restart in which front ends reconnect, each socket on its own.

libzmq tries to reconnect every 0.1 to 0.2 s. A kernel that is back sooner may get a request on shell from a front end
whose IOPub socket has not reconnected yet, and would publish its outputs in vain.
"""

from __future__ import annotations

import asyncio
import os
import time

RESTARTED = "MONTY_KERNEL_RESTARTED"
"""The environment variable that tells a kernel that it replaces another one."""

LONGEST = 0.25
"""Seconds after which every socket has tried to reconnect."""


class Reconnecting:
    """Lets the first cell of a restarted kernel wait. The kernel listens from now on."""

    def __init__(self) -> None:
        again = os.environ.pop(RESTARTED, None) is not None
        self._over = time.monotonic() + LONGEST if again else 0.0

    async def over(self) -> None:
        """Return when the clients of the kernel before have reconnected; at once if there was no kernel before."""
        if self._over:
            await asyncio.sleep(max(0.0, self._over - time.monotonic()))
            self._over = 0.0
