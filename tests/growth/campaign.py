"""Tries entries for a time that they share, each with as many shapes as its part of it allows."""

from __future__ import annotations

import queue
import random
import threading
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

from .entry import Entry
from .measure import Finding, Judge, Probe
from .shapes import shapes

LIMIT = 4.0
"""Seconds of the processor that one text may take before the probe is killed."""


class Tried(NamedTuple):
    """What became of an entry: how many shapes were tried, the first finding, the processor's seconds."""

    entry: Entry
    shapes: int
    finding: Finding | None
    seconds: float


def try_entry(probe: Probe, entry: Entry, most: int, seconds: float, seed: int, patience: float = 1.0) -> Tried:
    """One entry: the shapes that were found once, then others as long as there is time.

    most: characters of the longest text. seconds: of the processor. patience: how much longer than a tenth of a second texts may grow.
    """
    judge = Judge(probe, entry, most, patience)
    begun, number = probe.spent, 0
    for shape in shapes(entry.tokens, entry.pairs, entry.known, seed):
        if number >= len(entry.known) and probe.spent - begun > seconds:
            break
        number += 1
        finding = judge.finding(shape)
        if finding is not None:
            return Tried(entry, number, finding, probe.spent - begun)
        if probe.spent - begun > 8 * seconds:
            break
        if number > 20_000:
            break
    return Tried(entry, number, None, probe.spent - begun)


def campaign(
    entries: Sequence[Entry],
    seconds: float,
    most: int,
    on_tried: Callable[[Tried], None],
    threads: int = 2,
    patience: float = 10.0,
) -> list[Tried]:
    """All entries, several at a time and in any order, each for its part of the time; a new seed each time.

    seconds: of the processor, for each thread; on a machine that is busy with other things, those that come last are left out.
    """
    late = time.monotonic() + seconds
    waiting: queue.SimpleQueue[Entry] = queue.SimpleQueue()
    for entry in random.sample(list(entries), len(entries)):
        waiting.put(entry)
    share = seconds * threads / max(1, len(entries))
    done: list[Tried] = []

    def work() -> None:
        with Probe(LIMIT) as probe:
            while True:
                try:
                    entry = waiting.get_nowait()
                except queue.Empty:
                    return
                if time.monotonic() > late:
                    return
                tried = try_entry(probe, entry, most, share, time.time_ns() & 0xFFFF, patience)
                done.append(tried)
                on_tried(tried)

    workers = [threading.Thread(target=work) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return done
