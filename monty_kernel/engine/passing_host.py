"""A frontend that stands before another one."""

from __future__ import annotations

from concurrent.futures import Future
from typing import TYPE_CHECKING

from ..outputs import Output

if TYPE_CHECKING:
    from .frontend import Frontend


class PassingFrontend:
    """Passes everything on. Those derived from it say what is different for them."""

    def __init__(self, frontend: Frontend) -> None:
        self._frontend = frontend

    def emit(self, output: Output) -> None:
        """Take an output."""
        self._frontend.emit(output)

    def ask(self, prompt: str, *, password: bool) -> Future[str]:
        """Ask the person for a line."""
        return self._frontend.ask(prompt, password=password)

    def magic(self, name: str, args: str) -> object:
        """Run a host-side magic."""
        return self._frontend.magic(name, args)

    def help(self, topic: str, kind: str = "") -> str:
        """What `help(topic)` prints; it is printed through `emit`."""
        return self._frontend.help(topic, kind)

    def leave(self) -> None:
        """The cell called `exit()`."""
        self._frontend.leave()
