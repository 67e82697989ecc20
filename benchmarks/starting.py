"""Starting kernels one after the other, as a Jupyter server does, and a whole notebook through nbclient."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import nbformat
from nbclient import NotebookClient

from .figures import MONTY, Family, Figure, Limit, Samples
from .kernel import SECONDS, running_kernel

CELLS = (
    "import math\nx = 3",
    "squares = [i * i for i in range(100)]\nsum(squares)",
    "print('hello')",
    "def fib(n):\n    return n if n < 2 else fib(n - 1) + fib(n - 2)\nfib(10)",
    "import json\njson.dumps({'squares': squares[:5]})",
    "text = 'abc' * 10\ntext.upper()",
    "for i in range(10):\n    print(i)",
    "table = {str(i): i for i in range(50)}\nlen(table)",
    "sorted(table)[:5]",
    "math.sqrt(x)",
)


def _until_it_answers(name: str, *, fork: bool) -> float:
    """Milliseconds from before start_kernel() to the arrival of a kernel_info_reply."""
    with running_kernel(name, fork=fork) as kernel:
        request = kernel.client.kernel_info()
        kernel.take_reply(request)
        return (time.perf_counter() - kernel.spawned) * 1000


@contextmanager
def _open(name: str) -> Iterator[Callable[[], Samples]]:
    def measure() -> Samples:
        plain = _until_it_answers(name, fork=False)
        return {"further start": _until_it_answers(name, fork=True) if name == MONTY else plain, "argv start": plain}

    yield measure


@contextmanager
def _open_notebook(name: str) -> Iterator[Callable[[], Samples]]:
    def measure() -> Samples:
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in CELLS])
        begin = time.perf_counter()
        NotebookClient(notebook, kernel_name=name, timeout=int(SECONDS)).execute()
        return {"nbclient": (time.perf_counter() - begin) * 1000}

    yield measure


FAMILIES = (
    Family(
        "starting",
        (
            Figure(
                "further start",
                "start_kernel to kernel_info_reply, a further kernel",
                "ms",
                Limit("ratio at most", 0.15),
            ),
            Figure("argv start", "the same, by running argv (VS Code)", "ms", Limit("ratio at most", 0.80)),
        ),
        rounds=9,
        open=_open,
    ),
    Family(
        "nbclient",
        (Figure("nbclient", "a notebook of ten cells through nbclient", "ms", Limit("ratio at most", 0.35)),),
        rounds=7,
        open=_open_notebook,
    ),
)
