"""Whoever runs the engine, the kernel or the headless runner: what the engine needs of it, and what a cell reaches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from ..outputs import Error, Output, Result
    from ..sanitize.sanitizer import Sanitizer
    from .budget import Budget
    from .progress_bars import ProgressBars
    from .questions import Question
    from .source import Failure


class Frontend(Protocol):
    """What runs the engine: the kernel or the headless runner. Called on the sandbox thread."""

    def emit(self, output: Output) -> None:
        """Take an output. It may block: that is the back-pressure a printing cell feels."""

    def ask(self, prompt: str, *, password: bool) -> Future[str]:
        """Ask the person for a line. The future raises `EOFError` at end of input and `StdinUnavailable` where nobody
        can answer."""

    def ask_question(self, question: Question) -> Future[str]:
        """Ask the person what the kernel itself wants to know. The future is like that of `ask`."""

    def magic(self, name: str, args: str) -> object:
        """Run a magic of the host's. What it returns, plain data, is the value of the line. Raises `UsageError`."""

    def help(self, topic: str, kind: str = "") -> str:
        """The text that `help(topic)` prints. kind: the name of the value's class, if it is known; else empty."""

    def named(self, text: str, own: bool) -> str | None:
        """How IPython shows a class or a function whose `repr` is `text`; None if it shows the same.

        own: whether a class comes from a cell, or a function still has the name that it was defined under.
        """

    def misshown(self, kind: str, method: str, ename: str, evalue: str) -> Error | None:
        """The error to show for a method that raised while an object of the class `kind` was shown; None if the method
        is not found in the cells."""

    def leave(self) -> bool:
        """The cell called `exit()`. Whether somebody is there who leaves; else the cell fails."""


class UsageError(Exception):
    """What the person asked of a magic or a command cannot be done. The message says why, and what to do instead."""


class StdinUnavailable(Exception):
    """Nobody can answer `input()`; the message says why."""


class CellFrontend:
    """The frontend as a cell sees it. Outputs are counted against the cell's budget, then sanitized."""

    def __init__(
        self,
        frontend: Frontend,
        sanitizer: Sanitizer,
        budget: Budget,
        stop: Callable[[], None],
        bars: ProgressBars | None = None,
    ) -> None:
        """
        Args:
            stop: ends the feed of a cell that shows more than it may.
            bars: takes the cell's progress bars out of what it prints.
        """
        self._frontend = frontend
        self._bars = bars
        self._sanitizer = sanitizer
        self._budget = budget
        self._stop = stop

    def emit(self, output: Output) -> None:
        """Pass on what the budget and the sanitizer leave of an output."""
        if self._bars is None:
            self._admit(output)
        else:
            self._bars.emit(output, self._admit)

    def finish(self) -> None:
        """The cell is over: pass on what was held back."""
        if self._bars is not None:
            self._bars.finish(self._admit)
        self._sanitizer.finish(self._frontend.emit)

    def _admit(self, output: Output) -> None:
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
        self._sanitizer.finish(self._frontend.emit)
        return self._frontend.ask(self._sanitizer.prompt(prompt), password=password)

    def ask_question(self, question: Question) -> Future[str]:
        """Ask the person what the kernel wants to know, where nothing that was printed before hides it."""
        self._sanitizer.end_styles(self._frontend.emit)
        return self._frontend.ask_question(question)

    def magic(self, name: str, args: str) -> object:
        """Run a magic of the host's."""
        return self._frontend.magic(name, args)

    def help(self, topic: str, kind: str = "") -> str:
        """The text that `help(topic)` prints. It is printed through `emit`."""
        return self._frontend.help(topic, kind)

    def named(self, text: str, own: bool) -> str | None:
        """How IPython shows a class or a function."""
        return self._frontend.named(text, own)

    def misshown(self, kind: str, method: str, ename: str, evalue: str) -> Error | None:
        """The error to show for a method that raised while an object was shown."""
        return self._frontend.misshown(kind, method, ename, evalue)

    def leave(self) -> bool:
        """The cell called `exit()`."""
        return self._frontend.leave()


class NoFrontend:
    """Nobody sees what is shown, and nobody is asked."""

    def emit(self, output: object) -> None: ...
    def ask(self, prompt: str, *, password: bool) -> Any: ...
    def ask_question(self, question: object) -> Any: ...
    def magic(self, name: str, args: str) -> object: ...
    def help(self, topic: str, kind: str = "") -> str:
        return ""

    def named(self, text: str, own: bool) -> str | None:
        return None

    def misshown(self, kind: str, method: str, ename: str, evalue: str) -> Error | None:
        return None

    def leave(self) -> bool:
        return False


NO_FRONTEND: Frontend = NoFrontend()
"""For feeds that nobody sees: those of the kernel's own, and those of cells that run again."""
