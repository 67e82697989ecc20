"""Sessions of cells that both kernels run from top to bottom: the sample notebooks, books of cells, and the native tests."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from .cells import ROOT

_ROOMS = ("engine", "headless", "introspect", "jupyter", "magics", "session", "timetravel")
_RUN = {"run", "fail", "shown", "refusal", "all", "execute", "cell"}
"""Functions of the tests that take the text of a cell."""

_LONGEST = 4_000  # characters of a cell
_MOST = 40  # cells of a session that is made of a table
_UNFIT = re.compile(
    r"while True|\b(?:input|getpass|exit|quit|monty_kernel|shop)\b|%resume|%sessions|%+limits [^\n]*(?:memory|output) ?= ?\d|seconds ?= ?0|asleep ?= ?0|range\(10_?000_?000|/proc|/tmp|/home"
)
"""What may not end, needs somebody who answers, or asks for the computer that the native kernel runs on: its folders, the
tools that a test grants, the sessions that it keeps. Or what counts on a machine that has time, and limits so tight that
each kernel meets them elsewhere."""


class Book(NamedTuple):
    """Cells of one session. name: where they come from."""

    name: str
    cells: list[str]


def sessions() -> list[Book]:
    """All, in an order that does not change; no two are alike."""
    found = {tuple(cells): name for name, cells in reversed(list(_books())) if cells}
    return [Book(name, list(cells)) for cells, name in reversed(found.items())]


def _books() -> Iterator[Book]:
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        yield Book(f"notebooks/{path.name}", ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"])
    for path in sorted((ROOT / "tests" / "check" / "corpus").glob("*.cells")):
        books = re.split(r"^# === (.*)\n", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
        for name, text in zip(books[1::2], books[2::2], strict=True):
            cells = (cell.rstrip("\n") for cell in re.split(r"^# %%\n", text, flags=re.MULTILINE))
            yield Book(f"{path.name}: {name}", [cell for cell in cells if _fit(cell)])
    for room in _ROOMS:
        for path in sorted((ROOT / "tests" / room).rglob("test_*.py")):
            yield from _of_tests(path)


def _of_tests(path: Path) -> Iterator[Book]:
    name = str(path.relative_to(ROOT))
    for statement in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            yield Book(f"{name}: {statement.name}", list(dict.fromkeys(_texts(statement)))[:_MOST])
        elif isinstance(statement, ast.Assign | ast.AnnAssign) and isinstance(statement.value, ast.List | ast.Tuple):
            texts = list(dict.fromkeys(_texts(statement)))
            for start in range(0, len(texts), _MOST):
                yield Book(f"{name}: line {statement.lineno}, {start}", texts[start : start + _MOST])


def _texts(tree: ast.AST) -> Iterator[str]:
    """The texts in a piece of a test that are cells, in the order in which they stand there."""
    run = {
        id(node.args[0])
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and node.args and _name(node.func) in _RUN
    }
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    constants = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    for node in sorted(constants, key=lambda node: (node.lineno, node.col_offset)):
        text = str(node.value)
        if id(node) not in inside and _fit(text) and (id(node) in run or _is_code(text)):
            yield text


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _is_code(text: str) -> bool:
    """Whether a text certainly is Python, and more than a word."""
    with suppress(SyntaxError, ValueError):
        body = ast.parse(text).body
        return any(
            not isinstance(node, ast.Expr) or not isinstance(node.value, ast.Constant | ast.Name) for node in body
        )
    return False


def _fit(text: str) -> bool:
    return len(text) <= _LONGEST and not _UNFIT.search(text) and re.search(r"[\ud800-\udfff]", text) is None
