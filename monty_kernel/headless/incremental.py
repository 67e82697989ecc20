"""Runs of a notebook that begin with the first cell that changed since an earlier run.

Whatever is in doubt runs. A cell that failed, or asked for something from outside, ends what can be kept of a run, so that
it and all cells after it run each time.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from monty_kernel.store import StoreError

from .asked import Asking, needs_states
from .kept_runs import Found, KeptCell, KeptRuns

if TYPE_CHECKING:
    from monty_kernel.engine.engine import Engine
    from monty_kernel.settings import Settings

MOST_SHOWN = 8 << 20
"""Characters of output of a cell that are kept."""


class Wanted(NamedTuple):
    """That cells which did not change need not run.

    Attributes:
        notebook: What tells the notebook from others.
        replay: Also those that asked for something from outside: they keep the answers that they got.
        cleans: Drop what is old from the whole store when the run is over, as the settings say.
    """

    notebook: str
    replay: bool = False
    cleans: bool = False


class Skipped(NamedTuple):
    """What was not run again.

    Attributes:
        cells: How many cells, from the first on.
        why: Why no more; empty if that needs no word, since the next cell is new or changed.
        replayed: What cells of them had asked for, each with the cell's number.
    """

    cells: int = 0
    why: str = ""
    replayed: tuple[tuple[int, str], ...] = ()

    @property
    def said(self) -> str:
        """The same in words."""
        parts = [f"{self.cells} cell{'s' * (self.cells != 1)} not run again" if self.cells else "all cells run"]
        if self.replayed:
            cells = ", ".join(f"cell {number} {asked}" for number, asked in self.replayed)
            parts.append(f"with the answers of an earlier run: {cells}")
        return "; ".join([*parts, *([self.why] if self.why else [])])


class IncrementalRun:
    """What one run takes from earlier ones, and leaves to later ones. For the thread of the run.

    Args:
        wanted: How.
        sources: The sources of the cells that are to run, in order.
        settings: Those of the run.
        others: What else decides what cells do.
    """

    def __init__(self, wanted: Wanted, sources: Sequence[str], settings: Settings, others: Mapping[str, Any]) -> None:
        self._wanted = wanted
        self._sources = sources
        self._why = _why_not(sources, settings)
        self._kept: KeptRuns | None = None
        self._keys: Sequence[str] = ()
        self._pending: list[KeptCell] = []
        self._asking: Asking | None = None
        self._found: Found | None = None
        if not self._why:
            try:
                self._kept = KeptRuns(wanted.notebook, settings, others)
                self._keys = self._kept.keys(sources)
            except StoreError as error:
                self._why = f"nothing is kept: {error}"

    def find(self) -> Found | None:
        """The cells that need not run, and the session after them."""
        if self._kept is None:
            return None
        try:
            self._found = self._kept.find(self._keys, replay=self._wanted.replay)
        except (StoreError, ValueError) as error:
            self.cannot_use(str(error))
        return self._found

    def cannot_use(self, why: str) -> None:
        """What was found does not help: all cells run."""
        self._found = None
        self._why = f"what is kept of earlier runs cannot be used: {why}"
        if self._kept is not None:
            self._kept.start_over()

    def begin(self, modules: Collection[str], *, has_mounts: bool) -> None:
        """The cells run from now on. modules: The names of the tools' modules."""
        self._asking = Asking(modules, has_mounts=has_mounts)
        for source in self._sources[: len(self._found.cells) if self._found is not None else 0]:
            self._asking.by_source(source)

    def ran(self, index: int, engine: Engine, kept: Callable[[str, str], KeptCell], why_not: str) -> None:
        """A cell has run. index: Among the cells that were to run.

        Args:
            kept: Makes what is kept of it, of its key and what it asked for.
            why_not: Why it is not kept; empty if nothing speaks against it.
        """
        if self._kept is None or self._asking is None:
            return
        in_source = self._asking.by_source(self._sources[index])
        asked = self._asking.by_run(engine.last_run, engine.written)
        if asked is None or (asked.has_answer and in_source is not None):
            asked = in_source
        if asked is not None and not (asked.has_answer and self._wanted.replay):
            why_not = why_not or asked.said
        if why_not:
            self._end(f"cell {index + 1} {why_not}, so it and the cells after it always run")
            return
        cell = kept(self._keys[index], "" if asked is None else asked.said)
        if cell.size > MOST_SHOWN:
            self._end(f"cell {index + 1} shows too much to be kept, so it and the cells after it always run")
            return
        self._pending.append(cell)

    def saved(self, index: int, engine: Engine) -> None:
        """The state after a cell was saved, perhaps as one from which cells have to run again."""
        snapshot = engine.snapshot
        if self._kept is None or not self._pending or snapshot is None or snapshot.reruns or engine.unsaved:
            return
        if self._pending[-1].key == self._keys[index]:
            self._kept.keep(self._pending, self._sources[index], snapshot)
            self._pending = []

    def _end(self, why: str) -> None:
        """Keep nothing more."""
        self._why = self._why or why
        self._asking = None

    def close(self) -> Skipped:
        """Keep what is to be kept; what was not run again."""
        cells = () if self._found is None else self._found.cells
        why = [self._why] if self._why else []
        if self._kept is not None:
            self._kept.close(cleans=self._wanted.cleans)
            again, left = self._kept.stateless, len(self._pending)
            if self._kept.trouble and not why:
                why.append(f"nothing is kept: {self._kept.trouble}")
            if again:
                why.append(f"{_cells(len(cells), again)} ran again, since no state was kept after {_them(again)}")
            if left:
                first = self._keys.index(self._pending[0].key)
                why.append(f"no state is kept after {_cells(first, left)}, so the next run has {_them(left)} again")
        replayed = tuple((number, cell.asked) for number, cell in enumerate(cells, 1) if cell.asked)
        return Skipped(len(cells), "; ".join(why), replayed)


def _cells(before: int, count: int) -> str:
    """Some cells by their numbers. before: How many there are before them."""
    return f"cell {before + 1}" if count == 1 else f"cells {before + 1} to {before + count}"


def _them(count: int) -> str:
    return "it" if count == 1 else "them"


def _why_not(sources: Sequence[str], settings: Settings) -> str:
    """Why all cells have to run and nothing of the run is kept; empty if that is not so."""
    if settings.typecheck != "off":
        return "cells that are type-checked run each time"
    for number, source in enumerate(sources, 1):
        magic = needs_states(source)
        if magic is not None:
            return f"cell {number} has {magic}, which needs the cells before it"
    return ""
