"""`python -m tests.soak`: one kernel for many cells, then many kernels for some time. Exit status 0 if nothing was wrong."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
import time
from pathlib import Path

import psutil

from tests.support.own_folders import own_folders

from .deeds import Wrong
from .many_kernels import soak_many
from .one_kernel import soak_one


def main() -> int:
    """Read the command line and run."""
    parser = argparse.ArgumentParser("python -m tests.soak", description=__doc__)
    parser.add_argument("--cells", type=int, default=50_000, help="cells in the one kernel [50000]; 0 leaves it out")
    parser.add_argument("--warm-up", type=int, default=1_000, help="cells before what it holds is noted [1000]")
    parser.add_argument("--kernels", type=int, default=8, help="kernels at once [8]; 0 leaves them out")
    parser.add_argument("--seconds", type=float, default=600, help="how long they run [600]")
    parser.add_argument(
        "--seed", type=int, default=time.time_ns() % 1_000_000, help="of what is drawn [another each time]"
    )
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    wrong: list[str] = []
    with own_folders() as folder:
        if options.cells:
            wrong += _one(folder / "one", options)
        if options.kernels:
            wrong += _many(folder / "many", options)
        wrong += _left_behind()
    for line in wrong:
        print(f"WRONG: {line}")
    print("Something is wrong." if wrong else "All as it should be.")
    return 1 if wrong else 0


def _one(folder: Path, options: argparse.Namespace) -> list[str]:
    stopped = threading.Event()
    before = signal.signal(signal.SIGINT, lambda *_: stopped.set())  # Ctrl-C: no more cells, but the report
    try:
        ran = soak_one(folder, options.cells, options.warm_up, options.seed, _say, stop=stopped.is_set)
    except Wrong as error:
        return [str(error)]
    finally:
        signal.signal(signal.SIGINT, before)
    print(f"\nOne kernel: {ran.cells:,} cells in {ran.seconds:.0f} s")
    print(f"  at the beginning  {ran.before}")
    print(f"  at the end        {ran.after}\n", flush=True)
    return ran.wrong


def _many(folder: Path, options: argparse.Namespace) -> list[str]:
    together = soak_many(folder, options.kernels, options.seconds, options.seed, _say)
    each = ", ".join(f"{requests:,}" for requests in together.requests)
    print(
        f"\n{options.kernels} kernels: {sum(together.requests):,} requests in {together.seconds:.0f} s ({each})\n",
        flush=True,
    )
    return together.wrong


def _left_behind() -> list[str]:
    """Processes that outlived their kernel. The fork server, which jupyter_client's side keeps, ends with this process."""
    end = time.monotonic() + 5
    while left := [child for child in psutil.Process().children(recursive=True) if _is_ours(child)]:
        if time.monotonic() > end:
            return [f"left behind: {', '.join(child.name() for child in left)}"]
        time.sleep(0.1)
    return []


def _is_ours(child: psutil.Process) -> bool:
    try:
        return child.status() != psutil.STATUS_ZOMBIE and "fork_server" not in " ".join(child.cmdline())
    except psutil.NoSuchProcess:
        return False


def _say(line: str) -> None:
    print(time.strftime("%H:%M:%S"), line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
