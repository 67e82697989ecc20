"""What a kernel holds of the system: memory, descriptors, threads, processes, bytes on disk; and what two looks differ by."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import psutil

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Holdings:
    """What a kernel holds. memory: resident bytes of its own process; workers: those of the processes below it."""

    memory: int
    workers: int
    descriptors: int
    threads: int
    processes: tuple[str, ...]
    stored: int

    def __str__(self) -> str:
        return (
            f"kernel {self.memory / MIB:.1f} MiB, below it {self.workers / MIB:.1f} MiB in {len(self.processes)} processes, "
            f"{self.descriptors} descriptors, {self.threads} threads, {self.stored / MIB:.1f} MiB stored"
        )


def holdings(pid: int, store: Path) -> Holdings:
    """What the kernel with this process id holds now."""
    kernel = psutil.Process(pid)
    names, workers = [], 0
    for child in kernel.children(recursive=True):
        try:
            workers += child.memory_info().rss
            names.append(child.name() + ("" if child.status() != psutil.STATUS_ZOMBIE else " (zombie)"))
        except psutil.NoSuchProcess:
            continue
    stored = 0
    for path in store.rglob("*"):
        try:
            stored += path.stat().st_size
        except FileNotFoundError:
            continue
    return Holdings(
        kernel.memory_info().rss, workers, kernel.num_fds(), kernel.num_threads(), tuple(sorted(names)), stored
    )


def at_rest(pid: int, store: Path, wanted: Holdings | None = None, patience: float = 20.0) -> Holdings:
    """What the kernel holds when nothing has changed for a second: a spare worker is made and the store is written in pauses.

    wanted: what it is expected to come to, in numbers of things; until then it is given `patience` seconds.
    """
    deadline = time.monotonic() + patience
    since, last = time.monotonic(), holdings(pid, store)
    while True:
        time.sleep(0.1)
        now = holdings(pid, store)
        if _things(now) != _things(last):
            since = time.monotonic()
        last = now
        if time.monotonic() - since >= 1 and (wanted is None or _things(wanted) == _things(now)):
            return now
        if time.monotonic() > deadline:
            return now


def _things(held: Holdings) -> tuple[object, ...]:
    return held.descriptors, held.threads, held.processes


def leaks(
    before: Holdings, after: Holdings, *, cells: int, memory: int, memory_per_cell: int, stored: int
) -> list[str]:
    """What `after` holds more of than it may; a line each.

    cells: how many ran in between. memory: bytes that the kernel, and that its workers may have grown by in any case.
    memory_per_cell: bytes that may stay in each for a cell that ran. stored: bytes that may be on disk.
    """
    found = []
    room = memory + memory_per_cell * cells
    for what, first, last in (
        ("the kernel's memory", before.memory, after.memory),
        ("its workers' memory", before.workers, after.workers),
    ):
        if last - first > room:
            found.append(
                f"{what} grew by {(last - first) / MIB:.1f} MiB in {cells:,} cells, {room / MIB:.1f} MiB may stay"
            )
    if before.descriptors != after.descriptors:
        found.append(f"{after.descriptors} descriptors, {before.descriptors} before")
    if before.threads != after.threads:
        found.append(f"{after.threads} threads, {before.threads} before")
    if before.processes != after.processes:
        found.append(f"processes {', '.join(after.processes)}; {', '.join(before.processes)} before")
    if after.stored > stored:
        found.append(f"{after.stored / MIB:.1f} MiB on disk, {stored / MIB:.1f} MiB may be")
    return found
