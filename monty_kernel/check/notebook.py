"""The check of a notebook: every cell is read, then what the cells use is asked of Monty. Nothing of it runs."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pydantic_monty as monty

from monty_kernel.engine.errors.hints import hint
from monty_kernel.engine.frontend import UsageError
from monty_kernel.engine.source import CellSource, Failure, SourceFrame
from monty_kernel.headless.notebook_file import from_json, read_notebook, tags
from monty_kernel.headless.notebook_shape import Node, NotebookUnreadable, checked
from monty_kernel.headless.session_pool import SessionPool, run_in_shared_pool
from monty_kernel.introspect.facts import load_facts
from monty_kernel.isolation.pool import WallsMissing
from monty_kernel.magics import stock
from monty_kernel.magics.registry import Magics
from monty_kernel.outputs.visible_text import cut, visible

from .asking import Asking, asking, parsing
from .bindings import Names
from .cell_reading import CellReader, Part, Place, ReadCell
from .finding import CheckedNotebook, Finding
from .gaps import questions
from .question import Question

if TYPE_CHECKING:
    from nbformat import NotebookNode

MOST_FINDINGS = 1_000
"""Findings of one notebook that are listed."""

_MOST_CODE = 1 << 20
"""Characters of code in a notebook; the cells after that are not checked."""

_MOST_CELLS = 10_000
_LONGEST = 500
_MOUNT = re.compile(r"^[ \t]*+%mount\b", re.MULTILINE)
_USAGE = "!usage"
_HARMLESS = frozenset(magic.name for magic in stock.family.magics if magic.kind == "host")
"""Magics that change nothing and look at nothing: they only say so, or refuse."""

_OF_A_MAGIC = "Delete the line; %lsmagic lists the magics that work here."


def check_notebook(
    nb: NotebookNode | Mapping[str, Any] | str | os.PathLike[str], *, tools: Sequence[str] = ()
) -> dict[str, Any]:
    """Find what a notebook needs that Monty lacks. None of it runs.

    Args:
        nb: A path, or a notebook of nbformat 4. It is not changed.
        tools: The tools that it is to have, as for `run_notebook`. None of them is called.

    Returns:
        `notebook` and `findings`, as `monty-kernel check --json` writes them for each notebook.

    Raises:
        OSError: The file cannot be read.
        ValueError: It is not a notebook, or not one of Python.
        RuntimeError: No worker could be started.
    """
    if isinstance(nb, (str, os.PathLike)):
        path = Path(nb)
        book, name = from_json(read_notebook(path), str(path)), str(path)
    else:
        book, name = checked(nb), "a notebook"
    return run_in_shared_pool(lambda pool: check(book, name, pool, tools)).result().as_json()


def check(book: Node, name: str, pool: SessionPool, tools: Sequence[str] = ()) -> CheckedNotebook:
    """Check a notebook of known fields. tools: the tools that it is to have.

    Raises:
        NotebookUnreadable: It is in another language than Python.
        ToolsRefused: A file of tools cannot be used.
        RuntimeError: No worker could be started.
    """
    language = _language(book)
    if language not in ("", "python", "python3", "ipython"):
        raise NotebookUnreadable(f"it is written in {visible(cut(language, 40))}, and only Python can be checked")
    try:
        return _Check(book, pool, tools).checked(name)
    except (monty.MontyError, WallsMissing) as error:
        raise RuntimeError(f"the sandbox could not be asked: {error}") from error


def _language(book: Node) -> str:
    metadata = book["metadata"]
    for part, key in (("kernelspec", "language"), ("language_info", "name")):
        found = metadata.get(part)
        value = found.get(key) if isinstance(found, dict) else None
        if isinstance(value, str) and value:
            return value.lower()
    return ""


@dataclass(frozen=True, slots=True)
class _CodeCell:
    index: int
    source: CellSource


class _Check:
    def __init__(self, book: Node, pool: SessionPool, tools: Sequence[str]) -> None:
        self._pool = pool
        self._tools = tools
        self._unread: list[str] = []
        self._cells: list[_CodeCell] = []
        self._found: list[Finding] = []
        self._mounts = False
        spent, number = 0, 0
        for index, cell in enumerate(book["cells"]):
            if cell["cell_type"] != "code" or "skip-execution" in tags(cell) or not cell["source"].strip():
                continue
            number += 1
            self._mounts = self._mounts or _MOUNT.search(cell["source"]) is not None
            spent += len(cell["source"])
            if spent > _MOST_CODE or number > _MOST_CELLS:
                most = f"{_MOST_CELLS:,} cells" if number > _MOST_CELLS else f"{_MOST_CODE:,} characters of code"
                self._unread.append(f"In[{number}] and what follows: the notebook has more than {most}.")
                break
            self._cells.append(_CodeCell(index, CellSource(f"In[{number}]", cell["source"])))

    def checked(self, name: str) -> CheckedNotebook:
        facts = load_facts()
        if not facts.modules:
            raise RuntimeError("no worker could be started")
        magics, names = Magics(), Names()
        with parsing(self._pool) as parser:
            reader = CellReader(magics, parser)
            read = [reader.read(cell.source) for cell in self._cells]
        parts: list[tuple[int, Part]] = []
        for number, each in enumerate(read):
            if each.note is not None:
                self._unread.append(f"{each.source.label}: {each.note}.")
            for failure, accepted in each.refusals:
                self._refused(number, failure, accepted=accepted)
            for part in each.parts:
                names.add(part.tree, len(parts), each.classes)
                parts.append((number, part))
        with asking(self._pool, self._tools) as session:
            for number, each in enumerate(read):
                self._magics(number, each, magics, session)
            for question in questions(names, facts, session.granted):
                if question.code == "missing-file" and self._mounts:
                    continue  # what the folder holds is not known here
                if len(self._found) > MOST_FINDINGS:
                    self._unread.append(f"Only the first {MOST_FINDINGS:,} findings are listed.")
                    break
                self._ask(question, parts, session)
        found = sorted(dict.fromkeys(self._found))[:MOST_FINDINGS]
        return CheckedNotebook(name, tuple(found), tuple(self._unread))

    def _refused(self, number: int, failure: Failure, *, accepted: bool) -> None:
        said = hint(failure)
        if said is None and not (accepted and failure.ename in ("NotImplementedError", "SyntaxError")):
            return  # the person's own mistake, which CPython would not take either
        frame = failure.frames[-1]
        place = frame.line, frame.column, frame.end_line, frame.end_column
        self._add(number, place, "syntax", _message(failure), said or "Write it in another way.")

    def _magics(self, number: int, cell: ReadCell, magics: Magics, session: Asking) -> None:
        for name, args, place in cell.calls:
            refusal = args if name == _USAGE else None
            if name in _HARMLESS:
                try:
                    magics.run(name, args, session.frontend)
                except UsageError as error:
                    refusal = str(error)
            if refusal is not None:
                reason, _, advice = refusal.partition(". ")
                self._add(
                    number, place, "magic", f"UsageError: {refusal if not advice else reason}", advice or _OF_A_MAGIC
                )
        for message, place in cell.imports:
            ename, _, evalue = message.partition(": ")
            frame = SourceFrame(cell.source, *place, "<module>")
            said = hint(Failure("raised", ename, evalue, (frame,)))
            code = "missing-module" if ename == "ModuleNotFoundError" else "missing-member"
            self._add(number, place, code, message, said or "Leave it out.")

    def _ask(self, question: Question, parts: list[tuple[int, Part]], session: Asking) -> None:
        failure = session.failure(question.lines)
        if failure is None or failure.kind not in ("raised", "syntax") or question.expected not in failure.evalue:
            return
        number, part = parts[question.site.part]
        place = part.place(question.place)
        frames: tuple[SourceFrame, ...] = (SourceFrame(self._cells[number].source, *place, "<module>"),)
        if question.also is not None:
            other = self._cells[parts[question.also][0]].source
            frames = (SourceFrame(other, 1, 1, 1, 1, "<module>"), *frames)
        said = hint(failure._replace(frames=frames))
        if said is None and question.code == "missing-file":  # what the hints say of a file outside of the sandbox
            said = hint(Failure("raised", "PermissionError", f"Permission denied: {question.expected!r}", frames))
        if said is not None or question.needed:
            self._add(number, place, question.code, _message(failure), said or question.instead)

    def _add(self, number: int, place: Place, code: str, message: str, write: str) -> None:
        index = self._cells[number].index
        self._found.append(Finding(index, number + 1, *place, code, cut(message, _LONGEST), cut(write, _LONGEST)))


def _message(failure: Failure) -> str:
    return f"{failure.ename}: {failure.evalue}"
