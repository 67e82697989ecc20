"""What the store tells about sessions and their states, and how long it keeps them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["snapshot", "journal", "dropped"]
"""How a cell's state can come back: from its snapshot, by running its journal again, or not any more."""

How = Literal["running", "closed", "incomplete", "died"]
"""Incomplete: it ended in good order, but its last cells could not be stored and are missing."""


@dataclass(frozen=True, slots=True)
class StateId:
    """The state right after a cell."""

    session: str
    number: int
    """The execution count of the cell; 0 is the empty start."""

    def __str__(self) -> str:
        return f"{self.session}@{self.number}"


@dataclass(frozen=True, slots=True)
class StateInfo:
    """One cell in a session's history."""

    id: StateId
    parent: int | None
    """The number of the state that the cell started from."""
    created: float
    """Seconds since the epoch."""
    label: str
    """The first line of the cell, from the notebook: not safe to show as it is."""
    failed: bool
    kind: Kind
    size: int = 0
    """Bytes of the snapshot, also if it was dropped; 0 without one."""
    added: int = 0
    """Bytes that storing it added to the store."""
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SessionInfo:
    """One session, from the start of a kernel to its end."""

    id: str
    notebook: str | None
    started: float
    ended: float | None
    """When it ended; as long as it did not end in good order, when it last took a state."""
    how: How
    states: int
    """How many of its states can come back."""
    versions: Mapping[str, str]
    last: int | None
    """The number of the state that was current last: where to resume."""
    kernel: str | None = None
    """Which kernel took its last state, see `RunningSessions`; None if that is not known."""


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """A cell that can be run again: whatever its kernel noted of it."""

    number: int
    entry: Mapping[str, Any]
    label: str
    failed: bool


@dataclass(frozen=True, slots=True)
class Recovery:
    """The way to a state: load the snapshot of `base`, then run `entries`, oldest first."""

    base: int
    entries: tuple[JournalEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class Retention:
    """What `gc` keeps: named and current states always, of the others the newest within these limits (None: no limit)."""

    days: float | None = 30
    states: int | None = None
    size: int | None = 2 << 30
    """Bytes of the whole store."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A row of the history as it is signed."""

    session: str
    number: int
    parent: int | None
    parent_tag: bytes
    created: float
    label: str
    failed: bool
    digest: bytes = b""
    """The signature of the journal entry; empty if there never was one."""
    tag: bytes = field(default=b"", compare=False)

    @property
    def signed(self) -> tuple[str, int, int | None, bytes, float, str, bool, bytes]:
        """What its signature covers, in the order of its row."""
        return (
            self.session,
            self.number,
            self.parent,
            self.parent_tag,
            self.created,
            self.label,
            self.failed,
            self.digest,
        )


@dataclass(frozen=True, slots=True)
class Stored:
    """A snapshot's row as it is signed."""

    size: int
    added: int
    root: bytes
    """The signature of the ids of its chunks, in order."""
    meta_root: bytes
    """The same for its metadata."""
    versions: str
    """JSON."""
    cell_tag: bytes
    tag: bytes = field(default=b"", compare=False)

    @property
    def signed(self) -> tuple[int, int, bytes, bytes, str]:
        """What its signature covers beside its cell's, in the order of its row."""
        return self.size, self.added, self.root, self.meta_root, self.versions
