"""Text from a notebook made fit to show: no control characters, a known width, a bounded length."""

from __future__ import annotations

import re
import unicodedata

# All that steers a terminal or hides text: C0 and C1 controls, bidirectional overrides, invisible operators
# and lone surrogates (which UTF-8 cannot carry to a front end). Tab, newline and the emoji joiners stay.
_UNSHOWN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb]"
)
_JOINER = "\u200d"
_EMOJI_STYLE = "\ufe0f"
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_JAMO = (range(0x1160, 0x1200), range(0xD7B0, 0xD800))  # drawn into the syllable that the letter before them began


def visible(text: str) -> str:
    r"""`text` with its control characters written out: ESC becomes the four characters `\x1b`. Tabs and newlines stay.

    >>> visible("a\x1b[31mb")
    'a\\x1b[31mb'
    """
    return _UNSHOWN.sub(lambda match: ascii(match[0])[1:-1], text)


def visible_line(text: str) -> str:
    """`text` with its control characters written out, line ends and tabs too: it takes one line wherever it is shown."""
    return visible(text).replace("\n", "\\n").replace("\t", "\\t")


def display_width(text: str) -> int:
    """How many terminal columns `text` takes: 2 for East Asian wide characters and emoji, 0 for combining marks.

    `text` holds neither tabs nor control characters. This is what wcwidth computes; importing that takes 70 ms.
    """
    if text.isascii():
        return len(text)
    width = 0
    previous, previous_width = "", 0
    for char in text:
        char_width = _char_width(char)
        if previous == _JOINER or (previous_width == 2 and ord(char) in _SKIN_TONES):
            char_width = 0  # part of the emoji before it
        elif char == _EMOJI_STYLE and previous_width == 1:
            char_width = 1  # the sign before it is drawn as an emoji, two columns wide
        width += char_width
        previous, previous_width = char, char_width
    return width


def _char_width(char: str) -> int:
    if char.isascii():
        return 1
    if unicodedata.category(char) in ("Mn", "Me", "Cf") or any(ord(char) in block for block in _JAMO):
        return 0
    return 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1


def cut(text: str, limit: int) -> str:
    """The first `limit` characters of `text`, with a note of how many more there were."""
    return text if len(text) <= limit else text[:limit] + more(len(text) - limit)


def more(count: int) -> str:
    """The note that stands for `count` characters left out."""
    return f" … [{count:,} more characters]"
