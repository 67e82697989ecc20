"""The worker process: start it, drive one feed in it, restore a snapshot into a new one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext, suppress
from functools import partial
from typing import Any, Literal

import pydantic_monty as monty

from .access import Access, NoAccess
from .budget import Budget, ComputingTime, LimitReached, of_the_kernel
from .cell_log import UNCOUNTED
from .frontend import Frontend
from .host import GoingOn, Host
from .interrupts import InterruptController, Why, kill, lives
from .limits import Limits, SessionLimits, with_limits
from .observed_host import ObservedHost, Observer
from .snapshot import Diverged, Recorder, Replayer
from .workers import Workers, only_by_name
from .written import WORK

TO_LOAD = 3
"""How many times the memory of a session its worker may take while it loads it; then the limit in the dump holds. Up to
1.5 times was measured (600,000 short strings, pydantic_monty 1.4.0): without room, a session that was dumped could not
be loaded again."""

LARGE = 8 << 20
"""Bytes of a session's dump from which its worker is killed instead of emptied. To empty one takes 2 ms for a megabyte, in
which whoever takes another state waits, and the memory stays with the worker."""

_NO_ACCESS = NoAccess()


class FeedError(Exception):
    """A feed raised.

    Attributes:
        monty: Monty's error.
        refusal: The host's exception that caused it, if Monty has no such type.
        left: Whether it is the end of a cell that called `exit()`.
    """

    def __init__(self, error: monty.MontyError, refusal: Exception | None, *, left: bool = False) -> None:
        super().__init__(str(error))
        self.monty = error
        self.refusal = refusal
        self.left = left


class WorkerLost(Exception):
    """The worker is gone and the session with it.

    Attributes:
        cause: Why it was stopped from here, or the limit that it hit, or that it crashed.
    """

    def __init__(
        self,
        cause: Why | Literal["crashed", "memory", "time", "output", "host_calls", "asleep"],
        message: str = "",
    ) -> None:
        super().__init__(message)
        self.cause = cause


class Sandbox:
    """One session in one worker. For the sandbox thread, but for what `interrupts` lets any thread call.

    Attributes:
        interrupts: Stops the running feed.
        access: What cells are granted.
        limits: Those that the worker has.
    """

    def __init__(self, limits: SessionLimits, workers: Workers, access: Access | None = None) -> None:
        self.interrupts = InterruptController()
        self.access = access or NoAccess()
        self.limits = limits.now
        self._limits = limits
        self._workers = workers
        self.observer: Observer | None = None
        """What is told of the feeds of cells, if anything is."""
        self.text_of: Callable[[str], str | None] | None = None
        """Gives the text of a feed by the name that Monty has for it."""
        self._session: monty.MontySession | None = None
        self._pid: int | None = None
        self._begins_in: str | None = None
        self._size = 0  # bytes of the dump that was last taken of the session, or that it was loaded from

    def start(self, state: bytes | None = None, limits: Limits | None = None) -> None:
        """Take a fresh worker, and load a session into it.

        Args:
            state: What `dump` gave; by default the session is empty.
            limits: The session's; by default those of now.

        Raises:
            MontyError, RuntimeError: The state is damaged or of another Monty version, or the worker died over it: it
                may be larger than the limits allow.
        """
        self.release()
        limits = self._limits.now if limits is None else limits
        within = limits
        own = None if state is None else with_limits(state, limits)
        if own is not None:  # to load it takes more memory than to have it, and then its own limits hold
            granted = self._limits.granted
            state, within = own, granted._replace(memory=granted.memory and granted.memory * TO_LOAD)
        session, self._pid = self._workers.take(within, self.access.modules)
        self._session, self.limits = session, limits
        self._begins_in, self._size = (WORK, 0) if state is None else (None, len(state))
        if state is not None:
            try:
                session.load_session(state)
            except BaseException:
                self.release()  # a session without the prelude must not pass for a live one
                raise

    def is_alive(self) -> bool:
        """Whether the worker lives. One that was killed between two cells is noticed here."""
        return self._session is not None and self._pid is not None and lives(self._pid)

    def feed(
        self,
        source: str,
        frontend: Frontend,
        inputs: Mapping[str, Any] | None = None,
        recorder: Recorder | Replayer | None = None,
        budget: Budget | None = None,
        *,
        of_cell: bool = True,
    ) -> Any:
        """Run one feed to its end; the value of its last line, which must be plain data.

        Args:
            inputs: Names that the feed finds defined.
            recorder: Stands between the feed and the host. Without one the host answers, nothing is kept and nothing is
                granted: for feeds of the kernel's own.
            budget: The cell's; by default that of a feed of the kernel's own, which may neither call the host nor
                sleep.
            of_cell: Whether an interrupt is meant for it.

        Raises:
            Diverged: A feed that runs again asked for something else; the session is of no use any more.
            FeedError: The code raised; the session goes on.
            WorkerLost: It does not. Or the cell had computed for as long as it may before this feed, which did not run.
            KeyboardInterrupt: The cell was interrupted before this feed, which did not run.
        """
        assert self._session is not None and self._pid is not None, "start() comes first"
        budget = budget or of_the_kernel()
        access = self.access if recorder else _NO_ACCESS
        make = Host if self.observer is None or recorder is None else partial(ObservedHost, self.observer)
        host = make(frontend, self.interrupts, source, recorder or Recorder(), access, budget, self.text_of)
        computing = budget.computing
        if computing is not None and computing.is_used_up:
            budget.overtime()
            raise self._stopped(budget)
        self.interrupts.start_feed(self._pid, of_cell=of_cell)
        if self.observer is not None and recorder is not None:
            self.observer("fed", len(source.encode("utf-8", "surrogatepass")))
        try:
            with self._watched(budget):
                output = self._drive(self._session, source, host, inputs or {}, computing)
        except (FeedError, WorkerLost, LimitReached) as error:
            if budget.over is not None:
                self.interrupts.kill()  # it may wait for an answer
                raise self._stopped(budget) from None
            if computing is not None and isinstance(error, WorkerLost) and error.cause == "time":
                budget.overtime()  # Monty found out, and ended the feed
                raise self._stopped(budget) from error
            if isinstance(error, FeedError) and self.interrupts.end_feed():
                raise self._stopped(budget) from None
            raise
        finally:
            killed = self.interrupts.end_feed()
            host.close()
        if killed:  # just as it finished: its effects are gone with its worker
            raise self._stopped(budget)
        return output

    def _stopped(self, budget: Budget) -> WorkerLost:
        over = budget.over
        return WorkerLost(self.interrupts.why) if over is None else WorkerLost(over.kind, str(over))

    def _watched(self, budget: Budget) -> AbstractContextManager[None]:
        computing, own = budget.computing, self.limits.seconds
        if computing is None or (not computing.used and own is not None and own <= computing.limit):
            return nullcontext()  # there is no limit, or Monty keeps to it by itself

        def over() -> None:
            budget.overtime()
            self.interrupts.kill()

        return computing.watched(over)

    def _drive(
        self,
        session: monty.MontySession,
        source: str,
        host: Host,
        inputs: Mapping[str, Any],
        computing: ComputingTime | None,
    ) -> Any:
        interrupts = self.interrupts

        def show(printed: tuple[Literal["stdout", "stderr"], str]) -> None:
            host.printed(*printed)

        take = show if computing is None else computing.beside(show)

        def printed(name: Literal["stdout", "stderr"], text: str) -> None:
            if not interrupts.killed:
                take((name, text))

        folder, self._begins_in = self._begins_in, None
        go_on: GoingOn = partial(session.feed_start, source, inputs=dict(inputs), print_callback=printed, cwd=folder)
        try:
            while True:
                snapshot = go_on() if computing is None else computing.compute(go_on)
                if isinstance(snapshot, monty.FunctionSnapshot):
                    go_on = host.call(snapshot)
                elif isinstance(snapshot, monty.NameLookupSnapshot):
                    name = snapshot.variable_name
                    go_on = (
                        partial(snapshot.resume, value=_host_function(name)) if host.knows(name) else snapshot.resume
                    )
                elif isinstance(snapshot, monty.FutureSnapshot):
                    go_on = host.futures(snapshot)
                else:
                    return snapshot.output
        except monty.MontyCrashedError as error:
            cause = interrupts.why if interrupts.killed else "time" if error.timed_out else "crashed"
            raise WorkerLost(cause, str(error)) from error
        except monty.MontyRuntimeError as error:
            limit = _limit_hit(error)
            if limit is not None:
                raise WorkerLost(limit, error.display("msg")) from error
            refused = host.refusal is not None and error.display("msg") == str(host.refusal)
            left = host.left and isinstance(error.exception(), SystemExit)
            raise FeedError(error, host.refusal if refused else None, left=left) from error
        except monty.MontyError as error:
            if any(frame.filename == UNCOUNTED for frame in _syntax_frames(error)):
                with suppress(monty.MontyError):  # its worker was killed, and the next feed finds out
                    session.feed_run("None")  # which is counted in its place
            raise FeedError(error, None) from error
        except (Diverged, LimitReached):
            raise
        except Exception as error:
            # pydantic_monty: "this checkout has already been finished"; or the host did not know what to answer, and
            # then the worker waits for that answer for ever
            raise WorkerLost("crashed", f"{type(error).__name__}: {error}") from error

    def dump(self) -> bytes:
        """The session's state.

        Raises:
            MontyError, RuntimeError: The worker died.
        """
        assert self._session is not None, "start() comes first"
        state = self._session.dump()
        self._size = len(state)
        return state

    def release(self) -> None:
        """Give the worker back, dead or alive. The session is over. Idempotent."""
        session, pid, self._session, self._pid = self._session, self._pid, None, None
        if session is not None:
            if self._size > LARGE and pid is not None and lives(pid):
                kill(pid)
            self._workers.give_back(session, pid)


def _limit_hit(error: monty.MontyRuntimeError) -> Literal["memory", "time"] | None:
    # Monty says so only in the message. A cell may raise these types itself, and then the session is sound.
    name, message = type(error.exception()).__name__, error.display("msg")
    if name == "MemoryError" and "memory limit" in message:
        return "memory"
    if name == "TimeoutError" and "time limit exceeded" in message:
        return "time"
    return None


def _syntax_frames(error: monty.MontyError) -> list[monty.Frame]:
    return error.traceback() if isinstance(error, monty.MontySyntaxError) else []


def _host_function(name: str) -> Callable[..., object]:
    def function(*args: object, **kwargs: object) -> object:
        return only_by_name()

    function.__name__ = function.__qualname__ = name
    return function
