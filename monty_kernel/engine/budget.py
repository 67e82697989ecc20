"""What one cell may still show, ask of the host, sleep and compute, and what happens when that is used up.

A call or a sleep too many raises where it stands, so that an ordinary cell ends like any that failed, and keeps what it
did. One that catches the error and goes on calling is stopped for good. Printing and computing cannot raise: a cell
that shows too much or computes too long is stopped at once.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Literal, TypeVar

from ..outputs import ClearOutput, Display, Error, Output, Result, Stream
from .access import Questions
from .limits import KINDS, CellLimit, Limits, SessionLimits
from .source import Failure

T = TypeVar("T")

OVERHEAD = 256
"""Bytes that every display counts for beside its own: each is a message, however little it shows."""

MOST_REFUSED = 100
"""Refused calls after which a cell is stopped for good. Those before leave it room to close files."""

_ROUNDING = 1e-6  # seconds: ten sleeps of 0.1 are one second

Kind = Literal["output", "host_calls", "asleep", "time"]
NAMES: dict[Kind, str] = {
    "output": "OutputLimitExceeded",
    "host_calls": "HostCallLimitExceeded",
    "asleep": "SleepLimitExceeded",
    "time": "TimeoutError",
}
"""The name of the error, by what was used up."""

_LIMITS: dict[Kind, str] = {"output": "output", "host_calls": "host_calls", "asleep": "asleep", "time": "seconds"}


class LimitReached(Exception):
    """A cell has used up one of its limits; the message says which, and who set it."""

    def __init__(self, kind: Kind, message: str) -> None:
        super().__init__(message)
        self.kind = kind

    @property
    def name(self) -> str:
        """The name of the error that the person sees."""
        return NAMES[self.kind]

    @property
    def failure(self) -> Failure:
        """The failure of a cell that is stopped for it."""
        return Failure("limit", self.name, str(self))


class Budget:
    """The budget of one cell.

    Attributes:
        over: Why the cell must stop; None as long as it may go on.
        computing: How long it has computed; None if that is not limited.
        questions: Asks the person what the kernel has to ask for this cell.
        most_shown: Characters of one MIME type that the sanitizer lets through; None for no limit.
    """

    def __init__(self, limits: SessionLimits | None = None, *, most_shown: int | None = None) -> None:
        """limits: the session's; without them there are none, as for cells that run again."""
        self.most_shown = most_shown
        now = Limits() if limits is None else limits.now
        self._output, self._calls, self._asleep = now.output, now.host_calls, now.asleep
        # in words now, since the cell may tighten them for those after it
        self._held: dict[Kind, str] = {}
        if limits is not None:
            self._held = {kind: limits.held(name) for kind, name in _LIMITS.items() if getattr(now, name) is not None}
        self._shown = self._called = self._refused = 0
        self._slept = 0.0
        self._told = False
        self.computing = None if now.seconds is None else ComputingTime(now.seconds)
        self.over: LimitReached | None = None
        self.questions = Questions()

    def admit(self, output: Output) -> Output | None:
        """The part of an output that may be shown: a print is cut at the limit. None if nothing may, and the cell must
        stop."""
        if self._output is None or isinstance(output, Error):  # an error is cut short by itself
            return output
        left = self._output - self._shown
        size = size_of(output)
        self._shown += size
        if size <= left:
            return output
        if self.over is None:
            self.over = self._reached("output", "show more than")
        if not isinstance(output, Stream) or left <= 0:
            return None
        text = output.text.encode("utf-8", "surrogatepass")[:left].decode("utf-8", "ignore")
        return Stream(output.name, text) if text else None

    def admit_once(self, output: Stream) -> None:
        """Make room for an output of the kernel's own, such as the table of limits; once a cell."""
        if self._output is not None and not self._told:
            self._told = True
            self._output += size_of(output)

    def tighten(self, values: Mapping[CellLimit, float]) -> None:
        """Set limits for the rest of the cell: those of output, calls of the host and sleep."""
        for kind, value in values.items():
            self._held[kind] = f"%%limits {kind} = {KINDS[kind].show(value)}"
        self._output = int(values["output"]) if "output" in values else self._output
        self._calls = int(values["host_calls"]) if "host_calls" in values else self._calls
        self._asleep = values.get("asleep", self._asleep)

    @property
    def has_refused(self) -> bool:
        """Whether a call of the host was one too many."""
        return self._refused > 0

    def call(self) -> None:
        """Count a call of the host.

        Raises:
            LimitReached: It is one too many.
        """
        if self._calls is None:
            return
        if self._called >= self._calls:
            raise self._refuse("host_calls", "call the host more often than")
        self._called += 1

    def may_sleep(self, seconds: float) -> float:
        """How many of these seconds the cell may sleep."""
        left = seconds if self._asleep is None else max(0.0, self._asleep - self._slept)
        return seconds if seconds <= left + _ROUNDING else left

    def overslept(self) -> LimitReached:
        """The error for a cell that would sleep longer than it may."""
        return self._refuse("asleep", "sleep for longer than")

    def slept(self, seconds: float) -> None:
        """Count the seconds that the cell slept."""
        self._slept += seconds

    def overtime(self) -> None:
        """Note that the cell has computed for longer than it may. From any thread."""
        if self.over is None:
            self.over = LimitReached("time", f"the cell computed for longer than {self._held['time']}")

    def _refuse(self, kind: Kind, would: str) -> LimitReached:
        reached = self._reached(kind, would)
        self._refused += 1
        if self._refused > MOST_REFUSED:
            self.over = reached
        return reached

    def _reached(self, kind: Kind, would: str) -> LimitReached:
        return LimitReached(kind, f"the cell would {would} {self._held[kind]}")


def of_the_kernel(seconds: float | None = None) -> Budget:
    """For feeds of the kernel's own, between cells. They need nothing of the host: what calls it or sleeps there is a
    notebook that redefined what the kernel calls."""
    return Budget(SessionLimits(Limits(host_calls=0, asleep=0, seconds=seconds)))


def size_of(output: Stream | Display | Result | ClearOutput) -> int:
    """Bytes that an output counts for."""
    if isinstance(output, Stream):
        return _text_size(output.text)
    if isinstance(output, ClearOutput):
        return OVERHEAD
    named = _text_size(output.display_id or "") if isinstance(output, Display) else 0
    return OVERHEAD + named + sum(map(_data_size, (*output.data, *output.data.values(), output.metadata or "")))


def _data_size(value: Any) -> int:
    return _text_size(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str))


def _text_size(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


class ComputingTime:
    """How long one cell has computed, over all of its feeds, and the watch that stops it at its limit.

    Monty's own limit holds for one feed, and is exact for a cell that is one feed, as nearly all are. Only later feeds
    of
    the same cell get a watch: a thread that lives as long as the feed, and sleeps until the limit could be reached.

    The methods belong to the sandbox thread. The worker computes only inside `compute`.

    Attributes:
        limit: Seconds.
    """

    def __init__(self, limit: float) -> None:
        self.limit = limit
        self._used = 0.0
        self._since: float | None = None  # since when the worker computes; None: it waits for the host
        self._watched = False
        self._dormant = False  # whether the watch waits until the worker computes again
        self._changed = threading.Condition(threading.Lock())

    @property
    def used(self) -> float:
        """Seconds that the cell has computed, without a call of `compute` that has not returned."""
        return self._used

    @property
    def is_used_up(self) -> bool:
        """Whether the cell may not compute any more."""
        return self._used >= self.limit

    def compute(self, go_on: Callable[[], T]) -> T:
        """Call `go_on` and return what it returns. The worker computes meanwhile."""
        self._computes()
        try:
            return go_on()
        finally:
            self._rests()

    def beside(self, take: Callable[[T], None]) -> Callable[[T], None]:
        """A `take` whose time does not count: it is called inside `compute`, and may block."""

        def taken(what: T) -> None:
            self._rests()
            try:
                take(what)
            finally:
                self._computes()

        return taken

    @contextmanager
    def watched(self, over: Callable[[], None]) -> Iterator[None]:
        """While in this context, call `over` once, on another thread, as soon as the limit is reached."""
        self._watched, self._dormant = True, False
        watch = threading.Thread(target=self._watch, args=(over,), name="computing time", daemon=True)
        watch.start()
        try:
            yield
        finally:
            with self._changed:
                self._watched = False
                self._changed.notify()
            watch.join()

    def _computes(self) -> None:
        with self._changed:
            self._since = time.monotonic()
            # woken only if it sleeps: a feed may go between host and worker ten thousand times a second
            if self._dormant:
                self._dormant = False
                self._changed.notify()

    def _rests(self) -> None:
        with self._changed:
            if self._since is not None:
                self._used += time.monotonic() - self._since
                self._since = None

    def _watch(self, over: Callable[[], None]) -> None:
        with self._changed:
            while self._watched:
                computing = 0.0 if self._since is None else time.monotonic() - self._since
                left = self.limit - self._used - computing
                if left <= 0:
                    over()
                    return
                self._dormant = self._since is None
                self._changed.wait(None if self._dormant else left)
