"""Which states are kept: a snapshot stands and falls together with the journalled cells that need it.

Where room is short it is shared: the session that takes the most gives first, its oldest states first. So no notebook, however
much it makes, drives out what another one left.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from .records import Retention

_DAY = 86400.0


@dataclass(frozen=True, slots=True)
class Group:
    """A snapshot and the cells that can only be run again from it."""

    session: str
    cells: tuple[int, ...]
    created: float
    """When the newest of its cells ran."""
    protected: bool
    journals: int = 0
    """Bytes of its cells' journals; those of its snapshot are chunks, which others may have too."""


def kept(
    groups: Iterable[Group],
    chunks: Callable[[Group], Sequence[int]],
    unused: dict[int, int],
    retention: Retention,
    now: float,
) -> set[Group]:
    """The groups to keep: the protected ones, and of the others each session's newest, as many as are within its share.

    The session that has the least so far keeps one more, until the limits are reached.

    chunks: the numbers of a group's chunks.
    unused: the bytes of every chunk by number; the chunks of what is kept are taken out of it.
    """
    keep: set[Group] = set()
    sizes: dict[str, int] = {}
    counts: dict[str, int] = {}
    whole = count = 0

    def take(group: Group, new: set[int]) -> None:
        nonlocal whole, count
        size = group.journals + sum(unused.pop(number) for number in new)
        sizes[group.session] = sizes.get(group.session, 0) + size
        counts[group.session] = counts.get(group.session, 0) + len(group.cells)
        whole, count = whole + size, count + len(group.cells)
        keep.add(group)

    def fits(group: Group, new: set[int]) -> bool:
        if retention.states is not None and count + len(group.cells) > retention.states:
            return False
        size = group.journals + sum(unused[number] for number in new)
        return retention.size is None or whole + size <= retention.size

    def place(group: Group) -> tuple[float, float, str]:
        size = sizes.get(group.session, 0) / retention.size if retention.size else 0.0
        count = counts.get(group.session, 0) / retention.states if retention.states else 0.0
        return max(size, count), -group.created, group.session

    waiting: dict[str, list[Group]] = {}
    for group in sorted(groups, key=lambda group: group.created):
        if group.protected:
            take(group, unused.keys() & set(chunks(group)))
        elif retention.days is None or group.created >= now - retention.days * _DAY:
            waiting.setdefault(group.session, []).append(group)
    turns = [place(each[-1]) for each in waiting.values()]
    heapq.heapify(turns)
    while turns:
        session = heapq.heappop(turns)[2]
        group = waiting[session].pop()
        new = unused.keys() & set(chunks(group))
        if not fits(group, new):
            continue  # and none of what is older of this session
        take(group, new)
        if waiting[session]:
            heapq.heappush(turns, place(waiting[session][-1]))
    return keep
