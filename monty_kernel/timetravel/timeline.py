"""The states of one session: a tree that grows by a state with every cell, the person's place in it, and names for states."""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from .descriptions import Description

S = TypeVar("S")


class NoSuchState(Exception):
    """There is no such state, or it cannot be loaded. The message says why, or which states there are."""


@dataclass(slots=True)
class State(Generic[S]):
    """The session right after a cell.

    One is kept for every cell, so fields that are mostly empty take no room: an empty set each would be 216 bytes.

    Attributes:
        number: The cell's execution count; 0 for the empty start; below 0 for a cell outside the history.
        parent: The number of the state that the cell started from.
        label: The first line of the cell, one object for all that begin alike.
        failed: Whether the cell ended in an error.
        snapshot: What restores it; None once it has been dropped.
        size: Bytes of the dump.
        created: Seconds since the epoch.
        names: The names that the person gave it.
        onwards: The number of its child that was left last, where %redo leads.
        beside: The number of the child of its parent where %redo led before the cell ran.
        look: Whether it was proved that the cell changed nothing; None if nobody has asked yet.
        source: The cell's, if it is outside the history; no log knows it by its number.
        cell_id: What the front end calls the cell; None if it did not say.
        description: What it holds and what the cell changed; None if nobody has looked.
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
    beside: int | None = None
    look: bool | None = None
    source: str | None = None
    cell_id: str | None = None
    description: Description | None = None

    @property
    def place(self) -> str:
        """Where the state stands, in the words of a report: "after In[3]"."""
        if self.number < 0:
            return f"after the cell {self.label!r}"
        return f"after In[{self.number}]" if self.number else "at the start"


class Timeline(Generic[S]):
    """Every state of a session, by number. Going back and running on makes a branch, and nothing is forgotten.

    Attributes:
        id: Tells it from all others, also from those of other kernels, whose states have the same numbers.
    """

    def __init__(self, start: S, size: int) -> None:
        self.id = _new_id()
        self._states: dict[int, State[S]] = {0: State(0, None, "", False, start, size)}
        self._names: dict[str, int] = {}
        self._unnumbered = 0
        self.current = 0

    @classmethod
    def of(cls, states: Iterable[State[S]], current: int) -> Timeline[S]:
        """The timeline of a session that is taken up again. A state whose parent is missing begins a tree of its own.

        current: The number of the present state; the last state if it is missing.

        Raises:
            NoSuchState: There are no states.
        """
        made = cls.__new__(cls)
        made.id = _new_id()
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

    def __contains__(self, number: int) -> bool:
        return number in self._states

    def newest(self, count: int) -> list[State[S]]:
        """The states that were made last, the last one first."""
        return list(islice(reversed(self._states.values()), count))

    def __iter__(self) -> Iterator[State[S]]:
        return iter(self._states.values())  # in the order in which they were made

    def record(self, number: int, label: str, failed: bool, snapshot: S, size: int) -> State[S]:
        """Add the state after a cell that ran in the present state, and make it the present one.

        number: 0 for a cell outside the history.

        Raises:
            ValueError: There is a state with this number already. Counts never repeat.
        """
        if number == 0:
            self._unnumbered -= 1
            number = self._unnumbered
        if number in self._states:
            raise ValueError(f"there is a state {number} already")
        state = State(number, self.current, sys.intern(label), failed, snapshot, size)
        state.beside = self._states[self.current].onwards
        self._states[number] = state
        self._lead(self.current, number)
        self.current = number
        return state

    def __getitem__(self, number: int) -> State[S]:
        try:
            return self._states[number]
        except KeyError:
            raise NoSuchState(f"There is no state {number}. %snapshots lists the states there are.") from None

    def find(self, text: str) -> State[S]:
        """The state with this name or number.

        Raises:
            NoSuchState: There is none.
        """
        if text in self._names:
            return self[self._names[text]]
        if text.isdecimal() and len(text) < 19:
            return self[int(text)]
        known = ", ".join(sorted(self._names)[:20])
        raise NoSuchState(
            f"There is no state named {text!r}. " + (f"Names: {known}." if known else "No state has a name yet.")
        )

    def back(
        self, cells: int, *, numbered: bool = True, looks: Callable[[State[S]], bool] = lambda state: False
    ) -> State[S]:
        """The state before the last `cells` cells of this branch.

        numbered: Count only cells of the history.
        looks: Whether the cell of a state changed nothing, so that it is not counted.

        Raises:
            NoSuchState: Fewer cells led here.
        """
        here = self._states[self.current]
        done = 0
        while done < cells:
            if here.parent is None:
                raise NoSuchState(
                    f"There is nothing to undo: {self._why_nothing()}."
                    if not done
                    else f"Only {done} cell{'s' * (done > 1)} led here: %undo {done} goes back to the start."
                )
            if not numbered or here.number > 0:
                done += not looks(here)
            here = self._states[here.parent]
        return here

    def _why_nothing(self) -> str:
        return "no cell has changed anything" if self._states[self.current].parent is not None else "this is the start"

    def forward(
        self, cells: int, *, numbered: bool = True, looks: Callable[[State[S]], bool] = lambda state: False
    ) -> State[S]:
        """The state `cells` cells further on the branch that was left last, with cells that follow and are not counted.

        Args:
            numbered: Count only cells of the history.
            looks: Whether the cell of a state changed nothing. Such cells begin no branch; cells that are known for it
                are not counted.

        Raises:
            NoSuchState: The branch ends before.
        """

        def counts(state: State[S]) -> bool:
            return (not numbered or state.number > 0) and not state.look

        start, here = self._where_left(numbered, looks)
        done = 0
        while here is not None and done < cells:
            start = self._states[here]
            done += counts(start)
            here = start.onwards
        if done < cells and (done or start.number == self.current):
            raise NoSuchState(
                "There is nothing to redo: no cell was undone here."
                if not done
                else f"Only {done} cell{'s' * (done > 1)} can be done again: %redo {done}."
            )
        while here is not None and not counts(self._states[here]):
            start = self._states[here]
            here = start.onwards
        return start

    def _where_left(self, numbered: bool, looks: Callable[[State[S]], bool]) -> tuple[State[S], int | None]:
        """The state where a branch was left, and the next one on it: the present one, or before cells that only looked.

        Raises:
            NoSuchState: A cell that changed something began a branch.
        """
        here = self._states[self.current]
        if here.onwards is not None:
            return here, here.onwards
        while here.parent is not None and ((numbered and here.number < 0) or looks(here)):
            parent = self._states[here.parent]
            other = here.beside if parent.onwards == here.number else parent.onwards
            if other is not None:
                return parent, other
            here = parent
        began = self._branch(here, looks)
        if began is not None:
            number, tip = began
            raise NoSuchState(
                f"There is nothing to redo: In[{number}] began a new branch; %restore {tip} goes back to the old one."
            )
        return self._states[self.current], None

    def _branch(self, state: State[S], looks: Callable[[State[S]], bool]) -> tuple[int, int] | None:
        """The cell that began the branch of a state, and the last state of the branch that it left; None if it is the
        first."""
        way: list[State[S]] = []
        here = state
        while here.parent is not None:
            way.append(here)
            if here.beside is not None:
                tip = here.beside
                while (further := self._states[tip].onwards) is not None:
                    tip = further
                began = next(each.number for each in reversed(way) if each is state or not looks(each))
                return (began, tip) if began > 0 and tip > 0 else None
            here = self._states[here.parent]
        return None

    def way_back(self) -> Iterator[State[S]]:
        """The present state and those before it, back to the start."""
        number: int | None = self.current
        while number is not None:
            yield self._states[number]
            number = self._states[number].parent

    def go(self, state: State[S]) -> None:
        """Make this state the present one."""
        self._go(state.number)

    def _go(self, number: int) -> None:
        # the whole way to a state is where %redo leads from each of its ancestors
        self.current = number
        child = number
        while (above := self._states[child].parent) is not None:
            self._lead(above, child)
            child = above

    def _lead(self, parent: int, child: int) -> None:
        state = self._states[parent]
        if child > 0 or state.onwards is None or state.onwards < 0:  # cells outside the history take no %redo away
            state.onwards = child

    def name(self, name: str, number: int | None = None) -> State[S]:
        """Name a state, by default the present one. A name that another state has moves."""
        number = self.current if number is None else number
        old = self._names.get(name)
        if old is not None:
            self._states[old].names -= {name}
        self._names[name] = number
        self._states[number].names |= {name}
        return self._states[number]

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


def first_line(source: str) -> str:
    """The first line of a cell that is not blank, for a list of states; at most 60 characters."""
    match = re.search(r"\S.*", source)  # faster than splitting a large cell
    line = match.group().splitlines()[0].rstrip() if match else ""
    return line if len(line) <= 60 else line[:59] + "…"


NAME = re.compile(r"[^\W\d_][\w.-]{0,99}")
"""What a state may be named."""

NAME_IS = "a name begins with a letter, has only letters, digits, '_', '-' and '.', and at most 100 characters"


def _new_id() -> str:
    return os.urandom(8).hex()
