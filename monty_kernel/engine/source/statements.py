"""Finds where statements begin in text that may not be Python yet, past strings, brackets and continuation lines."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from ...bounded.waiting import breathe

_BREATH = 10_000
"""Steps, of about a microsecond, after which the loop checks whether the person has interrupted it."""

_INTERESTING = re.compile(r"""[#\n\\()\[\]{}]|(?P<quote>\"\"\"|'''|"|')""")
_STRING_OR_COMMENT = re.compile(r"""(?P<quote>\"\"\"|'''|"|')|\#""")
_HOLDS_CODE = re.compile(r"[fFtT][rR]?\Z")  # what stands before an f-string's quote
# Possessive, so that no text makes them backtrack, and so that a long string takes no memory per character.
_SHORT = r"[^{0}\\\n]*+(?:\\(?:\r\n|(?s:.))[^{0}\\\n]*+)*+({0}|\n|\\?\Z)"
_LONG = r"(?s:[^{0}\\]*+(?:(?:\\.|{0}(?!{0}{0}))[^{0}\\]*+)*+)({0}{0}{0}|\\?\Z)"
_STRING_END = {
    **{quote: re.compile(_SHORT.format(quote)) for quote in ("'", '"')},
    **{quote * 3: re.compile(_LONG.format(quote)) for quote in ("'", '"')},
}
_MAGIC_HEAD = re.compile(r"[ \t]*+(?:[%!?]|[^\W\d][\w, \t]*+=[ \t]*+(?:%\w|!))")


def logical_lines(text: str) -> Iterator[tuple[int, int]]:
    """The (start, end) offsets of each logical line, without the newline. Blank lines count.

    A line that begins with `%`, `!` or `?` is a logical line: quotes and brackets in it mean nothing to Python.
    """
    start = position = depth = 0
    length = len(text)
    fresh = True
    for step in itertools.count(1):
        if position >= length:
            break
        if step % _BREATH == 0:
            breathe()
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
            position += 2 if text.startswith("\r\n", position) else 1
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


def weight(text: str) -> int:
    """How many characters cost a parser memory and time: all but comments and the contents of plain strings."""
    light = position = 0
    for step in itertools.count(1):
        match = _STRING_OR_COMMENT.search(text, position)
        if match is None:
            break
        if step % _BREATH == 0:
            breathe()
        position = match.end()
        if match["quote"]:
            closing = _STRING_END[match["quote"]].match(text, position)
            assert closing is not None  # every pattern accepts the end of the text
            end = closing.end()
        else:
            end = text.find("\n", position)
            end = len(text) if end < 0 else end
        if not _HOLDS_CODE.search(text, max(0, match.start() - 2), match.start()):
            light += end - position
        position = end
    return len(text) - light


def lines_inside_strings(text: str) -> set[int]:
    """The numbers, from 1, of the lines that begin inside a string."""
    found: set[int] = set()
    position = counted = 0
    line = 1
    while match := _STRING_OR_COMMENT.search(text, position):
        if match["quote"]:
            closing = _STRING_END[match["quote"]].match(text, match.end())
            assert closing is not None  # every pattern accepts the end of the text
            position = closing.end() - (closing[1] == "\n")
            first = line + text.count("\n", counted, match.start())
            line, counted = first + text.count("\n", match.start(), position), position
            found.update(range(first + 1, line + 1))
        else:
            end = text.find("\n", match.end())
            position = len(text) if end < 0 else end
    return found


def last_statement(text: str) -> int:
    """The offset of the last logical line that begins in the first column; 0 when there is none."""
    found = 0
    for start, end in logical_lines(text):
        if start < end and text[start] not in " \t\r\f#)]}":
            found = start
    return found
