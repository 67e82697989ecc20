"""Memory of a kernel with all its processes, once a person has run a few cells and thinks."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil  # type: ignore[import-untyped,unused-ignore]

from .figures import Family, Figure, Limit, Samples
from .kernel import running_kernel

SIMPLE_CELLS = 20
SETTLE_SECONDS = 2.0


def _kibibytes(file: Path, field: str) -> int:
    found = re.search(rf"^{field}:\s+(\d+) kB", file.read_text(), re.MULTILINE)
    return int(found.group(1)) if found else 0


def tree_pss(process: psutil.Process) -> float:
    """Proportional set size of the process and all its descendants, MiB: pages that n processes share count 1/n each."""
    processes = [process, *process.children(recursive=True)]
    return sum(_kibibytes(Path(f"/proc/{one.pid}/smaps_rollup"), "Pss") for one in processes) / 1024


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
        with running_kernel(name) as kernel:
            kernel.wait_for_welcome()
            for number in range(SIMPLE_CELLS):
                kernel.run(f"x{number} = [{number}] * 10\nsum(x{number})")
            time.sleep(SETTLE_SECONDS)
            return {"memory": tree_pss(kernel.process)}

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
