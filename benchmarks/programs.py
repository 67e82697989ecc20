"""The programs that run notebooks through a kernel, each as a whole process: with our kernel and with the stock one."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat

from .figures import Family, Figure, Limit, Samples
from .headless import ten_cells

_PYTEST = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir=.", "-c", "/dev/null")

COMMANDS: dict[str, tuple[str, ...]] = {
    "jupyter execute": ("-m", "jupyter", "execute", "in.ipynb", "--output", "out"),
    "papermill": ("-m", "papermill", "--no-progress-bar", "in.ipynb", "out.ipynb"),
    "nbconvert": ("-m", "jupyter", "nbconvert", "--execute", "--to", "notebook", "--output", "out", "in.ipynb"),
    "nbval": (*_PYTEST, "--nbval-lax", "in.ipynb"),
    "nbmake": (*_PYTEST, "--nbmake", "in.ipynb"),
}
"""What follows `python`, by the program's name. Those of pytest write nothing."""


@contextmanager
def _open(kernel: str) -> Iterator[Callable[[], Samples]]:
    with TemporaryDirectory() as folder:
        nbformat.write(ten_cells(kernel), Path(folder) / "in.ipynb")  # type: ignore[no-untyped-call]
        out = Path(folder) / "out.ipynb"

        def measure() -> Samples:
            taken: Samples = {}
            for name, command in COMMANDS.items():
                out.unlink(missing_ok=True)
                begin = time.perf_counter()
                done = subprocess.run([sys.executable, *command], cwd=folder, capture_output=True, text=True)
                taken[name] = (time.perf_counter() - begin) * 1000
                if done.returncode != 0 or ("pytest" in command and "passed" not in done.stdout):
                    raise RuntimeError(f"{name}: {done.stdout}{done.stderr}")
                if "pytest" not in command and "365 rows, 168 primes" not in out.read_text():
                    raise RuntimeError(f"{name}: the notebook did not run")
            return taken

        yield measure


FAMILY = Family(
    "programs",
    tuple(
        Figure(name, f"a ten-cell notebook by {name}, whole process", "ms", Limit("ratio at most", 1.0))
        for name in COMMANDS
    ),
    rounds=3,
    open=_open,
)
