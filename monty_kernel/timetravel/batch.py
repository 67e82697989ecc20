"""Cells that followed each other quickly and are stored together: only the last one with its snapshot."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..store import SessionRunning, StoreUnavailable
from .stored_state import StateToStore

if TYPE_CHECKING:
    from monty_kernel.engine.snapshot import Snapshot

JournaledState = tuple[StateToStore, Mapping[str, Any]]
"""The state of a cell, with what it takes to run the cell again."""


class Batch:
    """Cells that are still to be stored, in order.

    Args:
        journal: Stores the cells of some states without their snapshots, all or none of them.
        lost: Called with a state's number and the error if its cell is refused for good.
    """

    def __init__(
        self, journal: Callable[[Sequence[JournaledState]], object], lost: Callable[[int, Exception], object]
    ) -> None:
        self._journal = journal
        self._lost = lost
        self._states: deque[JournaledState] = deque()

    def add(self, state: StateToStore, data: Mapping[str, Any]) -> None:
        """Add the next cell. The snapshot of the one before it is not needed any more."""
        if self._states:
            before, its_data = self._states.pop()
            self._states.append((before._replace(snapshot=None), its_data))
        self._states.append((state, data))

    def renew(self, snapshot: Snapshot) -> None:
        """Give the last state another snapshot."""
        state, data = self._states.pop()
        self._states.append((state._replace(snapshot=snapshot), data))

    def __contains__(self, number: int) -> bool:
        return any(state.number == number for state, _ in self._states)

    @property
    def last(self) -> StateToStore:
        """The state that has its snapshot."""
        return self._states[-1][0]

    def store(self, put: Callable[[StateToStore], object] | None) -> None:
        """Store the cells, and take those out that are stored or refused for good.

        Args:
            put: Stores the last state with its snapshot; None: only its cell is stored.

        Raises:
            StoreUnavailable, SessionRunning: A cell cannot be stored now. It and all after it stay.
            Exception: What `put` raised. The last state stays.
        """
        self._store_cells(len(self._states) - (put is not None))
        if put is not None:
            put(self.last)
            self._states.clear()

    def _store_cells(self, count: int) -> None:
        if not count:
            return
        try:
            self._journal(list(self._states)[:count])
        except (StoreUnavailable, SessionRunning):
            raise
        except Exception:  # of one of them; it must not take the others with it
            for _ in range(count):
                self._store_first_cell()
        else:
            for _ in range(count):
                self._states.popleft()

    def _store_first_cell(self) -> None:
        first = self._states[0]
        try:
            self._journal([first])
        except (StoreUnavailable, SessionRunning):
            raise
        except Exception as error:
            self._lost(first[0].number, error)
        self._states.popleft()
