"""Notebooks without a front end: whole processes, many in one process, and what a run costs beside bare Monty."""

from __future__ import annotations

import gc
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import nbformat
import psutil  # type: ignore[import-untyped,unused-ignore]
import pydantic_monty as monty

from .figures import MONTY, Family, Figure, Limit, Samples
from .memory import rss

CELLS = (
    "import json\nimport math\nfrom datetime import date, timedelta",
    "days = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]\nlen(days)",
    "def visits(n):\n    return round(1000 + 200 * math.sin(n / 58) + 37 * (n % 7))\n"
    "rows = [{'day': str(day), 'visits': visits(n)} for n, day in enumerate(days)]\nrows[:3]",
    "total = sum(row['visits'] for row in rows)\nprint('total', total)\ntotal / len(rows)",
    "by_month = {}\nfor row in rows:\n    by_month.setdefault(row['day'][:7], []).append(row['visits'])\n"
    "{month: sum(v) for month, v in by_month.items()}",
    "for month, v in by_month.items():\n    print(month, min(v), max(v), sum(v) // len(v))",
    "text = json.dumps(rows)\nlen(text), json.loads(text) == rows",
    "best = sorted(rows, key=lambda row: -row['visits'])[:5]\nbest",
    "primes = [n for n in range(2, 1000) if all(n % d for d in range(2, int(n ** 0.5) + 1))]\nprimes[-5:]",
    "'done: %d rows, %d primes' % (len(rows), len(primes))",
)
"""The ten-cell notebook: what people do with the standard library, about 7 ms of it in bare Monty."""

MANY = 500
CALLS, FIRST = 10_000, 1_000
GROWTH = 2.0
"""MiB of resident memory that may come and go in any process; what grows with every call is more after 9,000 of them."""


def ten_cells(kernel: str) -> Any:
    """The notebook, for this kernel."""
    cells = [nbformat.v4.new_code_cell(source) for source in CELLS]  # type: ignore[no-untyped-call]
    book = nbformat.v4.new_notebook(cells=cells)  # type: ignore[no-untyped-call]
    book.metadata["kernelspec"] = {"name": kernel, "display_name": kernel, "language": "python"}
    return book


def _written(folder: Path, name: str, kernel: str) -> Path:
    path = folder / name
    nbformat.write(ten_cells(kernel), path)  # type: ignore[no-untyped-call]
    return path


def _beside(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


@contextmanager
def _whole_process(name: str) -> Iterator[Callable[[], Samples]]:
    with TemporaryDirectory() as folder:
        path = _written(Path(folder), "in.ipynb", name)
        ours = [_beside("monty-kernel"), "run", str(path), "-o", str(Path(folder) / "out.ipynb")]
        theirs = [_beside("jupyter"), "execute", str(path), "--output", "out"]

        def measure() -> Samples:
            begin = time.perf_counter()
            subprocess.run(ours if name == MONTY else theirs, check=True, capture_output=True)
            seconds = time.perf_counter() - begin
            done = nbformat.read(Path(folder) / "out.ipynb", as_version=4)  # type: ignore[no-untyped-call]
            if done.cells[-1].outputs[0].data["text/plain"] != "'done: 365 rows, 168 primes'":
                raise RuntimeError("the notebook did not run")
            return {"process": seconds * 1000}

        yield measure


@contextmanager
def _many(name: str) -> Iterator[Callable[[], Samples]]:
    with TemporaryDirectory() as folder:
        paths = [str(_written(Path(folder), f"{number}.ipynb", name)) for number in range(MANY)]
        command = [_beside("monty-kernel"), "run", "-q", "-j", "2", "--output-dir", folder + "/done", *paths]

        def measure() -> Samples:
            begin = time.perf_counter()
            subprocess.run(command, check=True, capture_output=True)
            return {"many": (time.perf_counter() - begin) * 1000 / MANY}

        yield measure


BARE = "bare cell"
EDITED = 50
_BUSY = "total = 0\nfor n in range(300_000):\n    total += n"


@contextmanager
def _incremental(name: str) -> Iterator[Callable[[], Samples]]:
    """A notebook whose last cell changes before each run, against that cell alone behind the loaded state."""
    rows = "data = [{'id': i, 'name': str(i)} for i in range(20_000)]"
    cells = [rows, *[f"{_BUSY}\ncell_{number} = total" for number in range(EDITED - 2)]]
    if name == BARE:
        with monty.Monty(min_processes=1) as pool:
            with pool.checkout() as session:
                for source in cells:
                    session.feed_run(source)
                state = session.dump()

            def alone() -> Samples:
                begin = time.perf_counter()
                with pool.checkout() as session:
                    session.load_session(state)
                    session.feed_run(_BUSY)
                return {"edited": (time.perf_counter() - begin) * 1000}

            yield alone
        return
    with TemporaryDirectory() as folder:
        path, runs = Path(folder) / "in.ipynb", 0
        command = [_beside("monty-kernel"), "run", str(path), "-o", str(path.with_name("out.ipynb"))]

        def measure() -> Samples:
            nonlocal runs
            runs += 1
            book = nbformat.v4.new_notebook()  # type: ignore[no-untyped-call]
            for source in [*cells, f"{_BUSY}\n{runs}"]:
                book.cells.append(nbformat.v4.new_code_cell(source))  # type: ignore[no-untyped-call]
            nbformat.write(book, path)  # type: ignore[no-untyped-call]
            if runs == 1:
                subprocess.run([*command, "--incremental"], check=True, capture_output=True)
            empty = path.with_name("empty.ipynb")
            nbformat.write(nbformat.v4.new_notebook(), empty)  # type: ignore[no-untyped-call]
            seconds = []
            for options in ([], [str(empty)], ["--incremental"]):
                begin = time.perf_counter()
                line = [*command[:2], *options] if options == [str(empty)] else [*command, *options]
                done = subprocess.run(line, check=True, capture_output=True, text=True)
                seconds.append(time.perf_counter() - begin)
            if runs > 1 and f"{EDITED - 1} cells not run again" not in done.stderr:
                raise RuntimeError(f"cells ran again: {done.stderr}")
            return {"whole": seconds[0] * 1000, "empty": seconds[1] * 1000, "edited": seconds[2] * 1000}

        yield measure


@contextmanager
def _warm(name: str) -> Iterator[Callable[[], Samples]]:
    """Ten times in a row, since one takes a few milliseconds."""
    from monty_kernel import run_notebook

    book = ten_cells(MONTY)
    with monty.Monty(min_processes=1) as pool:

        def bare() -> None:
            with pool.checkout(limits={"max_memory": 1 << 30}) as session:
                for source in CELLS:
                    session.feed_run(source, print_callback=lambda stream, text: None)

        def measure() -> Samples:
            begin = time.perf_counter()
            for _ in range(10):
                if name == MONTY:
                    run_notebook(book)
                else:
                    bare()
            return {"warm": (time.perf_counter() - begin) * 100}

        yield measure


@contextmanager
def _growth(name: str) -> Iterator[Callable[[], Samples]]:
    from monty_kernel import run_notebook

    book = ten_cells(MONTY)
    book.cells = book.cells[:2]
    own = psutil.Process()

    def size() -> float:
        gc.collect()
        return rss(own) + sum(rss(child) for child in own.children(recursive=True))

    def measure() -> Samples:
        for _ in range(FIRST):
            run_notebook(book)
        before, threads, files = size(), own.num_threads(), own.num_fds()
        for _ in range(CALLS - FIRST):
            run_notebook(book)
        if (own.num_threads(), own.num_fds()) != (threads, files):
            raise RuntimeError("threads or open files grow with the calls")
        return {"growth": max(0.0, size() - before)}

    yield measure


FAMILIES = (
    Family(
        "headless",
        (
            Figure(
                "process",
                "a ten-cell notebook, whole process: monty-kernel run",
                "ms",
                Limit("ratio at most", 0.20),
                against="jupyter execute",
            ),
        ),
        rounds=5,
        open=_whole_process,
    ),
    Family(
        "headless many",
        (Figure("many", f"{MANY} ten-cell notebooks, -j 2, each", "ms", Limit("at most", 15), against=""),),
        rounds=2,
        open=_many,
        contenders=(MONTY,),
    ),
    Family(
        "headless incremental",
        (
            Figure(
                "edited",
                f"{EDITED} cells, the last one edited: whole process, --incremental",
                "ms",
                Limit("added at most", 200),
                against="that cell after load_session",
            ),
            Figure("whole", "… and all of them run", "ms", against=""),
            Figure("empty", "… and a notebook without cells", "ms", against=""),
        ),
        rounds=7,
        open=_incremental,
        contenders=(MONTY, BARE),
    ),
    Family(
        "headless warm",
        (
            Figure(
                "warm",
                "run_notebook of it, warm process",
                "ms",
                Limit("ratio at most", 3),
                against="bare Monty",
            ),
        ),
        rounds=15,
        open=_warm,
        contenders=(MONTY, "bare Monty"),
    ),
    Family(
        "headless growth",
        (
            Figure(
                "growth",
                f"{CALLS:,} run_notebook calls: memory added after the first {FIRST:,}",
                "MiB",
                Limit("at most", GROWTH),
                against="",
            ),
        ),
        rounds=1,
        open=_growth,
        contenders=(MONTY,),
    ),
)
