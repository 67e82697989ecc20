"""The states of a session as a person reads them: a tree in text, a table in HTML."""

from __future__ import annotations

import html
import time
from collections.abc import Iterable, Mapping
from typing import Any

from monty_kernel.outputs.visible_text import visible_line

from ..store.records import How, SessionInfo
from .timeline import State, Timeline

Row = tuple[str, State[Any], State[Any] | None]
"""(the drawing of its lane, a state, its parent where that is not the row above it in its lane)"""


_HOW: Mapping[How, str] = {
    "running": "running",
    "closed": "ended",
    "incomplete": "ended, its last cells are missing",
    "died": "died",
}

Added = Mapping[int, int] | None
"""The bytes that storing each state added to the store, by number; None where states are not stored."""


def as_text(timeline: Timeline[Any], added: Added = None, most: int | None = None) -> str:
    """One line a state: its branch, cell, time, size, first line and names; an arrow at the present one.

    most: how many to show, the newest, beside named ones and the present one; None: all.
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
        rows.append(
            f'<tr{style}><td style="text-align: left; white-space: pre">{lane}{"● " if here else "○ "}{_cell(state)}</td>'
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
    """One line a session: its id, when it began, how many states it has, how it ended, its notebook."""
    rows = []
    for info in sessions:
        began = time.strftime("%Y-%m-%d %H:%M", time.localtime(info.started))
        how = "this one" if info.id == own else _HOW[info.how]
        rows.append(
            f"{info.id}  {began}  {info.states:>5} state{' ' if info.states == 1 else 's'}  {how:<8}  {visible_line(info.notebook or '')}".rstrip()
        )
    return "\n".join(rows)


def lanes(timeline: Timeline[Any]) -> list[Row]:
    """Each state, in the order of their making.

    The branch of the present state is drawn straight down; the others stand to the right of where they left it.
    """
    parents = {state.number: state.parent for state in timeline}
    main = set()
    number: int | None = timeline.current
    while number is not None:
        main.add(number)
        number = parents[number]
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
        return "re-run"  # its cell is run again from the state before it
    return f"{size / 1024:,.0f} KiB" if size < 10 << 20 else f"{size >> 20:,} MiB"
