"""Runs cells in a session that outlives its worker: whatever kills the worker, the state before the cell comes back."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar

import pydantic_monty as monty

from . import sandboxed
from .cell import Cell, Feed, expression
from .failures import lost, raised, refused, said_by_cpython, unparsable
from .host import Front, UsageError, json_object, mime_bundle
from .outputs import Result
from .rewrite import Action
from .sandbox import FeedError, Limits, Sandbox, WorkerLost
from .sources import CellSource, Failure

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a cell ended. `expressions` has a Result or a Failure for each user expression, if the cell succeeded."""

    failure: Failure | None = None
    result: Result | None = None
    expressions: Mapping[str, Result | Failure] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A session between two cells: Monty's dump, the number of its next feed, the prelude's parts it was fed."""

    state: bytes
    next_feed: int
    parts: frozenset[str]


class Engine:
    """One session. All methods but `expect`, `interrupt` and `kill` belong to one thread, the sandbox thread."""

    def __init__(self, limits: Limits, watch: Callable[[Collection[int]], None] = lambda pids: None) -> None:
        self.limits = limits
        self._sandbox = Sandbox(limits, watch)
        self._started = False
        self._snapshot: Snapshot | None = None
        self._feeds: dict[int, Feed] = {}
        self._next_feed = 0
        self._parts: frozenset[str] = frozenset()
        self._unsaved = False  # whether a cell ran since the snapshot was taken
        self._announced = False  # whether the person was told, by the cell's failure, that the session is restored
        self._notice: str | None = None  # what the person is yet to be told of a restored session
        self._unrecorded: dict[int, str] = {}  # cells whose source `In` in the sandbox lacks, by their numbers
        self._recorded: dict[int, str] = {}  # those that it has and the snapshot lacks
        self.cells: list[CellSource] = []
        """What ran in this session and was remembered, as plain Python, oldest first."""

    def start(self) -> None:
        """Start the worker and a new, empty session."""
        self._sandbox.start()
        self._feeds, self._next_feed, self._parts, self._snapshot = {}, 0, frozenset(), None
        self._unrecorded, self._recorded = {}, {}
        self._unsaved = self._announced = False
        self.cells = []
        self._load(frozenset({sandboxed.CORE}), of_cell=False)
        self._started = True
        self.take_snapshot()

    def expect(self) -> None:
        """Say that a cell will come to `run`: an interrupt from now until `over` is meant for it. Idempotent."""
        self._sandbox.turns.expect()

    def over(self) -> None:
        """Say that an expected cell has ended, or will not come after all. Idempotent."""
        self._sandbox.turns.over()

    def interrupt(self) -> bool:
        """Stop the cell that runs or is expected, from any thread; False when there is none."""
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
        self.expect()
        if not self._is_usable():
            self._notice = self._restore()
        try:
            outcome = self._run(cell, front, number, expressions or {}, act)
        except WorkerLost as error:
            self._sandbox.release()
            self._announced = True
            outcome = Outcome(lost(error, self.limits))
        else:
            if number:
                self.cells.append(CellSource(cell.source.label, cell.python))
        finally:
            self.over()
        if number and number not in self._recorded:
            self._unrecorded[number] = cell.source.text
        return outcome

    def _run(
        self, cell: Cell, front: Front, number: int, expressions: Mapping[str, str], act: Callable[[Action], None]
    ) -> Outcome:
        result: Result | None = None
        try:
            for step in cell.steps:
                if isinstance(step, Action):
                    act(step)
                else:
                    result = self._feed(step, front, number)
        except FeedError as error:
            failure = self._failure(error.monty)
            return Outcome(failure if error.refusal is None else refused(error.refusal, failure))
        except UsageError as error:  # of an action
            return Outcome(Failure("raised", "UsageError", str(error)))
        except KeyboardInterrupt:  # between two feeds
            return Outcome(_INTERRUPTED)
        return Outcome(None, result, {name: self._expression(text, front) for name, text in expressions.items()})

    def _failure(self, error: monty.MontyError) -> Failure:
        if isinstance(error, monty.MontySyntaxError) and (feed := self._feeds.get(self._next_feed - 1)):
            said = said_by_cpython(feed)
            if said is not None:
                return said
        return raised(error, self._feed_of)

    def recover(self) -> str | None:
        """Make the session usable if its worker is gone, by loading the last snapshot; what the person is to be told."""
        if not self._is_usable():
            self._notice = self._restore()
        notice, self._notice = self._notice, None
        return notice

    def _is_usable(self) -> bool:
        return self._started and self._sandbox.is_alive()

    def _restore(self) -> str | None:
        if not self._started:
            self.start()
            return self._notice
        snapshot = self._snapshot
        if snapshot is None:
            self.start()
            return "The sandbox worker had died before anything could be saved; this is a new session."
        try:
            self._load_snapshot(snapshot)
        except (monty.MontyError, RuntimeError) as error:
            self.start()
            return (
                f"The sandbox worker had died and the session could not be restored ({error}); this is a new session."
            )
        (unsaved, self._unsaved), (announced, self._announced) = (self._unsaved, False), (self._announced, False)
        if announced:
            return self._notice
        if unsaved:
            return (
                "The sandbox worker had died before the last cell could be saved; the session is as it was before it."
            )
        return "The sandbox worker had died; the session is as it was after the last cell."

    def _load_snapshot(self, snapshot: Snapshot) -> None:
        try:
            self._sandbox.start(snapshot.state)
        except monty.MontyCrashedError:  # somebody killed that worker too: it is not the snapshot's fault
            self._sandbox.start(snapshot.state)
        self._next_feed, self._parts = snapshot.next_feed, snapshot.parts
        self._unrecorded, self._recorded = dict(sorted({**self._recorded, **self._unrecorded}.items())), {}

    def settle(self) -> None:
        """Between two cells: remember the session as it is now, or restore it if its worker is gone."""
        if self._is_usable():
            self.take_snapshot()
        else:
            self._notice = self._restore()

    def take_snapshot(self) -> None:
        """Remember the session as it is now, for `recover`."""
        if not self._sandbox.is_alive():
            return
        try:
            self._snapshot = Snapshot(self._sandbox.dump(), self._next_feed, self._parts)
        except (monty.MontyError, RuntimeError):
            self._sandbox.release()  # the worker died over it: the snapshot before this one is what is left
            return
        self._unsaved = False
        self._recorded = {}

    def evaluate(self, text: str, parts: Mapping[str, str]) -> Any:
        """The plain-data value of an expression over the prelude's functions; None if it fails. Runs no user code.

        parts: further prelude source by name, fed once per session before the expression.
        """
        if not self._sandbox.is_alive():
            return None  # the next cell restores the session, and says so
        try:
            for name, source in parts.items():
                if name not in self._parts:
                    self._plain(source + "\nNone", _NOBODY, of_cell=False)
                    self._parts |= {name}
            return self._plain(text, _NOBODY, of_cell=False)
        except FeedError:
            return None
        except WorkerLost:
            self._sandbox.release()
            return None

    def _plain(self, text: str, front: Front, inputs: Mapping[str, Any] | None = None, *, of_cell: bool = True) -> Any:
        self._next_feed += 1
        try:
            return self._sandbox.feed(text, front, inputs, of_cell=of_cell)
        except KeyboardInterrupt:  # it did not come to the worker
            self._next_feed -= 1
            raise

    def _load(self, parts: Collection[str], front: Front | None = None, *, of_cell: bool = True) -> None:
        for part in parts:
            if part not in self._parts:
                self._plain(sandboxed.source(part) + "\nNone", front or _NOBODY, of_cell=of_cell)
                self._parts |= {part}

    def _feed(self, feed: Feed, front: Front, number: int) -> Result | None:
        self._load(feed.parts, front)
        for missed, text in tuple(self._unrecorded.items()):
            self._plain(f"__mk_begin({missed})\nNone", front, {"__mk_source": text})
            self._recorded[missed] = self._unrecorded.pop(missed)
        self._feeds[self._next_feed] = feed
        self._unsaved = True
        try:
            bundle = self._plain(feed.text, front, {"__mk_source": feed.cell.text} if number else None)
        except FeedError as error:
            if number and not unparsable(error.monty):
                self._recorded[number] = feed.cell.text
            raise
        if number:
            self._recorded[number] = feed.cell.text
        return _result(bundle)

    def _expression(self, text: str, front: Front) -> Result | Failure:
        source = CellSource("<user expression>", text)
        try:
            feed = expression(source)
            self._load(feed.parts, front)
            self._feeds[self._next_feed] = feed
            return _result(self._plain(feed.text, front)) or Result({"text/plain": "None"})
        except SyntaxError as error:
            return Failure("syntax", "SyntaxError", error.msg)
        except FeedError as error:
            return raised(error.monty, self._feed_of)
        except KeyboardInterrupt:
            return _INTERRUPTED

    def _feed_of(self, filename: str) -> Feed | None:
        head, _, tail = filename.partition("<python-input-")
        return self._feeds.get(int(tail[:-1])) if not head and tail[:-1].isdigit() else None


def _result(bundle: object) -> Result | None:
    if not (isinstance(bundle, tuple) and len(bundle) == 3):
        return None
    texts, jsons, metadata = bundle
    with suppress(TypeError, ValueError):  # the cell redefined the prelude's functions: shown is nothing that is forged
        try:
            return Result(mime_bundle(texts, jsons), json_object(metadata))
        except ValueError:  # nested too deeply
            return Result(mime_bundle(texts, {}))
    return None


class _Nobody:
    """The front of a session that is starting: its prelude asks and prints nothing."""

    def emit(self, output: object) -> None: ...
    def ask(self, prompt: str, *, password: bool) -> Any: ...
    def magic(self, name: str, args: str) -> object: ...
    def help(self, topic: str) -> str:
        return ""

    def leave(self) -> None: ...


_NOBODY = _Nobody()
_INTERRUPTED = Failure("raised", "KeyboardInterrupt", "")
