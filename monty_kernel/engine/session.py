"""One session in its worker: what it is fed, cell by cell, and what has to be known of it outside the worker."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pydantic_monty as monty

from ..outputs import Result
from . import prelude
from .access import Access
from .budget import Budget, of_the_kernel, size_of
from .cell_log import CellLog, KnownCells, may_read_clock
from .errors.failures import INTERRUPTED, STOPPED, raised, refused, said_by_cpython, unparsable
from .figures import FIGURES, SHOW_FIGURES
from .frontend import NO_FRONTEND, Frontend, UsageError
from .known_names import KnownNames
from .limits import Limits, SessionLimits
from .parts import missing
from .prelude import result_of
from .sandbox import FeedError, Sandbox, WorkerLost
from .snapshot import Diverged, Journaled, Recorder, Replayer, Snapshot
from .source import Action, CellSource, Failure
from .source.cell import Cell, Feed, expression
from .workers import Workers
from .written import Changes, weight_of

_MOST_EXPRESSED = 4 << 20
"""Bytes that the user expressions of one cell may give: one reply holds them all."""

_FAILED = 4_096
"""Bytes that a user expression which failed counts for, beside its message."""

_NOT_EVALUATED = Failure(
    "limit",
    "OutputLimitExceeded",
    f"not evaluated: the expressions before it gave {_MOST_EXPRESSED >> 20} MiB, all that one reply holds",
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a cell ended.

    Attributes:
        failure: Why it did not succeed, if it did not.
        result: What its last expression shows, if anything.
        expressions: What each user expression shows, or why it failed. Empty if the cell failed.
        cut_short: Whether a part of it never ran, for another reason than that its own code raised.
    """

    failure: Failure | None = None
    result: Result | None = None
    expressions: Mapping[str, Result | Failure] = field(default_factory=dict)
    cut_short: bool = False

    def journaled(
        self, cell: Cell, number: int, expressions: Mapping[str, str], recorder: Recorder, files: Changes
    ) -> Journaled:
        """What it takes to run the cell again. files: What it changed in the working folder."""
        interrupted = any(value is INTERRUPTED for value in self.expressions.values())
        cut_short = self.cut_short or interrupted or not recorder.is_whole
        size = len(cell.source.text) + recorder.size + weight_of(files)
        entries = tuple(recorder.entries)
        return Journaled(cell, number, expressions, entries, self.failure is not None, cut_short, size, files)


class CellRun(NamedTuple):
    """One run of one cell: who takes its outputs, its number, and what stands between it and the host.

    Attributes:
        again: Whether it ran before: then no interrupt is meant for it.
    """

    frontend: Frontend
    number: int
    recorder: Recorder | Replayer
    budget: Budget
    again: bool = False


class Session:
    """For the sandbox thread. After a `WorkerLost` it is of no use until `load` or `start`.

    Attributes:
        sandbox: Drives its worker.
        names: What is known of its names. parts: Those of the prelude's parts that it has.
        changed: Whether a cell ran since `dump` or `saved`.
        may_read_clock: Whether a cell may have imported what tells the time, and so may do other things when run again.
    """

    def __init__(self, limits: SessionLimits, workers: Workers, access: Access | None) -> None:
        self.sandbox = Sandbox(limits, workers, access)
        self.names = KnownNames(self)
        self.changed = False
        self.may_read_clock = False
        self._limits = limits
        self._cell_log = CellLog()
        self._cells = KnownCells()
        self.sandbox.text_of = lambda filename: self._cell_log.text_named(filename)
        self._next_feed = 0
        self.parts: frozenset[str] = frozenset()
        self._unrecorded: dict[int, str] = {}  # cells whose source `In` in the sandbox lacks, by their numbers
        self._recorded: dict[int, str] = {}  # cells whose source it has and the last dump lacks

    @property
    def cells(self) -> list[CellSource]:
        """What ran in it and is known, as plain Python, oldest first. From any thread."""
        return self._cells.of(self._cell_log)

    def feeds_of(self, number: int | None) -> list[Feed]:
        """What it was fed of a cell, by the cell's number; empty if it knows no such cell.

        None stands for the cell before the last one.
        """
        if number is not None:
            return self._cell_log.feeds_of(f"In[{number}]")
        labels = (cell.label for cell in self._cell_log.sources())
        last = next(labels, None)
        before = next((label for label in labels if label != last and label.startswith("In[")), None)
        return [] if before is None else self._cell_log.feeds_of(before)

    def typed(self) -> Iterator[CellSource]:
        """What it was fed, cells and user expressions as the person typed them, newest first."""
        return self._cell_log.sources()

    # A state, and back

    def start(self, parts: Collection[str] = ()) -> None:
        """Be a new session that has these parts of the prelude, in the empty worker that was just started."""
        self._cell_log, self._next_feed, self.parts = CellLog(), 0, frozenset()
        self._unrecorded, self._recorded = {}, {}
        self.names.forget()
        self.changed = self.may_read_clock = False
        self._feed_parts({prelude.RECORD, *parts})

    def dump(self) -> Snapshot:
        """What it is now, to be loaded later.

        Raises:
            MontyError, RuntimeError: The worker died.
        """
        if not self.sandbox.is_alive():
            raise RuntimeError("the worker is gone")
        state = self.sandbox.dump()
        unrecorded, written = tuple(self._unrecorded.items()), self.sandbox.access.freeze()
        snapshot = Snapshot(state, self._next_feed, self.parts, self._cell_log, unrecorded, written=written)
        self._cell_log = CellLog(self._cell_log)
        self.saved()
        return snapshot

    def saved(self) -> None:
        """Note that a snapshot holds all that the session is now."""
        self._recorded, self.changed = {}, False

    def load(self, snapshot: Snapshot, limits: Limits) -> None:
        """Be what it was when the snapshot's state was dumped, before the reruns, in a fresh worker.

        Raises:
            MontyError, RuntimeError: The state is damaged or of another Monty version, or the worker died over it.
        """
        try:
            self.sandbox.start(snapshot.state, limits)
        except monty.MontyCrashedError:  # somebody killed that worker too: it is not the snapshot's fault
            self.sandbox.start(snapshot.state, limits)
        self._next_feed, self.parts = snapshot.next_feed, prelude.present(snapshot.parts)
        self._cell_log = CellLog(snapshot.cell_log)
        self._unrecorded, self._recorded = dict(snapshot.unrecorded), {}
        self.names.forget()

    def require_within_memory(self) -> None:
        """Give the worker back if the session is over its memory limit: it finds that out only when it next allocates.

        Raises:
            RuntimeError: It is, or its worker is gone for another reason.
        """
        try:
            self.ask("[0] * 1000\nNone")  # which allocates
        except (FeedError, WorkerLost) as error:
            self.sandbox.release()
            over = isinstance(error, FeedError) or error.cause == "memory"
            raise RuntimeError(f"it is over the memory limit ({error})" if over else str(error)) from error

    # Cells

    def run(self, cell: Cell, run: CellRun, expressions: Mapping[str, str], act: Callable[[Action], None]) -> Outcome:
        """Run a cell, then evaluate the user expressions. `act` does the actions between the cell's feeds.

        Raises:
            WorkerLost: The session is gone.
        """
        result: Result | None = None
        try:
            for step in cell.steps:
                if isinstance(step, Action):
                    act(step)
                    if run.budget.over is not None:
                        return Outcome(run.budget.over.failure, cut_short=True)
                else:
                    result = self._feed(step, run)
            self._show_figures(cell, run)
        except FeedError as error:
            if error.left:
                return Outcome()
            failure = self._failure(error.monty)
            with suppress(FeedError, KeyboardInterrupt):  # the cell has failed already
                self._show_figures(cell, run)
            if error.refusal is not None:
                return Outcome(refused(error.refusal, failure))
            if failure.ename in ("ImportError", "ModuleNotFoundError"):
                from .errors.partial_imports import with_the_rest

                failure = with_the_rest(failure, lambda code: self._feed_text(code, run))
            return Outcome(failure)
        except UsageError as error:  # of an action
            return Outcome(Failure("raised", "UsageError", str(error)), cut_short=True)
        except KeyboardInterrupt:  # between two feeds
            return Outcome(INTERRUPTED, cut_short=True)
        return Outcome(None, result, self._expressions(expressions, run))

    def _show_figures(self, cell: Cell, run: CellRun) -> None:
        if FIGURES in self.parts and "(" in cell.source.text and run.budget.over is None:  # no call, no figure
            self._feed_text(SHOW_FIGURES, run)

    def run_again(self, reruns: Collection[Journaled]) -> None:
        """Run cells as they ran before: nobody sees it, and the host's answers are those that were recorded.

        Raises:
            Diverged: A cell went another way; `done` says how many before it did not.
            KeyboardInterrupt: The person did not want to wait for it.
        """
        for number, ran in enumerate(reruns):
            try:
                self._run_again(ran)
            except Diverged as error:
                error.done = number
                raise

    def _run_again(self, ran: Journaled) -> None:
        replayer = Replayer(ran.entries)
        run = CellRun(NO_FRONTEND, ran.number, replayer, Budget(), again=True)
        try:
            outcome = self.run(ran.cell, run, ran.expressions, lambda action: None)
        except WorkerLost as error:
            if error.cause in STOPPED:
                raise KeyboardInterrupt from None
            raise Diverged("it ended its worker") from None
        if (outcome.failure is not None) != ran.failed:
            raise Diverged("it failed, which it had not" if outcome.failure else "it succeeded where it had failed")
        replayer.finish()
        if ran.number:
            self.add_cell(ran.cell)
            self.missed(ran.number, ran.cell)

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
        held = self.evaluate("In", {})
        known = enumerate(held) if isinstance(held, list) else ()
        return {n: text for n, text in known if n and isinstance(text, str) and text} | self._unrecorded

    # What the kernel itself asks

    def evaluate(
        self, text: str, parts: Mapping[str, str], recorder: Recorder | None = None, seconds: float | None = None
    ) -> Any:
        """The plain-data value of an expression over the prelude's functions; None if it fails. Runs no user code.

        parts: Further prelude source by name, fed once per session before. recorder: Stands between it and the host.
        seconds: How long it may take; after that the session is lost.
        """
        if not self.sandbox.is_alive():
            return None  # the next cell restores the session, and says so
        try:
            for name in [name for name in parts if name not in self.parts]:
                self.ask(parts[name] + "\nNone")
                self.parts |= {name}
            return self.ask(text, recorder, seconds)
        except (FeedError, WorkerLost) as error:
            if isinstance(error, WorkerLost):
                self.sandbox.release()
            return None

    def ask(self, text: str, recorder: Recorder | None = None, seconds: float | None = None) -> Any:
        """The value of a feed of the kernel's own. Raises FeedError, WorkerLost."""
        self._next_feed += 1
        return self.sandbox.feed(text, NO_FRONTEND, None, recorder, of_the_kernel(seconds), of_cell=False)

    # Feeds

    def _feed_text(self, text: str, run: CellRun | None, inputs: Mapping[str, Any] | None = None) -> Any:
        if run is None:
            return self.ask(text)
        self._next_feed += 1
        try:
            return self.sandbox.feed(text, run.frontend, inputs, run.recorder, run.budget, of_cell=not run.again)
        except KeyboardInterrupt:  # it did not come to the worker
            self._next_feed -= 1
            raise

    def _feed_parts(self, parts: Collection[str], run: CellRun | None = None) -> None:
        if not self.parts.issuperset(parts):
            for part, text in missing(parts, self.parts):
                self._feed_text(text + "\nNone", run)
                self.parts |= {part}

    def _feed(self, feed: Feed, run: CellRun) -> Result | None:
        self._feed_parts(feed.parts, run)
        number = run.number
        for missed, text in sorted(self._unrecorded.items()):
            if number and missed > number:  # when cells are run again
                break
            self._feed_text(f"__mk_begin({missed})\nNone", run, {"__mk_source": text})
            self._recorded[missed] = self._unrecorded.pop(missed)
        self._cell_log.add_feed(self._next_feed, feed)
        self.changed = True
        self.may_read_clock |= may_read_clock(feed.cell.text)
        if "del" in feed.cell.text:
            self.names.forget()
        try:
            bundle = self._feed_text(feed.text, run, {"__mk_source": feed.cell.text} if number else None)
        except FeedError as error:
            if number and not unparsable(error.monty):
                self._recorded[number] = feed.cell.text
            raise
        if number:
            self._recorded[number] = feed.cell.text
        return result_of(self._shown(bundle, feed, run))

    def _shown(self, bundle: object, feed: Feed, run: CellRun) -> object:
        """What a feed gave to be shown, once the part of the prelude that its value needs is there."""
        if bundle != prelude.SHOWING or prelude.SHOWING in self.parts:
            return bundle
        self._feed_parts({prelude.SHOWING}, run)
        again = feed.last_line()
        self._cell_log.add_feed(self._next_feed, again)
        return self._feed_text(again.text, run)

    def _expressions(self, texts: Mapping[str, str], run: CellRun) -> dict[str, Result | Failure]:
        values: dict[str, Result | Failure] = {}
        left = _MOST_EXPRESSED
        for name, text in texts.items():
            values[name] = value = self.value_of(text, run) if left > 0 else _NOT_EVALUATED
            left -= size_of(value) if isinstance(value, Result) else _FAILED + len(value.evalue)
        return values

    def value_of(self, text: str, run: CellRun) -> Result | Failure:
        """The value of an expression as it shows itself. Raises WorkerLost."""
        try:
            feed = expression(CellSource("<user expression>", text))
            self._feed_parts(feed.parts, run)
            self._cell_log.add_feed(self._next_feed, feed)
            self.may_read_clock |= may_read_clock(text)
            return result_of(self._shown(self._feed_text(feed.text, run), feed, run)) or Result({"text/plain": "None"})
        except SyntaxError as error:
            return Failure("syntax", "SyntaxError", error.msg)
        except FeedError as error:
            return raised(error.monty, self._cell_log.named)
        except KeyboardInterrupt:
            return INTERRUPTED

    # Failures

    def _failure(self, error: monty.MontyError) -> Failure:
        try:
            failure = self._located(error)
        except KeyboardInterrupt:  # the cell has failed already: only its source is not searched for a better place
            failure = raised(error, self._cell_log.named)
        if failure.ename == "RecursionError" and self._limits.now.recursion is not None:
            return failure._replace(note=f"Calls nest no deeper here than {self._limits.held('recursion')}.")
        return failure

    def _located(self, error: monty.MontyError) -> Failure:
        feed = self._cell_log.feed(self._next_feed - 1)
        if feed is not None and isinstance(error, monty.MontySyntaxError):
            failure = said_by_cpython(feed)
            if failure is not None:
                return failure
        failure = raised(error, self._cell_log.named)
        if feed is None:
            return failure
        from .errors.locate import locate

        return locate(failure, feed.cell, self._cell_log.sources())
