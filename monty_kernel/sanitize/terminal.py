"""Makes printed text safe for a terminal: colours stay, and whatever controls more than its own line is written out.

Tab, newline, SGR sequences (colours) and what progress bars need on their own line stay: carriage return, backspace and `ESC [ K`.
All other control characters and sequences become text like `\\x1b`: cursor movement, OSC with its window titles, links and clipboard,
DCS, queries that a terminal answers as if typed, and the C1 forms of all these.
"""

from __future__ import annotations

import re

STEERING = re.compile("[\x00-\x07\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
STAYING = re.compile(r"\x1b\[[0-9;:]{0,40}m|\x1b\[[0-2]?K")
_ANY = re.compile(rf"{STAYING.pattern}|({STEERING.pattern})")
TURNING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_CHUNK = (
    1 << 16
)  # characters at a time, since each one that is written out is a string of its own until they are joined
UNFINISHED = re.compile(r"\x1b(?:\[[0-9;:]{0,40})?\Z")


def shown(text: str) -> str:
    r"""`text` as a terminal may show it.

    >>> shown("\x1b[31mred\x1b[0m \x1b]52;c;ZXZpbA==\x07")
    '\x1b[31mred\x1b[0m \\x1b]52;c;ZXZpbA==\\x07'
    """
    if STEERING.search(text) is None:
        return text
    pieces: list[str] = []
    position = 0
    while position < len(text):
        end = min(position + _CHUNK, len(text))
        if end < len(text) and (cut := UNFINISHED.search(text, max(position + 1, end - 42), end)) is not None:
            end = cut.start()
        pieces.append(_ANY.sub(_written_out, text[position:end]))
        position = end
    return "".join(pieces)


def _written_out(match: re.Match[str]) -> str:
    return ascii(match[0])[1:-1] if match[1] else match[0]


class PrintedText:
    """A cell's printed text, piece by piece. A sequence that is split between two prints is recognized.

    The beginning of what may become a colour is held back until the next piece; `rest` gives it up.
    """

    def __init__(self) -> None:
        self._held = ""
        self._styled = False
        self._turned = False

    def feed(self, piece: str) -> str:
        """The next piece, as it may be shown."""
        if self._held:
            piece, self._held = self._held + piece, ""
        if piece and (found := UNFINISHED.search(piece, max(0, len(piece) - 42))) is not None:
            self._held, piece = piece[found.start() :], piece[: found.start()]
        return self.passed(shown(piece))

    def rest(self) -> str:
        """The held-back text, written out, since nothing follows that would complete it."""
        held, self._held = self._held, ""
        return shown(held)

    def passed(self, text: str) -> str:
        """Keep track of the styles in text that the terminal gets. Returns the text."""
        if "\x1b" in text:
            reset = max(text.rfind("\x1b[0m"), text.rfind("\x1b[m"))
            self._styled = text.rfind("\x1b") > reset or (reset < 0 and self._styled)
        if not text.isascii() or self._turned:
            line = text.rfind("\n") + 1
            self._turned = TURNING.search(text, line) is not None or (not line and self._turned)
        return text

    def end_styles(self) -> str:
        """The text that ends colours left on (one of them hides all text) and a line that runs from right to left."""
        text = ("\x1b[0m" if self._styled else "") + ("\n" if self._turned else "")
        self._styled = self._turned = False
        return text
