"""A session between two cells as a value, and the cells that have to run again to bring it back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from .access import Written
from .cell_log import CellLog
from .recorder import Entry
from .source import Action
from .source.cell import Cell


class Journaled(NamedTuple):
    """A cell that ran, and what the host told it. Run again, it does the same, but for what it reads off the clock.

    Attributes:
        number: Its execution count; 0 if it left no record.
        expressions: The user expressions, by name.
        entries: What the host told it.
        failed: Whether it raised.
        cut_short: Whether an interrupt or the host kept a part of it from running, which nothing would stop a second
            time; or the host told it more than is kept.
        size: About how many bytes the record takes: the cell's source and the host's answers.
    """

    cell: Cell
    number: int
    expressions: Mapping[str, str]
    entries: tuple[Entry, ...]
    failed: bool
    cut_short: bool = False
    size: int = 0

    @property
    def can_run_again(self) -> bool:
        """Not if the host changed the session in the middle of it, or a part of it did not run."""
        return not self.cut_short and not any(isinstance(step, Action) and step.changes for step in self.cell.steps)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A session between two cells.

    Attributes:
        state: Monty's dump.
        next_feed: The number of the session's next feed.
        parts: The names of the prelude's parts that it was fed.
        cell_log: The cells that led to it.
        unrecorded: Cells whose source `In` in the sandbox lacks, with their execution counts.
        reruns: The cells that ran since the dump, because another dump would have taken too long.
        written: What cells had written in memory; None if that is not known.
    """

    state: bytes
    next_feed: int
    parts: frozenset[str]
    cell_log: CellLog
    unrecorded: tuple[tuple[int, str], ...] = ()
    reruns: tuple[Journaled, ...] = ()
    written: Written | None = None

    def with_reruns(self, reruns: tuple[Journaled, ...], inputs: Mapping[int, str]) -> Snapshot:
        """The same dump with other cells to run again. Sources of those that do not run again go to `In` as well.

        Args:
            reruns: The cells to run again instead of the present ones.
            inputs: Further sources for `In`, by execution count.
        """
        sources = dict(self.unrecorded)
        sources |= {ran.number: ran.cell.source.text for ran in self.reruns if ran.number}
        sources |= inputs
        for ran in reruns:
            sources.pop(ran.number, None)
        return replace(self, reruns=reruns, unrecorded=tuple(sorted(sources.items())))
