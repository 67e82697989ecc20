"""Runs cells in a session that outlives its worker: whatever kills the worker, the state before the cell comes back."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import pydantic_monty as monty

from . import sandboxed
from .cell import Cell, Feed, expression
from .failures import lost, raised, refused, said_by_cpython, unparsable
from .host import Front, UsageError, json_object, mime_bundle
from .outputs import Result
from .rewrite import Action
from .sandbox import FeedError, Limits, Sandbox, WorkerLost
from .script import Diverged, Entry, Recording, Replaying, Script
from .sources import CellSource, Failure
from .trail import Trail

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a cell ended. `expressions` has a Result or a Failure for each user expression, if the cell succeeded."""

    failure: Failure | None = None
    result: Result | None = None
    expressions: Mapping[str, Result | Failure] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Journaled:
    """A cell that ran, and what the host told it: enough to run it again, with the same outcome but for the clock."""

    cell: Cell
    number: int
    expressions: Mapping[str, str]
    entries: tuple[Entry, ...]
    failed: bool


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A session between two cells.

    state: Monty's dump. next_feed: the number of its next feed. parts: what it was fed of the prelude. trail: the cells
    that led to it. unrecorded: cells whose source `In` in the sandbox lacks. reruns: the cells that ran since the dump,
    which was too dear to be taken after each of them.
    """

    state: bytes
    next_feed: int
    parts: frozenset[str]
    trail: Trail
    unrecorded: tuple[tuple[int, str], ...] = ()
    reruns: tuple[Journaled, ...] = ()


class Engine:
    """One session. All methods but `interrupt` and `kill` belong to one thread, the sandbox thread."""

    def __init__(self, limits: Limits, watch: Callable[[Collection[int]], None] = lambda pids: None) -> None:
        self.limits = limits
        self._sandbox = Sandbox(limits, watch)
        self._started = False
        self._snapshot: Snapshot | None = None
        self._trail = Trail()
        self._next_feed = 0
        self._parts: frozenset[str] = frozenset()
        self._script: Script = Recording()
        self._journal: list[Journaled] = []  # the cells since the last dump
        self._unsaved = False  # whether a cell ran since the snapshot was taken
        self._unrecorded: list[tuple[int, str]] = []  # cells whose source `In` in the sandbox lacks

    @property
    def cells(self) -> list[CellSource]:
        """What ran in this session and was remembered, as plain Python, oldest first."""
        return self._trail.cells()

    @property
    def snapshot(self) -> Snapshot | None:
        """The last state that was remembered."""
        return self._snapshot

    def start(self) -> None:
        """Start the worker and a new, empty session."""
        self._sandbox.start()
        self._trail, self._next_feed, self._parts, self._snapshot = Trail(), 0, frozenset(), None
        self._unrecorded = []
        self._load(frozenset({sandboxed.CORE}))
        self._started = self._unsaved = True
        self.take_snapshot()

    def interrupt(self) -> bool:
        """Stop the running cell, from any thread; False when none runs."""
        return self._sandbox.turns.interrupt()

    @property
    def is_feeding(self) -> bool:
        """Whether a feed is under way, also while it waits for the host."""
        return self._sandbox.turns.running

    def wait_for(self, future: Future[T]) -> T:
        """The future's result, waited for in the middle of a feed or between two. Raises KeyboardInterrupt."""
        return self._sandbox.turns.wait_for(future)

    def kill(self) -> None:
        """End the running cell and its worker at once, from any thread. For leaving: nothing is restored by this."""
        self._sandbox.turns.kill()

    def close(self) -> None:
        """End the workers. Idempotent."""
        self._started = False
        self._sandbox.close()

    def run(
        self,
        cell: Cell,
        front: Front,
        *,
        number: int = 0,
        expressions: Mapping[str, str] | None = None,
        act: Callable[[Action], None] = lambda action: None,
    ) -> Outcome:
        """Run a cell, then evaluate the user expressions. `act` does the actions between the cell's feeds.

        Outputs go to `front` as they happen; the result and the failure come back. What the cell did stays in the
        session, also when it fails, unless the worker was lost: then the session is as it was before the cell.
        """
        self.recover()
        self._script = script = Recording()
        outcome = self._run(cell, front, number, expressions or {}, act)
        if self._sandbox.is_alive() and self._unsaved:
            failed = outcome.failure is not None
            self._journal.append(Journaled(cell, number, dict(expressions or {}), tuple(script.entries), failed))
        return outcome

    def _run(
        self, cell: Cell, front: Front, number: int, expressions: Mapping[str, str], act: Callable[[Action], None]
    ) -> Outcome:
        result: Result | None = None
        shown: dict[str, Result | Failure] = {}
        try:
            for step in cell.steps:
                if isinstance(step, Action):
                    act(step)
                else:
                    result = self._feed(step, front, number)
            for name, text in expressions.items():
                shown[name] = self._expression(text, front)
        except FeedError as error:
            self._remember(cell, number)
            failure = self._failure(error.monty)
            return Outcome(failure if error.refusal is None else refused(error.refusal, failure))
        except WorkerLost as error:
            self._sandbox.release()
            self._unsaved = False  # the snapshot is the state before this cell, as the failure says
            if number:
                self._unrecorded.append((number, cell.source.text))
            return Outcome(lost(error, self.limits))
        except UsageError as error:  # of an action
            self._remember(cell, number)
            return Outcome(Failure("raised", "UsageError", str(error)))
        except KeyboardInterrupt:  # of an action that asked
            self._remember(cell, number)
            return Outcome(Failure("raised", "KeyboardInterrupt", ""))
        self._remember(cell, number)
        return Outcome(None, result, shown)

    def _failure(self, error: monty.MontyError) -> Failure:
        if isinstance(error, monty.MontySyntaxError) and (feed := self._trail.feed(self._next_feed - 1)):
            said = said_by_cpython(feed)
            if said is not None:
                return said
        return raised(error, self._feed_of)

    def _remember(self, cell: Cell, number: int) -> None:
        if number and not any(isinstance(step, Feed) for step in cell.steps):
            self._unrecorded.append((number, cell.source.text))
        if number:
            self._trail.add_cell(CellSource(cell.source.label, cell.python))

    def recover(self) -> str | None:
        """Make the session usable if its worker is gone, by loading the last snapshot; says so if that was needed."""
        if not self._started:
            self.start()
            return None
        if self._sandbox.is_alive():
            return None
        snapshot = self._snapshot
        if snapshot is None:
            self.start()
            return "The sandbox worker had died before anything could be saved; this is a new session."
        missed, unsaved, journal = self._unrecorded, self._unsaved, tuple(self._journal)
        try:
            self.load(replace(snapshot, reruns=(*snapshot.reruns, *journal)))
            said = "The sandbox worker had died; the session is as it was after the last cell."
            if unsaved and not journal:
                said = "The sandbox worker had died; the session is as it was before the last cell."
        except Diverged as error:
            self.load(replace(snapshot, reruns=()))
            said = f"The sandbox worker had died; the session is as it was when it was last saved, since {error}."
        self._unrecorded = list(dict.fromkeys([*self._unrecorded, *missed]))
        return said

    def load(self, snapshot: Snapshot) -> None:
        """Make the session what it was when the snapshot was taken, in a fresh worker.

        Raises:
            MontyError: the state is damaged or of another Monty version; the session is gone until `recover`.
            Diverged: a cell that had to be run again went another way; the session is gone until `recover`.
        """
        self._sandbox.start(snapshot.state)
        self._next_feed, self._parts = snapshot.next_feed, snapshot.parts
        self._trail, self._unrecorded = Trail(snapshot.trail), list(snapshot.unrecorded)
        self._snapshot = snapshot
        self._unsaved = False
        self._journal = []
        try:
            for done in snapshot.reruns:
                self._rerun(done)
        except Diverged:
            self._sandbox.release()
            raise
        self._unsaved = False

    def _rerun(self, done: Journaled) -> None:
        script = self._script = Replaying(done.entries)
        outcome = self._run(done.cell, _NOBODY, done.number, done.expressions, lambda action: None)
        if not self._sandbox.is_alive():
            raise Diverged(f"running {done.cell.source.label} again ended its worker")
        if (outcome.failure is not None) != done.failed:
            raise Diverged(f"{done.cell.source.label} ran otherwise than the first time")
        script.finish()

    @property
    def unsaved(self) -> bool:
        """Whether something ran since the last snapshot."""
        return self._unsaved

    def settle(self, *, dump: bool = True) -> None:
        """Between two cells: remember the session as it is now, or restore it if its worker is gone.

        dump: whether a dump may be taken; without one, the session is remembered by what ran since the last, if it can be.
        """
        if self.recover() is None and self._unsaved and (dump or not self._defer_snapshot()):
            self.take_snapshot()

    def take_snapshot(self) -> None:
        """Remember the session as it is now, for `recover`."""
        if not self._sandbox.is_alive():
            return
        try:
            state = self._sandbox.dump()
        except monty.MontyError:
            self._sandbox.release()  # the worker died over it: the snapshot before this one is what is left
            return
        self._snapshot = Snapshot(state, self._next_feed, self._parts, self._trail, tuple(self._unrecorded))
        self._trail = Trail(self._trail)
        self._journal = []
        self._unsaved = False

    def _defer_snapshot(self) -> bool:
        """Remember the session by what ran since the last dump; False if that cannot be run again, then dump."""
        last = self._snapshot
        if last is None or any(isinstance(step, Action) for done in self._journal for step in done.cell.steps):
            return False
        self._snapshot = replace(last, reruns=(*last.reruns, *self._journal))
        self._journal = []
        self._unsaved = False
        return True

    def evaluate(self, text: str, parts: Mapping[str, str]) -> Any:
        """The plain-data value of an expression over the prelude's functions; None if it fails. Runs no user code.

        parts: further prelude source by name, fed once per session before the expression.
        """
        if not self._sandbox.is_alive():
            return None  # the next cell restores the session, and says so
        try:
            for name, source in parts.items():
                if name not in self._parts:
                    self._plain(source + "\nNone", _NOBODY)
                    self._parts |= {name}
            return self._plain(text, _NOBODY)
        except FeedError:
            return None
        except WorkerLost:
            self._sandbox.release()
            return None

    def _plain(self, text: str, front: Front, inputs: Mapping[str, Any] | None = None) -> Any:
        self._next_feed += 1
        return self._sandbox.feed(text, front, inputs, self._script)

    def _load(self, parts: Collection[str], front: Front | None = None) -> None:
        for part in parts:
            if part not in self._parts:
                self._plain(sandboxed.source(part) + "\nNone", front or _NOBODY)
                self._parts |= {part}

    def _feed(self, feed: Feed, front: Front, number: int) -> Result | None:
        self._load(feed.parts, front)
        for missed, text in self._unrecorded:
            self._plain(f"__mk_begin({missed})\nNone", front, {"__mk_source": text})
        self._unrecorded = []
        self._trail.add_feed(self._next_feed, feed)
        self._unsaved = True
        try:
            bundle = self._plain(feed.text, front, {"__mk_source": feed.cell.text} if number else None)
        except FeedError as error:
            if number and unparsable(error.monty):
                self._unrecorded.append((number, feed.cell.text))
            raise
        return _result(bundle)

    def _expression(self, text: str, front: Front) -> Result | Failure:
        source = CellSource("<user expression>", text)
        try:
            feed = expression(source)
            self._load(feed.parts, front)
            self._trail.add_feed(self._next_feed, feed)
            return _result(self._plain(feed.text, front)) or Result({"text/plain": "None"})
        except SyntaxError as error:
            return Failure("syntax", "SyntaxError", error.msg)
        except FeedError as error:
            return raised(error.monty, self._feed_of)

    def _feed_of(self, filename: str) -> Feed | None:
        head, _, tail = filename.partition("<python-input-")
        return self._trail.feed(int(tail[:-1])) if not head and tail[:-1].isdigit() else None


def _result(bundle: object) -> Result | None:
    if not (isinstance(bundle, tuple) and len(bundle) == 3):
        return None
    try:
        return Result(mime_bundle(bundle[0], bundle[1]), json_object(bundle[2]))
    except (TypeError, ValueError):
        return None  # the cell redefined the prelude's functions: it shows nothing rather than something forged


class _Nobody:
    """The front of a session that is starting: its prelude asks and prints nothing."""

    def emit(self, output: object) -> None: ...
    def ask(self, prompt: str, *, password: bool) -> Any: ...
    def magic(self, name: str, args: str) -> object: ...
    def help(self, topic: str) -> str:
        return ""

    def leave(self) -> None: ...


_NOBODY = _Nobody()
