"""States and sessions as a person reads them: a tree in text, a table in HTML, the question before a resume."""

from __future__ import annotations

import html
import re
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from monty_kernel.engine.questions import Part, Question, session_question
from monty_kernel.outputs.visible_text import plain_name, quoted, visible_line

from ..store.records import How, SessionInfo
from .timeline import State, Timeline

Row = tuple[str, State[Any], State[Any] | None]
"""(the drawing of its lane, a state, its parent unless that is the row above it in its lane)"""

_MOST_CELLS = 1_000
_MOST_TEXT = 1 << 18  # characters of all cells
_MOST_SHOWN = 20
_MOST_LAID_OUT = 200
_LONGEST = 60  # characters of a name
_WORD = r"([^\W\d]\w*)"
_DEFINES = re.compile(
    rf"(?:async +)?(?:def|class) +{_WORD}"
    rf"|{_WORD}(?: *, *\w+)* *(?::[^=]*)?=(?!=)"
)
_HOW: Mapping[How, str] = {
    "running": "running",
    "closed": "ended",
    "incomplete": "ended, its last cells are missing",
    "died": "died",
}
_ENDED: Mapping[How, str] = {
    "running": "running since",
    "closed": "which ended on",
    "incomplete": "which ended on",
    "died": "which died on",
}

Added = Mapping[int, int] | None
"""The bytes that storing each state added to the store, by number; None if states are not stored."""


def as_text(timeline: Timeline[Any], added: Added = None, most: int | None = None) -> str:
    """One line for each state: its branch, cell, time, size, first line and names; an arrow at the present one.

    most: How many of the newest to show, besides named ones and the present one; None: all.
    """
    shown, left_out = _newest(timeline, most)
    rows = [left_out] if left_out else []
    for lane, state, origin in shown:
        here = "-> " if state.number == timeline.current else "   "
        names = f"  [{', '.join(sorted(state.names))}]" if state.names else ""
        failed = "  (failed)" if state.failed else ""
        stored = "" if added is None else f" {_added(state, added):>11}"
        head = f"{here}{lane}{_cell(state):<8} {_clock(state)} {_size(state):>9}{stored}"
        rows.append(f"{head}  {state.label}{failed}{names}{_origin(origin)}".rstrip())
    return "\n".join(rows)


def as_html(timeline: Timeline[Any], added: Added = None, most: int | None = None) -> str:
    """The same as a table."""
    shown, left_out = _newest(timeline, most)
    rows = []
    for lane, state, origin in shown:
        here = state.number == timeline.current
        names = "".join(f" <strong>{html.escape(name)}</strong>" for name in sorted(state.names))
        style = ' style="font-weight: bold"' if here else ""
        code = f"<code>{html.escape(state.label)}</code>" if state.label else ""
        drawing = f"{lane}{'●' if here else '○'} {_cell(state)}"
        rows.append(
            f'<tr{style}><td style="text-align: left; white-space: pre">{drawing}</td>'
            f'<td style="text-align: left">{code}{names}{html.escape(_origin(origin))}</td>'
            f"<td>{'failed' if state.failed else ''}</td><td>{_clock(state)}</td><td>{_size(state)}</td>"
            + ("" if added is None else f"<td>{_added(state, added)}</td>")
            + "</tr>"
        )
    titles = ("state", "cell", "", "time", "size", *(() if added is None else ("stored",)))
    left = ' style="text-align: left"'
    head = "".join(f"<th{left if title in ('state', 'cell') else ''}>{title}</th>" for title in titles)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    return f"<p>{html.escape(left_out)}</p>{table}" if left_out else table


def sessions_as_text(sessions: Iterable[SessionInfo], own: str | None) -> str:
    """One line for each session: its id, when it began, how many states it has, how it ended, its notebook."""
    rows = []
    for info in sessions:
        began = time.strftime("%Y-%m-%d %H:%M", time.localtime(info.started))
        how = "this one" if info.id == own else _HOW[info.how]
        states = f"{info.states:>5} state{' ' if info.states == 1 else 's'}"
        rows.append(f"{info.id}  {began}  {states}  {how:<8}  {visible_line(info.notebook or '')}".rstrip())
    return "\n".join(rows)


def lanes(timeline: Timeline[Any]) -> list[Row]:
    """The rows of all states, in the order in which they were made.

    The branch of the present state is drawn straight down; the others are to the right of where they left it.
    """
    main = {state.number for state in timeline.way_back()}
    lane_of: dict[int, int] = {}
    first_child: dict[int, int] = {}
    above: dict[int, int] = {}  # lane -> the last state in it
    rows: list[Row] = []
    for state in timeline:
        lane = 0
        if state.parent is not None and state.number not in main:
            goes_on = first_child.setdefault(state.parent, state.number) == state.number and state.parent not in main
            lane = lane_of[state.parent] + (not goes_on)
        lane_of[state.number] = lane
        joins = state.parent is not None and above.get(lane) != state.parent
        rows.append(("│ " * lane, state, timeline[state.parent] if joins and state.parent is not None else None))
        above[lane] = state.number
    return rows


def _newest(timeline: Timeline[Any], most: int | None) -> tuple[list[Row], str]:
    """The rows to show, and a line that says how many are not."""
    rows = lanes(timeline)
    if most is None or len(rows) <= most:
        return rows, ""
    older, newest = rows[:-most], rows[-most:]
    kept = [row for row in older if row[1].names or row[1].number == timeline.current]
    return [*kept, *newest], f"{len(older) - len(kept):,} earlier states are not shown; %snapshots -a shows all."


def _cell(state: State[Any]) -> str:
    return f"In[{state.number}]" if state.number > 0 else "start" if state.number == 0 else "·"


def _origin(parent: State[Any] | None) -> str:
    return "" if parent is None else f"  <- {_cell(parent)}"


def _added(state: State[Any], added: Mapping[int, int]) -> str:
    size = added.get(state.number)
    return "" if size is None else f"+{size:,} B" if size < 1 << 10 else f"+{size / 1024:,.0f} KiB"


def _clock(state: State[Any]) -> str:
    when, now = time.localtime(state.created), time.localtime()
    return time.strftime("%H:%M:%S" if when[:3] == now[:3] else "%Y-%m-%d %H:%M", when)


def _size(state: State[Any]) -> str:
    size = state.size
    if state.snapshot is None:
        return "dropped"
    if not size:
        return "re-run"  # its cell is run again after the state before it
    return f"{size / 1024:,.0f} KiB" if size < 10 << 20 else f"{size >> 20:,} MiB"


def names_in(sources: Iterable[str]) -> list[str]:
    """Names that cells seem to define at their top level, the newest first. Nothing is loaded or run for it.

    sources: The newest first. Of very long ones only the beginning is looked at.
    """
    names: dict[str, None] = {}
    left = _MOST_TEXT
    for number, source in enumerate(sources):
        if number == _MOST_CELLS or left <= 0:
            break
        text = source[:left]
        left -= len(text)
        for line in reversed(text.splitlines()):
            match = _DEFINES.match(line[:200])
            name = None if match is None else next(filter(None, match.groups()))
            if name is not None and not name.startswith("_"):
                names.setdefault(name)
    return list(names)


def resume_question(info: SessionInfo, names: Sequence[str], *, of_another_notebook: bool) -> Question:
    """The question whether a notebook may have a session that another kernel left."""
    when = time.strftime("%Y-%m-%d %H:%M", time.localtime(info.ended or info.started))
    states = f"{info.states:,} state{'' if info.states == 1 else 's'}"
    of = "of no notebook" if info.notebook is None else f"of {quoted(info.notebook)}"
    why = (
        "That is another notebook."
        if of_another_notebook
        else "Another kernel ran it, and the file at that path may be somebody else's by now."
    )
    listed = f" (names such as {_listed(names, _MOST_SHOWN)})" if names else ""
    return session_question(
        f"let this notebook have everything in session {info.id} {of}, {_ENDED[info.how]} {when} with {states}"
        f"{listed}? {why}",
        (
            Part("session", f"{info.id} {of}"),
            Part("ended", f"{_ENDED[info.how]} {when}"),
            Part("states", f"{info.states:,}"),
            *([Part("names", _listed(names, _MOST_LAID_OUT))] if names else []),
        ),
        why,
    )


def _listed(names: Sequence[str], most: int) -> str:
    shown = [_shortened(name) for name in names[:most]]
    more = [f"… ({len(names) - most:,} more)"] if len(names) > most else []
    return ", ".join([*shown, *more])


def _shortened(name: str) -> str:
    if len(name) <= _LONGEST:
        return plain_name(name)
    return f"{plain_name(name[:_LONGEST])} … ({len(name) - _LONGEST:,} more characters)"
