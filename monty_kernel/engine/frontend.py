"""What the engine needs of whoever runs it, the kernel or the headless runner."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from concurrent.futures import Future

    from ..outputs import Output


class Frontend(Protocol):
    """What runs the engine: the kernel or the headless runner. Called on the sandbox thread."""

    def emit(self, output: Output) -> None:
        """Take an output. It may block: that is the back-pressure a printing cell feels."""

    def ask(self, prompt: str, *, password: bool) -> Future[str]:
        """Ask the person for a line. The future raises `EOFError` at end of input and `StdinUnavailable` where nobody
        can answer."""

    def magic(self, name: str, args: str) -> object:
        """Run a magic of the host's. What it returns, plain data, is the value of the line. Raises `UsageError`."""

    def help(self, topic: str, kind: str = "") -> str:
        """The text that `help(topic)` prints. kind: the name of the value's class, if it is known; else empty."""

    def leave(self) -> None:
        """The cell called `exit()`."""


class UsageError(Exception):
    """What the person asked of a magic or a command cannot be done. The message says why, and what to do instead."""


class StdinUnavailable(Exception):
    """Nobody can answer `input()`; the message says why."""
