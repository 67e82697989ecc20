"""What named states keep in the store: the bytes that no collection gives back."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING

from .contents import Contents
from .errors import StateRefused
from .naming import Pinned
from .rows import each

if TYPE_CHECKING:
    import sqlite3


def pinned(db: sqlite3.Connection, contents: Contents, session: str, without: str) -> Pinned:
    """What named states keep in the store, each with the journalled cells and the snapshot that it takes to come back.

    without: a name of the session that is to move to another state, and counts no longer for the one that has it.
    """
    named: dict[str, list[int]] = {}
    for whose, name, number in db.execute("SELECT session, name, number FROM names"):
        if (whose, name) != (session, without):
            named.setdefault(whose, []).append(number)
    chunks: dict[str, set[int]] = {}
    entries: dict[str, int] = {}
    for whose, numbers in named.items():
        chunks[whose], entries[whose] = _of_session(db, contents, whose, numbers)
    sizes = {
        number: int(size or 0)
        for number, size in each(
            db, "SELECT id, length(data) FROM chunks WHERE id IN", sorted(set().union(*chunks.values()))
        )
    }
    own = sum(sizes.get(number, 0) for number in chunks.get(session, ())) + entries.get(session, 0)
    return Pinned(own, sum(sizes.values()) + sum(entries.values()))


def _of_session(
    db: sqlite3.Connection, contents: Contents, session: str, numbers: Iterable[int]
) -> tuple[set[int], int]:
    rows = db.execute(
        "SELECT number, parent, chunks, length(entry) FROM cells LEFT JOIN states USING (session, number) WHERE session = ?",
        (session,),
    )
    cells = {number: (parent, packed, size or 0) for number, parent, packed, size in rows}
    chunks: set[int] = set()
    seen: set[int] = set()
    size = 0
    for number in numbers:
        here: int | None = number
        while here is not None and here in cells and here not in seen:
            seen.add(here)
            parent, packed, entry = cells[here]
            size += entry
            if isinstance(packed, bytes):
                with suppress(StateRefused):  # it is damaged, and keeps nothing
                    chunks.update(contents.numbers(packed))
                break
            here = parent
    return chunks, size
