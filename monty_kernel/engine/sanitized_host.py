"""A frontend whose outputs and questions pass the screen."""

from __future__ import annotations

from concurrent.futures import Future
from typing import TYPE_CHECKING

from ..outputs import Output
from ..sanitize.screen import Screen
from .passing_host import PassingFrontend
from .questions import MARK

if TYPE_CHECKING:
    from .frontend import Frontend


class SanitizedFrontend(PassingFrontend):
    """The `Frontend` that the engine sees."""

    def __init__(self, frontend: Frontend, screen: Screen) -> None:
        super().__init__(frontend)
        self._screen = screen

    def emit(self, output: Output) -> None:
        """Take an output, and pass on what of it may be shown."""
        self._screen.emit(output, self._frontend.emit)

    def ask(self, prompt: str, *, password: bool) -> Future[str]:
        """Ask the person for a line, after all that was printed before."""
        if prompt.startswith(MARK):
            self._screen.settle(self._frontend.emit)
        else:
            self._screen.finish(self._frontend.emit)
        return super().ask(self._screen.prompt(prompt), password=password)
