"""What front ends are told of states and the store does not hold: what they call the cells, and descriptions."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from .descriptions import Description, Seen

if TYPE_CHECKING:
    from ..store.notes import Notes
    from ..store.writer import StoreWriter
    from .timeline import State, Timeline

_TOGETHER = 20  # notes that are written at once, unless there is a pause before

_WRONG = (KeyError, TypeError, ValueError, AttributeError)


class StateNotes:
    """The notes of the session that runs. Any thread may call.

    Args:
        writer: The thread that has the store.
        open_notes: Opens the notes. Called on that thread.
        present: The id of the session that runs; None until something of it is stored.
    """

    def __init__(self, writer: StoreWriter, open_notes: Callable[[], Notes], present: Callable[[], str | None]) -> None:
        self._writer = writer
        self._open = open_notes
        self._present = present
        self._notes: Notes | None = None
        self._lock = threading.Lock()
        self._waiting: dict[int, State[Any]] = {}
        self._timeline: Timeline[Any] | None = None

    def begin(self, timeline: Timeline[Any]) -> None:
        """This is the timeline of the session that runs."""
        self._timeline = timeline

    def add(self, state: State[Any], timeline: Timeline[Any]) -> None:
        """Write down what is known of a state, soon, unless its timeline is not the present one any more."""
        if state.number < 0:
            return
        with self._lock:
            if timeline is not self._timeline or state.number not in timeline or timeline[state.number] is not state:
                return
            self._waiting[state.number] = state
            is_time = len(self._waiting) % _TOGETHER == 0
        if is_time:
            self._writer.soon(self.write)

    def fill(self, session: str, timeline: Timeline[Any]) -> None:
        """Give the states of a session that was taken up what was written down of them."""
        notes = self._writer.now(lambda: self._opened().of(session))
        for number, note in notes.items():
            if number in timeline:
                with suppress(*_WRONG):  # another version wrote it
                    _fill(timeline[number], note)

    # On the writer's thread

    def variables(self, session: str, number: int) -> int | None:
        """How many variables a state of a session has; None if that was not written down."""
        count = self._opened().of(session, number).get(number, {}).get("variables")
        return count if type(count) is int else None

    def write(self) -> None:
        """Write what waits."""
        session = self._present()
        if session is None or not self._waiting:
            return
        with self._lock:
            waiting, self._waiting = self._waiting, {}
        self._opened().put(session, {number: _note(state) for number, state in waiting.items()})

    def leave(self) -> None:
        """Another session is about to run: write what waits of this one, and nothing until `begin`."""
        with self._lock:
            self._timeline = None
        self.write()

    def close(self) -> None:
        """Write what waits, and close the file. Idempotent."""
        self.leave()
        if self._notes is not None:
            self._notes.close()

    def _opened(self) -> Notes:
        if self._notes is None:
            self._notes = self._open()
        return self._notes


def _note(state: State[Any]) -> dict[str, Any]:
    description = state.description
    note: dict[str, Any] = {"cell_id": state.cell_id}
    if description is not None and description.entries is not None and description.changes is not None:
        entries = {name: None if seen is None else list(seen) for name, seen in description.entries.items()}
        note |= {"entries": entries, "whole": description.whole, "changes": description.changes}
        note["variables"] = description.variables
    return note


def _fill(state: State[Any], note: Mapping[str, Any]) -> None:
    cell_id = note["cell_id"]
    state.cell_id = cell_id if isinstance(cell_id, str) else None
    if "entries" in note:
        entries = {str(name): None if seen is None else Seen(*seen) for name, seen in note["entries"].items()}
        count = note.get("variables")
        variables = count if type(count) is int else None
        state.description = Description(entries, bool(note["whole"]), dict(note["changes"]), variables)
