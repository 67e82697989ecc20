"""Renders a Failure as IPython would show it: coloured, with `Cell In[n]` and carets."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ...outputs import Error
from ...outputs.visible_text import cut, visible
from ..source import CellSource, Failure, SourceFrame
from ..source.source_map import split_lines
from .cell_code import CellLayout, layout
from .excerpts import excerpt, mark
from .hints import hint

EVALUE_LIMIT = 65_536  # characters of `Error.evalue`
SHOWN_LIMIT = 16_384  # characters of the message in the traceback
SHOWN_LINES = 200  # lines of the message in the traceback
FRAME_LIMIT = 40  # frames shown after repeated ones were folded
_NAME_LIMIT = 200

_WIDTH = 75
_RED, _GREEN, _CYAN, _BLUE, _PLAIN = "\x1b[31m", "\x1b[32m", "\x1b[36m", "\x1b[34m", "\x1b[39m"
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
        parts.append(f"{_BLUE}Hint: {visible(advice)}{_PLAIN}")
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
        frame = frames[0]
        lines = split_lines(frame.cell.text) if frame.cell else []
        yield f"  {_place(frame)}"
        if 1 <= frame.line <= len(lines):
            line = lines[frame.line - 1]
            indent = len(line) - len(line.lstrip())
            stop = frame.end_column - 1 if frame.end_line <= frame.line else len(line.rstrip())
            text, carets = mark(line.lstrip(), frame.column - 1 - indent, stop - indent)
            yield f"    {_RED}{text}{_PLAIN}"
            yield f"    {carets}"
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
