"""Runs families with both kernels taking turns, so that whatever else the machine does meets both alike."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from .figures import Family, Measurement, Samples

_FOLDERS = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")


def measure(family: Family) -> list[Measurement]:
    """All figures of the family. Who begins a round alternates; the first round does not count."""
    contenders = family.contenders
    aside, aside_rounds = family.aside or ("", 0)
    samples: dict[str, list[Samples]] = {name: [] for name in (*contenders, aside)}
    with ExitStack() as stack:
        rounds = {name: stack.enter_context(family.open(name)) for name in contenders}
        for number in range(family.rounds + 1):
            for name in contenders if number % 2 else reversed(contenders):
                sample = rounds[name]()
                if number:
                    samples[name].append(sample)
    if aside_rounds:
        with family.open(aside) as round_of_aside:
            samples[aside] = [round_of_aside() for _ in range(aside_rounds)]

    def of(name: str, key: str) -> tuple[float, ...]:
        return tuple(sample[key] for sample in samples.get(name, ()) if key in sample)

    ours, *others = contenders
    other = others[0] if others else ""
    return [
        Measurement(figure, of(ours, key), of(other, key), of(aside, key))
        for figure in family.figures
        for key in (figure.sample or figure.key,)
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
