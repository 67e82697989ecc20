"""Looks into states on the side, in a worker and on a thread of its own, as long as a front end wants to be told.

It loads states as they were kept, so the session is not disturbed. No code of the notebook runs for it, but for cells
that have to run again to bring a state back, with the host's answers that were recorded.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import NamedTuple

import pydantic_monty as monty

from monty_kernel.engine.access import NoAccess
from monty_kernel.engine.limits import Limits, SessionLimits
from monty_kernel.engine.sandbox import WorkerLost
from monty_kernel.engine.session import Session
from monty_kernel.engine.snapshot import Diverged, Snapshot
from monty_kernel.engine.workers import Workers, step_back

from ..store import StoreError
from .descriptions import MOST_WEIGHT, Description, Entries, described, look, not_compared, weight
from .packing import Kept, Packed
from .timeline import State, Timeline
from .tree_data import entries_of

LARGE = 32 << 20
"""Bytes of a state that is not looked into."""

SECONDS = 5.0
"""How long it may take to load a state, and to look through it."""

_LINGERING = 5.0
"""Seconds without anything to do after which the worker ends."""

_BETWEEN_LOOKS = 0.02  # seconds

_REMEMBERED = 4  # what so many states hold, as a whole

_FAILED = (monty.MontyError, RuntimeError, WorkerLost, Diverged, KeyboardInterrupt, StoreError, OSError)


class Source(NamedTuple):
    """What the onlooker looks at.

    Attributes:
        timeline: Gives the states there are; None if there are none.
        load: Reads a state from the disk. Raises StoreError.
        modules: What sessions may import besides Monty's own modules.
        limits: What the person granted.
    """

    timeline: Callable[[], Timeline[Kept] | None]
    load: Callable[[State[Kept]], Snapshot]
    modules: Callable[[], Mapping[str, monty.ExternalModule]]
    limits: Limits


class Onlooker:
    """Describes states, the present one first, then the newest. Any thread may call.

    Args:
        source: What it looks at.
        workers: Where its worker comes from; it may have them for itself.
        may_work: Whether the person's cells leave room now.
        told: Called on its thread when a state has been described.
        log: Takes defects.
    """

    def __init__(
        self,
        source: Source,
        workers: Workers,
        may_work: Callable[[], bool],
        told: Callable[[State[Kept]], object],
        log: logging.Logger,
    ) -> None:
        self._source = source
        self._workers = workers
        self._may_work = may_work
        self._told = told
        self._log = log
        self._wake = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._ended = self._wanted = False
        # for its thread
        self._timeline: Timeline[Kept] | None = None
        self._listed = 0
        self._to_do: list[State[Kept]] = []  # the next at the end
        self._without_parent: dict[int, list[State[Kept]]] = {}  # described before the state that they come from
        self._known: OrderedDict[int, Entries] = OrderedDict()
        self._weight = 0  # of all descriptions

    def wake(self) -> None:
        """There may be states to look at."""
        with self._lock:
            if self._ended:
                return
            self._wanted = True
            self._wake.set()
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="onlooker", daemon=True)
                self._thread.start()

    def rest(self) -> None:
        """Nobody wants to be told any more: look at nothing until the next `wake`."""
        self._wanted = False

    def close(self) -> None:
        """End the worker. Idempotent."""
        with self._lock:
            self._ended = True
        self._wake.set()
        self._workers.close()

    # On its thread

    def _run(self) -> None:
        step_back(threading.get_native_id())
        session: Session | None = None
        try:
            while self._goes_on():
                self._wake.clear()
                while self._wanted and not self._ended and (state := self._next()) is not None:
                    while not self._may_work() and not self._ended:
                        time.sleep(_BETWEEN_LOOKS)  # nothing tells it when a cell is over
                    if session is None:
                        limits = SessionLimits(self._source.limits._replace(seconds=None))
                        session = Session(limits, self._workers, _Nothing(self._source.modules))
                    self._describe(state, session)
        except Exception:
            if not self._ended:
                self._log.exception("The states cannot be looked into.")
        finally:
            if session is not None:
                session.sandbox.release()
            self._workers.close()

    def _goes_on(self) -> bool:
        """Wait for something to do; whether there is, in time."""
        if self._wake.wait(_LINGERING) and not self._ended:
            return True
        with self._lock:
            if self._wake.is_set() and not self._ended:
                return True
            self._thread = None
            return False

    def _next(self) -> State[Kept] | None:
        """The state to look at: the present one, the one before it, and then the newest."""
        timeline = self._source.timeline()
        if timeline is not self._timeline:
            self._timeline, self._listed = timeline, 0
            self._to_do, self._without_parent = [], {}
            self._known.clear()
            found = [] if timeline is None else [state.description for state in list(timeline)]
            self._weight = sum(weight(each) for each in found if each is not None)
        if timeline is None:
            return None
        new = timeline.newest(len(timeline) - self._listed)
        self._listed += len(new)
        self._to_do += reversed(new)
        here = timeline[timeline.current]
        for state in (here, None if here.parent is None else timeline[here.parent]):
            if state is not None and state.description is None:
                return state
        while self._to_do:
            state = self._to_do.pop()
            if state.description is None:
                return state
        return None

    def _describe(self, state: State[Kept], session: Session) -> None:
        timeline = self._timeline
        assert timeline is not None
        found = self._look(state, session)
        if self._ended:
            return
        if isinstance(found, str):
            self._keep(state, not_compared(found))
        else:
            self._remember(state.number, found)
            self._keep(state, self._compared(state, found))
        for child in self._without_parent.pop(state.number, ()):
            whole = child.description.entries if child.description is not None else None
            if whole is not None:
                seen = {name: each for name, each in whole.items() if each is not None}
                self._keep(child, self._compared(child, seen))

    def _keep(self, state: State[Kept], description: Description) -> None:
        self._weight += weight(description) - (0 if state.description is None else weight(state.description))
        state.description = description
        self._told(state)

    def _compared(self, state: State[Kept], found: Entries) -> Description:
        """The description of a state that holds this."""
        timeline = self._timeline
        assert timeline is not None
        if state.parent is None:
            return described(None, found)
        parent = timeline[state.parent]
        if parent.description is None:
            self._without_parent.setdefault(parent.number, []).append(state)
            return Description(found, True, None)
        before = self._known.get(parent.number) or entries_of(timeline, parent.number)
        if before is None:
            why = (parent.description.changes or {}).get("why", "nothing is known")
            return not_compared(f"of the state before it: {why}", found)
        return described(before, found)

    def _remember(self, number: int, found: Entries) -> None:
        self._known[number] = found
        self._known.move_to_end(number)
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)

    def _look(self, state: State[Kept], session: Session) -> Entries | str:
        """What a state holds, or why that is not known."""
        kept = state.snapshot
        if kept is None:
            return "it was dropped to save space"
        if self._weight > MOST_WEIGHT:
            return "too much has changed in this session to keep account of it"
        if state.size > LARGE:
            return f"it is larger than {LARGE >> 20} MiB"
        until = time.monotonic() + SECONDS
        try:
            snapshot = self._source.load(state) if not isinstance(kept, (Snapshot, Packed)) else kept
            snapshot = snapshot.unpack() if isinstance(snapshot, Packed) else snapshot
            if len(snapshot.state) > LARGE:
                return f"it is larger than {LARGE >> 20} MiB"
            session.load(snapshot, session.sandbox.limits)
            for ran in snapshot.reruns:
                if time.monotonic() > until:
                    return "it takes too long to bring back"
                session.run_again([ran])
            found = look(session, {} if snapshot.written is None else snapshot.written.work, SECONDS)
        except _FAILED as error:
            with suppress(monty.MontyError, RuntimeError):
                session.sandbox.release()
            return f"it cannot be loaded ({type(error).__name__})"
        return "it holds too much, or takes too long to look through" if found is None else found


class _Nothing(NoAccess):
    """Nothing is granted, but what states import is there."""

    def __init__(self, modules: Callable[[], Mapping[str, monty.ExternalModule]]) -> None:
        super().__init__()
        self._modules = modules

    @property
    def modules(self) -> Mapping[str, monty.ExternalModule]:  # type: ignore[override]
        """What sessions may import besides Monty's own modules."""
        return self._modules()
