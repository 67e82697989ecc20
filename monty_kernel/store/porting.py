"""Sessions out of a store into a file, and from a file into a store."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .canonical import canonical, text
from .contents import Contents
from .database import Database
from .errors import StateMissing, StateRefused
from .liveness import is_id
from .records import Cell, How, StateInfo
from .rows import LABEL, Rows
from .signing import Signer
from .stored_sessions import StoredSessions
from .transfer import CellPart, SessionPart, SessionReader, SessionWriter, reading

if TYPE_CHECKING:
    import sqlite3

_HOW: Mapping[str, How] = {"died": "died", "incomplete": "incomplete"}
"""How a session ended that does not simply come back as ended."""


def export(
    sessions: StoredSessions, contents: Contents, signer: Signer, session: str, number: int | None, file: Path
) -> int:
    """Write a session, or what leads to one state of it, into a new file, which appears whole or not at all. Its bytes.

    Raises:
        FileExistsError: something has that name, if only a link that leads nowhere.
        StateMissing, StateRefused, OSError
    """
    info = sessions.session(session)
    states = {state.id.number: state for state in sessions.states(info.id)}
    whole = set(states)
    if number is not None:
        way = sessions.recovery(info.id, number)
        whole = {way.base, *(entry.number for entry in way.entries)}
        states = dict(_ancestry(states, number))
    if os.path.lexists(file):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
    fresh = file.with_name(f".monty-kernel-{secrets.token_hex(8)}.tmp")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), 0o600)
    try:
        with os.fdopen(descriptor, "wb") as out:
            writer = SessionWriter(out, contents, signer)
            cells = [
                _part(sessions, writer, state, whole=n in whole, strict=number is not None and n in whole)
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
        os.link(fresh, file, follow_symlinks=False)  # unlike a rename, never replaces what has appeared there meanwhile
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


def _part(sessions: StoredSessions, writer: SessionWriter, state: StateInfo, *, whole: bool, strict: bool) -> CellPart:
    """A cell, its pieces written. whole: with its state and journal, not only with the metadata of its snapshot."""
    session, number = state.id.session, state.id.number
    meta: list[int] | None = None
    pieces: list[int] | None = None
    entry: Mapping[str, Any] | None = None
    versions = ""
    try:
        found = sessions.entry(session, number) if whole else None
        entry = None if found is None else found.entry
        if state.size or state.kind == "snapshot":
            stored, in_meta, in_state = sessions.content(session, number, only_meta=not whole)
            versions, meta = stored.versions, writer.add(in_meta)
            pieces = None if in_state is None else writer.add(in_state)
    except StateRefused:
        if strict:
            raise
    return CellPart(
        number,
        state.parent,
        state.created,
        state.label,
        state.failed,
        state.names if whole else (),
        entry,
        versions,
        state.size,
        meta,
        pieces,
    )


def take_in(
    database: Database, rows: Rows, contents: Contents, signer: Signer, file: Path, new_id: str, *, trust: bool
) -> str:
    """Store and sign what a file holds, all or nothing. The session's id: the file's, or `new_id` if that is taken.

    A stranger's session is of no notebook here, so that no notebook offers to go on with it by itself.

    Raises:
        StateRefused, OSError, StoreUnavailable
    """
    try:
        with reading(file, contents, signer, trust=trust) as (reader, own):
            if not reader.cells:
                raise StateMissing("there is no state in it")
            return database.write(lambda db: _store(db, rows, contents, reader, new_id, own=own))
    except StateRefused as error:
        raise StateRefused(f"{file.name} is refused: {error}") from error


def _store(
    db: sqlite3.Connection,
    rows: Rows,
    contents: Contents,
    reader: SessionReader,
    new_id: str,
    *,
    own: bool,
) -> str:
    part = reader.session
    session = part.id
    taken = db.execute(
        "SELECT 1 FROM sessions WHERE id = ? UNION SELECT 1 FROM cells WHERE session = ?", (session,) * 2
    )
    if not is_id(session) or taken.fetchone():
        session = new_id
    numbers = set()
    for cell in sorted(reader.cells, key=lambda cell: cell.number):
        if cell.number in numbers:
            raise StateRefused("it holds two states of one number")
        numbers.add(cell.number)
        entry = None if cell.entry is None else contents.compress(canonical(dict(cell.entry)))
        signed = Cell(
            session,
            cell.number,
            cell.parent,
            rows.parent_tag(db, session, cell.parent),
            cell.created,
            text(cell.label)[:LABEL],
            cell.failed,
            b"" if entry is None else rows.entry_digest(entry),
        )
        signed = rows.add_cell(db, signed, entry)
        if cell.meta is not None:
            content = contents.named(reader.pieces(cell.pieces or ()), reader.pieces(cell.meta))
            stored, meta, state = contents.write(db, content, cell.versions, signed.tag)
            size = cell.size if cell.pieces is None else stored.size
            stored = replace(stored, size=size, added=stored.added + len(entry or b""))
            rows.set_state(db, signed, stored, meta, None if cell.pieces is None else state)
        for name in cell.names:
            rows.set_name(db, session, text(name), cell.number)
    current = part.current if part.current in numbers else max(numbers)
    how = _HOW.get(part.how, "closed") if own else "closed"
    notebook = part.notebook if own and part.notebook is not None else None
    ended = part.ended if part.ended is not None else part.started
    rows.set_session(
        db, session, notebook and text(notebook), part.started, ended, how, text(part.versions), current, None
    )
    return session
