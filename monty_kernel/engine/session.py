"""One session in its worker: what it is fed, cell by cell, and what has to be known of that beside the worker."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pydantic_monty as monty

from ..outputs import Result
from . import prelude
from .access import Access
from .budget import Budget, size_of
from .bundles import result_of
from .cell_log import CellLog, KnownCells
from .errors.failures import STOPPED, raised, refused, said_by_cpython, unparsable
from .frontend import Frontend, UsageError
from .limits import Limits, SessionLimits
from .recorder import Diverged, Recorder, Replayer
from .sandbox import FeedError, Sandbox, WorkerLost
from .snapshot import Journaled, Snapshot
from .source.cell import Cell, Feed, expression
from .source.rewrite import Action
from .source.sources import CellSource, Failure
from .workers import Workers


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a cell ended.

    expressions: a Result or a Failure for each user expression, if the cell succeeded. cut_short: whether a part of it never
    ran, for another reason than that its own code raised.
    """

    failure: Failure | None = None
    result: Result | None = None
    expressions: Mapping[str, Result | Failure] = field(default_factory=dict)
    cut_short: bool = False


INTERRUPTED = Failure("raised", "KeyboardInterrupt", "")
"""Of what the person stopped before it began."""

_MOST_EXPRESSED = 4 << 20
"""Bytes of what the user expressions of one cell give: one reply holds them all."""

_FAILED = 4_096
"""Bytes that one of them counts for that failed, beside its message."""

_NOT_EVALUATED = Failure(
    "limit",
    "OutputLimitExceeded",
    f"not evaluated: those before it gave {_MOST_EXPRESSED >> 20} MiB, all that one reply holds",
)


class CellRun(NamedTuple):
    """One run of one cell: who takes its outputs, its number, and what stands between it and the host.

    again: whether it ran before; then no interrupt is meant for it.
    """

    frontend: Frontend
    number: int
    recorder: Recorder | Replayer
    budget: Budget
    again: bool = False


class Session:
    """For the sandbox thread.

    sandbox: its worker. changed: whether a cell ran since `dump` or `noted`. After a `WorkerLost` it is of no use until `load` or `begin`.
    """

    def __init__(self, limits: SessionLimits, workers: Workers, access: Access | None) -> None:
        self.sandbox = Sandbox(limits, workers, access)
        self.changed = False
        self._limits = limits
        self._cell_log = CellLog()
        self._cells = KnownCells()
        self._next_feed = 0
        self._parts: frozenset[str] = frozenset()
        self._unrecorded: dict[int, str] = {}  # cells whose source `In` in the sandbox lacks, by their numbers
        self._recorded: dict[int, str] = {}  # those that it has and the last dump lacks

    @property
    def cells(self) -> list[CellSource]:
        """What ran in it and is known, as plain Python, oldest first."""
        return self._cells.to(self._cell_log)

    # A state, and back

    def begin(self) -> None:
        """Be a new session, in the empty worker that was just started."""
        self._cell_log, self._next_feed, self._parts = CellLog(), 0, frozenset()
        self._unrecorded, self._recorded = {}, {}
        self.changed = False
        self._feed_parts(frozenset({prelude.CORE}))

    def dump(self) -> Snapshot:
        """What it is now, to be loaded later.

        Raises:
            MontyError, RuntimeError: the worker died.
        """
        if not self.sandbox.is_alive():
            raise RuntimeError("the worker is gone")
        state = self.sandbox.dump()
        unrecorded, written = tuple(self._unrecorded.items()), self.sandbox.access.freeze()
        snapshot = Snapshot(state, self._next_feed, self._parts, self._cell_log, unrecorded, written=written)
        self._cell_log = CellLog(self._cell_log)
        self.noted()
        return snapshot

    def noted(self) -> None:
        """All that it is now is kept elsewhere."""
        self._recorded = {}
        self.changed = False

    def load(self, snapshot: Snapshot, limits: Limits) -> None:
        """Be what it was when the snapshot's state was dumped, before the reruns, in a fresh worker.

        Raises:
            MontyError, RuntimeError: the state is damaged or of another Monty version, or the worker died over it.
        """
        try:
            self.sandbox.start(snapshot.state, limits)
        except monty.MontyCrashedError:  # somebody killed that worker too: it is not the snapshot's fault
            self.sandbox.start(snapshot.state, limits)
        self._next_feed, self._parts = snapshot.next_feed, snapshot.parts
        self._cell_log = CellLog(snapshot.cell_log)
        self._unrecorded, self._recorded = dict(snapshot.unrecorded), {}

    # Cells

    def run(self, cell: Cell, how: CellRun, expressions: Mapping[str, str], act: Callable[[Action], None]) -> Outcome:
        """Run a cell, then evaluate the user expressions. `act` does the actions between the cell's feeds.

        Raises:
            WorkerLost: the session is gone.
        """
        result: Result | None = None
        try:
            for step in cell.steps:
                if isinstance(step, Action):
                    act(step)
                    if (over := how.budget.over) is not None:
                        return Outcome(Failure("limit", over.name, str(over)), cut_short=True)
                else:
                    result = self._feed(step, how)
        except FeedError as error:
            failure = self._failure(error.monty)
            return Outcome(failure if error.refusal is None else refused(error.refusal, failure))
        except UsageError as error:  # of an action
            return Outcome(Failure("raised", "UsageError", str(error)), cut_short=True)
        except KeyboardInterrupt:  # between two feeds
            return Outcome(INTERRUPTED, cut_short=True)
        return Outcome(None, result, self._expressions(expressions, how))

    def run_again(self, done: Journaled) -> None:
        """Run a cell as it ran before: nobody sees it, and its journal answers.

        Raises:
            Diverged: it went another way.
            KeyboardInterrupt: the person did not want to wait for it.
        """
        replayer = Replayer(done.entries)
        how = CellRun(NOBODY, done.number, replayer, Budget(), again=True)
        try:
            outcome = self.run(done.cell, how, done.expressions, lambda action: None)
        except WorkerLost as error:
            if error.cause in STOPPED:
                raise KeyboardInterrupt from None
            raise Diverged("it ended its worker") from None
        if (outcome.failure is not None) != done.failed:
            raise Diverged("it failed, which it had not" if outcome.failure else "it succeeded where it had failed")
        replayer.finish()
        if done.number:
            self.add_cell(done.cell)
            self.missed(done.number, done.cell)

    def add_cell(self, cell: Cell) -> None:
        """Note that a cell of the history ran and stays."""
        self._cell_log.add_cell(CellSource(cell.source.label, cell.python))

    def missed(self, number: int, cell: Cell) -> None:
        """Note a cell's source for `In`, unless the sandbox has it already."""
        if number not in self._recorded:
            self._unrecorded[number] = cell.source.text

    @property
    def new_inputs(self) -> dict[int, str]:
        """Sources that `In` has, or is yet to have, and the last dump lacks, by number."""
        return self._recorded | self._unrecorded

    def inputs(self) -> dict[int, str]:
        """What `In` holds, by number, with what it is yet to hold. Between two feeds."""
        found = self.evaluate("In", {})
        known = enumerate(found) if isinstance(found, list) else ()
        return {n: text for n, text in known if n and isinstance(text, str) and text} | self._unrecorded

    # What the kernel itself asks

    def evaluate(self, text: str, parts: Mapping[str, str]) -> Any:
        """The plain-data value of an expression over the prelude's functions; None if it fails. Runs no user code.

        parts: further prelude source by name, fed once per session before the expression.
        """
        if not self.sandbox.is_alive():
            return None  # the next cell restores the session, and says so
        try:
            for name, source in parts.items():
                if name not in self._parts:
                    self.ask(source + "\nNone")
                    self._parts |= {name}
            return self.ask(text)
        except FeedError:
            return None
        except WorkerLost:
            self.sandbox.release()
            return None

    def ask(self, text: str) -> Any:
        """The value of a feed of the kernel's own. Raises FeedError, WorkerLost."""
        return self._plain(text, None)

    # Feeds

    def _plain(self, text: str, how: CellRun | None, inputs: Mapping[str, Any] | None = None) -> Any:
        self._next_feed += 1
        if how is None:
            return self.sandbox.feed(text, NOBODY, inputs, of_cell=False)
        try:
            return self.sandbox.feed(text, how.frontend, inputs, how.recorder, how.budget, of_cell=not how.again)
        except KeyboardInterrupt:  # it did not come to the worker
            self._next_feed -= 1
            raise

    def _feed_parts(self, parts: Collection[str], how: CellRun | None = None) -> None:
        for part in parts:
            if part not in self._parts:
                self._plain(prelude.source(part) + "\nNone", how)
                self._parts |= {part}

    def _feed(self, feed: Feed, how: CellRun) -> Result | None:
        self._feed_parts(feed.parts, how)
        number = how.number
        for missed, text in sorted(self._unrecorded.items()):
            if number and missed > number:  # when cells are run again
                break
            self._plain(f"__mk_begin({missed})\nNone", how, {"__mk_source": text})
            self._recorded[missed] = self._unrecorded.pop(missed)
        self._cell_log.add_feed(self._next_feed, feed)
        self.changed = True
        try:
            bundle = self._plain(feed.text, how, {"__mk_source": feed.cell.text} if number else None)
        except FeedError as error:
            if number and not unparsable(error.monty):
                self._recorded[number] = feed.cell.text
            raise
        if number:
            self._recorded[number] = feed.cell.text
        return result_of(bundle)

    def _expressions(self, texts: Mapping[str, str], how: CellRun) -> dict[str, Result | Failure]:
        found: dict[str, Result | Failure] = {}
        left = _MOST_EXPRESSED
        for name, text in texts.items():
            found[name] = each = self._expression(text, how) if left > 0 else _NOT_EVALUATED
            left -= size_of(each) if isinstance(each, Result) else _FAILED + len(each.evalue)
        return found

    def _expression(self, text: str, how: CellRun) -> Result | Failure:
        source = CellSource("<user expression>", text)
        try:
            feed = expression(source)
            self._feed_parts(feed.parts, how)
            self._cell_log.add_feed(self._next_feed, feed)
            return result_of(self._plain(feed.text, how)) or Result({"text/plain": "None"})
        except SyntaxError as error:
            return Failure("syntax", "SyntaxError", error.msg)
        except FeedError as error:
            return raised(error.monty, self._feed_of)
        except KeyboardInterrupt:
            return INTERRUPTED

    def _failure(self, error: monty.MontyError) -> Failure:
        try:
            failure = self._explained(error)
        except KeyboardInterrupt:  # the cell has failed already: only its source is not searched for a better place
            failure = raised(error, self._feed_of)
        if failure.ename == "RecursionError" and self._limits.now.recursion is not None:
            return failure._replace(note=f"Calls nest no deeper here than {self._limits.held('recursion')}.")
        return failure

    def _explained(self, error: monty.MontyError) -> Failure:
        if isinstance(error, monty.MontySyntaxError) and (feed := self._cell_log.feed(self._next_feed - 1)):
            said = said_by_cpython(feed)
            if said is not None:
                return said
        failure = raised(error, self._feed_of)
        if feed := self._cell_log.feed(self._next_feed - 1):
            from .errors.locate import locate

            failure = locate(failure, feed.cell, self._cell_log.sources())
        return failure

    def _feed_of(self, filename: str) -> Feed | None:
        head, _, tail = filename.partition("<python-input-")
        return self._cell_log.feed(int(tail[:-1])) if not head and tail[:-1].isdigit() else None


class _Nobody:
    """The front of a session that is starting: its prelude asks and prints nothing."""

    def emit(self, output: object) -> None: ...
    def ask(self, prompt: str, *, password: bool) -> Any: ...
    def magic(self, name: str, args: str) -> object: ...
    def help(self, topic: str, kind: str = "") -> str:
        return ""

    def leave(self) -> None: ...


NOBODY = _Nobody()
