"""The sample notebooks: nbval finds and passes every cell, and run anew they give what is stored in them, to the letter.

With MONTY_STORE_OUTPUTS=1 the outputs are stored instead of compared: for when a message or a layout has changed on purpose.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from tests.support.waiting import HANGING

pytestmark = pytest.mark.slow

FOLDER = Path(__file__).parents[2] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
GRANTED = Path(__file__).parents[1] / "granted"
NAMES = [path.stem for path in NOTEBOOKS]
STORE = os.environ.get("MONTY_STORE_OUTPUTS") == "1"

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
# when a state was made or a tool called, how large it is, how long it took
_MEASURED = re.compile(r"\b(?:\d{4}-\d\d-\d\d )?\d\d:\d\d:\d\d\b| *\+?[\d,.]+ (?:[KM]i)?B\b|\b0\.\d{3}\b")


@pytest.fixture(autouse=True, scope="module")
def granted() -> Iterator[None]:
    """Kernels are granted the tools that one of the notebooks uses."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JUPYTER_CONFIG_PATH", str(GRANTED))
        yield


def test_nbval_passes_every_cell_of_every_notebook() -> None:
    """Strictly: without `--nbval-lax`, so that outputs are compared. Without our own options: nbval is run as anybody runs it."""
    command = [sys.executable, "-m", "pytest", "--nbval", "-q", "-rA", "-c", os.devnull, "-p", "no:cacheprovider"]
    done = subprocess.run([*command, "."], cwd=FOLDER, capture_output=True, text=True, timeout=HANGING, check=False)
    assert done.returncode == 0, done.stdout[-5000:]
    for path in NOTEBOOKS:
        expected = sum(cell.cell_type == "code" for cell in _read(path).cells)
        assert done.stdout.count(f"PASSED {path.name}::") == expected, path.name


@pytest.mark.parametrize("path", NOTEBOOKS, ids=NAMES)
def test_a_notebook_gives_the_outputs_stored_in_it(path: Path) -> None:
    """More than nbval: pictures, metadata, tracebacks (not their colours), updated displays and cleared output too."""
    stored, fresh = _read(path), _read(path)
    NotebookClient(fresh, timeout=HANGING, record_timing=False).execute()
    if STORE:
        for cell in fresh.cells:
            if cell.cell_type == "code":
                cell.outputs = _outputs(cell)
        nbformat.write(fresh, path)  # type: ignore[no-untyped-call]
        return
    for old, new in zip(stored.cells, fresh.cells, strict=True):
        assert _plain(_outputs(new)) == _plain(_outputs(old)), old.source


@pytest.mark.parametrize("path", NOTEBOOKS, ids=NAMES)
def test_a_notebook_is_ready_to_be_opened(path: Path) -> None:
    book = _read(path)
    nbformat.validate(book)
    assert book.metadata.kernelspec.name == "monty"
    assert [cell.execution_count for cell in book.cells if cell.cell_type == "code"] == [
        number + 1 for number in range(sum(cell.cell_type == "code" for cell in book.cells))
    ]
    for cell in book.cells:
        tags = cell.metadata.get("tags", [])
        failed = any(output.output_type == "error" for output in cell.get("outputs", []))
        assert failed == ("raises-exception" in tags), cell.source
        assert "skip-execution" not in tags and "nbval-skip" not in tags


def _read(path: Path) -> Any:
    return nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]


def _outputs(cell: Any) -> list[Any]:
    """A cell's outputs, with the text of neighbouring prints joined: how a stream is cut into messages is nobody's business."""
    found: list[Any] = []
    for output in cell.get("outputs", []):
        if output.output_type == "stream" and found and found[-1].get("name") == output.name:
            found[-1] = nbformat.from_dict({**found[-1], "text": found[-1].text + output.text})  # type: ignore[no-untyped-call]
        else:
            found.append(output)
    return found


def _plain(outputs: list[Any]) -> list[Any]:
    """What must be the same in every run."""
    return [
        {
            **output,
            "traceback": [_COLOUR.sub("", part) for part in output.get("traceback", [])],
            "data": {kind: _unmeasured(data) for kind, data in output.get("data", {}).items()},
        }
        for output in outputs
    ]


def _unmeasured(data: Any) -> Any:
    return _MEASURED.sub("", data) if isinstance(data, str) else data
