"""A session between two cells, as a value: what brings it back."""

from __future__ import annotations

from dataclasses import dataclass

from .cell_log import CellLog
from .host import Written
from .journal import Journaled


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
