"""The sanitizer that every output passes on its way from a cell to the kernel or the headless runner."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from monty_kernel.outputs import Display, MimeBundle, Output, Result, Stream

from . import MOST_CHARACTERS
from .bundle import TRUST_KERNEL, SanitizedBundle, sanitized_bundle
from .terminal import PrintedText, shown

MOST_NOTES = 5
"""The most notes that one cell gives. Equal notes are given once."""

Emit = Callable[[Output], None]


class Sanitizer:
    """Makes outputs safe to show. Used by one thread, the one that drives the sandbox.

    Args:
        trust: pass everything on unchanged, as the person chose when they started the kernel.
        how_to_trust: how a person makes that choice, for the notes.
    """

    def __init__(self, *, trust: bool = False, how_to_trust: str = TRUST_KERNEL) -> None:
        self.trust = trust
        self._how_to_trust = how_to_trust
        self._bundles = 0
        self._printed = PrintedText()
        self._name: Stream | None = None  # the last print, which any text held back belongs to
        self._notes: set[str] = set()

    @property
    def most_shown(self) -> int | None:
        """Characters of one MIME type of an output that may be shown; None for no limit."""
        return None if self.trust else MOST_CHARACTERS

    def start_cell(self) -> None:
        """Forget the notes of the cell before."""
        self._notes.clear()

    def emit(self, output: Output, emit: Emit) -> None:
        """Pass an output on to `emit`, followed by a note on what was left out."""
        if self.trust:
            emit(output)
        elif isinstance(output, Stream):
            self._print(output, emit)
        else:
            self.finish(emit)
            if isinstance(output, Display):
                output, note = self._display(output)
                emit(output)
                self._say(note, emit)
            else:
                emit(output)

    def result(self, result: Result, emit: Emit) -> Result:
        """The result as it may be shown. A note on what was left out goes to `emit`."""
        if self.trust:
            return result
        self.finish(emit)
        clean = self._sanitized(result.data, result.metadata)
        self._say(clean.note, emit)
        self._printed.passed(str(clean.data.get("text/plain", "")))
        return result._replace(data=clean.data, metadata=clean.metadata)

    def prompt(self, text: str) -> str:
        """The text of a question to the person as it may be shown; a console prints it unchanged."""
        return text if self.trust else self._printed.passed(shown(text))

    def end_styles(self, emit: Emit) -> None:
        """Pass on held-back text, and end styles that would hide or reverse what follows. Called before the kernel itself asks something."""
        self.finish(emit)
        if text := self._printed.end_styles():
            emit(Stream("stdout", text))

    def page(self, data: MimeBundle) -> dict[str, Any]:
        """A page of help as it may be shown. It is not an output of a cell."""
        return dict(data if self.trust else self._sanitized(data, {}).data)

    def finish(self, emit: Emit) -> None:
        """Pass on held-back text: at the end of a cell, and before anything but the same stream."""
        last, self._name = self._name, None
        if last is not None and (rest := self._printed.rest()):
            emit(last._replace(text=rest))

    def _print(self, output: Stream, emit: Emit) -> None:
        if self._name is not None and self._name.name != output.name:
            self.finish(emit)
        self._name = output
        if text := self._printed.feed(output.text):
            emit(output._replace(text=text))

    def _sanitized(self, data: MimeBundle, metadata: Mapping[str, Any]) -> SanitizedBundle:
        self._bundles += 1
        return sanitized_bundle(data, metadata, place=str(self._bundles), trust=self._how_to_trust)

    def _display(self, output: Display) -> tuple[Display, str | None]:
        clean = self._sanitized(output.data, output.metadata)
        self._printed.passed(str(clean.data.get("text/plain", "")))
        return output._replace(data=clean.data, metadata=clean.metadata), clean.note

    def _say(self, note: str | None, emit: Emit) -> None:
        if note is not None and note not in self._notes and len(self._notes) < MOST_NOTES:
            self._notes.add(note)
            emit(Stream("stderr", note + "\n"))
