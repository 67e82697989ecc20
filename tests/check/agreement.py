"""How the findings about a notebook agree with what running it shows."""

from __future__ import annotations

import ast
import re
from typing import Any, NamedTuple

from monty_kernel import check_notebook, run_notebook

from .corpus import Sample

_PLACE = re.compile(r"(?:Cell )?In\[(\d+)\], line (\d+)")
_UNKNOWN = re.compile(r"name '(\w+)' is not defined|'(\w+)' was to come")
_COLOURS = re.compile(r"\x1b\[[\d;]*m")


class Agreement(NamedTuple):
    """What was compared in one notebook.

    Attributes:
        failed: The numbers of the cells that failed.
        missed: Those of them that no finding explains, with their errors.
        findings: All findings.
        false: Those in code that ran without an error.
    """

    failed: list[int]
    missed: list[str]
    findings: list[dict[str, Any]]
    false: list[str]


def agreement(sample: Sample) -> Agreement:
    """Check a notebook, run it, and compare."""
    findings = check_notebook(sample.book)["findings"]
    ran = run_notebook(sample.book, allow_errors=True)
    errors: dict[int, Any] = {}
    for number, cell in enumerate(ran.cells, 1):
        for output in cell.outputs:
            if output.output_type == "error":
                errors[number] = output
    numbers = {finding["execution_count"] for finding in findings}
    places = {(finding["execution_count"], finding["line"]) for finding in findings}
    causes = set(numbers)  # cells with a finding, and those that fail because of one
    missed: list[str] = []
    for number, error in errors.items():
        if _explained(number, error, sample, causes, places):
            causes.add(number)
        else:
            missed.append(f"{sample.title} In[{number}]: {error.ename}: {error.evalue}")
    touched = {place for error in errors.values() for place in _frames(error)}
    false = [
        f"{sample.title} In[{finding['execution_count']}]:{finding['line']} {finding['message']}"
        for finding in findings
        if finding["execution_count"] not in errors
        and not _stopped(sample.cells[finding["execution_count"] - 1], finding, touched)
    ]
    return Agreement(list(errors), missed, findings, false)


def _stopped(cell: str, finding: dict[str, Any], touched: set[tuple[int, int]]) -> bool:
    """Whether running stopped at the finding, or before it came there in the same function or class."""
    lines = range(finding["line"], finding["line"] + 1)
    try:
        for statement in ast.parse(cell).body:
            if statement.lineno <= finding["line"] <= (statement.end_lineno or 0) and hasattr(statement, "body"):
                lines = range(statement.lineno, (statement.end_lineno or 0) + 1)
    except SyntaxError:
        pass  # a cell with magics
    return any(number == finding["execution_count"] and line in lines for number, line in touched)


def _frames(error: Any) -> list[tuple[int, int]]:
    text = _COLOURS.sub("", "\n".join(error.traceback))
    return [(int(number), int(line)) for number, line in _PLACE.findall(text)]


def _explained(number: int, error: Any, sample: Sample, causes: set[int], places: set[tuple[int, int]]) -> bool:
    """Whether a finding is in the cell, on a line of its traceback, or in the cells that were to bind what is missing."""
    if number in causes or any(place in places for place in _frames(error)):
        return True
    text = _COLOURS.sub("", "\n".join(error.traceback))
    missing = {name for found in _UNKNOWN.findall(text) for name in found if name}
    return any(
        name in _bound(cell) and earlier in causes
        for name in missing
        for earlier, cell in enumerate(sample.cells[: number - 1], 1)
    )


def _bound(text: str) -> set[str]:
    """The names that a cell binds at its top level, or anywhere."""
    try:
        tree = ast.parse(re.sub(r"^[%!].*$", "pass", text, flags=re.MULTILINE))
    except SyntaxError:
        return set(re.findall(r"\w+", text))
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found.add(node.name)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            found.update(alias.asname or alias.name.partition(".")[0] for alias in node.names)
    return found
