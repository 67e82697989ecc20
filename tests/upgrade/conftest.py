"""What earlier versions left on a person's disk, unpacked for each test."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from tests.support.kernel_client import Kernel

from .cells import BOOKSHOP, NOTEBOOK

ARCHIVES = sorted(Path(__file__).parent.glob("made_by_*.tar.gz"))


@dataclass(frozen=True)
class Left:
    """The files of an archive, and what its `made.json` says of them."""

    folder: Path
    made: dict[str, Any]

    @property
    def data(self) -> Path:
        """Jupyter's data folder."""
        return self.folder / "data"

    def needs_its_monty(self) -> None:
        """Skip a test of states if Monty is another one: that states of other versions of Monty are refused is a promise, too."""
        if self.made["monty"] != version("pydantic-monty"):
            pytest.skip(f"these states were written by Monty {self.made['monty']}")


@pytest.fixture(params=ARCHIVES, ids=[path.name.removesuffix(".tar.gz") for path in ARCHIVES])
def left(request: pytest.FixtureRequest, tmp_path: Path) -> Left:
    with tarfile.open(request.param) as archive:
        archive.extractall(tmp_path, filter="data")
    return Left(tmp_path, json.loads((tmp_path / "made.json").read_text()))


@pytest.fixture
def start(left: Left) -> Iterator[Callable[..., Kernel]]:
    """Start kernels on the old data folder, with the grants that the old ones had. They must say nothing to stderr."""
    (left.folder / "files").mkdir()
    (left.folder / "files" / "a.txt").write_text("of the disk\n")
    (left.folder / "bookshop.py").write_text(BOOKSHOP)
    grants = [f"--mount={left.folder / 'files'}:/data", f"--tools={left.folder / 'bookshop.py'}"]
    kernels: list[Kernel] = []

    def starter(*options: str, notebook: str = NOTEBOOK) -> Kernel:
        environment = {"JUPYTER_DATA_DIR": str(left.data), "JPY_SESSION_NAME": notebook}
        keep = "--MontyKernel.snapshot_max_days=None"  # the states are as old as the version
        kernels.append(Kernel(left.folder / f"kernel{len(kernels)}", [keep, *grants, *options], env=environment))
        return kernels[-1]

    yield starter
    for each in kernels:
        each.close()
    for each in kernels:
        assert each.stderr.read_text() == ""
