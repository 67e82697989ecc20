"""A cell that ran, and what the host told it: enough to run it again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

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
