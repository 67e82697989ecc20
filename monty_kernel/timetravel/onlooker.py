"""Looks into states on the side, in a worker and on a thread of its own, as long as a front end wants to be told.

It loads states as they were kept, so the session is not disturbed. No code of the notebook runs for it, but for cells
that have to run again to bring a state back, with the host's answers that were recorded, and for the display of a
variable that a person wants to see.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, NamedTuple, TypeVar

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

T = TypeVar("T")
Data = dict[str, Any]

LARGE = 32 << 20
"""Bytes of a state that is not looked into."""

SECONDS = 5.0
"""How long it may take to load a state, and to look through it."""

_LINGERING = 5.0
"""Seconds without anything to do after which the worker ends."""

_BETWEEN_LOOKS = 0.02  # seconds

_MOST_WISHES = 8
"""Values that wait to be shown."""

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


class _Wish(NamedTuple):
    """A variable of a state that somebody wants to see."""

    state: State[Kept]
    name: str
    answer: Future[Data]


class Onlooker:
    """Describes states, the present one first, then the newest. Any thread may call.

    Args:
        source: What it looks at.
        workers: Where its worker comes from; it may have them for itself.
        may_work: Whether the person's cells leave room now.
        told: Called on its thread when a state has been described.
        show: The display of a variable in a copy of the session, within so many seconds, see `value_shown`.
        log: Takes defects.
    """

    def __init__(
        self,
        source: Source,
        workers: Workers,
        may_work: Callable[[], bool],
        told: Callable[[State[Kept]], object],
        show: Callable[[Session, str, float], Data],
        log: logging.Logger,
    ) -> None:
        self._source = source
        self._workers = workers
        self._may_work = may_work
        self._told = told
        self._show_value = show
        self._log = log
        self._wake = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._ended = self._wanted = False
        self._wishes: deque[_Wish] = deque()
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
            if not self._ended:
                self._wanted = True
                self._work()

    def show(self, state: State[Kept], name: str) -> Future[Data]:
        """A variable of a state in its own display, see `value_shown`; `error` also says why there is none."""
        answer: Future[Data] = Future()
        with self._lock:
            if self._ended or len(self._wishes) >= _MOST_WISHES:
                answer.set_result({"error": "Too many values are being shown. Try again."})
            else:
                self._wishes.append(_Wish(state, name, answer))
                self._work()
        return answer

    def _work(self) -> None:
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
        while self._wishes:
            self._wishes.popleft().answer.cancel()

    # On its thread

    def _run(self) -> None:
        step_back(threading.get_native_id())
        session: Session | None = None
        try:
            while self._goes_on():
                self._wake.clear()
                while not self._ended and (task := self._task()) is not None:
                    while not self._may_work() and not self._ended:
                        time.sleep(_BETWEEN_LOOKS)  # nothing tells it when a cell is over
                    if session is None:
                        limits = SessionLimits(self._source.limits._replace(seconds=None))
                        session = Session(limits, self._workers, _Nothing(self._source.modules))
                    if isinstance(task, State):
                        self._describe(task, session)
                    else:
                        self._show(task, session)
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

    def _task(self) -> State[Kept] | _Wish | None:
        """What to do next: what a person waits for comes first."""
        if self._wishes:
            return self._wishes.popleft()
        return self._next() if self._wanted else None

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
        if self._weight > MOST_WEIGHT:
            return "too much has changed in this session to keep account of it"
        found = self._on_copy(
            state, session, lambda loaded: look(session, {} if loaded.written is None else loaded.written.work, SECONDS)
        )
        return "it holds too much, or takes too long to look through" if found is None else found

    def _show(self, wish: _Wish, session: Session) -> None:
        """Show a variable of a state."""
        state, name, answer = wish
        if not answer.set_running_or_notify_cancel():
            return
        try:
            shown = self._on_copy(state, session, lambda _: self._show_value(session, name, SECONDS))
        except BaseException as error:
            answer.set_exception(error)
            raise
        answer.set_result({"error": f"It cannot be shown: {shown}."} if isinstance(shown, str) else shown)

    def _on_copy(self, state: State[Kept], session: Session, use: Callable[[Snapshot], T]) -> T | str:
        """What becomes of a copy of a state, or why there is none."""
        kept = state.snapshot
        if kept is None:
            return "it was dropped to save space, or deleted"
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
            return use(snapshot)
        except _FAILED as error:
            with suppress(monty.MontyError, RuntimeError):
                session.sandbox.release()
            if isinstance(error, WorkerLost) and error.cause == "time":
                return f"it takes longer than {SECONDS:g} seconds"
            return f"it cannot be loaded ({type(error).__name__})"


class _Nothing(NoAccess):
    """Nothing is granted, but what states import is there."""

    def __init__(self, modules: Callable[[], Mapping[str, monty.ExternalModule]]) -> None:
        super().__init__()
        self._modules = modules

    @property
    def modules(self) -> Mapping[str, monty.ExternalModule]:  # type: ignore[override]
        """What sessions may import besides Monty's own modules."""
        return self._modules()
