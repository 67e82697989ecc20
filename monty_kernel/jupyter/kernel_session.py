"""The kernel's session and the thread that drives it: how it starts beside the loop, and how it ends."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from importlib import import_module
from logging import Logger
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monty_kernel.jupyter.sandbox_thread import SandboxThread
from monty_kernel.session.services import SessionServices, made_once
from monty_kernel.settings import Settings
from monty_kernel.startup import end_start

if TYPE_CHECKING:
    from monty_kernel.engine.session import Session
    from monty_kernel.engine.workers import Workers
    from monty_kernel.isolation.orphans import OrphanWatch
    from monty_kernel.session.view import SessionView
    from monty_kernel.timetravel.archive import Archive
    from monty_kernel.timetravel.onlooker import Onlooker
    from monty_kernel.timetravel.packing import Kept
    from monty_kernel.timetravel.timeline import State, Timeline
    from monty_kernel.timetravel.tree_data import TreeData
    from monty_kernel.typecheck.checker import Checker

_PAUSE = 0.15
"""Seconds after a cell before states are looked into."""

_LONG_CELL = 0.5
"""Seconds that a cell has run when they are looked into beside it."""

_RUNNER = "monty_kernel.session.cell_runner"
"""What runs cells, with the engine and all that belongs to it."""


class KernelSession(SessionServices):
    """The one session of a kernel. The sandbox thread makes its parts while the loop answers the client.

    Args:
        settings: The options of the session.
        log: Where trouble is noted that is not a cell's.
        own_files: Files that no cell may change, wherever they are.
        identity: A text that tells this kernel from others, but stays after a restart. None if there is none.
            No cell can read it.

    Attributes:
        request: The execute_request whose cell runs.
        turned: When a cell last began or ended, as `time.monotonic()` says.
        state_described: Called with the number of a state that was looked into, on the onlooker's thread.
        last_session_found: Called on the store's thread when `last_session` is known.
    """

    def __init__(
        self,
        settings: Settings,
        log: Logger,
        own_files: Sequence[Path],
        identity: str | None,
    ) -> None:
        super().__init__(settings, log, own_files)
        self.closed = False
        self._identity = identity
        self.request: dict[str, Any] | None = None
        self.last_session_found: Callable[[], object] = lambda: None
        self.state_described: Callable[[int], object] = lambda number: None
        self.turned = 0.0
        self._checker: Checker | None = None
        self.thread = SandboxThread()
        if settings.trace_file:
            from monty_kernel.session.trace import Trace

            self.trace = Trace(Path(settings.trace_file).expanduser(), log)

    def start(self) -> None:
        """Let the sandbox thread start the session."""
        self.thread.submit(self._start)

    def _start(self) -> None:
        from monty_kernel.isolation.pool import WallsMissing

        try:
            if self.granted is not None:
                self.granted.grant_or_tell(self.settings.tools, self.settings.mounts, self.log)
            workers = self.workers
            import_module(_RUNNER)  # on a thread beside the worker's start it took longer: they share one lock
            self.engine.start()
            if workers.unwalled is not None:
                self.log.warning("The sandbox is the only wall. %s", workers.unwalled)
            self.travel  # noqa: B018 - so that the first cell need not wait for it
        except WallsMissing as error:
            self.log.error("The sandbox worker was not started. %s", error)
        except Exception:
            if not self.closed:  # else close() has just killed the worker
                self.log.exception("The sandbox worker did not start; the next cell tries again.")
        finally:
            end_start()

    async def close(self) -> None:
        """End the session and its workers. Idempotent."""
        if self.closed:
            return
        self.closed = True
        if self._checker is not None:
            self.engine.interrupts.interrupt()  # a cell that is being checked does not begin any more
        self.engine.interrupts.kill()
        on_thread = partial(asyncio.get_running_loop().run_in_executor, self.thread)
        if self.has("onlooker"):
            self.onlooker.close()
        await on_thread(self.engine.close)
        if self._checker is not None:
            await on_thread(self._checker.close)
        await on_thread(self.workers.close)
        self.thread.shutdown(wait=False)
        if self.has("travel"):
            self.travel.close()
        self._orphans.close()
        self.engine.access.close()
        if self.has("history"):
            await asyncio.to_thread(self.history.close)
        if self.trace is not None:
            self.trace.close()

    # What the kernel has for its one session

    @made_once
    def _orphans(self) -> OrphanWatch:
        from monty_kernel.isolation.orphans import OrphanWatch

        return OrphanWatch()

    def make_workers(self) -> Workers:
        """A pool of the kernel's own."""
        from monty_kernel.engine.workers import Workers

        return Workers(self._orphans.watch, walls=self.settings.walls, memory=self.settings.max_memory)

    def make_checker(self) -> Checker:
        """A checker of the kernel's own."""
        from monty_kernel.typecheck.checker import checker

        self._checker = checker(self.settings.walls, self._orphans)
        return self._checker

    def make_archive(self) -> Archive | None:
        """The user's store, if states are kept on disk."""
        settings = self.settings
        if settings.snapshots != "disk":
            return None
        from monty_kernel.timetravel.user_store import user_archive

        archive = user_archive(
            lambda: self.magics,
            self.log,
            self._identity,
            days=settings.snapshot_max_days,
            states=settings.snapshot_max_states,
            size=settings.snapshot_max_bytes,
        )
        archive.earlier.found = lambda: self.last_session_found()
        if self.trace is not None:
            archive.observer = partial(self.trace.event, "stored")
        return archive

    # The states of the session, as the loop sees them

    @property
    def keeps_states(self) -> bool:
        """Whether there are states that front ends can be told of."""
        return self.settings.snapshots != "off"

    @property
    def known_timeline(self) -> Timeline[Kept] | None:
        """The states there are so far; None before the first cell."""
        return self.travel.known if self.has("travel") else None

    @made_once
    def onlooker(self) -> Onlooker:
        """What looks into states for front ends."""
        from monty_kernel.engine.workers import WorkersBehind
        from monty_kernel.timetravel.onlooker import SECONDS, Onlooker, Source

        watch = partial(self._orphans.watch, of="onlooker")
        settings, limits = self.settings, self.engine.limits.granted
        workers = WorkersBehind(
            watch, warm=1, most=1, walls=settings.walls, memory=settings.max_memory, timeout=SECONDS
        )
        source = Source(
            lambda: self.known_timeline,
            lambda state: self.travel.read(state),
            lambda: self.engine.access.modules,
            limits,
        )
        return Onlooker(source, workers, self._leaves_room, self._described, self._value_shown, self.log)

    def _value_shown(self, copy: Session, name: str, seconds: float) -> dict[str, Any]:
        from monty_kernel.engine.value_display import value_shown

        return value_shown(copy, name, seconds, self.make_sanitizer())

    def _described(self, state: State[Kept]) -> None:
        self.travel.note(state)
        self.state_described(state.number)

    def _leaves_room(self) -> bool:
        """Whether no cell has begun or ended a moment ago: cells that follow each other get the processors alone."""
        return time.monotonic() - self.turned > (_LONG_CELL if self.request is not None else _PAUSE)

    async def settled(self, seconds: float) -> None:
        """Return when the state of the last cell is there, or after so long, or at once while a cell runs."""
        if self.request is None:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self.thread.idle()

    @made_once
    def tree_data(self) -> TreeData:
        """What front ends are told of states."""
        from monty_kernel.timetravel.tree_data import TreeData

        return TreeData(lambda number: self.travel.is_stored(number))

    @property
    def last_session(self) -> dict[str, Any] | None:
        """What front ends are told of the last session of this notebook; None as long as the store has not answered."""
        last = self.travel.last_session if self.has("travel") else None
        if last is None:
            return None
        from monty_kernel.timetravel.tree_data import session_data

        info, own, variables = last
        unasked = self.settings.resume == "allow" and info.notebook == self.travel.earlier.notebook
        return session_data(info, own or unasked, variables)

    @property
    def grants_data(self) -> dict[str, Any]:
        """What front ends are told of what the notebook may reach."""
        from monty_kernel.grants.grants import Grants
        from monty_kernel.session.grants_data import grants_data

        access = self.engine.access
        return grants_data(access if isinstance(access, Grants) else None, self.engine.limits)

    def tree(self) -> dict[str, Any]:
        """What front ends are told of all states."""
        from monty_kernel.timetravel.tree_data import present_of

        timeline = self.known_timeline
        return {
            "session": self.travel.session if self.has("travel") else None,
            "tree": None if timeline is None else timeline.id,
            "present": present_of(timeline),
            "running": self.request is not None,
            "last_session": self.last_session,
            "states": self.tree_data.states(timeline),
        }

    def make_view(self) -> SessionView:
        """The session as introspection sees it from the loop."""
        from monty_kernel.session.view import SessionView

        return SessionView(self.engine, self.thread, lambda: self.request is not None)
