"""Printed text made fit for a terminal: colours stay, and what steers more than the line it is on is written out.

Kept are tab, newline, SGR sequences (colours), and what progress bars need on their own line: carriage return, backspace
and `ESC [ K`. All other control characters and sequences (the cursor's way, OSC with its window titles, links and
clipboard, DCS, questions that a terminal answers as if typed, the C1 twins of all these) become text like `\\x1b`.
"""

from __future__ import annotations

import re

_STEERING = re.compile("[\x00-\x07\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_KEPT = re.compile(r"\x1b\[[0-9;:]{0,40}m|\x1b\[[0-2]?K|([\x00-\x07\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff])")
_TURNING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_CHUNK = 1 << 16  # characters at a time: each that is written out is a text of its own until they are joined
_UNFINISHED = re.compile(r"\x1b(?:\[[0-9;:]{0,40})?\Z")


def shown(text: str) -> str:
    r"""`text` as a terminal may have it.

    >>> shown("\x1b[31mred\x1b[0m \x1b]52;c;ZXZpbA==\x07")
    '\x1b[31mred\x1b[0m \\x1b]52;c;ZXZpbA==\\x07'
    """
    if _STEERING.search(text) is None:
        return text
    pieces: list[str] = []
    position = 0
    while position < len(text):
        end = min(position + _CHUNK, len(text))
        if end < len(text) and (cut := _UNFINISHED.search(text, max(position + 1, end - 42), end)) is not None:
            end = cut.start()
        pieces.append(_KEPT.sub(_written_out, text[position:end]))
        position = end
    return "".join(pieces)


def _written_out(match: re.Match[str]) -> str:
    return ascii(match[0])[1:-1] if match[1] else match[0]


class PrintedText:
    """What a cell prints, piece by piece: a sequence that is cut into two prints is seen as the one that it is.

    What might become a colour is held back until the next piece says what it is; `rest` gives it up.
    """

    def __init__(self) -> None:
        self._held = ""
        self._styled = False
        self._turned = False

    def feed(self, piece: str) -> str:
        """The next piece, as it may be shown."""
        if self._held:
            piece, self._held = self._held + piece, ""
        if piece and (found := _UNFINISHED.search(piece, max(0, len(piece) - 42))) is not None:
            self._held, piece = piece[found.start() :], piece[: found.start()]
        return self.passed(shown(piece))

    def rest(self) -> str:
        """What was held back, written out, since nothing follows that would complete it."""
        held, self._held = self._held, ""
        return shown(held)

    def passed(self, text: str) -> str:
        """Take note of text that a terminal gets, and give it back."""
        if "\x1b" in text:
            reset = max(text.rfind("\x1b[0m"), text.rfind("\x1b[m"))
            self._styled = text.rfind("\x1b") > reset or (reset < 0 and self._styled)
        if not text.isascii() or self._turned:
            line = text.rfind("\n") + 1
            self._turned = _TURNING.search(text, line) is not None or (not line and self._turned)
        return text

    def settled(self) -> str:
        """What ends the colours that were left on, the one that hides all text among them, and a line that runs the other way."""
        text = ("\x1b[0m" if self._styled else "") + ("\n" if self._turned else "")
        self._styled = self._turned = False
        return text
