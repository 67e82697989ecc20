"""What the states of a session must hold whose cells leave marks in the list `log`: told from the cells' text alone."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace

Log = tuple[int, ...]
HUGE = "'x' * (1 << 31)"
"""Takes more than a session's memory: the worker is lost."""


@dataclass(frozen=True)
class Marked:
    """A session at one moment.

    states: what `log` holds in each, and its parent, by number. current: where the session is. made: the last mark.
    next: the number of the next cell.
    """

    states: dict[int, tuple[Log, int | None]]
    current: int
    next: int
    made: int = 0
    names: dict[str, int] = field(default_factory=dict)

    @property
    def log(self) -> Log:
        """What `log` holds."""
        return self.states[self.current][0]

    def ran(self, log: Log, name: str = "") -> Marked:
        """A cell has left this."""
        states = {**self.states, self.next: (log, self.current)}
        names = {**self.names, name: self.next} if name else self.names
        return replace(self, states=states, current=self.next, next=self.next + 1, names=names)

    def marked(self, name: str = "") -> Marked:
        """A cell has left the next mark."""
        return replace(self, made=self.made + 1).ran((*self.log, self.made + 1), name)

    def went(self, number: int) -> Marked:
        """A line has gone to this state."""
        return replace(self, current=number)

    def over(self) -> Marked:
        """A cell has left no state."""
        return replace(self, next=self.next + 1, made=self.made + 1)

    def follows(self, found: dict[int, int | None]) -> bool:
        """Whether these are its states, with their parents."""
        return {number: parent for number, (_, parent) in self.states.items()} == found


Step = tuple[str, Marked]
"""A cell, and the session after it."""


def any_cell(here: Marked, chance: random.Random) -> Step:
    """A cell of a random kind."""
    kinds: list[Callable[[Marked, random.Random], Step]] = [_leaves_a_mark] * 12
    kinds += [_loses_its_worker, _resets, _goes_back, _goes_back, _branches, _branches, _goes_to_a_name]
    return chance.choice(kinds)(here, chance)


def _leaves_a_mark(here: Marked, chance: random.Random) -> Step:
    mark = here.made + 1
    add, name = f"log.append({mark})", f"n{mark}"
    named = f"{add}\n%snapshot {name}"
    code = chance.choice(
        [
            add,
            f"{add}\nprint('x' * 100)\nlen(log)",
            f"import random\nlog.append(random.randint({mark}, {mark}))",
            f"import time\ntime.sleep(0.002)\n{add}",
            f"rows = [{{'i': i}} for i in range({chance.choice([10, 3000])})]\n{add}",
            f"%time {add}",
            f"{add}\n1 / 0",
            named,
        ]
    )
    return code, here.marked(name if code is named else "")


def _loses_its_worker(here: Marked, chance: random.Random) -> Step:
    return f"log.append({here.made + 1})\n{HUGE}", here.over()


def _resets(here: Marked, chance: random.Random) -> Step:
    after = replace(here, made=here.made + 1)
    return f"%reset -f\nlog = [{after.made}]", after.ran((after.made,))


def _goes_back(here: Marked, chance: random.Random) -> Step:
    number, back = here.states[here.current][1], 1
    while number and back < 3 and chance.random() < 0.5 and here.states[number][1]:
        number, back = here.states[number][1], back + 1
    return (f"%undo {back}", here.went(number).over()) if number else _leaves_a_mark(here, chance)


def _branches(here: Marked, chance: random.Random) -> Step:
    number = chance.choice([each for each in here.states if each][-20:])
    there = here.went(number)
    return f"%restore {number}\nlog.append({here.made + 1})", there.marked()


def _goes_to_a_name(here: Marked, chance: random.Random) -> Step:
    if not here.names:
        return _leaves_a_mark(here, chance)
    name = chance.choice(list(here.names)[-5:])
    return f"%restore {name}", here.went(here.names[name]).over()
