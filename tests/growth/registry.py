"""All entries by their names. Importing this loads the whole package, so only the probe and the tests' own process do."""

from __future__ import annotations

from functools import cache

from .controls import CONTROLS, INNOCENT
from .entries import asked, cells, failures, files, magics, shown
from .entry import Entry
from .patterns import ENTRIES as PATTERNS

ENTRIES: tuple[Entry, ...] = (
    *shown.ENTRIES, *cells.ENTRIES, *asked.ENTRIES, *failures.ENTRIES, *files.ENTRIES, *magics.ENTRIES, *PATTERNS,
)  # fmt: skip


@cache
def _named() -> dict[str, Entry]:
    named = {entry.name: entry for entry in (*ENTRIES, *CONTROLS, *INNOCENT)}
    assert len(named) == len(ENTRIES) + len(CONTROLS) + len(INNOCENT), "two entries of one name"
    return named


def find(name: str) -> Entry:
    """The entry of this name."""
    return _named()[name]
