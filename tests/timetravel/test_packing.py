"""Which states stay in memory: those that are on disk go first, and no others while there is room. Freed memory goes back."""

from __future__ import annotations

import random
import subprocess
import sys

import psutil
import pytest

from monty_kernel.engine.access import Written
from monty_kernel.engine.cell_log import CellLog
from monty_kernel.engine.engine import Snapshot
from monty_kernel.timetravel.packing import Kept, Packed, make_room, pack, weight
from monty_kernel.timetravel.stored_state import OnDisk
from monty_kernel.timetravel.timeline import State
from tests.support.waiting import HANGING


def states(*, files: int = 0) -> list[State[Kept]]:
    """The start, and ten states of 1,000 bytes; the one numbered `files` has files in an overlay."""
    found: list[State[Kept]] = []
    for number in range(11):
        written = Written({"place": {("a",): object()}}) if number == files != 0 else Written({"place": {}})
        snapshot = Snapshot(random.Random(number).randbytes(1000), 0, frozenset(), CellLog(), written=written)
        kept = next(pack([snapshot])) if number % 2 else snapshot
        found.append(State(number, number - 1 if number else None, "", False, kept, 1000))
    return found


def on_disk(number: int) -> OnDisk | None:
    return OnDisk("session")


def test_what_is_on_disk_makes_room_early() -> None:
    made = states(files=3)
    make_room(made, (10, 9), 100_000, on_disk, near=3500)
    assert [state.number for state in made if isinstance(state.snapshot, OnDisk)] == [1, 2, 4, 5, 6]


def test_what_is_not_on_disk_stays_as_long_as_there_is_room() -> None:
    made = states()
    make_room(made, (10, 9), 100_000, lambda number: on_disk(number) if number == 4 else None, near=1000)
    assert [state.number for state in made if isinstance(state.snapshot, OnDisk)] == [4]
    assert all(state.snapshot is not None for state in made)


@pytest.mark.parametrize("stored", [True, False])
def test_beyond_that_the_oldest_goes(stored: bool) -> None:
    made = states(files=2)
    made[5].names = frozenset({"here"})
    make_room(made, (10, 9), 4500, on_disk if stored else lambda number: None, near=100_000)
    gone = [state.number for state in made if state.snapshot is None or isinstance(state.snapshot, OnDisk)]
    assert gone == [1, 2, 3, 4], "a named one counts, and stays if it is nowhere else"
    assert (made[1].snapshot is None) != stored


def test_each_comes_back_from_what_was_packed_together() -> None:
    dumps = [
        random.Random(number).randbytes(size) for number, size in enumerate((0, 1000, 600_000, 1, 300_000, 300_000))
    ]
    snapshots = [Snapshot(dump, number, frozenset(), CellLog()) for number, dump in enumerate(dumps)]
    packed = list(pack(snapshots))
    assert [each.unpack() for each in packed] == snapshots
    assert {each.block.members for each in packed} == {1, 2}


def test_states_of_one_dump_keep_it_once() -> None:
    dumps = [random.Random(number).randbytes(1000) for number in range(2)]
    snapshots = [Snapshot(dumps[number // 3], number, frozenset(), CellLog()) for number in range(6)]
    packed = list(pack(snapshots))
    assert [each.unpack() for each in packed] == snapshots
    assert {(each.block.size, each.block.members) for each in packed} == {(2000, 6)}


def test_dumps_that_are_alike_are_one_in_memory() -> None:
    dump = random.Random(0).randbytes(50_000)
    packed = pack([Snapshot(dump + bytes([number]), 0, frozenset(), CellLog()) for number in range(10)])
    assert sum(each.weight for each in packed) < 60_000


@pytest.mark.parametrize("most", [1, 30_000, 60_000])
def test_the_limit_counts_what_named_states_keep_of_their_blocks(most: int) -> None:
    base = random.Random(0).randbytes(10_000)
    snapshots = [Snapshot(base + bytes([number % 256]), number, frozenset(), CellLog()) for number in range(1, 1001)]
    made: list[State[Kept]] = [
        State(number, number - 1, "", False, packed, 10_001) for number, packed in enumerate(pack(snapshots), 1)
    ]
    named = made[::52]
    for state in named:
        state.names = frozenset({f"n{state.number}"})
    for size in (600, 1000):  # the states of later blocks come when those of earlier ones have gone
        make_room(made[:size], (), most, lambda number: None)
    kept = [state.snapshot for state in made if isinstance(state.snapshot, Packed)]
    blocks = {id(packed.block): len(packed.block.data) for packed in kept}
    assert sum(blocks.values()) < max(most, 12_000), "named states that are alike share a block"
    counted = sum(weight(packed) for packed in kept)
    assert sum(blocks.values()) - counted < len(kept), "but for what rounding takes"
    for state in named:
        assert isinstance(state.snapshot, Packed)
        assert state.snapshot.unpack() == snapshots[state.number - 1]


HOLES = """
import psutil
from monty_kernel.timetravel.packing import give_back_memory

held = [bytes(100_000) for _ in range(1000)]
held = held[::20]
before = psutil.Process().memory_info().rss
give_back_memory()
print(before - psutil.Process().memory_info().rss)
"""


@pytest.mark.skipif(not psutil.LINUX, reason="of glibc")
def test_holes_are_given_back() -> None:
    import ctypes

    if not hasattr(ctypes.CDLL(None), "malloc_trim"):
        pytest.skip("this C library has no malloc_trim")
    given = subprocess.run(
        [sys.executable, "-c", HOLES], check=True, capture_output=True, text=True, timeout=HANGING
    ).stdout
    assert int(given) > 50 << 20
