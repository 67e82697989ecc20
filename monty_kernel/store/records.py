"""What the store tells about sessions and their states, and how long it keeps them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

Kind = Literal["snapshot", "journal", "dropped"]
"""How a cell's state can be restored: from its snapshot, by running its journal again, or not any more."""

How = Literal["running", "closed", "incomplete", "died"]
"""How a session ended. Incomplete: in good order, but its last cells could not be stored and are missing."""


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
    """The first line of the cell. It comes from the notebook and is not safe to show as it is."""
    failed: bool
    kind: Kind
    size: int = 0
    """Bytes of the snapshot, even if it was dropped; 0 without one."""
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
    """When it ended, in seconds since the epoch. Until it ends in good order: when it last took a state."""
    how: How
    states: int
    """How many of its states can be restored."""
    versions: Mapping[str, str]
    last: int | None
    """The number of the state that was current last, where the session is resumed."""
    kernel: str | None = None
    """The kernel that took its last state, see `RunningSessions`; None if that is not known."""


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """A cell that can be run again from what its kernel recorded."""

    number: int
    entry: Mapping[str, Any]
    label: str
    failed: bool


@dataclass(frozen=True, slots=True)
class Recovery:
    """The way to a state: load the snapshot of `base`, then run `entries`, oldest first."""

    base: int
    entries: tuple[JournalEntry, ...] = ()


class NewCell(NamedTuple):
    """A cell to store. parent: The number of an older one; None for the first. created: Epoch seconds; None: now.

    entry: A JSON object with whatever it takes to run it again; None if its state is stored instead.
    """

    number: int
    parent: int | None
    label: str
    failed: bool = False
    created: float | None = None
    entry: Mapping[str, Any] | None = None


class Pinned(NamedTuple):
    """Bytes on disk that named states keep from being dropped: those of one session, and those of all."""

    session: int
    all: int


@dataclass(frozen=True, slots=True)
class Retention:
    """What `gc` keeps: named and current states always, and of the others the newest within these limits.

    None means no limit.
    """

    days: float | None = 30
    states: int | None = None
    size: int | None = 2 << 30
    """Bytes of the whole store."""
