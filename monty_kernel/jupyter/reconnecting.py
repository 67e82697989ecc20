"""The moment after a restart in which front ends are still coming back, each socket on its own.

libzmq tries to connect again every 0.1 to 0.2 s. A kernel that is back sooner than that can be asked on shell by a front end whose
IOPub socket is not there yet, and what it publishes then is lost.
"""

from __future__ import annotations

import asyncio
import os
import time

RESTARTED = "MONTY_KERNEL_RESTARTED"
"""The environment variable that says to a kernel that it takes another's place."""

LONGEST = 0.25
"""Seconds after which every socket has tried again."""


class Reconnecting:
    """For a kernel that listens from now on."""

    def __init__(self) -> None:
        again = os.environ.pop(RESTARTED, None) is not None
        self._over = time.monotonic() + LONGEST if again else 0.0

    async def over(self) -> None:
        """Return when whoever was connected to the kernel before is connected again; at once if there was none before."""
        if self._over:
            await asyncio.sleep(max(0.0, self._over - time.monotonic()))
            self._over = 0.0
