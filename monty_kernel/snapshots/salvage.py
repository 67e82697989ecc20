"""What can still be read of a damaged file, copied into a new one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import sqlite3

_COLUMNS = {"chunks": 3, "states": 9, "cells": 10, "names": 4, "sessions": 8}


def salvage(damaged: Path, db: sqlite3.Connection) -> int:
    """Copy the rows of a damaged file into the open, empty one; how many snapshots that were.

    Rows are copied as they are: whoever reads one checks its signature.

    Raises:
        sqlite3.Error: the new file cannot be written.
    """
    import sqlite3

    try:
        old = sqlite3.connect(f"{damaged.absolute().as_uri()}?mode=rw", uri=True, isolation_level=None)
    except sqlite3.Error:
        return 0
    with closing(old):
        old.text_factory = lambda text: text.decode(errors="replace")
        with suppress(sqlite3.Error):
            old.execute("PRAGMA trusted_schema=OFF")
        db.execute("BEGIN")
        for table, columns in _COLUMNS.items():
            marks = ",".join("?" * columns)
            for row in _rows(old, table):
                if len(row) == columns:
                    db.execute(f"INSERT OR IGNORE INTO {table} VALUES ({marks})", row)
        db.execute("COMMIT")
    (count,) = db.execute("SELECT count(*) FROM states").fetchone()
    return int(count)


def _rows(old: sqlite3.Connection, table: str) -> Iterator[tuple[Any, ...]]:
    """The rows before the first damaged place and, from the other end, those after the last one."""
    import sqlite3

    for order in ("ASC", "DESC"):
        cursor = None
        try:
            cursor = old.execute(f"SELECT * FROM {table} ORDER BY rowid {order}")
            while (row := cursor.fetchone()) is not None:
                yield row
        except (sqlite3.Error, MemoryError, OverflowError):
            continue
        return
