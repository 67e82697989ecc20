"""Which states are kept: a snapshot stands and falls together with the journalled cells that need it."""

from __future__ import annotations

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


def kept(
    groups: Iterable[Group],
    chunks: Callable[[Group], Sequence[int]],
    unused: dict[int, int],
    retention: Retention,
    now: float,
) -> set[Group]:
    """The groups to keep: the protected ones, and of the others the newest, up to the first that is over a limit.

    chunks: the numbers of a group's chunks.
    unused: the bytes of every chunk by number; the chunks of what is kept are taken out of it.
    """
    keep: set[Group] = set()
    count = size = 0
    full = False
    for group in sorted(groups, key=lambda group: (not group.protected, -group.created)):
        old = retention.days is not None and group.created < now - retention.days * _DAY
        if not group.protected and (full or old):
            continue
        new = {number: unused[number] for number in chunks(group) if number in unused}
        full = (retention.states is not None and count + len(group.cells) > retention.states) or (
            retention.size is not None and size + sum(new.values()) > retention.size
        )
        if full and not group.protected:
            continue
        keep.add(group)
        count += len(group.cells)
        size += sum(new.values())
        for number in new:
            del unused[number]
    return keep
