"""Snapshots in little memory: dumps shrink ten times and more, and the oldest make room."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from typing import NamedTuple

from monty_kernel.engine.engine import Snapshot

from ..store.compression import codec
from .archive import OnDisk
from .timeline import State


class Packed(NamedTuple):
    """A snapshot whose dump is compressed, as the disk's are; size: of the dump."""

    snapshot: Snapshot
    data: bytes
    size: int

    def unpack(self) -> Snapshot:
        """The snapshot as it was."""
        return replace(self.snapshot, state=codec()[1](self.data, self.size))


Kept = Snapshot | Packed | OnDisk

NEAR = 64 << 20
"""Bytes of states that stay in memory although the disk has them: to read one back takes some ten milliseconds."""


def pack(snapshot: Snapshot) -> Packed:
    """Compress a snapshot's dump. Neither this nor the way back holds the GIL."""
    packed = memoryview(codec()[0](snapshot.state))
    # a copy: zstd begins with room for the whole dump and cuts it short, and the rest would be a hole in the heap
    return Packed(replace(snapshot, state=b""), bytes(packed), len(snapshot.state))


def weight(kept: Kept | None) -> int:
    """Bytes that a kept snapshot holds on to."""
    if kept is None:
        return 0
    if not isinstance(kept, (Packed, Snapshot)):
        return 0
    snapshot = kept.snapshot if isinstance(kept, Packed) else kept
    written = 0 if snapshot.written is None else snapshot.written.size
    rerun = snapshot.reruns[-1].size if snapshot.reruns else 0  # those before are of the states before
    return written + rerun + len(kept.data if isinstance(kept, Packed) else kept.state)


def packed_weight(kept: Kept | None) -> int:
    """The same when it is packed, which takes 1 ms for a megabyte of a dump."""
    if isinstance(kept, Snapshot):
        return weight(replace(kept, state=b"")) + len(codec()[0](kept.state))
    return weight(kept)


def make_room(
    states: Iterable[State[Kept]],
    spared: Collection[int | None],
    most: int,
    elsewhere: Callable[[int], OnDisk | None],
    near: int = NEAR,
) -> None:
    """Let go of the oldest snapshots until those left weigh at most `most` bytes; `elsewhere` says where a state is stored.

    Those that are stored make room from `near` bytes on, unless they hold what the disk does not keep. Named ones that are not
    stored count, and are not dropped. Neither dropped nor counted: the first one, and those whose numbers are spared.
    """
    others = [state for state in states if state.number and state.number not in spared]
    total = sum(weight(state.snapshot) for state in others)
    for state in others:
        if total <= min(near, most):
            return
        place = elsewhere(state.number)
        if (state.names and place is None) or (total <= most and (place is None or _has_files(state.snapshot))):
            continue
        total -= weight(state.snapshot)
        if not isinstance(state.snapshot, OnDisk):
            state.snapshot = place


def _has_files(kept: Kept | None) -> bool:
    snapshot = kept.snapshot if isinstance(kept, Packed) else kept
    return isinstance(snapshot, Snapshot) and snapshot.written is not None and any(snapshot.written.layers.values())
