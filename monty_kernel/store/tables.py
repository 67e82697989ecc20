"""The tables of a store's file, and how a new file is made."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3

NAME = "store-1.sqlite"
"""The number is that of the tables: another version of them is another file."""

# The rows are small but for their last column, so that SQLite finds all others without reading on.
TABLES = (
    "CREATE TABLE sessions (id TEXT PRIMARY KEY, notebook TEXT, started REAL, ended REAL, how TEXT, versions TEXT,"
    " current INTEGER, tag BLOB)",
    "CREATE TABLE cells (session TEXT, number INTEGER, parent INTEGER, parent_tag BLOB, created REAL, label TEXT,"
    " failed INTEGER, digest BLOB, tag BLOB, entry BLOB, PRIMARY KEY (session, number))",
    "CREATE TABLE states (session TEXT, number INTEGER, size INTEGER, added INTEGER, root BLOB, meta_root BLOB,"
    " versions TEXT, tag BLOB, meta BLOB, chunks BLOB, PRIMARY KEY (session, number))",
    "CREATE TABLE names (session TEXT, name TEXT, number INTEGER, tag BLOB, PRIMARY KEY (session, name))",
    "CREATE TABLE chunks (id INTEGER PRIMARY KEY, hash BLOB UNIQUE, data BLOB)",
)


def make(path: Path, fill: Callable[[sqlite3.Connection], None] = lambda db: None) -> None:
    """Make a file with the tables, for its owner only, and fill it; there is none after an error."""
    import sqlite3

    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    db = sqlite3.connect(path, isolation_level=None)
    try:
        db.execute("PRAGMA auto_vacuum=INCREMENTAL")
        db.execute("BEGIN")
        for table in TABLES:
            db.execute(table)
        fill(db)
        db.execute("COMMIT")
    except BaseException:
        db.close()
        path.unlink()
        raise
    db.close()
