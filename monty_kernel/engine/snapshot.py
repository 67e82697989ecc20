"""A session between two cells as a value, and the cells that have to run again to bring it back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from .access import Written
from .cell_log import CellLog
from .recorder import Entry
from .source.cell import Cell
from .source.rewrite import Action


class Journaled(NamedTuple):
    """Run again, the cell has the same outcome, but for what it reads off the clock."""

    cell: Cell
    number: int
    expressions: Mapping[str, str]
    entries: tuple[Entry, ...]
    failed: bool
    cut_short: bool = False
    """Whether an interrupt or the host kept a part of it from running at all, which run again nothing would stop, or the host
    told it more than is kept."""
    size: int = 0
    """About how many bytes it takes: its source and what the host told it."""

    @property
    def can_run_again(self) -> bool:
        """Not if the host did something to the session in the middle of it, or left a part out."""
        return not self.cut_short and not any(isinstance(step, Action) and step.changes for step in self.cell.steps)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A session between two cells.

    state: Monty's dump. next_feed: the number of its next feed. parts: what it was fed of the prelude. cell_log: the cells
    that led to it. unrecorded: cells whose source `In` in the sandbox lacks, with their numbers. reruns: the cells that
    ran since the dump, which was too dear to be taken after each of them. written: what cells had written in memory; None if that is not known.
    """

    state: bytes
    next_feed: int
    parts: frozenset[str]
    cell_log: CellLog
    unrecorded: tuple[tuple[int, str], ...] = ()
    reruns: tuple[Journaled, ...] = ()
    written: Written | None = None
