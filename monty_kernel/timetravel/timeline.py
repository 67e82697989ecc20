"""The states of one session: a tree that grows by a state with every cell, and the place in it where the person is."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

S = TypeVar("S")


class NoSuchState(Exception):
    """There is no state of this number or name; the message says which there are."""


@dataclass(slots=True)
class State(Generic[S]):
    """The session right after a cell.

    number: the cell's execution count, 0 for the empty start; below 0 for a cell outside the history, which has none. parent: the number of the state it was made from.
    label: the first line of the cell, one text for all that begin alike. failed: whether the cell ended in an error. size: bytes of the dump.
    snapshot: what brings it back; None once it has been dropped. onwards: its child that was left last, where %redo leads.

    One is kept of every cell, so what most have nothing of takes no room: an empty set of each one's own would be 216 bytes.
    """

    number: int
    parent: int | None
    label: str
    failed: bool
    snapshot: S | None
    size: int
    created: float = field(default_factory=time.time)
    names: frozenset[str] = frozenset()
    onwards: int | None = None


class Timeline(Generic[S]):
    """Every state of a session, by number. Going back and running on makes a branch; nothing is forgotten by it."""

    def __init__(self, start: S, size: int) -> None:
        self._states: dict[int, State[S]] = {0: State(0, None, "", False, start, size)}
        self._names: dict[str, int] = {}
        self._unnumbered = 0
        self.current = 0

    @classmethod
    def of(cls, states: Iterable[State[S]], current: int) -> Timeline[S]:
        """The timeline of a session that is taken up again. A state whose parent is not among them begins a tree of its own.

        current: where the person is; the last one if that is not among them.

        Raises:
            NoSuchState: there is none.
        """
        made = cls.__new__(cls)
        made._states = {state.number: state for state in states}
        made._names = {name: state.number for state in made._states.values() for name in state.names}
        if not made._states:
            raise NoSuchState("Nothing of that session can be read.")
        for state in made._states.values():
            if state.parent not in made._states:
                state.parent = None
        made._unnumbered, made.current = 0, 0
        made._go(current if current in made._states else max(made._states))
        return made

    def __len__(self) -> int:
        return len(self._states)

    def __iter__(self) -> Iterator[State[S]]:
        return iter(self._states.values())  # in the order of their making

    def record(self, number: int, label: str, failed: bool, snapshot: S, size: int) -> State[S]:
        """Add the state after a cell that ran in the present state, and be there. number: 0 for a cell that has none.

        Raises:
            ValueError: a cell of this number has a state already; counts never repeat.
        """
        if number == 0:
            self._unnumbered -= 1
            number = self._unnumbered
        if number in self._states:
            raise ValueError(f"there is a state {number} already")
        state = State(number, self.current, sys.intern(label), failed, snapshot, size)
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
            f"There is no state named {text!r}. " + (f"Names: {known}." if known else "No state has a name yet.")
        )

    def back(self, cells: int, *, numbered: bool = True) -> State[S]:
        """The state before the last `cells` cells of this branch. numbered: count only cells of the history.

        Raises:
            NoSuchState: fewer cells led here.
        """
        here = self._states[self.current]
        done = 0
        while done < cells:
            if here.parent is None:
                raise NoSuchState(
                    "There is nothing to undo: this is the start."
                    if not done
                    else f"Only {done} cell{'s' * (done > 1)} led here: %undo {done} goes back to the start."
                )
            done += not numbered or here.number > 0
            here = self._states[here.parent]
        return here

    def forward(self, cells: int, *, numbered: bool = True) -> State[S]:
        """The state `cells` cells further on the branch that was left last, with what follows outside the history.

        Raises:
            NoSuchState: it ends before.
        """
        here = self._states[self.current]
        while here.number < 0 and here.onwards is None and here.parent is not None:
            here = self._states[here.parent]  # what ran there outside the history cannot be in the way
        done = 0
        while done < cells:
            if here.onwards is None:
                raise NoSuchState(
                    "There is nothing to redo: no cell was undone here."
                    if not done
                    else f"Only {done} cell{'s' * (done > 1)} can be done again: %redo {done}."
                )
            here = self._states[here.onwards]
            done += not numbered or here.number > 0
        while numbered and here.onwards is not None and here.onwards < 0:
            here = self._states[here.onwards]
        return here

    def go(self, state: State[S]) -> None:
        """Be in this state from now on."""
        self._go(state.number)

    def _go(self, number: int) -> None:
        # the whole way to a state is where %redo leads from each of its ancestors
        self.current = number
        child = number
        while (above := self._states[child].parent) is not None and (parent := self._states[above]).onwards != child:
            if child > 0 or parent.onwards is None or parent.onwards < 0:  # one outside the history takes no %redo away
                parent.onwards = child
            child = above

    def name(self, name: str) -> State[S]:
        """Name the present state; a name moves if it is given again."""
        old = self._names.get(name)
        if old is not None:
            self._states[old].names -= {name}
        self._names[name] = self.current
        self._states[self.current].names |= {name}
        return self._states[self.current]

    def unname(self, name: str) -> State[S] | None:
        """Take a name away from its state; None if no state has it."""
        number = self._names.pop(name, None)
        if number is None:
            return None
        self._states[number].names -= {name}
        return self._states[number]

    @property
    def names(self) -> list[str]:
        """All names that states have."""
        return list(self._names)

    def named(self) -> list[State[S]]:
        """The states that have a name."""
        return [self._states[number] for number in sorted(set(self._names.values()))]

    def children(self, number: int) -> list[State[S]]:
        """The states made from this one, oldest first."""
        return [state for state in self if state.parent == number]


def first_line(source: str) -> str:
    """What a list of states shows of a cell."""
    found = re.search(r"\S.*", source)  # a large cell is not split for it
    line = found.group().splitlines()[0].rstrip() if found else ""
    return line if len(line) <= 60 else line[:59] + "…"
