"""The cells that led to a state: what tracebacks and completion need to know of them. A chain that branches share."""

from __future__ import annotations

from collections.abc import Iterator

from .cell import Feed
from .sources import CellSource


class Trail:
    """One step of the way, and those before it. Only the last step of a chain is added to; snapshots keep the others."""

    __slots__ = ("before", "own_cells", "own_feeds")

    def __init__(self, before: Trail | None = None) -> None:
        self.before = before
        self.own_feeds: dict[int, Feed] = {}
        self.own_cells: list[CellSource] = []

    def add_feed(self, number: int, feed: Feed) -> None:
        """Note what the session's feed `number` was made of."""
        self.own_feeds[number] = feed

    def add_cell(self, cell: CellSource) -> None:
        """Note a cell that ran, as plain Python."""
        self.own_cells.append(cell)

    def feed(self, number: int) -> Feed | None:
        """The feed that tracebacks call `<python-input-number>`."""
        step: Trail | None = self
        while step is not None:
            if number in step.own_feeds:
                return step.own_feeds[number]
            step = step.before
        return None

    def sources(self) -> Iterator[CellSource]:
        """The cells that were fed, as the person typed them, newest first."""
        step: Trail | None = self
        last: CellSource | None = None
        while step is not None:
            for number in sorted(step.own_feeds, reverse=True):
                cell = step.own_feeds[number].cell
                if cell is not last:
                    yield cell
                last = cell
            step = step.before

    def cells(self) -> list[CellSource]:
        """What ran, oldest first."""
        steps: list[list[CellSource]] = []
        step: Trail | None = self
        while step is not None:
            steps.append(step.own_cells)
            step = step.before
        return [cell for cells in reversed(steps) for cell in cells]
