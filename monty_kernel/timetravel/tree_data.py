"""The states of a session as plain data for front ends; docs/protocol.md describes each field. Any thread may ask.

The sandbox thread adds states meanwhile: what is told is true of a moment, and what comes next is told next.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from monty_kernel.outputs.visible_text import visible_line

from .stored_state import OnDisk

if TYPE_CHECKING:
    from ..store.records import SessionInfo
    from .descriptions import Seen
    from .packing import Kept
    from .timeline import State, Timeline

Data = dict[str, Any]
"""A JSON object."""

LONGEST_NAME = 100
"""Characters of a name of a state or a variable."""


MOST_ITEMS = 20_000
"""Changes that are told with a whole tree, those of the newest states: a front end asks for the others."""


class TreeData:
    """What front ends are told of the states of one session.

    Args:
        is_stored: Whether the disk has a state, by its number.
    """

    def __init__(self, is_stored: Callable[[int], bool]) -> None:
        self._is_stored = is_stored

    def states(self, timeline: Timeline[Kept] | None) -> list[Data]:
        """All states, in the order in which they were made."""
        states = [] if timeline is None else [self.state(state) for state in list(timeline)]
        left = MOST_ITEMS
        for told in reversed(states):
            changes = told["changes"]
            items = changes.get("items") if changes is not None else None
            if items:
                left -= len(items)
                if left < 0:
                    told["changes"] = {**changes, "items": [], "more": changes["more"] + len(items)}
        return states

    def state(self, state: State[Kept]) -> Data:
        """One state."""
        return {
            "number": state.number,
            "parent": state.parent,
            "label": visible_line(state.label),
            "names": sorted(shown(name) for name in state.names),
            "time": state.created if math.isfinite(state.created) else 0.0,
            "bytes": state.size,
            "failed": state.failed,
            "where": self.where(state),
            "cell_id": state.cell_id,
            "changes": None if state.description is None else state.description.changes,
        }

    def where(self, state: State[Kept]) -> str | None:
        """Where a state is kept: `memory`, `disk` or `both`; None if it was dropped."""
        kept = state.snapshot
        if kept is None:
            return None
        if isinstance(kept, OnDisk):
            return "disk"
        return "both" if self._is_stored(state.number) else "memory"

    def fingerprint(self, state: State[Kept]) -> tuple[object, ...]:
        """What tells whether there is something new to be told of a state."""
        return state.names, state.size, self.where(state), id(state.description)


def shown(name: str) -> str:
    """A name that is fit to be shown: on one line, without control characters, not too long."""
    line = visible_line(name[:LONGEST_NAME])
    return line if len(line) <= LONGEST_NAME and len(name) <= LONGEST_NAME else line[: LONGEST_NAME - 1] + "…"


def session_data(info: SessionInfo, own: bool, variables: int | None) -> Data:
    """An earlier session. own: Whether it is taken up without a question. variables: How many it has, if known."""
    at = info.started if info.ended is None else info.ended
    states = {"states": info.states, "variables": variables}
    return {"session": info.id, "ended": info.how, "at": at if math.isfinite(at) else 0.0, **states, "own": own}


def present_of(timeline: Timeline[Any] | None) -> int:
    """The number of the present state."""
    return 0 if timeline is None else timeline.current


def entries_of(timeline: Timeline[Any], number: int) -> dict[str, Seen] | None:
    """What a state holds; None if it, or one that its description rests on, has not been looked at."""
    way: list[Mapping[str, Seen | None]] = []
    here: int | None = number
    while here is not None:
        description = timeline[here].description
        if description is None or description.entries is None:
            return None
        way.append(description.entries)
        if description.whole:
            break
        here = timeline[here].parent
    else:
        return None
    entries: dict[str, Seen] = {}
    for changed in reversed(way):
        for name, seen in changed.items():
            if seen is None:
                entries.pop(name, None)
            else:
                entries[name] = seen
    return entries
