"""Runs families with both kernels taking turns, so that whatever else the machine does meets both alike."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from .figures import Family, Measurement, Samples

MONTY, IPYKERNEL = "monty", "python3"
_FOLDERS = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")


def measure(family: Family) -> list[Measurement]:
    """All figures of the family. Monty begins the even rounds, ipykernel the odd ones; the first round does not count."""
    samples: dict[str, list[Samples]] = {MONTY: [], IPYKERNEL: []}
    with ExitStack() as stack:
        rounds: dict[str, Callable[[], Samples]] = {name: stack.enter_context(family.open(name)) for name in samples}
        for number in range(family.rounds + 1):
            for name in (MONTY, IPYKERNEL) if number % 2 else (IPYKERNEL, MONTY):
                sample = rounds[name]()
                if number:
                    samples[name].append(sample)
    return [
        Measurement(
            figure,
            tuple(sample[figure.key] for sample in samples[MONTY]),
            tuple(sample[figure.key] for sample in samples[IPYKERNEL]),
        )
        for figure in family.figures
    ]


@contextmanager
def own_folders() -> Iterator[None]:
    """Jupyter's and IPython's files in a folder of this run's own: no one's settings, extensions or history count."""
    before = {name: os.environ.get(name) for name in _FOLDERS}
    with TemporaryDirectory() as folder:
        try:
            for name in _FOLDERS:
                os.environ[name] = str(Path(folder) / name.lower())
            yield
        finally:
            for name, value in before.items():
                if value is None:
                    os.environ.pop(name, None)
                else:
                    os.environ[name] = value
