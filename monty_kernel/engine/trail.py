"""The cells that led to a state: what tracebacks and completion need to know of them. A chain that branches share."""

from __future__ import annotations

from .cell import Feed
from .sources import CellSource


class Trail:
    """One step of the way, and those before it. Only the last step of a chain is added to; snapshots keep the others."""

    __slots__ = ("_cells", "_feeds", "before")

    def __init__(self, before: Trail | None = None) -> None:
        self.before = before
        self._feeds: dict[int, Feed] = {}
        self._cells: list[CellSource] = []

    def add_feed(self, number: int, feed: Feed) -> None:
        """Note what the session's feed `number` was made of."""
        self._feeds[number] = feed

    def add_cell(self, cell: CellSource) -> None:
        """Note a cell that ran, as plain Python."""
        self._cells.append(cell)

    def feed(self, number: int) -> Feed | None:
        """The feed that tracebacks call `<python-input-number>`."""
        step: Trail | None = self
        while step is not None:
            if number in step._feeds:
                return step._feeds[number]
            step = step.before
        return None

    def cells(self) -> list[CellSource]:
        """What ran, oldest first."""
        steps: list[list[CellSource]] = []
        step: Trail | None = self
        while step is not None:
            steps.append(step._cells)
            step = step.before
        return [cell for cells in reversed(steps) for cell in cells]
