"""What the native kernel says of cells that fail: places, notes, hints and tracebacks, of notebooks that it really runs."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest import mock

import nbformat

from monty_kernel import run_notebook
from monty_kernel.engine.errors import failures, locate, partial_imports, tracebacks
from monty_kernel.engine.errors.failed_cells import FailedCells
from monty_kernel.engine.source import CellSource, Failure
from monty_kernel.engine.source.cell import Cell
from monty_kernel.outputs import Error
from monty_kernel.session import cell_runner

from .cells import ROOT

_TESTED = (
    "engine/test_hints.py",
    "engine/test_locate.py",
    "engine/test_tracebacks.py",
    "engine/test_plain_awaits.py",
    "engine/test_unknown_names.py",
    "session/test_failed_cells.py",
)
_UNFIT = re.compile(r"while True|sleep\(|input\(|getpass|%mount|tools|exit\(|quit|10\*\*|range\(10_?000_?000")
"""What a run cannot end, or what needs somebody who answers."""

_SECONDS = 5  # that a cell may compute: what takes longer does so here too


def expected() -> dict[str, list[Any]]:
    """What each part of explaining was given, and what it answered."""
    recorder = _Recorder()
    with recorder.recording():
        for cells in _books():
            book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(each) for each in cells])  # type: ignore[no-untyped-call]
            run_notebook(book, allow_errors=True, max_cell_seconds=_SECONDS)
    return recorder.found


def _books() -> Iterator[list[str]]:
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        yield _fit("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    for path in sorted((ROOT / "tests" / "check" / "corpus").glob("*.cells")):
        for book in re.split(r"^# === .*\n", path.read_text(encoding="utf-8"), flags=re.MULTILINE):
            yield _fit(cell.rstrip("\n") for cell in re.split(r"^# %%\n", book, flags=re.MULTILINE))
    for name in _TESTED:
        tree = ast.parse((ROOT / "tests" / name).read_text(encoding="utf-8"))
        constants = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
        yield _fit(value for value in constants if isinstance(value, str))


def _fit(cells: Iterable[str]) -> list[str]:
    return [cell for cell in cells if re.search(r"[^\w.]", cell) and not _UNFIT.search(cell)]


class _Recorder:
    def __init__(self) -> None:
        self.found: dict[str, list[Any]] = {
            name: [] for name in ("rendered", "located", "rests", "strays", "keys", "asked", "sessions")
        }
        self._sessions: dict[int, list[Any]] = {}
        self._kept: list[object] = []  # so that no two sessions have the same id

    @contextmanager
    def recording(self) -> Iterator[None]:
        """Note what is asked while this lasts."""
        with ExitStack() as stack:
            for owner, name, note in (
                (tracebacks, "render", self._rendered),
                (locate, "locate", self._located),
                (partial_imports, "_rest_of", self._rest),
                (cell_runner, "stray", self._stray),
                (failures, "_key", self._key),
                (failures, "asked_in_vain", self._asked),
                (FailedCells, "explained", self._explained),
                (FailedCells, "passed", self._passed),
                (FailedCells, "passed_over", self._passed_over),
            ):
                original = getattr(owner, name)
                stack.enter_context(mock.patch.object(owner, name, _noting(original, note)))
            yield

    def _rendered(self, error: Error, failure: Failure) -> None:
        shown = {"ename": error.ename, "evalue": error.evalue, "traceback": error.traceback}
        self.found["rendered"].append([_failure(failure), shown])

    def _located(self, result: Failure, failure: Failure, cell: CellSource, cells: list[CellSource]) -> None:
        self.found["located"].append(
            [_failure(failure), cell._asdict(), [each._asdict() for each in cells], _failure(result)]
        )

    def _rest(self, code: str | None, failure: Failure) -> None:
        self.found["rests"].append([_failure(failure), code])

    def _stray(self, failure: Failure | None, cell: Cell) -> None:
        self.found["strays"].append([cell.source._asdict(), cell.python, failure and _failure(failure)])

    def _key(self, said: str, message: str) -> None:
        self.found["keys"].append([message, said])

    def _asked(self, said: tuple[str, str], name: str, message: str) -> None:
        self.found["asked"].append([[name, message], said])

    def _explained(self, result: Failure, cells: FailedCells, failure: Failure, cell: CellSource) -> None:
        self._events(cells).append(["explained", _failure(failure), cell._asdict(), _failure(result)])

    def _passed(self, _: None, cells: FailedCells, text: str) -> None:
        self._events(cells).append(["passed", text])

    def _passed_over(self, _: None, cells: FailedCells, text: str) -> None:
        self._events(cells).append(["passedOver", text])

    def _events(self, cells: FailedCells) -> list[Any]:
        if id(cells) not in self._sessions:
            self._sessions[id(cells)] = []
            self._kept.append(cells)
            self.found["sessions"].append(self._sessions[id(cells)])
        return self._sessions[id(cells)]


def _noting(original: Callable[..., Any], note: Callable[..., None]) -> Callable[..., Any]:
    def called(*args: Any) -> Any:
        # an iterator can be read once: what it gives is noted, and given on
        taken = [list(each) if isinstance(each, Iterator) else each for each in args]
        result = original(*taken)
        note(result, *taken)
        return result

    return called


def _failure(failure: Failure) -> dict[str, Any]:
    frames = [
        {
            "cell": frame.cell and frame.cell._asdict(),
            "line": frame.line,
            "column": frame.column,
            "endLine": frame.end_line,
            "endColumn": frame.end_column,
            "function": frame.function,
        }
        for frame in failure.frames
    ]
    return {**failure._asdict(), "frames": frames}
