"""A pool of workers behind the walls that can be built here."""

from __future__ import annotations

import pydantic_monty as monty

from .launch import Entrance, Policy, WallsMissing
from .launcher import REFUSED


class WalledPool:
    """A pool whose workers come in through the launcher. missing: why they have no walls at all, if they have none.

    With `best`, walls that this computer lacks are left out; the first worker shows whether any can be had, and those after it
    have what it has. With `require`, no worker starts unless all walls stand.

    Raises:
        WallsMissing: the walls are required and cannot be built.
        MontyError, RuntimeError, OSError: no worker could be started, with walls or without.
    """

    def __init__(
        self,
        policy: Policy = "best",
        *,
        memory: int | None = None,
        min_processes: int,
        max_processes: int,
        request_timeout: float | None = None,
        max_checkouts_per_worker: int | None = None,
    ) -> None:
        """memory: bytes of heap that a session may be granted at most. The rest: see `pydantic_monty.Monty`."""
        self._options = (min_processes, max_processes, request_timeout, max_checkouts_per_worker)
        self._entrance: Entrance | None = None
        self.missing: WallsMissing | None = None
        try:
            self._entrance = Entrance(policy, memory)
            self.pool = self._started(self._entrance.path)
            return
        except WallsMissing as error:
            self.missing = error
        except (monty.MontyError, RuntimeError, OSError) as error:
            self._close_entrance()
            refused = f"exit status: {REFUSED}" in str(error)
            said = (
                "Not all walls can be built here."
                if refused
                else f"The worker does not start behind its walls ({error})."
            )
            self.missing = WallsMissing(said)
        if policy == "require":
            raise self.missing
        self.pool = self._started(None)

    def close(self) -> None:
        """End every worker. Idempotent."""
        self.pool.__exit__(None, None, None)
        self._close_entrance()

    def _started(self, binary: str | None) -> monty.Monty:
        least, most, timeout, checkouts = self._options
        pool = monty.Monty(
            binary_path=binary,
            min_processes=least,
            max_processes=most,
            request_timeout=timeout,
            max_checkouts_per_worker=checkouts,
        )
        try:
            pool.__enter__()
            with pool.checkout():
                pass  # a worker that cannot start says so only here
        except BaseException:
            pool.__exit__(None, None, None)
            raise
        return pool

    def _close_entrance(self) -> None:
        entrance, self._entrance = self._entrance, None
        if entrance is not None:
            entrance.close()
