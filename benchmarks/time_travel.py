"""What time travel costs and gives: cells with snapshots and without, %undo against Monty's bare dump and load, and Kishu."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import pairwise
from statistics import median

from .bare import BareSession, bare_session
from .figures import MONTY, Family, Figure, Limit, Samples
from .kishu import KISHU
from .kishu import python as kishu_python
from .travellers import OFF, Traveller, traveller

BARE = "bare"
CELLS = 30
QUEUED = 20
SMALL, LARGE = 10_000, 100_000
HUGE = 450_000
"""Rows of a session whose dump has 60 MB."""


def rows(count: int) -> str:
    """A cell that makes a session of so many dict rows."""
    return f"data = [{{'id': i, 'name': str(i), 'ok': True}} for i in range({count})]"


@contextmanager
def _open_cells(contender: str) -> Iterator[Callable[[], Samples]]:
    with traveller(contender) as travelling:

        def measure() -> Samples:
            round_trips = [travelling.kernel.time_to_idle("1+1") for _ in range(CELLS)]
            # each cell is sent the moment the one before it is idle: all that is done behind the reply counts
            idle = travelling.kernel.times_of_idle(["1+1"] * CELLS)
            return {
                "travel round trip": median(round_trips) * 1000,
                "travel pace": median(after - before for before, after in pairwise(idle)) * 1000,
            }

        yield measure


@contextmanager
def _open_queue(contender: str) -> Iterator[Callable[[], Samples]]:
    with traveller(contender) as travelling:
        travelling.kernel.run(rows(LARGE))

        def measure() -> Samples:
            travelling.rest()
            return {"queue": travelling.kernel.times_of_idle(["x=1"] * QUEUED, at_once=True)[-1] * 1000}

        yield measure


def _open_rows(count: int) -> Callable[[str], AbstractContextManager[Callable[[], Samples]]]:
    @contextmanager
    def opened(contender: str) -> Iterator[Callable[[], Samples]]:
        if contender == BARE:
            with bare_session(rows(count)) as bare:
                yield lambda: _bare(bare, count)
        else:
            with traveller(contender) as travelling:
                travelling.kernel.run(rows(count))
                yield lambda: _travel(travelling, count)

    return opened


@contextmanager
def _open_restore(contender: str) -> Iterator[Callable[[], Samples]]:
    if contender == BARE:
        with bare_session(rows(HUGE)) as bare:
            yield lambda: {"restore": median(bare.load_seconds() for _ in range(2)) * 1000}
        return
    with traveller(contender) as travelling:
        kernel = travelling.kernel
        kernel.run(rows(HUGE))  # with its own state comes Monty's collection of garbage, due at the first line it runs
        for name in ("one", "two"):
            kernel.run(f"data[7]['name'] = '{name}'")

        def restored(line: str, name: str) -> float:
            travelling.rest()
            seconds = kernel.time_to_idle(line)
            kernel.run(f"assert data[7]['name'] == '{name}'")
            return seconds

        def measure() -> Samples:
            seconds = restored("%restore 2", "one"), restored("%restore 3", "two")
            return {"restore": median(seconds) * 1000}

        yield measure


def _bare(bare: BareSession, count: int) -> Samples:
    return {
        f"ready {count}": median(bare.dump_seconds() for _ in range(3)) * 1000,
        f"undo {count}": median(bare.load_seconds() for _ in range(3)) * 1000,
    }


def _travel(travelling: Traveller, count: int) -> Samples:
    kernel = travelling.kernel
    travelling.rest()
    idle, next_idle = kernel.times_of_idle(["data.append({})", "None"])
    travelling.rest()
    next_alone = kernel.time_to_idle("None")
    travelling.rest()

    stored = travelling.stored()
    travelling.mark()
    kernel.run("data[7]['name'] = 'changed'")
    travelling.rest()
    added = travelling.stored() - stored
    begin = time.perf_counter()
    travelling.undo()
    undone = time.perf_counter() - begin
    kernel.run("assert data[7]['name'] == '7'")
    ready = {} if travelling.ready_at_idle else {f"ready {count}": max(0.0, next_idle - idle - next_alone) * 1000}
    return {
        **ready,
        f"append {count}": (next_idle - next_alone) * 1000,
        f"undo {count}": undone * 1000,
        f"added {count}": added / 1024,
    }


def _aside(rounds: int) -> tuple[str, int] | None:
    return (KISHU, rounds) if kishu_python() else None


def _undo(count: int, at_most: float) -> tuple[Figure, Figure]:
    undo = f"undo {count}"
    return (
        Figure(undo, f"%undo in a session of {count:,} rows", "ms", Limit("at most", at_most), against="load_session"),
        Figure(f"{undo} ratio", "the same", "ms", Limit("ratio at most", 2, slack=20), undo, "load_session"),
    )


FAMILIES = (
    Family(
        "states",
        (
            Figure(
                "travel round trip", "`1+1`, execute_request to idle", "ms", Limit("added at most", 0.5), against=OFF
            ),
            Figure("travel pace", "`1+1`, each sent the moment the last is idle", "ms", against=OFF),
        ),
        rounds=15,
        open=_open_cells,
        contenders=(MONTY, OFF),
        aside=_aside(3),
    ),
    Family(
        "small session",
        (
            Figure(
                f"ready {SMALL}",
                f"idle to ready, after a cell that touched {SMALL:,} rows",
                "ms",
                Limit("ratio at most", 2),
                against="dump",
            ),
            *_undo(SMALL, 80),
            Figure(f"append {SMALL}", f"`data.append(…)` to {SMALL:,} rows, until ready", "ms", against=""),
        ),
        rounds=7,
        open=_open_rows(SMALL),
        contenders=(MONTY, BARE),
        aside=_aside(3),
    ),
    Family(
        "large session",
        (
            Figure(f"ready {LARGE}", f"idle to ready, after a cell that touched {LARGE:,} rows", "ms", against="dump"),
            *_undo(LARGE, 1200),
            Figure(f"append {LARGE}", f"`data.append(…)` to {LARGE:,} rows, until ready", "ms", against=""),
            Figure(
                f"added {LARGE}",
                f"stored for a change of one of {LARGE:,} rows",
                "KiB",
                Limit("at most", 64),
                against="",
            ),
        ),
        rounds=5,
        open=_open_rows(LARGE),
        contenders=(MONTY, BARE),
        aside=_aside(1),
    ),
    Family(
        "huge session",
        (
            Figure(
                "restore",
                "`%restore` to a state of 60 MB",
                "ms",
                Limit("ratio at most", 1.2),
                against="load_session",
            ),
        ),
        rounds=7,
        open=_open_restore,
        contenders=(MONTY, BARE),
    ),
    Family(
        "queue",
        (
            Figure(
                "queue",
                f"{QUEUED} cells `x=1` at once, in a session of {LARGE:,} rows",
                "ms",
                Limit("ratio at most", 1.5),
                against=OFF,
            ),
        ),
        rounds=9,
        open=_open_queue,
        contenders=(MONTY, OFF),
        aside=_aside(1),
    ),
)
