"""Replaces a damaged file by a new one with everything that can still be read of it.

Whenever the process is killed, either the old file or the whole new one has the store's name, or `finish` gives it to
the new one.
"""

from __future__ import annotations

import datetime
import shutil
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .schema import FILE_NAME, make_file

if TYPE_CHECKING:
    import sqlite3

_COLUMNS = {"chunks": 3, "states": 10, "cells": 10, "names": 4, "sessions": 8}
_BUSY = 5  # SQLITE_BUSY


def repair(folder: Path, timeout: float) -> tuple[Path, int]:
    """Replace the file in `folder/store`. The caller makes sure that nobody opens a file meanwhile.

    timeout: Seconds to wait for another kernel that writes to the damaged file.

    Returns:
        Where the damaged file is now, and how many snapshots the new one has.

    Raises:
        OSError, sqlite3.Error: Nothing was changed; the disk may be full.
    """
    import sqlite3

    store, part, mended = folder / "store", folder / "mended.part", folder / "mended"
    for left in (part, mended):
        shutil.rmtree(left, ignore_errors=True)
    part.mkdir(mode=0o700)
    count = 0
    uri = f"{(store / FILE_NAME).absolute().as_uri()}?mode=rw"
    with closing(sqlite3.connect(uri, uri=True, timeout=timeout, isolation_level=None)) as old:
        try:
            old.execute("PRAGMA trusted_schema=OFF")
            old.execute("BEGIN IMMEDIATE")  # a kernel that writes now would write into a file that nobody will read
        except (sqlite3.Error, UnicodeDecodeError) as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF == _BUSY:
                raise

        def fill(db: sqlite3.Connection) -> None:
            nonlocal count
            count = _copy(old, db)

        make_file(part / FILE_NAME, fill)
        part.rename(mended)
        aside = folder / datetime.datetime.now().strftime("damaged-%Y%m%dT%H%M%S.%f")
        store.rename(aside)
        mended.rename(store)
    return aside, count


def is_unfinished(folder: Path) -> bool:
    """Whether there is a whole new file that does not have the store's name yet."""
    return (folder / "mended" / FILE_NAME).exists()


def finish(folder: Path) -> None:
    """Where there is no store: finish a repair that a killed process began. Raises OSError."""
    if is_unfinished(folder):
        with suppress(FileNotFoundError):
            (folder / "store").rmdir()
        (folder / "mended").rename(folder / "store")


def _copy(old: sqlite3.Connection, db: sqlite3.Connection) -> int:
    """Copy the rows as they are: signatures are checked when they are read. Returns the number of snapshots."""
    old.text_factory = lambda text: text.decode(errors="replace")
    for table, columns in _COLUMNS.items():
        marks = ",".join("?" * columns)
        for row in _rows(old, table):
            if len(row) == columns:
                db.execute(f"INSERT OR IGNORE INTO {table} VALUES ({marks})", row)
    (count,) = db.execute("SELECT count(*) FROM states").fetchone()
    return int(count)


def _rows(old: sqlite3.Connection, table: str) -> Iterator[tuple[Any, ...]]:
    """The rows before the first damaged place and, from the other end, those after the last one."""
    import sqlite3

    unreadable = (sqlite3.Error, MemoryError, OverflowError, UnicodeDecodeError)  # the last: of a name in it
    for order, beyond in (("ASC", ">"), ("DESC", "<")):
        last: int | None = None
        try:
            for number, *row in old.execute(f"SELECT rowid, * FROM {table} ORDER BY rowid {order}"):
                yield tuple(row)
                last = number
        except unreadable:
            # sqlite3 reads ahead of the row that it gives, so the error took one row more than is damaged
            where = "" if last is None else f"WHERE rowid {beyond} {last}"
            with suppress(*unreadable):
                one = f"SELECT * FROM {table} {where} ORDER BY rowid {order} LIMIT 1"
                yield from old.execute(one).fetchall()
        else:
            return
