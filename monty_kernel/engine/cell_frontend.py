"""What a cell reaches of the frontend: its outputs are counted and sanitized on their way."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

from ..outputs import Output, Result
from .frontend import Frontend
from .questions import MARK
from .source import Failure

if TYPE_CHECKING:
    from ..sanitize.sanitizer import Sanitizer
    from .budget import Budget


class CellFrontend:
    """The frontend as a cell sees it. Outputs are counted against the cell's budget, then sanitized."""

    def __init__(self, frontend: Frontend, sanitizer: Sanitizer, budget: Budget, stop: Callable[[], None]) -> None:
        """stop: ends the feed of a cell that shows more than it may."""
        self._frontend = frontend
        self._sanitizer = sanitizer
        self._budget = budget
        self._stop = stop

    def emit(self, output: Output) -> None:
        """Pass on what the budget and the sanitizer leave of an output."""
        over = self._budget.over
        admitted = self._budget.admit(output) if over is None else None
        if admitted is not None:
            self._sanitizer.emit(admitted, self._frontend.emit)
        if over is None and self._budget.over is not None:
            self._stop()

    def result(self, result: Result) -> Result | Failure:
        """A result as it may be shown, or why it may not be."""
        self._budget.admit(result)
        if self._budget.over is not None:
            return self._budget.over.failure
        return self._sanitizer.result(result, self._frontend.emit)

    def ask(self, prompt: str, *, password: bool) -> Future[str]:
        """Ask the person for a line, after all that was printed before."""
        if prompt.startswith(MARK):
            self._sanitizer.end_styles(self._frontend.emit)
        else:
            self._sanitizer.finish(self._frontend.emit)
        return self._frontend.ask(self._sanitizer.prompt(prompt), password=password)

    def magic(self, name: str, args: str) -> object:
        """Run a magic of the host's."""
        return self._frontend.magic(name, args)

    def help(self, topic: str, kind: str = "") -> str:
        """The text that `help(topic)` prints. It is printed through `emit`."""
        return self._frontend.help(topic, kind)

    def leave(self) -> None:
        """The cell called `exit()`."""
        self._frontend.leave()


class _NoFrontend:
    def emit(self, output: object) -> None: ...
    def ask(self, prompt: str, *, password: bool) -> Any: ...
    def magic(self, name: str, args: str) -> object: ...
    def help(self, topic: str, kind: str = "") -> str:
        return ""

    def leave(self) -> None: ...


NO_FRONTEND: Frontend = _NoFrontend()
"""For feeds that nobody sees: those of the kernel's own, and those of cells that run again."""
