"""Renders a Failure as IPython would show it: `Cell In[n]`, then the numbered lines around each place, with an arrow.

Carets under the failing expression are added to IPython's layout. The colours are those of its `neutral` theme. A
regular expression finds what to colour, since building the lexer of pygments takes 80 ms, and the first error of a
session should not wait for it.
"""

from __future__ import annotations

import keyword
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from ...outputs import Error
from ...outputs.visible_text import cut, display_width, more, visible
from ..source import CellSource, Failure, SourceFrame
from .cell_code import CellLayout, Scope, layout, line_of
from .hints import hint

EVALUE_LIMIT = 65_536  # characters of `Error.evalue`
SHOWN_LIMIT = 16_384  # characters of the message in the traceback
SHOWN_LINES = 200  # lines of the message in the traceback
FRAME_LIMIT = 40  # frames shown after repeated ones were folded
_NAME_LIMIT = 200

_WIDTH = 75
_RED, _GREEN, _CYAN, _BLUE, _PLAIN = "\x1b[31m", "\x1b[32m", "\x1b[36m", "\x1b[34m", "\x1b[39m"
_BOLD, _LIGHT = "\x1b[1m", "\x1b[22m"
"""Of hints. They have the front end's own colour: no ANSI colour can be read on the pink and the dark red of errors alike."""
_CELL_LABEL = re.compile(r"In\[\d+\]")
_FROM_STRING = re.compile(r"\(<string>, line \d+\)$")


@dataclass(frozen=True, slots=True)
class _Folded:
    """Frames left out of a traceback, and what is said of them."""

    description: str
    count: int


def render(failure: Failure) -> Error:
    r"""The error output for a failure, laid out as IPython 9 does it. Never raises.

    `traceback` has one element for each part, as in ipykernel: a rule, the headline, one for each frame (ending with a
    newline), the message; then the failure's note and a hint, if there are any. A syntax error is one element. Without
    frames there is neither rule nor headline.

    `ename` and `evalue` are the failure's own, without colours. Control characters are written out (`\x1b`), since
    front ends print them raw; `evalue` is cut at 64 KiB. A KeyError's message is shown as the failure has it.
    """
    ename = visible(cut(failure.ename, _NAME_LIMIT)).replace("\n", " ")
    evalue = _clean(failure.evalue, EVALUE_LIMIT)
    if _is_syntax_error(failure):
        parts = ["\n".join(_syntax_error(failure.frames, ename, _message(failure)))]
    elif failure.frames:
        parts = [f"{_RED}{'-' * _WIDTH}{_PLAIN}", _headline(ename)]
        parts += _frames(failure.frames)
        parts.append(f"{_RED}{ename}{_PLAIN}: {_message(failure)}")
    else:
        parts = [f"{_RED}{ename}{_PLAIN}: {_message(failure)}"]
    if failure.note is not None:
        parts.append(visible(failure.note))
    advice = hint(failure)
    if advice is not None:
        parts.append(f"{_BOLD}Hint:{_LIGHT} {visible(advice)}")
    return Error(ename, evalue, tuple(parts))


def _is_syntax_error(failure: Failure) -> bool:
    # code in a string that eval or exec gets fails while the cell runs, and so has frames to show
    in_string = len(failure.frames) > 1 or _FROM_STRING.search(failure.evalue[-100:])
    return failure.kind == "syntax" and not in_string


def _headline(ename: str) -> str:
    words = "Traceback (most recent call last)"
    return f"{_RED}{ename}{_PLAIN}{words.rjust(max(_WIDTH - len(ename), len(words) + 1))}"


def _message(failure: Failure) -> str:
    text = _clean(failure.evalue, SHOWN_LIMIT)
    lines = text.split("\n")
    if len(lines) <= SHOWN_LINES:
        return text
    return "\n".join((*lines[:SHOWN_LINES], f"… [{len(lines) - SHOWN_LINES:,} more lines]"))


def _clean(evalue: str, limit: int) -> str:
    return visible(cut(evalue.replace("\r\n", "\n"), limit))


def _syntax_error(frames: tuple[SourceFrame, ...], ename: str, message: str) -> Iterator[str]:
    if frames:
        yield f"  {_place(frames[0])}"
        if marked := marked_line(frames[0]):
            yield f"    {_RED}{marked[0]}{_PLAIN}"
            yield f"    {marked[1]}"
    yield f"{_RED}{ename}:{_PLAIN} {message}"


def _frames(frames: tuple[SourceFrame, ...]) -> Iterator[str]:
    layouts: dict[CellSource | None, CellLayout | None] = {None: None}
    for item in _limited(_fold(frames)):
        if isinstance(item, _Folded):
            yield f"    {_RED}[... {item.description}]{_PLAIN}\n"
            continue
        if item.cell is not None and item.cell not in layouts:
            layouts[item.cell] = layout(item.cell.text)
        yield _frame(item, layouts[item.cell])


def _frame(frame: SourceFrame, cell: CellLayout | None) -> str:
    scope = cell.scope(frame.function, frame.line, frame.column) if cell else None
    where = _place(frame)
    if frame.function != "<module>":
        name, bracket, arguments = (scope.label if scope else cut(frame.function, _NAME_LIMIT)).partition("(")
        where += f", in {_CYAN}{visible(name)}{_PLAIN}"
        if bracket:
            where += f"{_BLUE}{visible(bracket + arguments)}{_PLAIN}"
    return "\n".join((where, *(excerpt(cell, frame, scope) if cell else ()), ""))


def _place(frame: SourceFrame) -> str:
    if frame.cell is None:
        return f"{_CYAN}File {_PLAIN}{_GREEN}<string>:{frame.line}{_PLAIN}"
    label = visible(frame.cell.label)
    word = f"{_CYAN}Cell{_PLAIN}{_CYAN} {_PLAIN}" if _CELL_LABEL.fullmatch(label) else ""
    return f"{word}{_GREEN}{label}{_PLAIN}{_GREEN}, line {frame.line}{_PLAIN}"


def _fold(frames: tuple[SourceFrame, ...]) -> Iterator[SourceFrame | _Folded]:
    """Leave out what recursion repeats, by IPython's rule: of a line that occurs more than three times in a run of such
    lines, the first two frames and the last are shown."""
    keys = [_key(frame) for frame in frames]
    counts = Counter(keys)
    shown = [counts[key] <= 3 for key in keys]
    start = 0
    while start < len(frames):
        stop = start + 1
        while stop < len(frames) and shown[stop] == shown[start]:
            stop += 1
        run = range(start, stop)
        start = stop
        yield from (frames[index] for index in run) if shown[run.start] else _fold_run(frames, keys, run)


_Key = tuple[CellSource | None, int, str]


def _key(frame: SourceFrame) -> _Key:
    return frame.cell, frame.line, frame.function


def _fold_run(frames: tuple[SourceFrame, ...], keys: list[_Key], run: range) -> Iterator[SourceFrame | _Folded]:
    places: dict[_Key, list[int]] = {}
    for index in run:
        places.setdefault(keys[index], []).append(index)
    kept = {index for indexes in places.values() for index in (*indexes[:2], indexes[-1])}
    hidden: Counter[_Key] = Counter()
    for index in run:
        if index not in kept:
            hidden[keys[index]] += 1
            continue
        if hidden:
            yield _Folded(f"skipping similar frames: {_described(hidden)}", hidden.total())
            hidden.clear()
        yield frames[index]


def _described(hidden: Counter[_Key]) -> str:
    common = sorted(hidden.items(), key=lambda item: (-item[1], item[0][2], item[0][1]))
    names = [f"{visible(cut(key[2], _NAME_LIMIT))} at line {key[1]} ({count} times)" for key, count in common]
    return ", ".join(names[:6]) + (f" and {len(names) - 6} more lines" if len(names) > 6 else "")


def _limited(items: Iterable[SourceFrame | _Folded]) -> list[SourceFrame | _Folded]:
    """At most `FRAME_LIMIT` of them: the outermost and the innermost half."""
    kept = list(items)
    if len(kept) <= FRAME_LIMIT:
        return kept
    half = FRAME_LIMIT // 2
    left_out = sum(item.count if isinstance(item, _Folded) else 1 for item in kept[half:-half])
    return [*kept[:half], _Folded(f"skipping {left_out} frames", left_out), *kept[-half:]]


# The lines around a frame ---------------------------------------------------------------------------------------------

CONTEXT = 2  # statements before and after the failing one: IPython's five pieces
PIECE_LINES = 6  # a longer neighbour is shown with a gap in its middle
STATEMENT_LINES = 12  # the same for the failing statement itself
BLANK_LINES = 2  # as many between two statements are shown, with their numbers
LINE_LIMIT = 400  # characters of a line; a longer one is cut around the failing expression
_LEAD = 80  # characters left before that expression

_GUTTER = 7


def excerpt(cell: CellLayout, frame: SourceFrame, scope: Scope | None) -> list[str]:
    """The lines around a frame, without line ends. Context stays within `scope`. Empty if the cell has no such line."""
    if not 1 <= frame.line <= len(cell.lines):
        return []
    rows: list[str] = []
    for group in _groups(cell, frame.line, scope):
        if not group:
            rows.append(f"{_GREEN}   (...){_PLAIN}")
            continue
        marked = [_mark(cell.lines[number - 1], *_failing(cell.lines[number - 1], frame, number)) for number in group]
        coloured = highlight([text for text, _ in marked])
        for number, text, (_, carets) in zip(group, coloured, marked, strict=True):
            rows.append(f"{_number(number, number == frame.line)} {text}")
            if carets:
                rows.append(f"{' ' * (_GUTTER + 1)}{_RED}{carets}{_PLAIN}")
    return rows


def marked_line(frame: SourceFrame) -> tuple[str, str] | None:
    """The line that a frame begins on, without indentation, and the carets under the expression; None without a line."""
    line = line_of(frame)
    if line is None:
        return None
    indent = len(line) - len(line.lstrip())
    stop = frame.end_column - 1 if frame.end_line <= frame.line else len(line.rstrip())
    return _mark(line.lstrip(), frame.column - 1 - indent, stop - indent)


def _mark(line: str, start: int, stop: int | None) -> tuple[str, str]:
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
