"""The states of one session: a tree that grows by a state with every cell, and the place in it where the person is."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

S = TypeVar("S")


class NoSuchState(Exception):
    """There is no state of this number or name; the message says which there are."""


@dataclass(slots=True)
class State(Generic[S]):
    """The session right after a cell.

    number: the cell's execution count, 0 for the empty start. parent: the number of the state it was made from.
    label: the first line of the cell. failed: whether the cell ended in an error. size: bytes of the dump.
    snapshot: what brings it back; None once it has been dropped.
    """

    number: int
    parent: int | None
    label: str
    failed: bool
    snapshot: S | None
    size: int
    created: float = field(default_factory=time.time)
    names: set[str] = field(default_factory=set)


class Timeline(Generic[S]):
    """Every state of a session, by number. Going back and running on makes a branch; nothing is forgotten by it."""

    def __init__(self, start: S, size: int) -> None:
        self._states: dict[int, State[S]] = {0: State(0, None, "", False, start, size)}
        self._names: dict[str, int] = {}
        self._forward: dict[int, int] = {}  # the child that was left last: where %redo leads
        self.current = 0

    def __len__(self) -> int:
        return len(self._states)

    def __iter__(self) -> Iterator[State[S]]:
        return iter(sorted(self._states.values(), key=lambda state: state.number))

    def record(self, number: int, label: str, failed: bool, snapshot: S, size: int) -> State[S]:
        """Add the state after a cell that ran in the present state, and be there.

        Raises:
            ValueError: a cell of this number has a state already; counts never repeat.
        """
        if number in self._states:
            raise ValueError(f"there is a state {number} already")
        state = State(number, self.current, label, failed, snapshot, size)
        self._states[number] = state
        self._go(number)
        return state

    def __getitem__(self, number: int) -> State[S]:
        try:
            return self._states[number]
        except KeyError:
            raise NoSuchState(f"There is no state {number}. %snapshots lists the states there are.") from None

    def find(self, text: str) -> State[S]:
        """The state of this name or number.

        Raises:
            NoSuchState: there is none.
        """
        if text in self._names:
            return self[self._names[text]]
        if text.isdecimal() and len(text) < 19:
            return self[int(text)]
        known = ", ".join(sorted(self._names)[:20])
        raise NoSuchState(
            f"There is no state named {text!r}. " + (f"Names: {known}." if known else "None is named yet.")
        )

    def back(self, cells: int) -> State[S]:
        """The state before the last `cells` cells of this branch.

        Raises:
            NoSuchState: fewer cells led here.
        """
        number: int | None = self.current
        for done in range(cells):
            assert number is not None
            number = self._states[number].parent
            if number is None:
                raise NoSuchState(
                    "There is nothing to undo: this is the start."
                    if not done
                    else f"Only {done} cell{'s' * (done > 1)} led here: %undo {done} goes back to the start."
                )
        assert number is not None
        return self._states[number]

    def forward(self, cells: int) -> State[S]:
        """The state `cells` cells further on the branch that was left last.

        Raises:
            NoSuchState: it ends before.
        """
        number = self.current
        for done in range(cells):
            if number not in self._forward:
                raise NoSuchState(
                    "There is nothing to redo: no cell was undone here."
                    if not done
                    else f"Only {done} cell{'s' * (done > 1)} can be done again: %redo {done}."
                )
            number = self._forward[number]
        return self._states[number]

    def go(self, state: State[S]) -> None:
        """Be in this state from now on."""
        self._go(state.number)

    def _go(self, number: int) -> None:
        # the whole way to a state is where %redo leads from each of its ancestors
        self.current = number
        child = number
        while (parent := self._states[child].parent) is not None and self._forward.get(parent) != child:
            self._forward[parent] = child
            child = parent

    def name(self, name: str) -> State[S]:
        """Name the present state; a name moves if it is given again."""
        old = self._names.get(name)
        if old is not None:
            self._states[old].names.discard(name)
        self._names[name] = self.current
        self._states[self.current].names.add(name)
        return self._states[self.current]

    def children(self, number: int) -> list[State[S]]:
        """The states made from this one, oldest first."""
        return [state for state in self if state.parent == number]
