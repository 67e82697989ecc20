"""The pool of worker processes. A kernel has one session in it; the sessions of the headless runner share it."""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress

import pydantic_monty as monty

from ..isolation.pool import IsolatedPool, Policy, WallsMissing
from .limits import Limits


class Workers:
    """Hands out fresh workers. Any thread may call."""

    def __init__(
        self,
        watch: Callable[[Collection[int]], None] = lambda pids: None,
        *,
        warm: int = 2,
        most: int = 3,
        walls: Policy = "best",
        memory: int | None = None,
        once: bool = False,
        timeout: float | None = None,
    ) -> None:
        """
        Args:
            watch: Told the process ids of the workers in use whenever they change.
            warm: How many are started ahead. With a spare one, a killed one is replaced in 2 ms instead of 20.
            most: How many live at once; a caller that wants one more waits.
            walls: Whether they may start when their isolation cannot be set up.
            memory: The most that a session may be granted, in bytes of heap.
            once: Whether each serves one session only, so that a session which took over its worker meets no other.
            timeout: Seconds after which a worker that does not answer is killed; None for no limit.
        """
        self._watch = watch
        self._warm = warm
        self._most = most
        self._walls: Policy = walls
        self._memory = memory
        self._once = once
        self._timeout = timeout
        self._lock = threading.Lock()
        self._pool: IsolatedPool | None = None
        # by sessions: one that is over returns its worker to the pool, and the next may have it before that is known here
        self._in_use: Counter[int] = Counter()
        self._modules = {"getpass": monty.ExternalModule({"getpass": only_by_name}, stubs=_GETPASS)}

    def take(
        self, limits: Limits, modules: Mapping[str, monty.ExternalModule] | None = None, *, check: bool = False
    ) -> tuple[monty.MontySession, int | None]:
        """An empty session in a worker of its own, and the worker's process id. `give_back` ends it.

        Args:
            modules: What it may import besides Monty's own modules.
            check: Whether the type checker sees each feed first.

        Raises:
            MontyError, RuntimeError: No worker could be started.
            WallsMissing: Isolation is required and cannot be set up.
        """
        asked: monty.ResourceLimits = {
            "max_suspensions": 1 << 62,
            "max_memory": limits.memory,
            "max_feed_duration_secs": limits.seconds,
        }
        if limits.recursion is not None:
            asked["max_recursion_depth"] = limits.recursion
        importable = {**self._modules, **(modules or {})}
        session = self._opened().checkout(
            limits=asked,
            type_check=check,
            type_check_format="json" if check else None,
            os_policy={"sleep": "call_host", "random_start": "call_host"},
            external_modules=importable,
        )
        session.__enter__()
        pid = session.worker_pid
        if pid:
            with self._lock:
                self._in_use[pid] += 1
                self._watch(set(self._in_use))
        return session, pid

    def give_back(self, session: monty.MontySession, pid: int | None) -> None:
        """The session is over. Its worker serves others, unless it is dead or serves `once`."""
        session.__exit__(None, None, None)
        with self._lock:
            if pid is not None and pid in self._in_use:
                self._in_use -= Counter((pid,))
                self._watch(set(self._in_use))

    def close(self) -> None:
        """End every worker. Idempotent; the next `take` starts anew."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.close()
        with self._lock:
            self._in_use.clear()
            self._watch(())

    @property
    def unwalled(self) -> WallsMissing | None:
        """Why the workers are not isolated, if they are not."""
        pool = self._pool
        return None if pool is None else pool.missing

    def _opened(self) -> monty.Monty:
        with self._lock:
            if self._pool is None:
                self._pool = IsolatedPool(
                    self._walls,
                    memory=self._memory,
                    min_processes=self._warm,
                    max_processes=self._most,
                    max_checkouts_per_worker=1 if self._once else None,
                    request_timeout=self._timeout,
                )
            return self._pool.pool


NICE = 10
"""By how much what is done on the side steps back behind the person's cells."""


def step_back(task: int) -> None:
    """Let a process, or a thread of this one, have what others leave of the processors."""
    if hasattr(os, "setpriority"):
        with suppress(OSError):  # it has just ended
            os.setpriority(os.PRIO_PROCESS, task, NICE)


class WorkersBehind(Workers):
    """Workers for what is done on the side."""

    def take(
        self, limits: Limits, modules: Mapping[str, monty.ExternalModule] | None = None, *, check: bool = False
    ) -> tuple[monty.MontySession, int | None]:
        """As that of other workers. Raises MontyError and RuntimeError only."""
        try:
            session, pid = super().take(limits, modules, check=check)
        except WallsMissing as error:
            raise RuntimeError(str(error)) from error
        if pid:
            step_back(pid)
        return session, pid


_GETPASS = "def getpass(prompt: str = ..., stream: object = ..., *, echo_char: str | None = ...) -> str: ...\n"


def only_by_name(*args: object, **kwargs: object) -> object:
    """Stands for a host function, which is answered as a suspension by its name."""
    raise RuntimeError("host functions are answered as suspensions, never called")
