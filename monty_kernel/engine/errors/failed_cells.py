"""The cells that failed, so that what fails because of them can say so."""

from __future__ import annotations

import ast
import re
from collections import deque
from typing import NamedTuple

from ...outputs.visible_text import cut
from ..source import CellSource, Failure
from ..source.scopes import Outline
from ..source.source_map import split_lines
from .cell_code import PARSE_LIMIT, failing_text, parse, raised_by_hand
from .endless import endless
from .hints import hint
from .sentences import say

_MOST = 200
"""Failed cells that are remembered, the newest: a notebook's first failure is what most others come from."""

_LONGEST = 60  # characters of the failing line that are quoted
_LONGEST_KEPT = 16_384  # characters of a cell that succeeded: of longer ones, any name is taken to be bound anew
_TRAVELS = re.compile(r"^[ \t]*%(?:undo|redo|restore|resume|revert|reset)\b", re.MULTILINE)

_UNKNOWN = re.compile(r"name '(\w+)' is not defined(?:\. Did you .*)?")
_BINDS = re.compile(
    r"^[ \t]*(?:(?:async[ \t]+)?def[ \t]+(\w+)|class[ \t]+(\w+)|(\w+)[ \t]*(?::[^=\n]+)?=(?!=)|(?:from[ \t]+\S+[ \t]+)?import[ \t]+(\w+)"
    r"(?:[ \t]+as[ \t]+(\w+))?)",
    re.MULTILINE,
)
"""What binds a name, on a line of its own, in a cell that is not Python to CPython either."""

_AT_ONCE = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Assign, ast.AnnAssign)
"""Statements that bind all of their names when they have succeeded, and none before."""


class _Failed(NamedTuple):
    """A cell that failed, or that was passed over since another had.

    Attributes:
        cell: Its label is empty if it was passed over.
        line: Where it failed, from 1; 0 if that is unknown.
        root: The failed cell that it failed because of, or was passed over.
    """

    cell: CellSource
    line: int
    ename: str
    nothing_ran: bool
    root: _Failed | None
    number: int = 0

    def names(self) -> frozenset[str]:
        """What it would have bound from there on; `*` if that is all of a module."""
        text = self.cell.text
        tree = parse(text)
        if tree is None:
            return frozenset(filter(None, (name for found in _BINDS.findall(text) for name in found)))
        first = 0 if self.nothing_ran else self.line
        missing = [node for node in tree.body if (node.end_lineno or node.lineno) >= first]
        return frozenset(Outline(ast.Module(missing, [])).top.bound)

    def kept_from_binding(self, name: str) -> bool | None:
        """Whether it would have bound the name anew, and certainly has not; None if that cannot be known."""
        tree = parse(self.cell.text)
        if tree is None or self.nothing_ran:
            return name in self.names()
        if not self.line:
            return None
        for node in tree.body:
            if name in Outline(ast.Module([node], [])).top.bound:
                after = (node.end_lineno or node.lineno) >= self.line
                return True if after and isinstance(node, _AT_ONCE) else None
        return False

    @property
    def how(self) -> str:
        """How it failed, after "which"."""
        interrupted = self.ename == "KeyboardInterrupt"
        lines = split_lines(self.cell.text)
        if not 1 <= self.line <= len(lines):
            return say("was_interrupted") if interrupted else say("failed_with", self.ename)
        verb = say("was_interrupted" if interrupted else "failed")
        return say("at_line", verb, cut(lines[self.line - 1].strip(), _LONGEST))

    @property
    def told(self) -> str:
        """It, and how it failed."""
        if self.root is None:
            return say("cell_which", self.cell.label, self.how)
        if not self.cell.label:
            return say("not_run_because", self.root.cell.label, self.root.how)
        return say("cell_because", self.cell.label, self.root.cell.label, self.root.how)


class FailedCells:
    """The cells of one session that failed."""

    def __init__(self) -> None:
        self._failed: deque[_Failed] = deque(maxlen=_MOST)
        self._passed: deque[tuple[int, str | None]] = deque(maxlen=_MOST)
        self._number = 0

    def explained(self, failure: Failure, cell: CellSource) -> Failure:
        """The failure of a cell, with a note if an earlier failure explains it. The cell is remembered."""
        self._number += 1
        name = _UNKNOWN.fullmatch(failure.evalue[:1_000]) if failure.ename == "NameError" else None
        cause, certain = self._cause(name[1]) if name else (None, False)
        note: str | None = None
        if name and cause is not None:
            told = cause.told if certain else say("cell_which", cause.cell.label, cause.how)
            note = say("came_from" if certain else "may_come_from", name[1], told)
        elif failure.kind in ("interrupted", "time", "memory"):
            note = endless(cell.text)
        elif failure.kind == "raised" and name is None:
            note = self._outdated(failure, cell)
        if note is not None:
            failure = failure._replace(note=f"{failure.note}\n{note}" if failure.note else note)
        if len(cell.text) <= PARSE_LIMIT:
            root = None if cause is None or not certain else cause.root or cause
            self._failed.append(_failed(failure, cell, root)._replace(number=self._number))
        return failure

    def passed(self, text: str) -> None:
        """Note a cell that succeeded."""
        self._number += 1
        self._passed.append((self._number, text if len(text) <= _LONGEST_KEPT else None))

    def passed_over(self, text: str) -> None:
        """Note a cell that did not run, since the one before it failed. From any thread."""
        if self._failed and len(text) <= PARSE_LIMIT:
            last = self._failed[-1]
            root = last if last.cell.label else last.root
            self._failed.append(_Failed(CellSource("", text), 0, "", True, root, last.number))

    def _cause(self, name: str) -> tuple[_Failed | None, bool]:
        """The failed cell that a name was to come from, and whether that is certain."""
        perhaps = None
        for failed in reversed(tuple(self._failed)):
            if name not in failed.cell.text and "*" not in failed.cell.text:
                continue
            names = failed.names()
            if name in names:
                return failed, True
            if "*" in names and perhaps is None and failed.cell.label:
                perhaps = failed
        return perhaps, False

    def _outdated(self, failure: Failure, cell: CellSource) -> str | None:
        """A note, if the cell failed with a name that an earlier one was to bind anew."""
        place = failure.frames[0] if failure.frames else None
        if not self._failed or place is None or place.cell is None or place.cell.label != cell.label:
            return None
        if raised_by_hand(failure) or hint(failure) is not None:
            return None
        tree = parse(failing_text(failure._replace(frames=(place,))).strip())
        for node in ast.walk(tree) if tree is not None else ():
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                cause = self._kept_old(node.id)
                if cause is not None:
                    return say("still_before", node.id, cause.told)
        return None

    def _kept_old(self, name: str) -> _Failed | None:
        """The failed cell that was to bind the name anew, if none has since."""
        for failed in reversed(tuple(self._failed)):
            if name in failed.cell.text and (kept := failed.kept_from_binding(name)) is not False:
                later = (text for number, text in tuple(self._passed) if number > failed.number)
                return failed if kept and not any(_may_bind(text, name) for text in later) else None
        return None


def _may_bind(text: str | None, name: str) -> bool:
    if text is not None and name not in text and "*" not in text and "%" not in text:
        return False
    tree = None if text is None or _TRAVELS.search(text) else parse(text)
    if tree is None:
        return True
    bound = Outline(tree).top.bound
    declared = any(isinstance(node, ast.Global) and name in node.names for node in ast.walk(tree))
    return declared or name in bound or "*" in bound


def _failed(failure: Failure, cell: CellSource, root: _Failed | None) -> _Failed:
    place = failure.frames[0] if failure.frames else None
    here = place is not None and place.cell is not None and place.cell.label == cell.label
    lost = failure.kind not in ("raised", "syntax")  # the session is as it was before the cell
    line = place.line if place is not None and here else 0
    return _Failed(cell, line, failure.ename, failure.kind == "syntax" or lost, root)
