"""Keeps the states of a session in little memory: dumps are compressed ten times and more, and the oldest make room."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from typing import NamedTuple

from monty_kernel.engine.engine import Snapshot
from monty_kernel.engine.written import Layer, Written

from ..store.compression import codec
from .stored_state import OnDisk
from .timeline import State, Timeline

NEAR = 64 << 20
"""Bytes of states that stay in memory although the disk has them: reading one back takes some ten milliseconds."""

LOOSE = 4 << 20
"""Bytes of dumps that are packed together, in 10 ms. Packing each at once would cost the next cell its core."""

_LARGE = 256 << 10
"""Bytes from which a piece of memory goes back to the system when it is freed, as most dumps of long sessions do.

glibc's own limit begins at 128 KiB and grows to the largest piece that was ever freed. With 64 KiB, the size of small
sessions' dumps, each cell took 0.25 ms longer, because the system clears the pages that it hands out. At most 2,000
such pieces fit into the memory for states; Linux allows a process 65,530."""

_M_MMAP_THRESHOLD = -3  # malloc.h


_TOGETHER = 1 << 19
"""Bytes of dumps that are compressed as one block, from which any comes back in 0.3 ms.

The dump of a cell is nearly that of the cell before it. Together they take a third of the processor time, 0.05 ms each,
and an eighth of the memory, 2.4 KB each (dumps of 62 KB)."""


_SMALL = _TOGETHER // 4
"""Bytes of dumps below which a block is packed again with what is left of others, so that they share what is alike."""


class Block(NamedTuple):
    """Dumps, one after the other, compressed. size: bytes of all dumps. members: how many they are."""

    data: bytes
    size: int
    members: int

    def dumps(self) -> bytes:
        """All dumps, one after the other."""
        return codec()[1](self.data, self.size)


class Packed(NamedTuple):
    """A snapshot whose dump is in a block. start, size: where it is there, in bytes."""

    snapshot: Snapshot
    block: Block
    start: int
    size: int

    @property
    def weight(self) -> int:
        """Bytes of its share in the block, as long as all of its members are kept: the block lives with any of them."""
        return len(self.block.data) // self.block.members

    def unpack(self, dumps: bytes | None = None) -> Snapshot:
        """The snapshot as it was. dumps: Those of the block, if they are at hand."""
        dumps = self.block.dumps() if dumps is None else dumps
        return replace(self.snapshot, state=dumps[self.start : self.start + self.size])


Kept = Snapshot | Packed | OnDisk


class Packer:
    """Packs states that were left, and drops the oldest, on a thread of its own.

    Args:
        most: Bytes that the states in memory may take.
        where: Says where a state is stored; None if it is not.
    """

    def __init__(self, most: int, where: Callable[[int], OnDisk | None]) -> None:
        self._most = most
        self._where = where
        self._loose: list[State[Kept]] = []  # states whose snapshots are not packed yet
        self._loose_size = 0
        self._held: dict[
            int, State[Kept]
        ] = {}  # states in memory by number, those left longest ago first; the thread's
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="packer")

    def left(self, state: State[Kept], timeline: Timeline[Kept]) -> None:
        """The session has left this state."""
        before = self._loose[-1].snapshot if self._loose else None
        self._loose.append(state)
        if not _share_dump(before, state.snapshot):
            self._loose_size += state.size
        if _files(before) is not _files(state.snapshot):
            self._loose_size += _size_of_files(state.snapshot)
        if self._loose_size >= LOOSE:
            loose, self._loose, self._loose_size = self._loose, [], 0
            self._thread.submit(self._pack, loose, timeline)
            self._thread.submit(give_back_memory)

    def start_over(self, states: Iterable[State[Kept]]) -> None:
        """Another session was taken up, with these states."""
        self._loose = [state for state in states if isinstance(state.snapshot, Snapshot)]
        self._loose_size = sum(state.size for state in self._loose)
        self._thread.submit(self._held.clear)

    def close(self) -> None:
        """End the thread. Idempotent."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _pack(self, loose: list[State[Kept]], timeline: Timeline[Kept]) -> None:
        held = self._held
        to_pack: list[tuple[State[Kept], Snapshot]] = []
        for state in loose:
            held.pop(state.number, None)  # it goes to the end: the others were left longer ago
            held[state.number] = state
            kept = state.snapshot
            if isinstance(kept, Snapshot) and state.number != timeline.current:
                to_pack.append((state, kept))
        for (state, kept), packed in zip(to_pack, pack([kept for _, kept in to_pack]), strict=True):
            if state.snapshot is kept:
                state.snapshot = packed
        here = timeline[timeline.current]
        make_room(held.values(), (here.number, here.parent), self._most, self._where)
        for number in [n for n, state in held.items() if not isinstance(state.snapshot, (Snapshot, Packed))]:
            del held[number]


def pack(snapshots: Iterable[Snapshot]) -> Iterator[Packed]:
    """Compress the snapshots' dumps, in order. Neither this nor the way back holds the GIL."""
    together: list[Snapshot] = []
    size = 0
    for snapshot in snapshots:
        if together and size + len(snapshot.state) > _TOGETHER:
            yield from _packed(together)
            together, size = [], 0
        if not together or together[-1].state is not snapshot.state:
            size += len(snapshot.state)
        together.append(snapshot)
    if together:
        yield from _packed(together)


def _packed(snapshots: Sequence[Snapshot]) -> Iterator[Packed]:
    starts, parts, size = [], [], 0
    for before, snapshot in zip([None, *snapshots], snapshots, strict=False):
        if before is None or before.state is not snapshot.state:
            starts.append(size)
            parts.append(snapshot.state)
            size += len(snapshot.state)
        else:  # cells that run again from the same dump
            starts.append(starts[-1])
    dumps = b"".join(parts)
    data = memoryview(codec()[0](dumps))
    # a copy: zstd begins with room for all of the dumps and cuts it short, and the rest would be a hole in the heap
    block = Block(bytes(data), len(dumps), len(snapshots))
    for snapshot, start in zip(snapshots, starts, strict=True):
        yield Packed(replace(snapshot, state=b""), block, start, len(snapshot.state))


def _share_dump(first: Kept | None, second: Kept | None) -> bool:
    return isinstance(first, Snapshot) and isinstance(second, Snapshot) and first.state is second.state


def weight(kept: Kept | None) -> int:
    """Bytes of memory that a kept snapshot takes, without the files of the working folder, which states share."""
    if not isinstance(kept, (Packed, Snapshot)):
        return 0
    snapshot = kept.snapshot if isinstance(kept, Packed) else kept
    written = 0 if snapshot.written is None else snapshot.written.size
    rerun = snapshot.reruns[-1].size if snapshot.reruns else 0  # earlier reruns belong to the states before
    return written + rerun + (kept.weight if isinstance(kept, Packed) else len(kept.state))


def packed_weight(kept: Kept | None) -> int:
    """The same with those files, once it is packed. Takes 1 ms for a megabyte of a dump."""
    files = _size_of_files(kept)
    if isinstance(kept, Snapshot):
        return files + weight(replace(kept, state=b"")) + len(codec()[0](kept.state))
    return files + weight(kept)


def _weights(states: Sequence[State[Kept]]) -> dict[int, int]:
    """What dropping each of the states frees, by number, if the oldest go first and named ones stay.

    States between which no file changed have the same files: the last that would go counts them.
    """
    weights = {state.number: weight(state.snapshot) for state in states}
    last = {id(files): state for named in (False, True) for state in states
            if bool(state.names) is named and (files := _files(state.snapshot))}  # fmt: skip
    for state in last.values():
        weights[state.number] += _size_of_files(state.snapshot)
    return weights


def _written(kept: Kept | None) -> Written | None:
    snapshot = kept.snapshot if isinstance(kept, Packed) else kept
    return snapshot.written if isinstance(snapshot, Snapshot) else None


def _files(kept: Kept | None) -> Layer | None:
    written = _written(kept)
    return None if written is None else written.work


def _size_of_files(kept: Kept | None) -> int:
    written = _written(kept)
    return 0 if written is None else written.work_size


def make_room(
    states: Iterable[State[Kept]],
    spared: Collection[int | None],
    most: int,
    where: Callable[[int], OnDisk | None],
    near: int = NEAR,
) -> None:
    """Drop the oldest snapshots until those left weigh at most `most` bytes, and pack what is left of blocks again.

    Snapshots that are stored make room from `near` bytes on, unless they have files that the disk does not keep. Named
    ones that are not stored count, and are not dropped. The first one neither counts nor is dropped.

    Args:
        states: The states, the oldest first.
        spared: Numbers of states that neither count nor are dropped.
        most: Bytes.
        where: Says where a state is stored; None if it is not.
        near: Bytes.
    """
    here = list(states)
    others = [state for state in here if state.number and state.number not in spared]
    _pack_remnants(here)
    margin = 0
    while _drop(others, most, where, near, margin):
        _pack_remnants(here)
        margin = min(near, most) // 64  # remnants weigh more than they did in the larger block: no round for each state


def _drop(
    others: Sequence[State[Kept]], most: int, where: Callable[[int], OnDisk | None], near: int, margin: int
) -> bool:
    """Drop the oldest if there are too many; whether any went. margin: Bytes to make room for beyond the limit."""
    weights = _weights(others)
    total = sum(weights.values())
    dropped = False
    if total <= min(near, most):
        return False
    if total > most:
        most -= margin
    enough = min(near - margin, most)
    for state in others:
        if total <= enough:
            break
        place = where(state.number)
        if (state.names and place is None) or (total <= most and (place is None or _has_files(state.snapshot))):
            continue
        total -= weights[state.number]
        dropped = dropped or isinstance(state.snapshot, (Snapshot, Packed))
        if not isinstance(state.snapshot, OnDisk):
            state.snapshot = place
    return dropped


def _pack_remnants(states: Iterable[State[Kept]]) -> None:
    """Pack what is left of blocks together, as any member, such as a named state, keeps all of its block in memory."""
    packed = [(state, kept) for state in states if isinstance(kept := state.snapshot, Packed)]
    members = Counter(id(kept.block) for _, kept in packed)
    broken = {id(kept.block) for _, kept in packed if members[id(kept.block)] < kept.block.members}
    if not broken:
        return
    remnants = [pair for pair in packed if id(pair[1].block) in broken or pair[1].block.size < _SMALL]
    for (state, kept), again in zip(remnants, pack(_unpacked(kept for _, kept in remnants)), strict=True):
        if state.snapshot is kept:
            state.snapshot = again


def _unpacked(packed: Iterable[Packed]) -> Iterator[Snapshot]:
    block, dumps = None, b""
    for kept in packed:
        if kept.block is not block:
            block, dumps = kept.block, kept.block.dumps()
        yield kept.unpack(dumps)


def _has_files(kept: Kept | None) -> bool:
    written = _written(kept)
    return written is not None and any(written.layers.values())


def give_back_memory() -> None:
    """Give free memory back to the system: a millisecond for 100 MiB, without the GIL.

    From the first time on, large pieces go back by themselves. Does nothing where the C library cannot do it.

    glibc keeps free memory for its next request, in a heap for each thread that ever asked. In a session of 3,000
    cells, whose states took 20 MiB, the free pieces between those in use came to 40 MiB, and grew by 2 KB with each
    cell.
    """
    trim = _malloc_trim()
    if trim is not None:
        trim(0)


@cache
def _malloc_trim() -> Callable[[int], int] | None:
    if sys.platform != "linux":
        return None
    import ctypes  # 5 ms, after the first 4 MiB of states; the start of a kernel does without it

    try:
        library = ctypes.CDLL(None)
        trim, mallopt = library.malloc_trim, library.mallopt
    except (OSError, AttributeError):  # musl has neither
        return None
    mallopt.argtypes, mallopt.restype = [ctypes.c_int, ctypes.c_int], ctypes.c_int
    mallopt(_M_MMAP_THRESHOLD, _LARGE)
    trim.argtypes, trim.restype = [ctypes.c_size_t], ctypes.c_int
    return trim
