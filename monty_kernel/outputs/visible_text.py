"""Text from a notebook made fit to show: no control characters, a known width, a bounded length, and no letter that passes for another.

What a person reads in a question decides over their files, so it must not depend on how a font draws it. A name that is shown
without a second, spelled-out form consists of printable ASCII characters alone.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import groupby

# Characters that control a terminal or hide text: C0 and C1 controls, bidirectional overrides, invisible operators, and lone
# surrogates (which UTF-8 cannot encode). Tab, newline and the emoji joiners stay.
UNSHOWN = re.compile(
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
    return UNSHOWN.sub(lambda match: ascii(match[0])[1:-1], text)


def visible_line(text: str) -> str:
    """`text` on one line: control characters, line ends and tabs are written out."""
    return visible(text).replace("\n", "\\n").replace("\t", "\\t")


def display_width(text: str) -> int:
    """How many terminal columns `text` takes: 2 for East Asian wide characters and emoji, 0 for combining marks.

    `text` holds neither tabs nor control characters. The result is that of wcwidth, whose import takes 70 ms.
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


# In questions

# characters that `str.isprintable` accepts but no font draws: fillers, variation selectors and the like
INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U0001d159\U000e0000-\U000e0fff]"
)

_TOGETHER = dict.fromkeys(("HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "BOPOMOFO", "HANGUL", "IDEOGRAPHIC"), "CJK")
"""Scripts that one word may mix, under one name."""


def quoted(name: str) -> str:
    r"""A name or a path in quotes, on one line.

    Characters beyond printable ASCII stay only in words of one script that NFKC leaves unchanged; all others become escapes.
    Whole words can look like others, so a name with any such word is spelled out as well.

    >>> quoted("/home/me/data")
    "'/home/me/data'"
    >>> quoted("p\u0430y")
    "'p\\u0430y'"
    >>> print(quoted("/B\xfccher"))
    '/Bücher' (spelled '/B\xfccher')
    """
    if name.isascii():
        return ascii(name)
    words = _words(name.replace("\\", "\\\\").replace("'", "\\'"))
    shown = "".join(_one_script(word) if is_word else _ascii(word) for is_word, word in words)
    return f"'{shown}'" if shown.isascii() else f"'{shown}' (spelled {name!a})"


def plain_name(name: str) -> str:
    """A name for a question without quotes, such as a function's; quoted if it is not an ASCII identifier."""
    return name if name.isascii() and name.replace(".", "_").isidentifier() else quoted(name)


def readable(text: str) -> str:
    r"""The `repr` of a value, or text in any language, on one line, with deceptive characters written out.

    Words stay unchanged, except that letters beyond ASCII become escapes in a word that mixes scripts.
    """
    if text.isascii():
        return visible_line(text)
    line = INVISIBLE.sub(lambda match: _ascii(match[0]), visible_line(text))
    return "".join(
        _ascii(word) if is_word and not word.isascii() and _mixes(word) else word for is_word, word in _words(line)
    )


def _words(text: str) -> list[tuple[bool, str]]:
    return [(is_word, "".join(group)) for is_word, group in groupby(text, in_word)]


def in_word(char: str) -> bool:
    return char == "_" or char.isalnum() or unicodedata.category(char) in ("Mn", "Mc", "Me")


def _one_script(word: str) -> str:
    plain = word.isascii() or (
        not _mixes(word) and unicodedata.normalize("NFKC", word) == word and not INVISIBLE.search(word)
    )
    return word if plain else _ascii(word)


def scripts(word: str) -> set[str]:
    """The scripts of a word's characters, of the Latin letters too. Digits of ASCII and `_` are of none."""
    found = set()
    for char in word:
        if char == "_" or "0" <= char <= "9":
            continue
        script = unicodedata.name(char, "UNNAMED").partition(" ")[0]
        found.add(_TOGETHER.get(script, script))
    return found


def _mixes(word: str) -> bool:
    # Chinese and Japanese put Latin words between their own without a blank, and these look different
    return len(scripts(word) - {"CJK", "COMBINING"}) > 1


def _ascii(text: str) -> str:
    return "".join(char if " " <= char <= "~" else ascii(char)[1:-1] for char in text)
