"""Finds where statements begin in text that may not be Python yet: strings, brackets and continuations are skipped."""

from __future__ import annotations

import re
from collections.abc import Iterator

_INTERESTING = re.compile(r"""[#\n\\()\[\]{}]|(?P<quote>\"\"\"|'''|"|')""")
_STRING_END = {
    '"': re.compile(r'(?:[^"\\\n]|\\(?s:.))*("|\n|\Z)'),
    "'": re.compile(r"(?:[^'\\\n]|\\(?s:.))*('|\n|\Z)"),
    '"""': re.compile(r'(?s:[^"\\]|\\.|"(?!""))*("""|\Z)'),
    "'''": re.compile(r"(?s:[^'\\]|\\.|'(?!''))*('''|\Z)"),
}


def logical_lines(text: str) -> Iterator[tuple[int, int]]:
    """The (start, end) offsets of each logical line, newline excluded; blank lines included.

    A line that begins with `%`, `!` or `?` is one by itself: quotes and brackets in it mean nothing to Python.
    """
    start = position = depth = 0
    length = len(text)
    fresh = True
    while position < length:
        if fresh and depth == 0:
            fresh = False
            head = _MAGIC_HEAD.match(text, position)
            if head:
                end = text.find("\n", position)
                end = length if end < 0 else end
                while text[end - 1 : end] == "\\" and end < length:  # a magic's continuation line
                    following = text.find("\n", end + 1)
                    end = length if following < 0 else following
                yield start, end
                start = position = end + 1
                fresh = True
                continue
        match = _INTERESTING.search(text, position)
        if match is None:
            break
        position = match.end()
        character = match[0]
        if match["quote"]:
            closing = _STRING_END[character].match(text, position)
            assert closing is not None  # every pattern accepts the end of the text
            position = closing.end()
            if closing[1] == "\n":  # an unclosed string ends with its line
                position -= 1
        elif character == "#":
            position = text.find("\n", position)
            position = length if position < 0 else position
        elif character == "\\":
            position += 1
        elif character in "([{":
            depth += 1
        elif character in ")]}":
            depth = max(0, depth - 1)
        elif depth == 0:
            yield start, position - 1
            start = position
            fresh = True
    if start < length or not length:
        yield start, length


_MAGIC_HEAD = re.compile(r"[ \t]*(?:[%!?]|[\w, ]+=[ \t]*(?:%\w|!))")


def last_statement(text: str) -> int:
    """The offset of the last logical line that begins in the first column; 0 when there is none."""
    found = 0
    for start, end in logical_lines(text):
        if start < end and text[start] not in " \t\r\f#)]}":
            found = start
    return found
