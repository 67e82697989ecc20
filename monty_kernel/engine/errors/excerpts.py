"""The lines of source around a place in a cell, as IPython shows them: numbered, coloured, with an arrow.

Carets under the failing expression, on a line of their own, are added to IPython's layout. The colours are those of its
`neutral` theme. A regular expression finds what to colour, since building the lexer of pygments takes 80 ms, and the
first error of a session should not wait for it.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator, Sequence
from functools import cache

from ...outputs.visible_text import display_width, more, visible
from ..source import SourceFrame
from .cell_code import CellLayout, Scope

CONTEXT = 2  # statements before and after the failing one: IPython's five pieces
PIECE_LINES = 6  # a longer neighbour is shown with a gap in its middle
STATEMENT_LINES = 12  # the same for the failing statement itself
BLANK_LINES = 2  # as many between two statements are shown, with their numbers
LINE_LIMIT = 400  # characters of a line; a longer one is cut around the failing expression
_LEAD = 80  # characters left before that expression

_GUTTER = 7
_RED, _GREEN, _PLAIN = "\x1b[31m", "\x1b[32m", "\x1b[39m"


def excerpt(cell: CellLayout, frame: SourceFrame, scope: Scope | None) -> list[str]:
    """The lines around a frame, without line ends. Context stays within `scope`. Empty if the cell has no such line."""
    if not 1 <= frame.line <= len(cell.lines):
        return []
    rows: list[str] = []
    for group in _groups(cell, frame.line, scope):
        if not group:
            rows.append(f"{_GREEN}   (...){_PLAIN}")
            continue
        marked = [mark(cell.lines[number - 1], *_failing(cell.lines[number - 1], frame, number)) for number in group]
        coloured = highlight([text for text, _ in marked])
        for number, text, (_, carets) in zip(group, coloured, marked, strict=True):
            rows.append(f"{_number(number, number == frame.line)} {text}")
            if carets:
                rows.append(f"{' ' * (_GUTTER + 1)}{_RED}{carets}{_PLAIN}")
    return rows


def mark(line: str, start: int, stop: int | None) -> tuple[str, str]:
    """A line as it is shown, and the blanks and carets that mark `line[start:stop]` when printed under it.

    There is at least one caret, even if the mark lies behind the line's end, but none if `stop` is None. A long line is
    cut around `start`. Tabs stay tabs in both, so that the carets are aligned whatever the screen's tab width.
    """
    first, last = _window(line, start)
    part = line[first:last]
    lead = "… " if first else ""
    rest = len(line) - last
    shown = lead + visible(part) + (more(rest) if rest > 0 else "")
    if stop is None:
        return shown, ""
    start = min(max(start, first), last) - first
    carets = _fill(part[start : max(stop - first, start)], "^") or "^"
    return shown, " " * len(lead) + _fill(part[:start], " ") + carets


def _window(line: str, start: int) -> tuple[int, int]:
    if len(line) <= LINE_LIMIT:
        return 0, len(line)
    first = 0 if start < LINE_LIMIT - _LEAD else max(0, min(start - _LEAD, len(line) - LINE_LIMIT))
    return first, first + LINE_LIMIT


def _failing(line: str, frame: SourceFrame, number: int) -> tuple[int, int | None]:
    """Which part of line `number` belongs to the failing expression: 0-based, `stop` None for no part."""
    end_line = max(frame.end_line, frame.line)
    if not frame.line <= number <= end_line:
        return 0, None
    length = len(line.rstrip())
    start = frame.column - 1 if number == frame.line else len(line) - len(line.lstrip())
    stop = frame.end_column - 1 if number == end_line else length
    if number != frame.line and start >= min(stop, length):
        return 0, None  # a blank line within the expression
    return start, stop


def _groups(cell: CellLayout, line: int, scope: Scope | None) -> Iterator[range]:
    """The runs of lines to show. An empty range stands for a gap."""
    pieces = [piece for piece in cell.pieces if scope is None or _within(piece, scope.lines)]
    here = next((index for index, piece in enumerate(pieces) if line in piece), None)
    if here is None:
        yield range(max(1, line - CONTEXT), min(len(cell.lines), line + CONTEXT) + 1)
        return
    shown_to = 0
    for index in range(max(0, here - CONTEXT), min(len(pieces), here + CONTEXT + 1)):
        piece = pieces[index]
        if shown_to and shown_to < piece.start <= shown_to + BLANK_LINES:
            yield range(shown_to, piece.start)
        shown_to = piece.stop
        if index != here and len(piece) > PIECE_LINES:
            yield from (piece[:3], range(0), piece[-2:])
        elif index == here and len(piece) > STATEMENT_LINES:
            yield from _shortened(piece, line)
        else:
            yield piece


def _shortened(piece: range, line: int) -> Iterator[range]:
    at = piece.index(line)
    first = max(0, min(at - 2, len(piece) - (STATEMENT_LINES - 2)))
    window = piece[first : first + STATEMENT_LINES - 2]
    if first:
        yield from (piece[:1], range(0)) if first > 1 else (piece[:1],)
    yield window
    if window.stop < piece.stop:
        yield range(0)


def _within(piece: range, lines: range) -> bool:
    return lines.start <= piece.start and piece.stop <= lines.stop


def _number(number: int, current: bool) -> str:
    digits = str(number)
    if not current:
        return f"{_GREEN}{digits:>{_GUTTER}}{_PLAIN}"
    arrow = "> ".rjust(_GUTTER - len(digits), "-") if len(digits) < _GUTTER - 1 else ""
    return f"{_GREEN}{arrow}{_PLAIN}{_GREEN}{digits}{_PLAIN}"


def _fill(text: str, mark: str) -> str:
    return "\t".join(mark * display_width(visible(part)) for part in text.split("\t"))


# Colours --------------------------------------------------------------------------------------------------------------

_COLOURS = {
    "keyword": ("\x1b[38;5;28;01m", "\x1b[39;00m"),
    "comment": ("\x1b[38;5;66;03m", "\x1b[39;00m"),
    "string": ("\x1b[33m", "\x1b[39m"),
    "number": ("\x1b[32m", "\x1b[39m"),
}


@cache
def _token() -> re.Pattern[str]:
    # an unclosed string runs to the end of its line, or of the excerpt if it is triple-quoted
    return re.compile(
        rf"""
        (?P<string>(?<![\w])[rRbBuUfFtT]{{0,2}}(?:
            \"{{3}}(?:[^\\]|\\.)*?(?:\"{{3}}|\Z) | '{{3}}(?:[^\\]|\\.)*?(?:'{{3}}|\Z)
            | "(?:[^"\\\n]|\\.)*(?:"|$|\Z) | '(?:[^'\\\n]|\\.)*(?:'|$|\Z) ))
        | (?P<comment>\#[^\n]*)
        | (?P<keyword>\b(?:{"|".join(keyword.kwlist)})\b)
        | (?P<number>(?<![\w.])(?:0[xXoObB][\da-fA-F_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d[\d_]*)?[jJ]?))
        | \w+
        """,
        re.VERBOSE | re.DOTALL | re.MULTILINE,
    )


def highlight(lines: Sequence[str]) -> list[str]:
    """The lines with ANSI colours. Each line stands alone: a colour that runs on is closed and opened again."""
    return _token().sub(_coloured, "\n".join(lines)).split("\n")


def _coloured(match: re.Match[str]) -> str:
    kind = match.lastgroup
    if kind is None:
        return match[0]
    start, end = _COLOURS[kind]
    return "\n".join(f"{start}{part}{end}" if part else "" for part in match[0].split("\n"))
