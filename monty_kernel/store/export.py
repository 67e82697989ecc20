"""Writes sessions from a store into a file, and from a file into a store."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import StateMissing, StateRefused
from .chunks import Chunks
from .database import Database
from .locks import is_session_id
from .reading import StoreReader
from .records import How, StateInfo
from .schema import SignedRows
from .session_file import CellPart, SessionFileReader, SessionFileWriter, SessionPart, open_session_file
from .signing import Signer, canonical, json_object, storable

if TYPE_CHECKING:
    import sqlite3

_HOW: Mapping[str, How] = {"died": "died", "incomplete": "incomplete"}
"""How a session ended, where it is not simply closed."""


def export(store: StoreReader, chunks: Chunks, signer: Signer, session: str, number: int | None, file: Path) -> int:
    """Write a session, or what leads to one state of it, into a new file. Returns its bytes.

    The file appears whole or not at all.

    Raises:
        FileExistsError: Something has that name, perhaps a link that leads nowhere.
        StateMissing, StateRefused, OSError
    """
    info = store.session(session)
    states = {state.id.number: state for state in store.states(info.id)}
    whole = set(states)
    if number is not None:
        way = store.recovery(info.id, number)
        whole = {way.base, *(entry.number for entry in way.entries)}
        states = dict(_ancestry(states, number))
    if os.path.lexists(file):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
    fresh = file.with_name(f".monty-kernel-{secrets.token_hex(8)}.tmp")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), 0o600)
    try:
        with os.fdopen(descriptor, "wb") as out:
            writer = SessionFileWriter(out, chunks, signer)
            cells = [
                _part(store, writer, state, whole=n in whole, strict=number is not None and n in whole)
                for n, state in states.items()
            ]
            current = info.last if number is None else number
            how = "closed" if info.how == "running" else info.how
            versions = canonical(dict(info.versions)).decode()
            part = SessionPart(info.id, info.notebook, info.started, info.ended, how, current, versions)
            writer.finish(part, cells)
            size = out.tell()
        _name(fresh, file)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
    return size


def _name(fresh: Path, file: Path) -> None:
    try:
        os.link(
            fresh, file, follow_symlinks=False
        )  # unlike a rename, this never replaces a file that has appeared there meanwhile
    except FileExistsError:
        raise
    except (OSError, NotImplementedError):  # a file system without links
        fresh.rename(file)
    else:
        fresh.unlink()


def _ancestry(states: Mapping[int, StateInfo], number: int | None) -> Iterator[tuple[int, StateInfo]]:
    while number is not None and number in states:
        yield number, states[number]
        number = states[number].parent


def _part(store: StoreReader, writer: SessionFileWriter, state: StateInfo, *, whole: bool, strict: bool) -> CellPart:
    """A cell, with its pieces written.

    whole: Write its state and journal too, not only the metadata of its snapshot.
    strict: Raise StateRefused instead of leaving out what is refused.
    """
    session, number = state.id.session, state.id.number
    meta: list[int] | None = None
    pieces: list[int] | None = None
    entry: Mapping[str, Any] | None = None
    versions = ""
    try:
        journaled = store.entry(session, number) if whole else None
        entry = None if journaled is None else journaled.entry
        if state.size or state.kind == "snapshot":
            content = store.content(session, number, only_meta=not whole)
            versions, meta = content.versions, writer.add(content.meta)
            pieces = None if content.state is None else writer.add(content.state)
    except StateRefused:
        if strict:
            raise
    names = state.names if whole else ()
    return CellPart(
        number, state.parent, state.created, state.label, state.failed, names, entry, versions, state.size, meta, pieces
    )


def import_(
    database: Database, rows: SignedRows, chunks: Chunks, signer: Signer, file: Path, new_id: str, *, trust: bool
) -> str:
    """Store and sign everything in a file, or nothing. Returns the session's id, `new_id` if the file's is taken.

    A stranger's session belongs to no notebook here, so that no notebook offers to go on with it by itself.

    Raises:
        StateRefused, OSError, StoreUnavailable
    """
    try:
        with open_session_file(file, chunks, signer, trust=trust) as (reader, own):
            if not reader.cells:
                raise StateMissing("there is no state in it")
            return database.write(lambda db: _store(db, rows, chunks, reader, new_id, own=own))
    except StateRefused as error:
        raise StateRefused(f"{file.name} is refused: {error}") from error


def _store(
    db: sqlite3.Connection, rows: SignedRows, chunks: Chunks, reader: SessionFileReader, new_id: str, *, own: bool
) -> str:
    part = reader.session
    session = part.id
    taken = db.execute(
        "SELECT 1 FROM sessions WHERE id = ? UNION SELECT 1 FROM cells WHERE session = ?", (session,) * 2
    )
    if not is_session_id(session) or taken.fetchone():
        session = new_id
    numbers = set()
    for cell in sorted(reader.cells, key=lambda cell: cell.number):
        if cell.number in numbers:
            raise StateRefused("it holds two states with one number")
        numbers.add(cell.number)
        entry = None if cell.entry is None else chunks.compress(canonical(dict(cell.entry)))
        row = rows.add_cell(db, session, cell.number, cell.parent, cell.created, cell.label, cell.failed, entry)
        if cell.meta is not None:
            content = chunks.prepare(reader.pieces(cell.pieces or ()), reader.pieces(cell.meta))
            snapshot, meta, state = chunks.write(db, content, cell.versions, row.tag)
            size = cell.size if cell.pieces is None else snapshot.size
            snapshot = replace(snapshot, size=size, added=snapshot.added + len(entry or b""))
            rows.set_snapshot(db, row, snapshot, meta, None if cell.pieces is None else state)
        for name in cell.names:
            rows.set_name(db, session, storable(name), cell.number)
    current = part.current if part.current in numbers else max(numbers)
    how = _HOW.get(part.how, "closed") if own else "closed"
    notebook = storable(part.notebook) if own and part.notebook is not None else None
    ended = part.ended if part.ended is not None else part.started
    versions = json_object(part.versions.encode())
    rows.set_session(db, session, notebook, part.started, ended, how, versions, current, None)
    return session
