"""The states of a session as a person reads them: a tree in text, a table in HTML."""

from __future__ import annotations

import html
import time
from typing import Any

from .timeline import State, Timeline


def as_text(timeline: Timeline[Any]) -> str:
    """One line a state: its branch, cell, time, size, names and first line; an arrow at the present one."""
    rows = []
    for lane, state in lanes(timeline):
        here = "-> " if state.number == timeline.current else "   "
        cell = f"In[{state.number}]" if state.number else "start"
        names = f"  [{', '.join(sorted(state.names))}]" if state.names else ""
        failed = "  (failed)" if state.failed else ""
        rows.append(
            f"{here}{lane}{cell:<8} {_clock(state)} {_size(state.size):>9}  {state.label}{failed}{names}".rstrip()
        )
    return "\n".join(rows)


def as_html(timeline: Timeline[Any]) -> str:
    """The same as a table."""
    rows = []
    for lane, state in lanes(timeline):
        here = state.number == timeline.current
        cell = f"In[{state.number}]" if state.number else "start"
        names = "".join(f" <strong>{html.escape(name)}</strong>" for name in sorted(state.names))
        style = ' style="font-weight: bold"' if here else ""
        rows.append(
            f'<tr{style}><td style="text-align: left; white-space: pre">{lane}{"● " if here else "○ "}{cell}</td>'
            f'<td style="text-align: left"><code>{html.escape(state.label)}</code>{names}</td>'
            f"<td>{'failed' if state.failed else ''}</td><td>{_clock(state)}</td><td>{_size(state.size)}</td></tr>"
        )
    head = "".join(f"<th>{title}</th>" for title in ("state", "cell", "", "time", "size"))
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def lanes(timeline: Timeline[Any]) -> list[tuple[str, State[Any]]]:
    """Each state with the drawing before it, in order of number: `│ ` for a branch that goes on, blanks for the main line.

    The branch of the present state is drawn straight down; the others stand to the right of where they left it.
    """
    parents = {state.number: state.parent for state in timeline}
    main = set()
    number: int | None = timeline.current
    while number is not None:
        main.add(number)
        number = parents[number]
    depth: dict[int, int] = {}
    first_child: dict[int, int] = {}
    drawn = []
    for state in timeline:
        if state.parent is None or state.number in main:
            depth[state.number] = 0
        else:
            own = first_child.setdefault(state.parent, state.number) == state.number and state.parent not in main
            depth[state.number] = depth[state.parent] + (not own)
        drawn.append(("│ " * depth[state.number], state))
    return drawn


def _clock(state: State[Any]) -> str:
    return time.strftime("%H:%M:%S", time.localtime(state.created))


def _size(size: int) -> str:
    return f"{size / 1024:,.0f} KiB" if size < 10 * 2**20 else f"{size / 2**20:,.1f} MiB"
