"""What a cell costs on its way over the wire, beside a kernel that only answers: time, processor time and memory."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory

import psutil  # type: ignore[import-untyped,unused-ignore]
from jupyter_client.kernelspec import KernelSpecManager

from .figures import IPYKERNEL, MONTY, Family, Figure, Limit, Samples
from .kernel import Kernel, running_kernel

BARE = "bare"
BARE_KERNEL = Path(__file__).with_name("bare_kernel.py")
CELLS = 100
CELLS_WITH_GAPS = 50
WARM_UP = 20
GAP_SECONDS = 0.02
REST_SECONDS = 0.5
"""What a cell leaves to be done later, such as writing to the store, is done by then and counts."""


def processor_seconds(processes: Iterable[psutil.Process]) -> float:
    """Processor time that the processes have used, threads that have ended included; exact to the nanosecond.

    `/proc/PID/stat` counts in ticks of 10 ms. This is the clock that `clock_getcpuclockid(3)` gives for a process.
    """
    return sum(time.clock_gettime((~process.pid << 3) | 2) for process in processes)


def _install_bare() -> None:
    argv = [sys.executable, str(BARE_KERNEL), "{connection_file}"]
    spec = {"argv": argv, "display_name": "bare", "language": "python"}
    with TemporaryDirectory() as folder:
        Path(folder, "kernel.json").write_text(json.dumps(spec))
        KernelSpecManager().install_kernel_spec(folder, BARE, user=True)


def _pace(kernel: Kernel, prefix: str, cells: int, gap: float) -> Samples:
    processes = kernel.processes
    before = processor_seconds(processes)
    seen, raw = [], []
    for _ in range(cells):
        seen.append(kernel.run("1+1")[0])
        time.sleep(gap)
    for _ in range(cells):
        raw.append(kernel.time_to_idle("1+1"))
        time.sleep(gap)
    time.sleep(REST_SECONDS)
    used = processor_seconds(processes) - before
    return {
        f"{prefix} seen": median(seen) * 1000,
        f"{prefix} seen p95": quantiles(seen, n=20)[-1] * 1000,
        f"{prefix} raw": median(raw) * 1000,
        f"{prefix} raw p95": quantiles(raw, n=20)[-1] * 1000,
        f"{prefix} cpu": used / (2 * cells) * 1000,
    }


@contextmanager
def _open(name: str) -> Iterator[Callable[[], Samples]]:
    if name == BARE:
        _install_bare()

    def measure() -> Samples:
        # a new kernel each round: a session grows with every cell, and few notebooks have thousands
        with running_kernel(name, fork=False) as kernel:
            kernel.wait_until_heard()
            kernel.times_of_idle(["1+1"] * WARM_UP)
            return _pace(kernel, "wire", CELLS, 0.0) | _pace(kernel, "gaps", CELLS_WITH_GAPS, GAP_SECONDS)

    yield measure


_SEEN, _CPU = "request to idle, the client's work included", "processor time of all processes"


def _beside_bare(prefix: str, how: str) -> Iterator[Figure]:
    for key, title, limit in (
        ("seen", _SEEN, Limit("ratio at most", 1.5)),
        ("seen p95", "95th percentile of it", Limit("ratio at most", 2)),
        ("raw", "request to idle, without the client's work", None),
        ("raw p95", "95th percentile of it", None),
        ("cpu", _CPU, Limit("at most", 1.5)),
    ):
        yield Figure(f"{prefix} {key}", f"`1+1` {how}: {title}", "ms", limit, against="bare kernel")


def _beside_stock(prefix: str, how: str) -> Iterator[Figure]:
    for key, title in (("seen", _SEEN), ("cpu", _CPU)):
        sample = f"{prefix} {key}"
        yield Figure(f"{sample} stock", f"`1+1` {how}: {title}", "ms", None, sample, contender=IPYKERNEL)


_BACK_TO_BACK, _WITH_GAPS = ("wire", "back to back"), ("gaps", "20 ms apart")

FAMILY = Family(
    "wire",
    (
        *_beside_bare(*_BACK_TO_BACK),
        *_beside_bare(*_WITH_GAPS),
        *_beside_stock(*_BACK_TO_BACK),
        *_beside_stock(*_WITH_GAPS),
    ),
    rounds=9,
    open=_open,
    contenders=(MONTY, BARE, IPYKERNEL),
)
