"""A frontend whose outputs and questions pass the sanitizer."""

from __future__ import annotations

from concurrent.futures import Future
from typing import TYPE_CHECKING

from ..outputs import Output
from ..sanitize.sanitizer import Sanitizer
from .passing_host import PassingFrontend
from .questions import MARK

if TYPE_CHECKING:
    from .frontend import Frontend


class SanitizedFrontend(PassingFrontend):
    """The `Frontend` that the engine sees."""

    def __init__(self, frontend: Frontend, sanitizer: Sanitizer) -> None:
        super().__init__(frontend)
        self._sanitizer = sanitizer

    def emit(self, output: Output) -> None:
        """Take an output, and pass on what of it may be shown."""
        self._sanitizer.emit(output, self._frontend.emit)

    def ask(self, prompt: str, *, password: bool) -> Future[str]:
        """Ask the person for a line, after all that was printed before."""
        if prompt.startswith(MARK):
            self._sanitizer.settle(self._frontend.emit)
        else:
            self._sanitizer.finish(self._frontend.emit)
        return super().ask(self._sanitizer.prompt(prompt), password=password)
