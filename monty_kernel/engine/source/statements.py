"""Finds where statements begin in text that may not be Python yet, past strings, brackets and continuation lines."""

from __future__ import annotations

import itertools
import re
from bisect import bisect_right
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
_BACKSLASH_AT_END = re.compile(r"\\(?:\r\n|\r|\n)")
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
                end = _line_end(text, position)
                while text[end - 1 : end] == "\\" and end < length:  # a magic's continuation line
                    end = _line_end(text, end + 1)
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
            position = _string_end(text, character, position)
        elif character == "#":
            position = _line_end(text, position)
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
    light = 0
    for start, inside, end in _strings_and_comments(text):
        if not _HOLDS_CODE.search(text, max(0, start - 2), start):
            light += end - inside
    return len(text) - light


def lines_inside_strings(text: str) -> set[int]:
    """The numbers, from 1, of the lines that begin inside a string."""
    found: set[int] = set()
    counted, line = 0, 1
    for start, _, end in _strings_and_comments(text):
        first = line + text.count("\n", counted, start)
        line, counted = first + text.count("\n", start, end), end
        found.update(range(first + 1, line + 1))
    return found


def continuation_lines(text: str) -> frozenset[int]:
    """The offsets of the lines that go on with the one before, which ends with a backslash outside of strings and comments."""
    if not _BACKSLASH_AT_END.search(text):
        return frozenset()
    within = [(start, end) for start, _, end in _strings_and_comments(text)]
    begins = [start for start, _ in within]
    found = set()
    for match in _BACKSLASH_AT_END.finditer(text):
        before = bisect_right(begins, match.start()) - 1
        if before < 0 or within[before][1] <= match.start():
            found.add(match.end())
    return frozenset(found)


def _strings_and_comments(text: str) -> Iterator[tuple[int, int, int]]:
    """Where each begins, where its content begins, and where it ends, before the end of its line if it has no other."""
    position = 0
    for step in itertools.count(1):
        match = _STRING_OR_COMMENT.search(text, position)
        if match is None:
            return
        if step % _BREATH == 0:
            breathe()
        quote = match["quote"]
        position = _string_end(text, quote, match.end()) if quote else _line_end(text, match.end())
        yield match.start(), match.end(), position


def _string_end(text: str, quote: str, position: int) -> int:
    """Where a string ends whose content begins here; an unclosed one ends with its line."""
    closing = _STRING_END[quote].match(text, position)
    assert closing is not None  # every pattern accepts the end of the text
    return closing.end() - (closing[1] == "\n")


def _line_end(text: str, position: int) -> int:
    end = text.find("\n", position)
    return len(text) if end < 0 else end


def last_statement(text: str) -> int:
    """The offset of the last logical line that begins in the first column; 0 when there is none."""
    found = 0
    for start, end in logical_lines(text):
        if start < end and text[start] not in " \t\r\f#)]}":
            found = start
    return found
