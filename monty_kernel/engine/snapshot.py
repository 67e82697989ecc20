"""A session between two cells as a value, the cells that have to run again to bring it back, and what the host told them.

A recorder keeps the host's answers while a cell runs. When it runs again, a replayer gives them, and the host is neither
asked nor called.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from .cell_log import CellLog
from .source import Action
from .source.cell import Cell
from .written import Changes, Written

if TYPE_CHECKING:
    from pydantic_monty import ExternalResult, ExternalSettledResult

Entry = tuple[Any, ...]
"""What the host said:

- `("call", name, value)`, `("raise", name, exception type, message)`, and `("fail", name, exception type, message)`
  where the type is one of Monty's names;
- `("unhandled", name)`: Monty gives its own answer;
- `("future", name)`: the answer comes later;
- `("settled", [(call id, value)], [(call id, exception type, message)])`: these futures have their answers;
- `("due", call ids, exception type or "")`: these sleeps are over, as earlier versions wrote it.
"""


class Journaled(NamedTuple):
    """A cell that ran, and what the host told it. Run again, it does the same, but for what it reads off the clock.

    Attributes:
        number: Its execution count; 0 if it left no record.
        expressions: The user expressions, by name.
        entries: What the host told it.
        failed: Whether it raised.
        cut_short: Whether an interrupt or the host kept a part of it from running, which nothing would stop a second
            time; or the host told it more than is kept.
        size: About how many bytes the record takes: the cell's source, the host's answers and the files.
        files: What it changed in the working folder. A run that is told the answers writes nothing.
    """

    cell: Cell
    number: int
    expressions: Mapping[str, str]
    entries: tuple[Entry, ...]
    failed: bool
    cut_short: bool = False
    size: int = 0
    files: Changes = {}

    @property
    def can_run_again(self) -> bool:
        """Not if the host changed the session in the middle of it, or a part of it did not run."""
        return not self.cut_short and not any(isinstance(step, Action) and step.changes for step in self.cell.steps)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A session between two cells.

    Attributes:
        state: Monty's dump.
        next_feed: The number of the session's next feed.
        parts: The names of the prelude's parts that it was fed.
        cell_log: The cells that led to it.
        unrecorded: Cells whose source `In` in the sandbox lacks, with their execution counts.
        reruns: The cells that ran since the dump, because another dump would have taken too long.
        written: What cells had written in memory; None if that is not known.
    """

    state: bytes
    next_feed: int
    parts: frozenset[str]
    cell_log: CellLog
    unrecorded: tuple[tuple[int, str], ...] = ()
    reruns: tuple[Journaled, ...] = ()
    written: Written | None = None

    def with_reruns(
        self, reruns: tuple[Journaled, ...], inputs: Mapping[int, str], written: Written | None
    ) -> Snapshot:
        """The same dump with other cells to run again. Sources of those that do not run again go to `In` as well.

        Args:
            reruns: The cells to run again instead of the present ones.
            inputs: Further sources for `In`, by execution count.
            written: What cells had written in memory after them.
        """
        sources = dict(self.unrecorded)
        sources |= {ran.number: ran.cell.source.text for ran in self.reruns if ran.number}
        sources |= inputs
        for ran in reruns:
            sources.pop(ran.number, None)
        return replace(self, reruns=reruns, unrecorded=tuple(sorted(sources.items())), written=written)


# What the host told a cell --------------------------------------------------------------------------------------------

KEPT = 1 << 25
"""Bytes of answers, estimated, that are kept of one cell. After a cell with more, the state is always dumped."""


Settled = Mapping[int, "ExternalSettledResult"]
"""Call ids of futures, and what each is resolved with."""


UNHANDLED: Any = {"unhandled": ...}
"""Leaves the answer to Monty, which says what it says without a host."""


class Diverged(Exception):
    """A cell that runs again asks for something else than it did the first time; the message says what."""

    done = 0
    """How many cells before it ran as they had."""


@dataclass(slots=True)
class Recorder:
    """Lets the host answer, and keeps the answers."""

    entries: list[Entry] = field(default_factory=list)
    size: int = 0

    @property
    def is_whole(self) -> bool:
        """Whether all was kept."""
        return self.size <= KEPT

    def call(self, name: str, answer: Callable[[], ExternalResult]) -> ExternalResult:
        """The answer to a host function, which `answer` gives."""
        result: Any = answer()
        exception = result.get("exception")
        if isinstance(exception, BaseException):
            self._keep(("raise", name, type(exception).__name__, str(exception)))
        elif "exc_type" in result:
            self._keep(("fail", name, result["exc_type"], result.get("message", "")))
        elif "future" in result:
            self._keep(("future", name))
        elif result is UNHANDLED:
            self._keep(("unhandled", name))
        else:
            self._keep(("call", name, result.get("return_value")), result.get("return_value"))
        return result  # type: ignore[no-any-return]

    def resolve(self, wait: Callable[[], Settled]) -> Settled:
        """The futures to resolve next, which `wait` waits for."""
        settled = wait()
        values, failures = [], []
        result: Any
        for call_id, result in settled.items():
            if "exc_type" in result:
                failures.append((call_id, result["exc_type"], result.get("message", "")))
            elif "exception" in result:
                failures.append((call_id, type(result["exception"]).__name__, str(result["exception"])))
            else:
                values.append((call_id, result.get("return_value")))
        self._keep(("settled", values, failures), values)
        return settled

    def _keep(self, entry: Entry, value: object = None) -> None:
        self.size += 200 + _size(value)
        if self.is_whole:
            self.entries.append(entry)
        else:
            self.entries.clear()


class Replayer:
    """Answers from what was recorded; the host is not asked.

    Its methods raise `Diverged` if the cell asks for something else.
    """

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._entries = list(reversed(entries))

    def call(self, name: str, answer: Callable[[], ExternalResult]) -> ExternalResult:
        """The answer that was recorded. `answer` is not called."""
        entry = self._next(f"calls {name}")
        if entry[0] in ("due", "settled") or entry[1] != name:
            raise Diverged(f"it calls {name} where it had {_described(entry)}")
        if entry[0] == "call":
            return {"return_value": entry[2]}
        if entry[0] == "future":
            return {"future": ...}
        if entry[0] == "unhandled":
            return UNHANDLED  # type: ignore[no-any-return]
        return _failed(entry[2], entry[3]) if entry[0] == "fail" else {"exception": exception_of(entry[2], entry[3])}

    def resolve(self, wait: Callable[[], Settled]) -> Settled:
        """The futures that were resolved then. `wait` is not called."""
        entry = self._next("waits")
        if entry[0] == "due":
            return dict.fromkeys(entry[1], slept(entry[2]))
        if entry[0] != "settled":
            raise Diverged(f"it waits where it had {_described(entry)}")
        values: Settled = {call_id: {"return_value": value} for call_id, value in entry[1]}
        return {**values, **{call_id: _failed(kind, message) for call_id, kind, message in entry[2]}}

    def finish(self) -> None:
        """The cell is over. It must have asked for everything that was recorded."""
        if self._entries:
            raise Diverged(f"it ended before it {_described(self._entries[-1])}")

    def _next(self, doing: str) -> Entry:
        if not self._entries:
            raise Diverged(f"it {doing}, which it did not do the first time")
        return self._entries.pop()


def exception_of(name: str, message: str) -> BaseException:
    """An exception of a built-in type by its name; an `Exception` where Python has no such type."""
    import builtins

    kind = getattr(builtins, name, Exception)
    if not (isinstance(kind, type) and issubclass(kind, BaseException)):
        kind = Exception
    return kind(message) if message else kind()


def slept(exception: str = "") -> ExternalSettledResult:
    """What the future of a sleep is resolved with. exception: the type of what ended it early."""
    return {"exception": exception_of(exception, "")} if exception else {"return_value": None}


def _failed(kind: Any, message: str) -> ExternalSettledResult:
    from typing import get_args

    import pydantic_monty as monty

    if kind in get_args(monty.ExcType):
        return {"exc_type": kind, "message": message}
    return {"exception": exception_of(kind, message)}


def _size(value: object, depth: int = 0) -> int:
    if isinstance(value, (str, bytes)):
        return len(value)
    if isinstance(value, int):
        return value.bit_length() // 8
    if isinstance(value, dict):
        value = [*value, *value.values()]
    if isinstance(value, (list, tuple, set, frozenset)):
        return 50 * len(value) + sum(_size(each, depth + 1) for each in value) if depth < 300 else 0
    return 50


def _described(entry: Entry) -> str:
    return "waited" if entry[0] in ("due", "settled") else f"called {entry[1]}"
