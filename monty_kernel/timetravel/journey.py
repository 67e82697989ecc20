"""One way through the states of a session, which finds out on it which cells changed nothing.

Two things prove that. The source of a cell only looks at what is plain data in the state before it: then the state is
loaded that one cell, or several in a row, began with. Or two states are the same in every part: then both are loaded, if
their variables look alike at all. Whatever neither proves counts as a change.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from monty_kernel.engine import prelude
from monty_kernel.engine.snapshot import Recorder

from .differences import MOST_SECONDS, SAME, Survey, compare, not_compared, survey
from .looks import Look, look

if TYPE_CHECKING:
    from monty_kernel.engine.engine import Engine
    from monty_kernel.engine.source import CellSource
    from monty_kernel.engine.written import Written

    from .packing import Kept
    from .timeline import State, Timeline

_PARTS = (prelude.LENGTHS, prelude.VARIABLES, prelude.OVERVIEW, prelude.PROOF)
_SHOWN = 6  # cells or names that a report lists


class _Proof(NamedTuple):
    """What a state consists of. anatomy: by name; "?" for what cannot be compared. written: its files in memory."""

    anatomy: Mapping[str, str]
    written: Written


class _Unseeded(Recorder):
    """Seeds a generator of random numbers that nobody has used yet always in the same way, so that it can be compared."""

    def call(self, name: str, answer: Callable[[], Any]) -> Any:
        """The host's answer, or zeros for a seed."""
        result: Any = answer()
        seed = result.get("return_value")
        return {"return_value": bytes(len(seed))} if name == "os.urandom" and isinstance(seed, bytes) else result


class Journey:
    """For the sandbox thread, between two feeds. Whoever makes it brings the session back if an exception ends it.

    Args:
        engine: Runs the session.
        timeline: The states that there are.
        load: Makes the session what it was in a state; whether that came from the disk. Raises NoSuchState.
        magics: The names of the line magics that only look.
        quick: Whether surveys look through little of each state.
    """

    def __init__(
        self,
        engine: Engine,
        timeline: Timeline[Kept],
        load: Callable[[State[Kept]], bool],
        magics: Collection[str] = (),
        *,
        quick: bool = False,
    ) -> None:
        self._engine = engine
        self._timeline = timeline
        self._load = load
        self._magics = magics
        self._quick = quick
        self._at = timeline[timeline.current]
        self._is_clean = True  # whether the session is the state's own, and not one that was asked what may change it
        self._from_disk: dict[int, bool] = {}
        self._surveys: dict[int, Survey | None] = {}
        self._proofs: dict[int, _Proof | None] = {}
        self._typed = _Typed(engine.session.typed())
        self.passed: list[State[Kept]] = []
        """The states whose cells changed nothing, the newest first."""
        self.doubt: tuple[str, ...] = ()
        """What cannot be compared, so that the cell that was asked about last counts as one that changed something."""
        self.unseen: tuple[str, ...] = ()
        """What that cell changed besides variables that reports show."""

    @property
    def visited(self) -> list[State[Kept]]:
        """The states that were loaded."""
        return [self._timeline[number] for number in self._from_disk]

    @property
    def has_moved(self) -> bool:
        """Whether the session may be another one than at the start."""
        return bool(self._from_disk) or not self._is_clean

    def arrive(self, state: State[Kept]) -> bool:
        """Make the session what it was in a state; whether that came from the disk. Raises NoSuchState."""
        if self._at is not state or not self._is_clean:
            self._visit(state, again=True)
        return self._from_disk.get(state.number, False)

    def _visit(self, state: State[Kept], *, again: bool = False) -> None:
        if self._at is not state or again:
            stored = self._load(state)
            self._from_disk[state.number] = self._from_disk.get(state.number, False) or stored
            self._at, self._is_clean = state, True

    def survey(self, state: State[Kept]) -> Survey | None:
        """The variables of a state. Raises NoSuchState."""
        if state.number not in self._surveys:
            self._visit(state)
            self._surveys[state.number] = survey(self._engine, quick=self._quick)
        return self._surveys[state.number]

    # Which cells changed nothing

    def looks(self, state: State[Kept]) -> bool:
        """Whether it is proved that the cell of a state changed nothing. Raises NoSuchState."""
        self.doubt = self.unseen = ()
        if state.look is None:
            state.look = self._only_looks(state) or self._is_the_same(state)
        if state.look and state not in self.passed:
            self.passed.append(state)
        return bool(state.look)

    def _only_looks(self, state: State[Kept]) -> bool:
        first = self._look(state)
        if first is None:
            return False
        if not first.data and not first.modules:
            return True
        row = list(self._row(state))
        if self._are_looks(row):
            for each, _ in row:
                each.look = True
            return True
        return len(row) > 1 and self._are_looks(row[:1])

    def _row(self, state: State[Kept]) -> Iterator[tuple[State[Kept], Look]]:
        """A state and those before it, as long as the source of their cells may only look."""
        here = state
        while here.parent is not None and here.look is not False and (found := self._look(here)) is not None:
            yield here, found
            here = self._timeline[here.parent]

    def _look(self, state: State[Kept]) -> Look | None:
        source = state.source if state.number < 0 else self._typed.source(f"In[{state.number}]")
        return None if source is None else look(source, self._magics)

    def _are_looks(self, row: list[tuple[State[Kept], Look]]) -> bool:
        """Whether these cells, the newest first, changed nothing: none did if all they name was plain before them."""
        names = sorted({name for _, found in row for name in found.data | found.modules})
        before = row[-1][0].parent
        assert before is not None
        if names:
            self._visit(self._timeline[before])
        quick = not self._typed.has("defaultdict")
        kinds = self._asked(f"__mk_steady(__mk_b_locals(), {names!r}, {quick})") if names else {}
        return isinstance(kinds, dict) and all(found.is_one(kinds) for _, found in row)

    def _is_the_same(self, state: State[Kept]) -> bool:
        """Whether a state is the one before it in every part."""
        if state.parent is None:
            return False
        before = self._timeline[state.parent]
        now, then = self.survey(state), self.survey(before)
        if now is None or then is None:
            return False
        found = compare(then, now)
        if found.added or found.changed or found.removed:
            return False
        here, there = (self._proof(each) for each in sorted((state, before), key=lambda each: each is not self._at))
        if here is None or there is None:
            return False
        self.doubt = tuple(
            sorted(
                name
                for name in {*here.anatomy, *there.anatomy}
                if "?" in (here.anatomy.get(name), there.anatomy.get(name)) and not name.startswith("Out[")
            )
        )
        first, second = _common(here.anatomy, there.anatomy), _common(there.anatomy, here.anatomy)
        self.unseen = tuple(sorted(name for name in {*first, *second} if first.get(name) != second.get(name)))
        return not self.doubt and not self.unseen and here.written == there.written

    def _proof(self, state: State[Kept]) -> _Proof | None:
        if state.number not in self._proofs:
            self._visit(state)
            drawn, computed = self._typed.has("random"), self._typed.has("decimal")
            anatomy = self._asked(f"__mk_proof(__mk_b_locals(), {drawn}, {computed})")
            self._is_clean = self._is_clean and not drawn
            written = self._engine.access.freeze()
            known = isinstance(anatomy, dict) and not (self._from_disk.get(state.number) and written.layers)
            self._proofs[state.number] = _Proof(anatomy, written) if known else None
        return self._proofs[state.number]

    def _asked(self, question: str) -> Any:
        parts = {part: prelude.source(part) for part in _PARTS}
        return self._engine.session.evaluate(question, parts, _Unseeded(), MOST_SECONDS)

    # What the report says of it

    def explain(self, report: str) -> str:
        """The report of what changed. If it has nothing to tell, why the cell that was undone counts all the same."""
        if report != SAME:
            return report
        return not_compared(self.doubt) or (f"changed: {listed(self.unseen)}" if self.unseen else report)

    def said_of_passed(self) -> str:
        """One more sentence, about the cells that were passed over; empty without any."""
        if not self.passed:
            return ""
        cells = [_cell(state) for state in reversed(self.passed)]
        return f" {listed(cells)} changed nothing, so {'it was' if len(cells) == 1 else 'they were'} passed over."


class _Typed:
    """What the person typed, by the labels of cells, read as far as it is asked for."""

    def __init__(self, sources: Iterator[CellSource]) -> None:
        self._left = sources
        self._known: dict[str, str | None] = {}
        self._expressed = False  # whether the cell that comes next, which ran before, was followed by expressions
        self._words: dict[str, bool] = {}
        self._texts: list[str] = []

    def source(self, label: str) -> str | None:
        """The source of a cell; None if it is not known, or if more ran with it."""
        while label not in self._known and self._read():
            pass
        return self._known.get(label)

    def has(self, word: str) -> bool:
        """Whether any text has a word, or might have it in other letters or in a text that it runs."""
        while self._read():
            pass
        if word not in self._words:
            self._words[word] = any(
                word in text or "exec" in text or "eval" in text or not text.isascii() for text in self._texts
            )
        return self._words[word]

    def _read(self) -> bool:
        cell = next(self._left, None)
        if cell is None:
            return False
        self._texts.append(cell.text)
        if cell.label.startswith("In["):
            self._known.setdefault(cell.label, None if self._expressed else cell.text)
        self._expressed = not cell.label.startswith("In[")
        return True


def _common(anatomy: Mapping[str, str], other: Mapping[str, str]) -> dict[str, str]:
    """What has to be the same in both: not results that only one of them has."""
    return {name: part for name, part in anatomy.items() if not name.startswith("Out[") or name in other}


def _cell(state: State[Any]) -> str:
    return f"In[{state.number}]" if state.number > 0 else f"the cell {state.label!r}"


def listed(words: Sequence[str]) -> str:
    """Cells or names in a sentence: the first of them, and how many more there are."""
    if len(words) > _SHOWN:
        return f"{', '.join(words[:_SHOWN])} and {len(words) - _SHOWN} more"
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
