"""Runs cells in a session that outlives its worker: whatever kills the worker, the state before the cell comes back."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import pydantic_monty as monty

from monty_kernel.screening.front import ScreenedFront
from monty_kernel.screening.screen import Screen

from . import sandboxed
from .budget import Budget, MeteredFront
from .cell import Cell, Feed, expression
from .failures import lost, raised, refused, said_by_cpython, unparsable
from .host import Access, Front, UsageError, Written, json_object, mime_bundle
from .journal import Journaled
from .limits import Limits, SessionLimits, show_size
from .outputs import Output, Result
from .rewrite import Action
from .sandbox import FeedError, Sandbox, WorkerLost
from .script import Diverged, Recording, Replaying, Script
from .sources import CellSource, Failure
from .trail import CellsAlong, Trail
from .workers import Workers

T = TypeVar("T")

_DIED = "The sandbox worker had died"
_TOO_LARGE = "Saving the session would have taken more than max_memory, and its worker was ended"
_NOT_YET_TIGHT = " Until it can be saved, %limits does not hold for memory and recursion."


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


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A session between two cells.

    state: Monty's dump. next_feed: the number of its next feed. parts: what it was fed of the prelude. trail: the cells
    that led to it. unrecorded: cells whose source `In` in the sandbox lacks, with their numbers. reruns: the cells that
    ran since the dump, which was too dear to be taken after each of them. written: what cells had written in memory; None if that is not known.
    """

    state: bytes
    next_feed: int
    parts: frozenset[str]
    trail: Trail
    unrecorded: tuple[tuple[int, str], ...] = ()
    reruns: tuple[Journaled, ...] = ()
    written: Written | None = None


class Engine:
    """One session. All methods but `expect`, `interrupt` and `kill` belong to one thread, the sandbox thread.

    limits: what the person grants it. workers: where its worker comes from, perhaps shared with other sessions; without, a
    pool that ends with it.
    access: what its cells are granted. screen: what every output passes; by default, nothing goes on that would run or
    load anything where it is shown.
    """

    def __init__(
        self,
        limits: Limits,
        workers: Workers | None = None,
        access: Access | None = None,
        screen: Screen | None = None,
    ) -> None:
        self.limits = SessionLimits(limits)
        self.screen = Screen() if screen is None else screen
        self._workers = Workers() if workers is None else workers
        self._owns_workers = workers is None
        self._sandbox = Sandbox(self.limits, self._workers, access)
        self._started = False
        self._snapshot: Snapshot | None = None
        self._trail = Trail()
        self._cells = CellsAlong()
        self._next_feed = 0
        self._parts: frozenset[str] = frozenset()
        self._unsaved = False  # whether a cell ran since the snapshot was taken
        self._announced = False  # whether the person was told, by the cell's failure, that the session is restored
        self._died = _DIED  # why the session has to be restored
        self._notice: str | None = None  # what the person is yet to be told of a restored session
        self._unrecorded: dict[int, str] = {}  # cells whose source `In` in the sandbox lacks, by their numbers
        self._recorded: dict[int, str] = {}  # those that it has and the snapshot lacks
        self._script: Script = Recording()
        self._budget = Budget()  # the running cell's
        self._rerunning = False
        self._journal: list[Journaled] = []  # the cells since the snapshot
        self.sessions = 0
        """How many were started: one more after `%reset`, and where nothing could be restored."""
        self._written = Written()  # as it was before the running cell, or after the last
        self.last_run: Journaled | None = None
        """The cell that ran last, if it left its mark on the session."""

    @property
    def access(self) -> Access:
        """What cells are granted."""
        return self._sandbox.access

    @access.setter
    def access(self, access: Access) -> None:
        self._sandbox.access = access

    @property
    def cells(self) -> list[CellSource]:
        """What ran in this session and was remembered, as plain Python, oldest first."""
        return self._cells.to(self._trail)

    @property
    def snapshot(self) -> Snapshot | None:
        """The last state that was remembered."""
        return self._snapshot

    @property
    def unsaved(self) -> bool:
        """Whether something ran since then."""
        return self._unsaved

    def start(self) -> None:
        """Start the worker and a new, empty session."""
        self._sandbox.start()
        self._trail, self._next_feed, self._parts, self._snapshot = Trail(), 0, frozenset(), None
        self._unrecorded, self._recorded = {}, {}
        self._unsaved = self._announced = False
        self._sandbox.access.thaw(Written())
        self._journal = []
        self._feed_parts(frozenset({sandboxed.CORE}), of_cell=False)
        self._started = True
        self.sessions += 1
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
        """End the session, and give its worker back. Idempotent."""
        self._started = False
        self._sandbox.release()
        if self._owns_workers:
            self._workers.close()

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

        Outputs go to `front` as they happen, through the screen; the result and the failure come back. What the cell did stays in the
        session, also when it fails, unless the worker was lost: then the session is as it was before the cell.
        """
        self.expect()
        self._sandbox.access.begin(cell.source.label)
        self.limits.cell = cell.source.label
        self._script, self._budget = (script := Recording()), Budget(self.limits)
        self.last_run = None
        self.screen.begin()
        try:
            if not self.is_usable:
                self._notice = self._restore()
            self._written = self._sandbox.access.freeze()
            ran = self._run(cell, ScreenedFront(front, self.screen), number, expressions or {}, act)
            outcome = self._screened(self._admitted(ran), front)
        except KeyboardInterrupt:  # of the restoring
            return Outcome(_INTERRUPTED)
        except WorkerLost as error:
            self._sandbox.release()
            self._announced = True
            outcome = Outcome(lost(error, self.limits))
        else:
            self._written = self._sandbox.access.freeze()
            if number:
                self._trail.add_cell(CellSource(cell.source.label, cell.python))
            if self._unsaved:
                failed = ran.failure is not None
                cut_short = (
                    not script.is_whole
                    or outcome.cut_short
                    or any(each is _INTERRUPTED for each in outcome.expressions.values())
                )
                entries = tuple(script.entries)
                self.last_run = Journaled(cell, number, dict(expressions or {}), entries, failed, cut_short)
                self._journal.append(self.last_run)
        finally:
            self.screen.finish(front.emit)
            self.over()
        if number and number not in self._recorded:
            self._unrecorded[number] = cell.source.text
        return outcome

    def pass_over(self, cell: Cell, number: int) -> None:
        """Note that a cell was not run after all: `In` has it, the session is as it was."""
        self.last_run = None
        if number:
            self._unrecorded[number] = cell.source.text

    def _run(
        self, cell: Cell, front: Front, number: int, expressions: Mapping[str, str], act: Callable[[Action], None]
    ) -> Outcome:
        result: Result | None = None
        try:
            for step in cell.steps:
                if isinstance(step, Action):
                    act(step)
                    if (over := self._budget.over) is not None:
                        return Outcome(Failure("limit", over.name, str(over)), cut_short=True)
                else:
                    result = self._feed(step, front, number)
        except FeedError as error:
            failure = self._failure(error.monty)
            return Outcome(failure if error.refusal is None else refused(error.refusal, failure))
        except UsageError as error:  # of an action
            return Outcome(Failure("raised", "UsageError", str(error)), cut_short=True)
        except KeyboardInterrupt:  # between two feeds
            return Outcome(_INTERRUPTED, cut_short=True)
        return Outcome(None, result, {name: self._expression(text, front) for name, text in expressions.items()})

    def show(self, output: Output, front: Front) -> None:
        """Put an output of the kernel's own, such as a magic's, among those of the running cell."""
        MeteredFront(ScreenedFront(front, self.screen), self._budget, self._sandbox.turns.kill).emit(output)

    def admits(self, output: Output) -> bool:
        """Whether the running cell may still show this, of what is not shown among its outputs; it counts."""
        if self._budget.over is None and self._budget.admit(output) is None:
            self._sandbox.turns.kill()
        return self._budget.over is None

    def _admitted(self, outcome: Outcome) -> Outcome:
        """The outcome, if its result may still be shown, with those expressions that may; what the cell did stays."""
        if outcome.result is not None:
            self._budget.admit(outcome.result)
        over = self._budget.over
        if over is not None:
            return outcome if outcome.failure else Outcome(Failure("limit", over.name, str(over)))
        return replace(outcome, expressions={name: self._fitting(each) for name, each in outcome.expressions.items()})

    def _fitting(self, found: Result | Failure) -> Result | Failure:
        if isinstance(found, Result):
            self._budget.admit(found)
            if (over := self._budget.over) is not None:
                return Failure("limit", over.name, str(over))
        return found

    def _screened(self, outcome: Outcome, front: Front) -> Outcome:
        def result(shown: Result) -> Result:
            return self.screen.result(shown, front.emit)

        return replace(
            outcome,
            result=None if outcome.result is None else result(outcome.result),
            expressions={
                name: found if isinstance(found, Failure) else result(found)
                for name, found in outcome.expressions.items()
            },
        )

    def _failure(self, error: monty.MontyError) -> Failure:
        if isinstance(error, monty.MontySyntaxError) and (feed := self._trail.feed(self._next_feed - 1)):
            said = said_by_cpython(feed)
            if said is not None:
                return said
        failure = raised(error, self._feed_of)
        if failure.ename == "RecursionError" and self.limits.now.recursion is not None:
            return replace(failure, note=f"Calls nest no deeper here than {self.limits.held('recursion')}.")
        return failure

    def recover(self) -> str | None:
        """Make the session usable if its worker is gone, by loading the last snapshot; what the person is to be told."""
        if not self.is_usable:
            self._notice = self._restore()
        notice, self._notice = self._notice, None
        return notice

    @property
    def is_usable(self) -> bool:
        """Whether there is a session, with a worker that lives."""
        return self._started and self._sandbox.is_alive()

    def _restore(self) -> str | None:
        if not self._started:
            self.start()
            return self._notice
        snapshot = self._snapshot
        if snapshot is None:
            self.start()
            return "The sandbox worker had died before anything could be saved; this is a new session."
        announced, self._announced = self._announced, False
        died, self._died = self._died, _DIED
        said = f"{died}; the session is as it was after the last cell."
        journal = tuple(self._journal)
        if not all(done.can_run_again for done in journal):
            said = f"{died} before the last cell could be saved; the session is as it was before it."
            announced, journal = False, ()
        try:
            written = self._written if journal else snapshot.written
            stopped = self._load_as_far_as(snapshot, (*snapshot.reruns, *journal), written)
            if stopped:
                said, announced = f"{died}; {stopped}", False
        except (monty.MontyError, RuntimeError) as error:
            self.start()
            return f"{died} and the session could not be restored ({error}); this is a new session."
        had, now = self._sandbox.limits, self.limits.now  # a worker's limits are those that it loads a state with
        if died == _TOO_LARGE and (had.memory, had.recursion) != (now.memory, now.recursion):
            said += _NOT_YET_TIGHT
        return self._notice if announced else said

    def _load_as_far_as(self, snapshot: Snapshot, reruns: tuple[Journaled, ...], written: Written | None) -> str:
        """Load the snapshot and run these cells again, up to one that goes another way; what the person is to be told of it.

        written: what they had written.
        """
        said, whole = "", replace(self._with_reruns(snapshot, reruns), written=written)
        limits = self._sandbox.limits
        while True:
            try:
                self._load(whole, limits)
                return said
            except Diverged as error:
                again, lost = whole.reruns[: error.done], whole.reruns[error.done :]
                where = f"after {again[-1].cell.source.label}" if again else "when it was last saved"
                said = (
                    f"the session is as it was {where}, since {lost[0].cell.source.label} cannot be run again: {error}."
                )
                sources = dict(whole.unrecorded) | {each.number: each.cell.source.text for each in lost if each.number}
                unrecorded = tuple(sorted(sources.items()))
                whole = replace(whole, reruns=again, unrecorded=unrecorded, written=snapshot.written)

    def _with_reruns(self, snapshot: Snapshot, reruns: tuple[Journaled, ...]) -> Snapshot:
        """The snapshot with these cells to run again; the sources of all others that ran since go to `In` all the same."""
        sources = dict(snapshot.unrecorded)
        sources |= {done.number: done.cell.source.text for done in snapshot.reruns if done.number}
        sources |= self._recorded | self._unrecorded
        for done in reruns:
            sources.pop(done.number, None)
        return replace(snapshot, reruns=reruns, unrecorded=tuple(sorted(sources.items())))

    def load(self, snapshot: Snapshot) -> None:
        """Make the session what it was when the snapshot was taken, in a fresh worker.

        Raises:
            MontyError, RuntimeError: the state is damaged or of another Monty version, or the worker died over it.
            Diverged: a cell that had to be run again went another way.
            KeyboardInterrupt: the person did not want to wait for such a cell.
            After any of them the session is gone, until it is restored from the snapshot that `snapshot` says.
        """
        self._load(snapshot, self.limits.now)
        if self.limits.now.memory != self.limits.granted.memory:
            try:  # a worker finds out that it is over its limit when it next allocates
                self._plain(_ALLOCATION, _NOBODY, of_cell=False)
            except (FeedError, WorkerLost) as error:
                self._sandbox.release()
                over = isinstance(error, FeedError) or error.cause == "memory"
                raise RuntimeError(f"it is over the memory limit ({error})" if over else str(error)) from error

    def _load(self, snapshot: Snapshot, limits: Limits) -> None:
        within = self.limits.granted if snapshot.reruns else limits  # cells run again within what they ran within
        try:
            self._sandbox.start(snapshot.state, within)
        except monty.MontyCrashedError:  # somebody killed that worker too: it is not the snapshot's fault
            self._sandbox.start(snapshot.state, within)
        self._snapshot, self._next_feed, self._parts = snapshot, snapshot.next_feed, snapshot.parts
        self._trail, self._journal = Trail(snapshot.trail), []
        self._unrecorded, self._recorded = dict(snapshot.unrecorded), {}
        try:
            for number, done in enumerate(snapshot.reruns):
                try:
                    self._run_again(done)
                except Diverged as error:
                    error.done = number
                    raise
            if _worker_limits(within) != _worker_limits(limits):
                self._sandbox.start(self._sandbox.dump(), limits)
        except BaseException:
            self._sandbox.release()
            raise
        if snapshot.written is not None:
            self._sandbox.access.thaw(snapshot.written)
        self._started, self._unsaved = True, False

    def _run_again(self, done: Journaled) -> None:
        running = self._script, self._budget  # of the cell whose magic goes back, perhaps
        script = Replaying(done.entries)
        self._script, self._budget, self._rerunning = script, Budget(), True
        try:
            outcome = self._run(done.cell, _NOBODY, done.number, done.expressions, lambda action: None)
        except WorkerLost as error:
            if error.cause == "interrupted":
                raise KeyboardInterrupt from None
            raise Diverged("it ended its worker") from None
        finally:
            self._script, self._budget = running
            self._rerunning = False
        if (outcome.failure is not None) != done.failed:
            raise Diverged("it failed, which it had not" if outcome.failure else "it succeeded where it had failed")
        script.finish()
        if done.number:
            self._trail.add_cell(CellSource(done.cell.source.label, done.cell.python))
            if done.number not in self._recorded:
                self._unrecorded[done.number] = done.cell.source.text

    @property
    def _is_tight(self) -> bool:
        """Whether the worker has the limits that cells tightened."""
        return _worker_limits(self._sandbox.limits) == _worker_limits(self.limits.now)

    def _tighten(self) -> str | None:
        """Load the session into a worker with the limits of now; what the person is to be told."""
        snapshot, had = self._snapshot, self._sandbox.limits
        if snapshot is None or snapshot.reruns or self._unsaved:
            return None  # it could not be dumped; it is tried again after the next cell
        asked = self.limits.now.memory
        while True:
            try:
                self.load(snapshot)
                break
            except (monty.MontyError, RuntimeError) as error:
                if "memory limit" not in str(error):
                    self._sandbox.release()  # somebody killed that worker: the next cell loads the state again, and says so
                    return None
            if self.limits.keep_memory() == had.memory:
                try:
                    self._load(snapshot, self.limits.now)  # it fitted before
                except (monty.MontyError, RuntimeError):
                    self._sandbox.release()  # the next cell tries again, and says what came of it
                    return None
                break
        kept = self.limits.now.memory
        if kept == asked:
            return None
        stays = "there is no limit" if kept is None else f"the limit stays at {show_size(kept)}"
        return f"The session takes more memory already than the {show_size(asked or 0)} of %limits: {stays}."

    def settle(self, *, dump: bool = True) -> bool:
        """Between two cells: remember the session as it is now, or restore it if its worker is gone; whether it was dumped.

        dump: whether a dump may be taken; without one, the session is remembered by what ran since the last, if it can be.
        """
        dumped = False
        if not self.is_usable:
            with suppress(KeyboardInterrupt):  # the next cell tries again
                self._notice = self._restore()
        elif self._unsaved and (dump or not self._is_tight or not self._defer_snapshot()):
            self.take_snapshot()
            dumped = True
        if not self._is_tight and self.is_usable:
            self._notice = self._tighten() or self._notice
        return dumped

    def _defer_snapshot(self) -> bool:
        last = self._snapshot
        if last is None or not all(done.can_run_again for done in self._journal):
            return False
        self._snapshot = replace(
            self._with_reruns(last, (*last.reruns, *self._journal)), written=self._sandbox.access.freeze()
        )
        self._journal, self._recorded = [], {}
        self._unsaved = False
        return True

    def take_snapshot(self) -> None:
        """Remember the session as it is now, for `recover`."""
        try:
            if not self._sandbox.is_alive():
                raise RuntimeError("the worker is gone")
            state = self._sandbox.dump()
        except (monty.MontyError, RuntimeError) as error:
            self._sandbox.release()  # what is left is the snapshot before this one, and how to come from there to here
            if "memory limit" in str(error):
                self._died = _TOO_LARGE
            self._defer_snapshot()
            return
        unrecorded, written = tuple(self._unrecorded.items()), self._sandbox.access.freeze()
        self._snapshot = Snapshot(state, self._next_feed, self._parts, self._trail, unrecorded, written=written)
        self._trail = Trail(self._trail)
        self._journal, self._recorded = [], {}
        self._unsaved = False

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

    def inputs(self) -> dict[int, str]:
        """What `In` holds, by number, with what it is yet to hold. Between two feeds."""
        found = self.evaluate("In", {})
        known = enumerate(found) if isinstance(found, list) else ()
        return {n: text for n, text in known if n and isinstance(text, str) and text} | self._unrecorded

    def _plain(self, text: str, front: Front, inputs: Mapping[str, Any] | None = None, *, of_cell: bool = True) -> Any:
        self._next_feed += 1
        try:
            script = self._script if of_cell else None
            budget = self._budget if of_cell else None
            return self._sandbox.feed(text, front, inputs, script, budget, of_cell=of_cell and not self._rerunning)
        except KeyboardInterrupt:  # it did not come to the worker
            self._next_feed -= 1
            raise

    def _feed_parts(self, parts: Collection[str], front: Front | None = None, *, of_cell: bool = True) -> None:
        for part in parts:
            if part not in self._parts:
                self._plain(sandboxed.source(part) + "\nNone", front or _NOBODY, of_cell=of_cell)
                self._parts |= {part}

    def _feed(self, feed: Feed, front: Front, number: int) -> Result | None:
        self._feed_parts(feed.parts, front)
        for missed, text in sorted(self._unrecorded.items()):
            if number and missed > number:  # when cells are run again
                break
            self._plain(f"__mk_begin({missed})\nNone", front, {"__mk_source": text})
            self._recorded[missed] = self._unrecorded.pop(missed)
        self._trail.add_feed(self._next_feed, feed)
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
            self._feed_parts(feed.parts, front)
            self._trail.add_feed(self._next_feed, feed)
            return _result(self._plain(feed.text, front)) or Result({"text/plain": "None"})
        except SyntaxError as error:
            return Failure("syntax", "SyntaxError", error.msg)
        except FeedError as error:
            return raised(error.monty, self._feed_of)
        except KeyboardInterrupt:
            return _INTERRUPTED

    def _feed_of(self, filename: str) -> Feed | None:
        head, _, tail = filename.partition("<python-input-")
        return self._trail.feed(int(tail[:-1])) if not head and tail[:-1].isdigit() else None


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


def _worker_limits(limits: Limits) -> tuple[object, ...]:
    """Those that the worker keeps; the others are the host's to keep."""
    return limits.memory, limits.seconds, limits.recursion


class _Nobody:
    """The front of a session that is starting: its prelude asks and prints nothing."""

    def emit(self, output: object) -> None: ...
    def ask(self, prompt: str, *, password: bool) -> Any: ...
    def magic(self, name: str, args: str) -> object: ...
    def help(self, topic: str) -> str:
        return ""

    def leave(self) -> None: ...


_NOBODY = _Nobody()
_ALLOCATION = "[0] * 1000\nNone"
_INTERRUPTED = Failure("raised", "KeyboardInterrupt", "")
