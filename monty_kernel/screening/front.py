"""A front whose outputs and questions pass the screen."""

from __future__ import annotations

from concurrent.futures import Future
from typing import TYPE_CHECKING

from monty_kernel.engine.outputs import Output

from .screen import Screen

if TYPE_CHECKING:
    from monty_kernel.engine.host import Front


class ScreenedFront:
    """The `Front` that the engine sees."""

    def __init__(self, front: Front, screen: Screen) -> None:
        self._front = front
        self._screen = screen

    def emit(self, output: Output) -> None:
        """Take an output, and pass on what of it may be shown."""
        self._screen.emit(output, self._front.emit)

    def ask(self, prompt: str, *, password: bool) -> Future[str]:
        """Ask the person for a line, after all that was printed before."""
        self._screen.finish(self._front.emit)
        return self._front.ask(self._screen.prompt(prompt), password=password)

    def magic(self, name: str, args: str) -> object:
        """Run a host-side magic."""
        return self._front.magic(name, args)

    def help(self, topic: str) -> str:
        """What `help(topic)` prints; it is printed through `emit`."""
        return self._front.help(topic)

    def leave(self) -> None:
        """The cell called `exit()`."""
        self._front.leave()
