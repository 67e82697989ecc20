"""One engine, two renderers: what `run_notebook` makes of a notebook is what nbclient gets from our kernel."""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import Any, get_args

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError

from monty_kernel import run_notebook
from monty_kernel.sanitize.sanitizer import TRUST_KERNEL, TRUST_RUN
from monty_kernel.typecheck.checks import Mode
from tests.support.awkward_notebooks import NOTEBOOKS, book
from tests.support.waiting import HANGING

pytestmark = pytest.mark.slow

MEMORY = 200_000_000
SAMPLES = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))

# how long something took, when it was, how large the state is, where an object is
_MEASURED = re.compile(
    r"The slowest run took .*\n|\b0x[0-9a-f]+\b|\b\d\d:\d\d:\d\d\b| *[\d,.]+ [KM]iB\b|\b\d+(\.\d+)? ?(ns|us|µs|μs|ms|s|min)\b"
)


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_an_awkward_notebook(name: str) -> None:
    _compare(book(NOTEBOOKS[name]))


@pytest.mark.parametrize("path", SAMPLES, ids=[path.stem for path in SAMPLES])
def test_a_sample_notebook(path: Path) -> None:
    # with states on disk, %snapshots says of each what it added there
    keep = "memory" if path.stem == "time-travel" else "disk"
    _compare(nbformat.read(path, as_version=4), f"--MontyKernel.snapshots={keep}")  # type: ignore[no-untyped-call]


def test_errors_are_allowed() -> None:
    _compare(book(["1 / 0", "print(2)\nmissing", "3"]), allow_errors=True)


ENDLESS = [
    "kept = [1]",
    ("code", "print('computes')\nkept.append(2)\nwhile True: pass", ["raises-exception"]),
    "kept",
    ("code", "import time\nprint('sleeps')\nkept.append(3)\ntime.sleep(100)", ["raises-exception"]),
    "try:\n    time.sleep(100)\nexcept KeyboardInterrupt:\n    print('caught')\nkept",
    ("code", "import asyncio\nawait asyncio.gather(asyncio.sleep(100), asyncio.sleep(200))", ["raises-exception"]),
    "%undo",
    "kept",
]


def test_interrupts() -> None:
    _compare(book(ENDLESS), timeout=1, interrupt_on_timeout=True)


def test_a_cell_that_takes_too_long() -> None:
    """Of what nbclient's shutting down does to the cell some may still arrive in its notebook; what came before is the same."""
    made = book(["1", "print('begun')\nwhile True: pass", "3"])
    theirs = copy.deepcopy(made)
    with pytest.raises(CellTimeoutError) as their_error:
        NotebookClient(theirs, timeout=1, kernel_name="monty").execute()
    with pytest.raises(CellTimeoutError) as our_error:
        run_notebook(made, timeout=1)
    assert str(our_error.value) == str(their_error.value)
    ours = our_error.value.notebook  # type: ignore[attr-defined]
    assert [_plain(cell.outputs[:1]) for cell in ours.cells] == [_plain(cell.outputs[:1]) for cell in theirs.cells]
    assert (
        [cell.execution_count for cell in ours.cells] == [cell.execution_count for cell in theirs.cells] == [1, 2, None]
    )
    assert len(ours.cells[1].outputs) == 1


CHECKED = [
    "x = 1\nlambda: x.foo",
    "print('ran')\nx.foo",
    "def (:",
    "%typecheck strict",
    "x.foo",
    "x",
    "%typecheck",
    "help(x",
]


@pytest.mark.parametrize("mode", get_args(Mode))
def test_type_checks(mode: Mode) -> None:
    _compare(book(CHECKED), f"--typecheck={mode}", allow_errors=True, typecheck=mode)


def _compare(
    made: Any,
    *kernel_options: str,
    allow_errors: bool = False,
    typecheck: Mode = "off",
    timeout: int = HANGING,
    interrupt_on_timeout: bool = False,
) -> None:
    theirs = copy.deepcopy(made)
    client = NotebookClient(
        theirs,
        timeout=timeout,
        interrupt_on_timeout=interrupt_on_timeout,
        allow_errors=allow_errors,
        kernel_name="monty",
        extra_arguments=[f"--MontyKernel.max_memory={MEMORY}", *kernel_options],
    )
    their_error, our_error = "", ""
    try:
        client.execute()
    except (CellExecutionError, CellTimeoutError) as error:
        their_error = str(error)
    try:
        ours = run_notebook(
            made,
            timeout=timeout,
            interrupt_on_timeout=interrupt_on_timeout,
            allow_errors=allow_errors,
            max_memory=MEMORY,
            typecheck=typecheck,
        )
    except (CellExecutionError, CellTimeoutError) as error:
        our_error = str(error)
        ours = error.notebook  # type: ignore[union-attr]
    assert _timeless(our_error) == _timeless(their_error)
    assert _plain(ours.metadata) == _plain(theirs.metadata)
    assert len(ours.cells) == len(theirs.cells)
    for our, their in zip(ours.cells, theirs.cells, strict=True):
        assert _plain(our) == _plain(their), their.source
    nbformat.validate(ours)


def _plain(value: Any) -> Any:
    """What must be the same in two runs: neighbouring prints joined, no times, and of the times of cells only which there are."""
    if isinstance(value, dict):
        return {
            key: sorted(each) if key == "execution" else _plain(_joined(each) if key == "outputs" else each)
            for key, each in value.items()
        }
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return _timeless(value) if isinstance(value, str) else value


def _joined(outputs: list[Any]) -> list[Any]:
    found: list[Any] = []
    for output in outputs:
        if output["output_type"] == "stream" and found and found[-1].get("name") == output["name"]:
            found[-1] = {**found[-1], "text": found[-1]["text"] + output["text"]}
        else:
            found.append(dict(output))
    return found


def _timeless(text: str) -> str:
    return _MEASURED.sub("", text).replace(TRUST_KERNEL, TRUST_RUN)  # each host says how it is told to trust outputs
