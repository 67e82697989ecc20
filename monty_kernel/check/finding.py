"""A gap that was found in a notebook, and the notebooks' results."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

CODES: Mapping[str, str] = {
    "syntax": "Monty's parser refuses it",
    "missing-module": "a module that cannot be imported",
    "missing-member": "a module lacks the name",
    "missing-builtin": "a built-in name that Monty lacks",
    "missing-attribute": "a value or type lacks the method or attribute",
    "missing-argument": "a function or method does not take the argument",
    "unsupported-use": "Monty does not do this with the value",
    "missing-file": "a file of the computer, which the sandbox does not see",
    "magic": "a magic or a shell command that this kernel refuses",
}
"""The codes of findings, and what each means."""


class Finding(NamedTuple):
    """A gap between a cell and Monty.

    Attributes:
        cell: The cell's place among all cells of the notebook, from 0.
        execution_count: What its prompt shows when the notebook runs from the top: 3 for In[3].
        line, column, end_line, end_column: Where it is in the cell, from 1 in characters; `end_column` is exclusive.
        code: One of `CODES`.
        message: What fails: the name of the error and its message.
        write: What to write instead.
    """

    cell: int
    execution_count: int
    line: int
    column: int
    end_line: int
    end_column: int
    code: str
    message: str
    write: str

    def as_json(self) -> dict[str, Any]:
        """The finding as `monty-kernel check --json` writes it."""
        return self._asdict()


class CheckedNotebook(NamedTuple):
    """What was found in one notebook.

    Attributes:
        name: The notebook's file, or what stands for it.
        findings: In the order of the notebook.
        unread: Why parts of it could not be looked at: one sentence each.
        problem: Why the notebook could not be read at all; None otherwise.
    """

    name: str
    findings: tuple[Finding, ...] = ()
    unread: tuple[str, ...] = ()
    problem: str | None = None

    @property
    def status(self) -> str:
        """`ok`, `gaps` or `unreadable`."""
        return "unreadable" if self.problem is not None else "gaps" if self.findings else "ok"

    def as_json(self) -> dict[str, Any]:
        """The result as `monty-kernel check --json` writes it."""
        return {
            "notebook": self.name,
            "status": self.status,
            "findings": [finding.as_json() for finding in self.findings],
            "unread": list(self.unread),
            "message": self.problem,
        }
