"""Reads a store: its sessions, their states, and the way to each; all of it checked."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from . import StateMissing, StateRefused
from .chunks import Chunks, PackedState
from .compression import Damaged
from .database import Database
from .locks import RunningSessions
from .log import FOLDER, EndMarks
from .records import JournalEntry, Pinned, Recovery, SessionInfo, StateId, StateInfo
from .schema import CellRow, SignedRows, SnapshotRow
from .signing import json_object, storable

if TYPE_CHECKING:
    import sqlite3

_MOST_ENTRY = 1 << 30  # bytes of a journal entry


class Content(NamedTuple):
    """A snapshot's content, checked.

    versions: JSON; of what made the snapshot.
    meta: The pieces of its metadata.
    state: The pieces of the state; None if it was dropped, or not asked for.
    """

    versions: str
    meta: list[bytes]
    state: list[bytes] | None


class StoreReader:
    """The part of a store that reads. Any thread may call, and no call waits for a writer.

    Every method raises StoreUnavailable if the files cannot be used now.
    """

    def __init__(self, running: RunningSessions, logger: logging.Logger) -> None:
        self.running = running
        self._locks = running.locks
        self._signer = running.signer
        self._logs = running.path / FOLDER
        self._database = Database(running.path, logger)
        self._rows = SignedRows(running.signer)
        self._chunks = Chunks(running.signer)
        self._ends = EndMarks(self._logs)
        self._logger = logger
        self._complained: set[str] = set()

    # Sessions

    def sessions(self, notebook: str | None = None) -> list[SessionInfo]:
        """All sessions that stored something, or those of one notebook; the one that was used last is at the end.

        Sessions whose rows were altered are left out, with a line in the log.
        """
        nothing: tuple[list[SessionInfo], list[object]] = ([], [])
        infos, altered = self._database.read(lambda db: self._rows.sessions(db, notebook), nothing)
        for id_ in altered:
            self._complain(str(id_), f"The session {id_!a} was altered, or another key signed it: refused.")
        return sorted(map(self._with_life, infos), key=lambda info: info.ended or info.started)

    def session(self, session: str) -> SessionInfo:
        """One session, by its id or the beginning of it.

        Raises:
            StateMissing: There is none, or more than one.
            StateRefused: Its row was altered.
        """
        info = self._database.read(lambda db: self._rows.find_session(db, session), None)
        if info is None or not session:
            raise StateMissing(f"there is no session {session}")
        return self._with_life(info)

    def _with_life(self, info: SessionInfo) -> SessionInfo:
        if not self._seems_dead(info):
            return info
        now = self._database.read(lambda db: self._rows.session(db, info.id), None)  # it may have ended meanwhile
        if now is not None:
            info = replace(now, states=info.states)
        if not self._seems_dead(info):
            return info
        ending = self._ends.of(info.id)
        return replace(info, how="died") if ending is None else replace(info, how=ending.how, ended=ending.when)

    def _seems_dead(self, info: SessionInfo) -> bool:
        return info.how == "running" and not self._locks.is_held(info.id)

    # States

    def states(self, session: str) -> list[StateInfo]:
        """The session's states by number. Those that were altered are left out, with a line in the log."""
        nothing: tuple[list[StateInfo], int] = ([], 0)
        infos, altered = self._database.read(lambda db: self._rows.states(db, session), nothing)
        if altered:
            self._complain(session, f"{altered} states of the session {session} were altered and are refused.")
        return infos

    def names(self, session: str) -> Mapping[str, int]:
        """The names of the session's states, with the states' numbers."""
        return self._database.read(lambda db: self._rows.names(db, session), {})

    def get(self, session: str, number: int) -> tuple[bytes, dict[str, Any]]:
        """A state and its metadata, exactly as they were put in.

        Raises:
            StateMissing: There is no snapshot of that number.
            StateRefused: It is not what was stored, or other versions stored it. The message says which.
        """
        place, content = StateId(session, number), self.content(session, number)
        self._require_versions(content.versions, place)
        if content.state is None:
            raise StateMissing(f"the state {place} is no longer kept")
        return b"".join(content.state), _metadata(content.meta, place)

    def meta(self, session: str, number: int) -> dict[str, Any]:
        """A state's metadata alone, checked as by `get`. It stays as long as the session, even if the state is dropped.

        Raises:
            StateMissing, StateRefused
        """
        place, content = StateId(session, number), self.content(session, number, only_meta=True)
        self._require_versions(content.versions, place)
        return _metadata(content.meta, place)

    def recovery(self, session: str, number: int, *, without: Collection[int] = ()) -> Recovery:
        """The way to a state: the snapshot to load and the journal of the cells to run after it.

        without: Snapshots not to start from, for example because they were refused.

        Raises:
            StateMissing: The state cannot be restored. The message says what is missing.
            StateRefused: A part of the way was altered.
        """
        way = self._database.read(lambda db: self._rows.way_to(db, session, number, without), None)
        if way is None:
            raise StateMissing(f"there is no state {StateId(session, number)}")
        base, cells = way
        return Recovery(base, tuple(self._entry(cell, data) for cell, data in cells))

    def content(self, session: str, number: int, *, only_meta: bool = False) -> Content:
        """A snapshot's content, whichever versions stored it.

        Raises:
            StateMissing, StateRefused
        """
        place = StateId(session, number)

        def work(db: sqlite3.Connection) -> tuple[SnapshotRow, PackedState, PackedState | None]:
            snapshot, meta, chunks = self._rows.snapshot(db, self._rows.cell(db, session, number))
            try:
                state = None if chunks is None or only_meta else self._chunks.read(db, chunks)
                return snapshot, self._chunks.read(db, meta), state
            except StateRefused as error:
                raise StateRefused(f"the snapshot of {place} is refused: {error}") from error

        read = self._database.read(work, None)
        if read is None:
            raise StateMissing(f"there is no state {place}")
        snapshot, meta, state = read
        try:
            pieces = None if state is None else self._chunks.pieces(state, snapshot.root)
            return Content(snapshot.versions, self._chunks.pieces(meta, snapshot.meta_root), pieces)
        except StateRefused as error:
            raise StateRefused(f"the snapshot of {place} is refused: {error}") from error

    def entry(self, session: str, number: int) -> JournalEntry | None:
        """The journal entry of a cell; None if it has none. Raises StateRefused."""

        def work(db: sqlite3.Connection) -> tuple[CellRow, bytes | None]:
            cell = self._rows.cell(db, session, number)
            return cell, self._rows.entry(db, cell)

        read = self._database.read(work, None)
        return None if read is None or read[1] is None else self._entry(read[0], read[1])

    def pinned(self, session: str, without: str) -> Pinned:
        """The bytes that named states keep from being dropped, once this name of the session is taken away."""
        from .retention import pinned

        name = storable(without)
        return self._database.read(lambda db: pinned(db, self._chunks, session, name), Pinned(0, 0))

    def _entry(self, cell: CellRow, data: bytes) -> JournalEntry:
        try:
            entry = json_object(self._chunks.decompress(data, _MOST_ENTRY))
        except (Damaged, ValueError) as error:
            raise StateRefused(f"the journal of {StateId(cell.session, cell.number)} is damaged") from error
        return JournalEntry(cell.number, entry, cell.label, cell.failed)

    def _require_versions(self, text: str, place: StateId) -> None:
        theirs, ours = json_object(text.encode()), self.running.versions
        for what in {**theirs, **ours}:
            if theirs.get(what) != ours.get(what):
                raise StateRefused(
                    f"the snapshot of {place} was made with {what} {theirs.get(what)}; this is {ours.get(what)}"
                )

    def _complain(self, about: str, line: str) -> None:
        """Log the line, once for everything that it can be about."""
        if about not in self._complained:
            self._complained.add(about)
            self._logger.warning("%s", line)


def _metadata(pieces: list[bytes], place: StateId) -> dict[str, Any]:
    try:
        return json_object(b"".join(pieces))
    except ValueError as error:  # it came from a stranger's file
        raise StateRefused(f"the metadata of {place} is damaged") from error
