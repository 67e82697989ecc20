"""Static analysis of one place in one cell, with the facts about Monty, the earlier cells and jedi.

jedi runs in a helper process, where code that it takes too long over can be killed. This also keeps the 50 MB of what
jedi has read, and the pauses of its garbage collection, out of the kernel.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Any

from monty_kernel.bounded import helper_pool
from monty_kernel.engine.source import CellSource

from .cursor import Surroundings, surroundings
from .facts import Facts
from .interface import Kind
from .probing import load_facts
from .static import JediName, Signature, Source
from .supplied import stub_units
from .units import Notebook, NotebookReader, Unit, cut, definers_of, relevant

_WINDOW = 20_000
"""Characters around the cursor that are analysed. More would take jedi half a second and improve nothing."""

_QUESTION = 3.0
_JEDI = "monty_kernel.introspect.static:asked"
"""The job of the helper that has jedi."""
_LOADING = 20.0
"""Seconds of processor time.

The person has given up on a question long before, but the next question waits for its end.
"""

_NEXT_STATEMENT = re.compile(r"^(?!(?:else|elif|except|finally)\b)(?=[^\s#)\]}])", re.MULTILINE)
_SCOPES = re.compile(r"\s*(?:@|async\s+def\b|def\b|class\b)")
_WORD = re.compile(r"[^\W\d]\w*")


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a cell: the cell as plain Python, the statement around the cursor, and the cell's other statements."""

    text: str
    cursor: int
    around: Surroundings
    chunk_end: int
    others: tuple[Unit, ...] = ()

    @property
    def chunk(self) -> str:
        return self.text[self.around.chunk_start : self.chunk_end]

    def binds(self, name: str) -> bool:
        """Whether this cell binds the name, so that the code will not see its present value in the session."""
        if any(name in unit.defines for unit in self.others):
            return True
        return name in _bound_words(self.chunk)

    @property
    def has_scopes(self) -> bool:
        """Whether the statement is a function or a class, whose scopes only jedi can tell apart."""
        return _SCOPES.match(self.chunk) is not None

    def bound_names(self) -> frozenset[str]:
        """Names that the statement binds: all names of a block, or those of loops and lambdas on the cursor's line."""
        chunk = self.chunk
        if not self.has_scopes and "\n" in chunk.strip():
            return _bound_words(chunk)
        end = self.text.find("\n", self.cursor)
        line = self.text[self.around.line_start : len(self.text) if end < 0 else end][-1000:]
        earlier = self.text[self.around.chunk_start : self.around.line_start].replace(";", "\n")  # on the same line
        return _words_bound_by(line, _INNER_BINDING) | (_bound_words(earlier) if not self.has_scopes else frozenset())

    def others_names(self) -> dict[str, Kind]:
        return {name: kind for unit in self.others for name, kind in unit.defines.items()}


def place(text: str, cursor: int) -> Place:
    """Find the statement around the cursor. Reads at most about 20,000 characters on each side."""
    begin = 0
    if cursor > 2 * _WINDOW:
        match = _NEXT_STATEMENT.search(text, cursor - _WINDOW, cursor)
        begin = match.start() if match else max(text.rfind("\n", 0, cursor) + 1, cursor - 2 * _WINDOW)
    around = surroundings(text, cursor, begin)
    line_end = text.find("\n", cursor)
    match = _NEXT_STATEMENT.search(text, line_end + 1, cursor + _WINDOW) if line_end >= 0 else None
    end = match.start() if match else min(len(text), cursor + _WINDOW)
    return Place(text, cursor, around, end)


@lru_cache(maxsize=64)
def _bound_words(chunk: str) -> frozenset[str]:
    """Words that seem to be bound in a statement: assignments, parameters, loop variables, imports."""
    found: set[str] = set()
    for line in chunk.split("\n"):
        begin = 0
        for match in _ASSIGNS.finditer(line):
            before = line[begin : match.start()]
            begin = match.end()
            if before.count("(") + before.count("[") <= before.count(")") + before.count("]"):  # no keyword argument
                found.update(target[1] for part in before.split(",") if (target := _TARGET.fullmatch(part)))
    return frozenset(found) | _words_bound_by(chunk, _BINDING + _INNER_BINDING)


def _words_bound_by(text: str, patterns: Sequence[re.Pattern[str]]) -> frozenset[str]:
    return frozenset(
        word for pattern in patterns for match in pattern.finditer(text) for word in _WORD.findall(match[1])
    )


_ASSIGNS = re.compile(r"(?<![=!<>+\-*/%&|^@:])=(?!=)")
_TARGET = re.compile(r"[\s(*]*([^\W\d]\w*)[\s)]*(?::.*)?")
_INNER_BINDING = (
    re.compile(r"\bfor\b([^\n:]{1,200}?)\bin\b"),
    re.compile(r"\blambda\b([^:\n]{1,200})"),
    re.compile(r"\b(\w++)\s*+:="),
)
_BINDING = (
    re.compile(r"\bas\s+(\w+|\([\w, ]{1,200}\))"),
    re.compile(r"\b(?:def|class)\s+(\w+)"),
    re.compile(r"\bdef\s+\w+\s*\(([^)]{1,2000})"),
    re.compile(r"\bimport\b([^\n]{1,500})"),
)


class Analysis:
    """What is known about the code of one session without asking the session.

    `read` and `prepare` run on the cell thread, all other methods on the jedi thread. `facts` and `notebook` may be
    read on any thread: they are replaced as a whole and never changed.

    Args:
        granted: returns the granted modules of tools, by name.
    """

    def __init__(self, granted: Callable[[], Mapping[str, object]] = dict) -> None:
        self.facts = Facts()
        self._granted = granted
        self.notebook = Notebook()
        self._reader = NotebookReader()

    def read(self, cells: Sequence[CellSource]) -> None:
        """Read the cells that are new. The first call takes 0.2 s, for the facts."""
        self.facts = load_facts().with_granted(self._granted())
        self.notebook = self._reader.read(cells)

    def prepare(self, cells: Sequence[CellSource], where: Place) -> Place:
        """Read the cells that are new, and add the other statements of the cell to its place."""
        self.read(cells)
        head, tail = where.text[: where.around.chunk_start], where.text[where.chunk_end :]
        return replace(where, others=(*_cut(head), *_cut(tail)))

    def names(self, where: Place) -> list[JediName]:
        """Names in the scope of the cursor, or attributes after a dot."""
        return _known(self._ask_about("names", where, where.cursor))

    def infer(self, where: Place, end: int) -> list[JediName]:
        """What the expression that ends at `end` may be."""
        return _known(self._ask_about("infer", where, end))

    def document(self, where: Place, end: int) -> list[JediName]:
        """The same as `infer`, with docstrings and signatures."""
        return _known(self._ask_about("document", where, end))

    def signature(self, where: Place) -> Signature | None:
        """The function whose call the cursor is in, and its parameters."""
        found = self._ask_about("signature", where, where.cursor)
        return None if found is None else Signature(found[0], tuple((name, kind) for name, kind in found[1]))

    def warm_up(self) -> bool:
        """Load one module that questions would otherwise wait for. Returns False if nothing is left to load."""
        imported = self.notebook.modules & self.facts.modules
        return any(_ask_jedi("load", "", name, seconds=_LOADING) for name in ("builtins", *sorted(imported)))

    def _ask_about(self, question: str, where: Place, offset: int) -> Any:
        source = self._source(where, offset)
        return _ask_jedi(question, source.head + source.chunk, len(source.head), source.offset, seconds=_QUESTION)

    def _source(self, where: Place, offset: int) -> Source:
        start = max(where.around.chunk_start, where.cursor - 2 * _WINDOW)
        chunk = where.text[start : where.chunk_end]
        template = where.around.template
        if template is not None:  # show jedi the expression of an f-string as if it stood alone
            innermost = max((each.start for each in where.around.stack if each.kind == "f{"), default=template.start)
            chunk = _blanked(chunk, template.start - start, innermost + 1 - start)
            chunk = chunk[: where.cursor - start]
        notebook, supplied, others = self.notebook, _supplied_definers(), definers_of(where.others)
        units = (*stub_units(), *notebook.units, *where.others)
        after, behind = len(stub_units()), len(units) - len(where.others)

        def definers(name: str) -> list[int]:
            of_cells = (after + index for index in notebook.definers.get(name, ())[-3:])
            return [*supplied.get(name, ()), *of_cells, *(behind + index for index in others.get(name, ()))]

        head = relevant(dict.fromkeys(_WORD.findall(chunk)), units, definers)
        return Source(head, chunk, max(0, offset - start))


@cache
def start_jedi() -> None:
    """Start the helper process, once, and have it import jedi; returns at once."""
    helper_pool.jedi_helpers().submit(_JEDI, "", ["import", []], seconds=_LOADING)


def _ask_jedi(question: str, text: str, *arguments: Any, seconds: float) -> Any:
    given = (question, sorted(load_facts().modules), *arguments)
    value, _ = helper_pool.ask(_JEDI, text, *given, seconds=seconds, pool=helper_pool.jedi_helpers())
    return value


def _known(found: Any) -> list[JediName]:
    return [
        JediName(name, kind, full_name, local, doc, tuple(signatures))
        for name, kind, full_name, local, doc, signatures in found
    ]


@lru_cache(maxsize=8)
def _cut(text: str) -> tuple[Unit, ...]:
    return cut(text)


@cache
def _supplied_definers() -> Mapping[str, Sequence[int]]:
    return definers_of(stub_units())


def _blanked(text: str, start: int, end: int) -> str:
    return text[:start] + re.sub(r"[^\n]", " ", text[start:end]) + text[end:]
