"""Memory of a kernel with all its processes, once a person has run a few cells and thinks."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil  # type: ignore[import-untyped,unused-ignore]

from .figures import Family, Figure, Limit, Samples
from .kernel import Kernel, running_kernel

SIMPLE_CELLS = 20
SETTLE_SECONDS = 2.0


def _kibibytes(file: Path, field: str) -> int:
    found = re.search(rf"^{field}:\s+(\d+) kB", file.read_text(), re.MULTILINE)
    return int(found.group(1)) if found else 0


def pss(processes: Iterable[psutil.Process]) -> float:
    """Proportional set size of the processes, MiB: pages that n processes share count 1/n each."""
    return sum(_kibibytes(Path(f"/proc/{one.pid}/smaps_rollup"), "Pss") for one in set(processes)) / 1024


def rss(process: psutil.Process) -> float:
    """Resident memory of the one process, MiB."""
    return _kibibytes(Path(f"/proc/{process.pid}/status"), "VmRSS") / 1024


def peak_rss(process: psutil.Process) -> float:
    """The most resident memory the one process ever had, MiB."""
    return _kibibytes(Path(f"/proc/{process.pid}/status"), "VmHWM") / 1024


@contextmanager
def _open(name: str) -> Iterator[Callable[[], Samples]]:
    def measure() -> Samples:
        # Alone: a second kernel of the same kind would share pages with the first and halve its figure.
        with running_kernel(name, fork=False) as kernel:
            kernel.wait_for_welcome()
            for number in range(SIMPLE_CELLS):
                kernel.run(f"x{number} = [{number}] * 10\nsum(x{number})")
            time.sleep(SETTLE_SECONDS)
            return {"memory": pss(kernel.processes)}

    yield measure


@contextmanager
def _idle(name: str) -> Iterator[Kernel]:
    """A kernel that has answered kernel_info, as when a notebook was opened, and had time for what it does on its own."""
    with running_kernel(name) as kernel:
        kernel.take_reply(kernel.client.kernel_info())
        time.sleep(SETTLE_SECONDS)
        yield kernel


@contextmanager
def _open_further(name: str) -> Iterator[Callable[[], Samples]]:
    def measure() -> Samples:
        with _idle(name) as first:
            before = pss(first.processes)
            with _idle(name) as second:
                return {"further kernel": pss([*first.processes, *second.processes]) - before}

    yield measure


FAMILY = Family(
    "memory",
    (
        Figure(
            "memory",
            f"memory of all processes (PSS), idle after {SIMPLE_CELLS} cells",
            "MiB",
            Limit("ratio at most", 1.40),
        ),
    ),
    rounds=3,
    open=_open,
)

FURTHER_FAMILY = Family(
    "further kernel",
    (Figure("further kernel", "memory (PSS) that a second idle kernel adds", "MiB", Limit("ratio at most", 0.50)),),
    rounds=3,
    open=_open_further,
)
