"""Which states may have a name: a named state is never dropped, so what all of them take is limited, in memory and on disk."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ..timetravel.timeline import NoSuchState

MOST_NAMES = 1_000
"""Names that one session may give."""

_SHOWN = 10


class NotNamed(NoSuchState):
    """A state gets no name; the message says what is full and how to make room."""


class Pinned(NamedTuple):
    """Bytes on disk that named states keep from being dropped: those of one session, and those of all."""

    session: int
    all: int


class Share(NamedTuple):
    """What named states may take of an option's bytes. part: of it, in words."""

    whose: str
    taken: int
    most: int
    part: str
    option: str


def shares_on_disk(pinned: Pinned, size: int) -> tuple[Share, Share]:
    """The shares of `snapshot_max_bytes`, which is `size`: one notebook must not keep all others from naming a state."""
    return (
        Share("the named states of this session", pinned.session, size // 4, "a quarter", "snapshot_max_bytes"),
        Share("the named states of all sessions", pinned.all, size // 2, "half", "snapshot_max_bytes"),
    )


def share_in_memory(taken: int, most: int) -> Share:
    """The share of `snapshot_memory`, which is `most`: the rest is for states without a name."""
    return Share("the named states of this session", taken, most // 2, "half", "snapshot_memory")


def check_room(name: str, names: Iterable[str], takes: int, shares: Iterable[Share]) -> None:
    """See to it that a state may be named that takes so many bytes beside those that have these names.

    Raises:
        NotNamed: that would be too much.
    """
    known = list(names)
    free = f"%snapshot --remove NAME takes a name away ({_some(known)})" if known else "there is none to take away"
    if name not in known and len(known) >= MOST_NAMES:
        raise NotNamed(f"The state is not named {name}: this session has {MOST_NAMES:,} names already; {free}.")
    for share in shares:
        if share.taken + takes > share.most:
            raise NotNamed(
                f"The state is not named {name}: it takes {_size(takes)}, and {share.whose} already take {_size(share.taken)} of "
                f"{_size(share.most)}, {share.part} of {share.option}. {free[0].upper()}{free[1:]}; "
                f"whoever starts the kernel can raise {share.option}."
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
