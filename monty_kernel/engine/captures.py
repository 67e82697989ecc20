"""What a cell prints while it redirects a stream: it goes to the cell instead of to the person."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from ..outputs import Stream
from .budget import Budget


class Captures:
    """The redirections of one feed. What is captured counts as if it were shown, so that the host holds no more of it."""

    def __init__(self, budget: Budget, stop: Callable[[], None]) -> None:
        """stop: ends the feed of a cell that prints more than it may."""
        self._budget = budget
        self._stop = stop
        self._open: list[tuple[str, list[str]]] = []  # the innermost last

    def begin(self, name: object = "stdout") -> int:
        """Capture a stream from now on; the number by which `take` knows it.

        Raises:
            ValueError: There is no such stream.
        """
        if name not in ("stdout", "stderr"):
            raise ValueError(f"only stdout and stderr can be redirected, not {name}")
        self._open.append((str(name), []))
        return len(self._open)

    def take(self, number: object = 0) -> str:
        """What was captured; it ends this redirection, and those in it that were never ended."""
        if not isinstance(number, int) or not 0 < number <= len(self._open):
            return ""  # of another cell, or ended already
        pieces = self._open[number - 1][1]
        self._open = self._open[: number - 1]
        return "".join(pieces)

    def catch(self, name: Literal["stdout", "stderr"], text: str) -> bool:
        """Take what is printed to a stream. Whether it is redirected."""
        pieces = next((pieces for stream, pieces in reversed(self._open) if stream == name), None)
        if pieces is None:
            return False
        over = self._budget.over
        admitted = self._budget.admit(Stream(name, text)) if over is None else None
        if isinstance(admitted, Stream):
            pieces.append(admitted.text)
        if over is None and self._budget.over is not None:
            self._stop()
        return True
