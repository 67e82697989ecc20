"""One kernel, tens of thousands of cells: what it holds at the end is what it held at the beginning."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from tests.support.kernel_client import Kernel

from .deeds import Deeds
from .measures import MIB, Holdings, at_rest, holdings, leaks

MEMORY = 24 * MIB
"""What the kernel, or its workers, may have more at the end than after the warm-up, however many cells ran: 4 MiB of states that are yet
to be packed, 6 MiB of SQLite's pages, as many for the last 65,536 signatures, the cells since the last `%reset` as completion
knows them; and how full an allocator's pools are is chance."""

PER_CELL = 1024
"""Bytes that may stay of a cell. Some 600 do: its source and how its lines were moved (packed, 200), its input for `%history` (packed, 20),
its state's place, label, time and size for `%snapshots` and `%undo` (250), and room in the tables that find them. What
allocators lose between those that stay and those that go comes to half as much again: 50,000 cells left 1,030 bytes each, all told."""

POOLS_ARE_FULL = 500
"""Cells after which every thread that a kernel starts when it first needs it has been started; before, threads are not compared."""

STATES = 16 * MIB
"""What the states in memory, and those on disk, may take in the soak, so that both limits are reached soon."""

STORED = STATES + 64 * MIB + 48 * MIB
"""On disk: the limit, what may be stored until the next collection, and the log and the notes beside it."""


@dataclass(frozen=True)
class Ran:
    """What became of the soak of one kernel. wrong: what is not as it should be, a line each."""

    cells: int
    seconds: float
    before: Holdings
    after: Holdings
    wrong: list[str]


def soak_one(
    folder: Path,
    cells: int,
    warm_up: int,
    seed: int,
    say: Callable[[str], None],
    patience: float = 20.0,
    stop: Callable[[], bool] = lambda: False,
) -> Ran:
    """Run at least `cells` cells in a kernel whose files are in `folder`, after `warm_up` others.

    patience: seconds that it may take to come to rest at the end. stop: whether to end before all cells have run.

    Raises:
        Wrong: a cell did what it must not.
    """
    data = folder / "data-to-mount"
    data.mkdir(parents=True)
    (data / "0.txt").write_text("there before")
    chance = random.Random(seed)
    options = [
        f"--MontyKernel.max_memory={256 * MIB}",
        f"--MontyKernel.snapshot_memory={STATES}",
        f"--MontyKernel.snapshot_max_bytes={STATES}",
    ]
    kernel = Kernel(folder / "home", options)
    store = folder / "home" / "data" / "monty_kernel" / "snapshots"
    try:
        deeds = Deeds(kernel, data, chance)
        for deed, _ in deeds.all():
            deed()
        _many(deeds, warm_up)
        deeds.unmounts()
        before = at_rest(kernel.pid, store)
        say(f"after {deeds.cells:,} cells to warm up: {before}")
        begun, start, told = deeds.cells, time.monotonic(), time.monotonic()
        while deeds.cells - begun < cells and not stop():
            _many(deeds, min(100, cells - (deeds.cells - begun)))
            if time.monotonic() - told > 20:
                told = time.monotonic()
                done = deeds.cells - begun
                say(f"{done:,} cells, {done / (told - start):.0f} a second: {holdings(kernel.pid, store)}")
        seconds = time.monotonic() - start
        ran = deeds.cells - begun
        deeds.unmounts()  # a mount holds a descriptor
        after = at_rest(kernel.pid, store, before, patience)
        if warm_up < POOLS_ARE_FULL:
            before = replace(before, threads=after.threads)
        wrong = leaks(before, after, cells=ran, memory=MEMORY, memory_per_cell=PER_CELL, stored=STORED)
    finally:
        kernel.close()
    log = kernel.stderr.read_text()
    if log:
        wrong.append(f"the kernel's log is not empty: {log[:2000]}")
    return Ran(ran, seconds, before, after, wrong)


def _many(deeds: Deeds, cells: int) -> None:
    doable, often = zip(*deeds.all(), strict=True)
    end = deeds.cells + cells
    while deeds.cells < end:
        (deed,) = deeds.chance.choices(doable, often)
        deed()
