"""What the host told a cell: recorded as the cell runs, so that it can be run again without asking or calling anything twice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from pydantic_monty import ExternalResult, ExternalSettledResult

Entry = tuple[Any, ...]
"""("call", name, value) or ("raise", name, exception type, message) or ("due", call ids, exception type or "")."""


class Diverged(Exception):
    """A cell that is run again asks for something else than it did the first time; the message says what."""

    done = 0
    """How many cells were run again before it as they had been."""


class Script(Protocol):
    """Stands between a cell and the host."""

    def call(self, name: str, answer: Callable[[], ExternalResult]) -> ExternalResult:
        """The answer to a host function; `answer` gets it."""

    def due(self, wait: Callable[[], tuple[list[int], str]]) -> tuple[list[int], str]:
        """The futures to resolve next, and the type of the exception to resolve them with, if any; `wait` waits for them."""


@dataclass(slots=True)
class Recording:
    """Lets the host answer, and keeps the answers."""

    entries: list[Entry] = field(default_factory=list)

    def call(self, name: str, answer: Callable[[], ExternalResult]) -> ExternalResult:
        result = answer()
        exception = result.get("exception")
        if isinstance(exception, BaseException):
            self.entries.append(("raise", name, type(exception).__name__, str(exception)))
        else:
            self.entries.append(("call", name, result.get("return_value")))
        return result

    def due(self, wait: Callable[[], tuple[list[int], str]]) -> tuple[list[int], str]:
        ids, exception = wait()
        self.entries.append(("due", ids, exception))
        return ids, exception


class Replaying:
    """Answers from what was recorded; the host is not asked.

    Raises:
        Diverged: the cell asks for something else.
    """

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._entries = list(reversed(entries))

    def call(self, name: str, answer: Callable[[], ExternalResult]) -> ExternalResult:
        entry = self._next(f"calls {name}")
        if entry[0] not in ("call", "raise") or entry[1] != name:
            raise Diverged(f"it calls {name} where it had {_said(entry)}")
        if entry[0] == "call":
            return {"return_value": entry[2]}
        return {"exception": exception_of(entry[2], entry[3])}

    def due(self, wait: Callable[[], tuple[list[int], str]]) -> tuple[list[int], str]:
        entry = self._next("waits")
        if entry[0] != "due":
            raise Diverged(f"it waits where it had {_said(entry)}")
        return list(entry[1]), str(entry[2])

    def finish(self) -> None:
        """The cell is over: it must have asked for everything."""
        if self._entries:
            raise Diverged(f"it ended before it {_said(self._entries[-1])}")

    def _next(self, doing: str) -> Entry:
        if not self._entries:
            raise Diverged(f"it {doing}, which it did not do the first time")
        return self._entries.pop()


def exception_of(name: str, message: str) -> BaseException:
    """The exception of a built-in type by its name; an Exception where Monty or Python has no such type."""
    import builtins

    kind = getattr(builtins, name, Exception)
    if not (isinstance(kind, type) and issubclass(kind, BaseException)):
        kind = Exception
    return kind(message) if message else kind()


def settled(exception: str) -> ExternalSettledResult:
    """What a future is resolved with."""
    return {"exception": exception_of(exception, "")} if exception else {"return_value": None}


def _said(entry: Entry) -> str:
    return "waited" if entry[0] == "due" else f"called {entry[1]}"
