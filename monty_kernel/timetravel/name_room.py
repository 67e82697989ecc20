"""The room that named states have: they are never dropped, so there may not be too many of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from .timeline import NoSuchState

if TYPE_CHECKING:
    from ..store.records import Pinned

MOST_NAMES = 1_000
"""Names that one session may give."""

_SHOWN = 10


class NotNamed(NoSuchState):
    """The state gets no name. The message says what is full and how to make room."""


class Share(NamedTuple):
    """The bytes that named states take, and the part of an option's bytes that they may take. part: in words."""

    whose: str
    taken: int
    most: int
    part: str
    option: str


def shares_on_disk(pinned: Pinned, size: int) -> tuple[Share, Share]:
    """The shares of `snapshot_max_bytes`, which is `size`. One notebook must leave room for others' names."""
    return (
        Share("the named states of this session", pinned.session, size // 4, "a quarter", "snapshot_max_bytes"),
        Share("the named states of all sessions", pinned.all, size // 2, "half", "snapshot_max_bytes"),
    )


def share_in_memory(taken: int, most: int) -> Share:
    """The share of `snapshot_memory`, which is `most`: the rest is for states without a name."""
    return Share("the named states of this session", taken, most // 2, "half", "snapshot_memory")


def check_room(name: str, names: Iterable[str], takes: int, shares: Iterable[Share]) -> None:
    """Make sure that one more state may be named.

    Args:
        name: Its name.
        names: The names that the session's states have.
        takes: Bytes of the state.
        shares: The room that named states have.

    Raises:
        NotNamed: There is not enough of it.
    """
    known = list(names)
    free = f"%snapshot --remove NAME takes a name away ({_some(known)})" if known else "there is no name to take away"
    if name not in known and len(known) >= MOST_NAMES:
        raise NotNamed(f"The state is not named {name}: this session has {MOST_NAMES:,} names already; {free}.")
    for share in shares:
        if share.taken + takes > share.most:
            raise NotNamed(
                f"The state is not named {name}: it takes {_size(takes)}, and {share.whose} already take "
                f"{_size(share.taken)} of {_size(share.most)}, {share.part} of {share.option}. "
                f"{free[0].upper()}{free[1:]}; to allow more, start the kernel with a larger {share.option}."
            )


def _some(names: list[str]) -> str:
    shown = ", ".join(sorted(names)[:_SHOWN])
    return shown if len(names) <= _SHOWN else f"{shown}, … ({len(names) - _SHOWN:,} more)"


def _size(count: int) -> str:
    return (
        f"{count:,} bytes"
        if count < 10_000
        else f"{count / 1024:,.0f} KiB"
        if count < 10 << 20
        else f"{count >> 20:,} MiB"
    )
