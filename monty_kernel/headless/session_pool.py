"""The sessions of headless runs: they share warm workers, and start from a state that has the prelude already, or a stored one."""

from __future__ import annotations

import atexit
import logging
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, TypeVar

import pydantic_monty

from monty_kernel.engine.engine import Engine, Snapshot
from monty_kernel.engine.prelude import SHOWING
from monty_kernel.engine.workers import Workers
from monty_kernel.isolation.orphans import OrphanWatch
from monty_kernel.isolation.pool import Policy
from monty_kernel.sanitize.sanitizer import TRUST_RUN, Sanitizer
from monty_kernel.session.services import SessionServices
from monty_kernel.settings import HEADLESS, Settings
from monty_kernel.startup import forgo_missing

if TYPE_CHECKING:
    from monty_kernel.typecheck.checker import Checker

T = TypeVar("T")

_log = logging.getLogger(__name__)

MOST = max(8, 4 * (os.cpu_count() or 1))
"""Notebooks that run at once in one process when many callers bring one each; the next one waits for a worker."""


@dataclass(frozen=True, slots=True)
class Start:
    """A state to start from, of a stored session, and the number of its last cell."""

    snapshot: Snapshot
    last: int


class NoSuchStart(ValueError):
    """There is no such state to start from; the message says why."""


def start_of(name: str) -> Start:
    """The state `ID@N`, or with `ID` alone the one that the session stopped at.

    Args:
        name: ID is a session as `monty-kernel sessions list` shows it, or the beginning of its id; N is the number of a
            cell, as in `In[N]`.

    Raises:
        NoSuchStart: there is no such state, or it cannot be read.
    """
    from monty_kernel.magics.registry import Magics
    from monty_kernel.store import StoreError
    from monty_kernel.timetravel.stored_state import read_state
    from monty_kernel.timetravel.user_store import user_store

    session, at, number = name.partition("@")
    if not session or (at and not number.isdecimal()):
        raise NoSuchStart(f"{name!r} is not the name of a state: write ID or ID@N, where N is the number in In[N]")
    log = logging.getLogger("monty_kernel.sessions")
    try:
        with closing(user_store(log, versions={"monty": pydantic_monty.__version__})) as store:
            info = store.session(session)
            last = int(number) if at else info.last or 0
            return Start(read_state(store, info.id, last, cache(Magics)).snapshot, last)
    except StoreError as error:
        raise NoSuchStart(f"cannot start from {name}: {error}") from error


class SessionPool:
    """Sessions over one pool of workers. Any thread may call.

    Args:
        warm: Workers started ahead.
        most: Sessions at once.
        walls: The isolation of the workers, "best" or "require".
        memory: The most that a session may be granted, in bytes of heap; None for no limit.
        own_workers: Whether each session has a worker that no other had. That takes 8 ms more for each (two cores).
    """

    def __init__(
        self,
        *,
        warm: int,
        most: int,
        walls: Policy = "best",
        memory: int | None = None,
        own_workers: bool = False,
    ) -> None:
        forgo_missing()
        self._walls: Policy = walls
        self._orphans = OrphanWatch()
        self.workers = Workers(self._orphans.watch, warm=warm, most=most, walls=walls, memory=memory, once=own_workers)
        self._checker: Checker | None = None
        self._making = threading.Lock()
        self._fresh: Snapshot | None = None
        self.threads = ThreadPoolExecutor(most, thread_name_prefix="notebook")
        """Threads for the runs: each session belongs to one."""

    def warm_up(self) -> None:
        """Start the workers, and make the state that sessions begin with."""
        with self.session(HEADLESS) as session:
            self.start(session.engine)

    @contextmanager
    def session(self, settings: Settings) -> Iterator[PooledSession]:
        """A session that has not begun. It belongs to the thread that asks for it.

        Raises:
            ToolsRefused, MountRefused: the settings grant what cannot be had.
        """
        session = PooledSession(self, settings)
        try:
            session.open_grants()
            yield session
        finally:
            session.close()

    def start(self, engine: Engine, start: Start | None = None) -> None:
        """Begin its session: a new one, or at a stored state.

        Raises:
            MontyError, RuntimeError: no worker could be started.
            Diverged: a cell that had to run again to restore the state went another way.
            KeyboardInterrupt, WorkerLost: the engine was told to stop meanwhile.
        """
        if start is not None:
            engine.load(start.snapshot)
        elif self._fresh is not None:
            engine.load(self._fresh)
        else:
            engine.start({SHOWING})  # nearly every notebook shows a value, and this is loaded faster than it is fed
            self._fresh = engine.snapshot
            if self.workers.unwalled is not None:
                _log.warning("The sandbox is the only wall. %s", self.workers.unwalled)

    def checker(self) -> Checker:
        """The type checker, which the runs share."""
        with self._making:
            if self._checker is None:
                from monty_kernel.typecheck.checker import checker

                self._checker = checker(self._walls, self._orphans)
            return self._checker

    def close(self) -> None:
        """End the workers, once every run has ended. Idempotent."""
        self.threads.shutdown()
        if self._checker is not None:
            self._checker.close()
        self.workers.close()
        self._orphans.close()


class PooledSession(SessionServices):
    """A session over the pool's workers.

    Nobody watches its cells, so it does not begin unless it gets all that its settings grant.
    """

    def __init__(self, pool: SessionPool, settings: Settings) -> None:
        super().__init__(settings, _log)
        self._pool = pool

    def open_grants(self) -> None:
        """Load the tools and mount the folders.

        Raises:
            ToolsRefused: a file cannot be used, or a permission is for no tool.
            MountRefused: a folder is not mounted.
        """
        if self.granted is not None:
            self.granted.grant(self.settings.tools, self.settings.mounts, relative_mounts=True)

    def close(self) -> None:
        """End the session, and give its worker back."""
        if self.has("travel"):
            self.travel.close()
        if self.has("engine"):
            self.engine.access.close()
            self.engine.close()
        elif self.has("granted") and self.granted is not None:  # they were refused
            self.granted.close()

    def make_workers(self) -> Workers:
        return self._pool.workers

    def make_checker(self) -> Checker:
        return self._pool.checker()

    def make_sanitizer(self) -> Sanitizer:
        return Sanitizer(trust=self.settings.trust_outputs, how_to_trust=TRUST_RUN)


_lock = threading.Lock()
_shared: dict[tuple[Policy, bool], SessionPool] = {}
_inherited: list[SessionPool] = []  # the parent's, which are of no use in its forked child


def run_in_shared_pool(run: Callable[[SessionPool], T], walls: Policy = "best", own_workers: bool = False) -> Future[T]:
    """Call this on a thread of the process's own pool of that kind, which is made on first use.

    Raises:
        RuntimeError: the process was forked from one that had a pool.
    """
    with _lock:
        if _inherited:  # measured with pydantic_monty 1.4.0: the child waits for ever for threads that it does not have
            raise RuntimeError(
                "this process was forked from one that had run notebooks, so it cannot run any: "
                "fork before the first one, or start processes with the method 'spawn'"
            )
        kind = walls, own_workers
        if kind not in _shared:
            _shared[kind] = SessionPool(warm=1, most=MOST, walls=walls, own_workers=own_workers)
        pool = _shared[kind]
        return pool.threads.submit(run, pool)


def close_shared_pools() -> None:
    """End the process's own pools, once their runs have ended. A later run makes new ones."""
    with _lock:
        pools = list(_shared.values())
        _shared.clear()
    for pool in pools:
        pool.close()


def _forget() -> None:
    global _lock
    _lock = threading.Lock()
    _inherited.extend(_shared.values())
    _shared.clear()


atexit.register(close_shared_pools)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
