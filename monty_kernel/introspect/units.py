"""What defines names: cells cut into top-level statements, so that an analysis can use the few that matter.

The names that the kernel supplies to cells are a stub in Python, which is read like a cell before the first one.
"""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

from monty_kernel.engine.source import CellSource
from monty_kernel.engine.source.ipython import MEDIA, PACKAGE
from monty_kernel.engine.source.syntax_trees import TooCostly, expression_tree, syntax_tree, vouch

from . import Kind
from .cursor import WORD, surroundings
from .stub import STUB

_LONGEST = 100_000
"""Characters above which a cell is not analysed: at this size `ast.parse` holds the GIL for about 50 ms."""


@dataclass(frozen=True, slots=True, eq=False)
class Unit:
    """One top-level statement, or several that share a line.

    Attributes:
        text: the source.
        defines: the names that it binds at the top level, with their kinds.
        uses: the names that it reads anywhere.
        attributes: the attributes that its classes and assignments give to objects.
        certain: whether it always binds what it defines, without needing an earlier binding of it.
        cell: the label of its cell.
        line: its first line in the cell, from 1.
    """

    text: str
    defines: Mapping[str, Kind]
    uses: frozenset[str]
    attributes: Mapping[str, Kind] = field(default_factory=dict)
    certain: bool = True
    cell: str = ""
    line: int = 1


def cut(text: str, cell: str = "") -> tuple[Unit, ...]:
    """The units of a text. Statements with invalid syntax are left out."""
    if len(text) > _LONGEST or not text.strip():
        return ()
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")
    units: list[Unit] = []
    try:
        tree = _parsed(text)
        if tree is not None:
            units.extend(_units(tree, lines, cell, 1))
        else:
            for start, end in _chunks(text):
                if (tree := _parsed(text[start:end])) is not None:
                    first = text.count("\n", 0, start)
                    units.extend(_units(tree, text[start:end].split("\n"), cell, first + 1))
    except TooCostly:
        pass  # most of its statements would be too costly as well
    for unit in units:
        vouch(unit.text)
    return tuple(units)


def parsed(text: str) -> ast.Module | None:
    """The syntax tree of a text; None if CPython cannot parse it, or only at too high a cost."""
    try:
        return _parsed(text)
    except TooCostly:
        return None


def _parsed(text: str) -> ast.Module | None:
    try:
        return syntax_tree(text)
    except TooCostly:
        raise
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def parsed_expression(text: str) -> ast.expr | None:
    """The syntax tree of an expression; None if CPython cannot parse it."""
    try:
        return expression_tree(f"({text}\n)").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _chunks(text: str) -> Iterable[tuple[int, int]]:
    """The (start, end) of each chunk that looks like a statement; 500 are enough for a cell with a mistake in it."""
    start = 0
    for match in itertools.islice(re.finditer(r"^(?=\S)", text, re.MULTILINE), 500):
        at = match.start()
        if at > start and surroundings(text, min(at + 12, len(text)), start).chunk_start >= at:
            yield start, at
            start = at
    yield start, len(text)


def _units(tree: ast.Module, lines: Sequence[str], cell: str, offset: int) -> Iterable[Unit]:
    groups: list[tuple[int, int, list[ast.stmt]]] = []
    for statement in tree.body:
        first = min([statement.lineno, *(each.lineno for each in getattr(statement, "decorator_list", ()))])
        last = statement.end_lineno or first
        if groups and groups[-1][1] >= first:  # `a = 1; b = 2`
            start, end, members = groups.pop()
            groups.append((start, max(end, last), [*members, statement]))
        else:
            groups.append((first, last, [statement]))
    for first, last, statements in groups:
        text = "\n".join(lines[first - 1 : last])
        if all(isinstance(each, ast.ImportFrom) and (each.module or "").startswith("IPython") for each in statements):
            yield _unit(statements, _from_the_stub(statements), cell, first + offset - 1, certain=False)
        else:
            yield _unit(statements, text, cell, first + offset - 1)


def _from_the_stub(statements: Sequence[ast.stmt]) -> str:
    """An import from IPython for jedi. The kernel's stub has the names, so that only aliases must be bound."""
    aliases = [alias for each in statements if isinstance(each, ast.ImportFrom) for alias in each.names]
    return "; ".join(
        f"{alias.asname} = {alias.name}" for alias in aliases if alias.asname and alias.asname != alias.name
    )


_SIMPLE = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Assign, ast.AnnAssign, ast.Import, ast.ImportFrom)


def _unit(statements: Sequence[ast.stmt], text: str, cell: str, line: int, certain: bool = True) -> Unit:
    defines: dict[str, Kind] = {}
    uses: set[str] = set()
    attributes: dict[str, Kind] = {}
    for statement in statements:
        _bindings(statement, defines)
        for node in ast.walk(statement):
            if isinstance(node, ast.Name):
                if not isinstance(node.ctx, ast.Store):
                    uses.add(node.id)
            elif isinstance(node, ast.Attribute):
                if isinstance(node.ctx, ast.Store):
                    attributes.setdefault(node.attr, "instance")
            elif isinstance(node, ast.ClassDef):
                for member in node.body:
                    _bindings(member, attributes)
            elif isinstance(node, ast.Global):
                for name in node.names:
                    defines.setdefault(name, "instance")
    if not certain:
        uses.update(WORD.findall(text))
    certain = certain and all(isinstance(each, _SIMPLE) for each in statements) and not (uses & defines.keys())
    return Unit(text, defines, frozenset(uses), attributes, certain, cell, line)


def _bindings(statement: ast.stmt, found: dict[str, Kind]) -> None:
    """Collect the names that a statement binds in its own scope."""
    pending: list[ast.AST] = [statement]
    while pending:
        node = pending.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            found[node.name] = "function"
        elif isinstance(node, ast.ClassDef):
            found[node.name] = "class"
        elif isinstance(node, ast.Lambda):
            pass
        elif isinstance(node, ast.Import):
            for alias in node.names:
                found[alias.asname or alias.name.split(".")[0]] = "module"
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                found[alias.asname or alias.name] = "instance"
        elif isinstance(node, (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
            pending.extend(each for each in ast.walk(node) if isinstance(each, ast.NamedExpr))
        else:
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                found[node.id] = "instance"
            elif isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and node.name:
                found[node.name] = "instance"
            pending.extend(ast.iter_child_nodes(node))


@dataclass(frozen=True, slots=True, eq=False)
class Notebook:
    """What the cells that ran define.

    `definers` maps each name to the indices of the units that bind it, oldest first.
    """

    units: tuple[Unit, ...] = ()
    definers: Mapping[str, Sequence[int]] = field(default_factory=dict)
    attributes: Mapping[str, Kind] = field(default_factory=dict)
    meddling: bool = False
    """Whether a cell mentions names of the prelude, so that the session's answers cannot be trusted."""
    modules: frozenset[str] = frozenset()
    """The names under which cells import modules."""

    def extended(self, units: Sequence[Unit], *, meddling: bool) -> Notebook:
        """The notebook with the units of further cells. Its own units are not read again."""
        definers, attributes, modules = dict(self.definers), dict(self.attributes), set(self.modules)
        for name, indices in definers_of(units, len(self.units)).items():
            definers[name] = [*definers.get(name, ()), *indices]
        for unit in units:
            attributes.update(unit.attributes)
            modules.update(name for name, kind in unit.defines.items() if kind == "module")
        known = self.modules if len(modules) == len(self.modules) else frozenset(modules)
        return Notebook((*self.units, *units), definers, attributes, self.meddling or meddling, known)

    def definition(self, name: str, kinds: Sequence[Kind] = ()) -> Unit | None:
        """The last unit that binds a name, as one of `kinds` if these are given."""
        for index in reversed(self.definers.get(name, ())):
            if not kinds or self.units[index].defines[name] in kinds:
                return self.units[index]
        return None

    def names(self) -> dict[str, Kind]:
        """Every name that the cells bind, with its last kind."""
        last = ((name, self.units[indices[-1]]) for name, indices in self.definers.items())
        return {name: unit.defines[name] for name, unit in last if unit.cell != LABEL}


class NotebookReader:
    """Keeps the notebook of a session's cells up to date. Each cell is analysed only once."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[Unit, ...]] = {}  # by the text, since people run a cell again and again
        self._cells: list[CellSource] = []
        self.notebook = kernels_own()
        """The notebook of the cells that were read last, and the kernel's stub before them."""

    def read(self, cells: Sequence[CellSource]) -> Notebook:
        """The notebook of these cells. Cells that are no longer among them are forgotten."""
        cells, begun = list(cells), len(self._cells)
        goes_on = cells[:begun] == self._cells
        if goes_on and len(cells) == begun:
            return self.notebook
        known = self._known if goes_on else {}
        notebook, fresh = (self.notebook, cells[begun:]) if goes_on else (kernels_own(), cells)
        units: list[Unit] = []
        for cell in fresh:
            found = self._known.get(cell.text, known.get(cell.text))
            if found is None:
                found = cut(cell.text, cell.label)
            elif found and found[0].cell != cell.label:
                found = tuple(replace(unit, cell=cell.label) for unit in found)
            known[cell.text] = found
            units.extend(found)
        self._known, self._cells = known, cells
        self.notebook = notebook.extended(units, meddling=any("__mk_see" in cell.text for cell in fresh))
        return self.notebook


def definers_of(units: Sequence[Unit], first: int = 0) -> dict[str, list[int]]:
    """Map each name to the indices of the units that bind it. `first` is the index of the first unit."""
    found: dict[str, list[int]] = {}
    for index, unit in enumerate(units, first):
        for name in unit.defines:
            found.setdefault(name, []).append(index)
    return found


def relevant(
    wanted: Iterable[str], units: Sequence[Unit], definers: Callable[[str], Sequence[int]], budget: int = 20_000
) -> str:
    """The source of the units that the wanted names depend on, in order.

    Args:
        wanted: the names to begin with.
        units: all units.
        definers: returns the indices of the units that bind a name, of which the last three are considered.
        budget: the maximum number of characters.
    """
    chosen: set[int] = set()
    pending = list(wanted)
    seen = set(pending)
    spent = 0
    while pending:
        name = pending.pop(0)
        for index in reversed(definers(name)[-3:]):
            unit = units[index]
            if index not in chosen and spent + len(unit.text) <= budget:
                chosen.add(index)
                spent += len(unit.text) + 1
                fresh = unit.uses - seen
                pending.extend(sorted(fresh))
                seen |= fresh
            if unit.certain:
                break
    return "".join(f"{units[index].text}\n" for index in sorted(chosen))


LABEL = "<kernel>"
"""The label of the stub, in place of a cell's."""

_NOT_OF_IPYTHON = ("input", "help", "get_ipython")
_EVERYWHERE = ("display", "get_ipython", "help", "input")


@cache
def kernels_own() -> Notebook:
    """The stub as a notebook, with which every notebook begins."""
    vouch(STUB)
    return Notebook().extended(cut(STUB, LABEL), meddling=False)


@cache
def supplied_names() -> dict[str, Kind]:
    """The names that every cell has without an import."""
    return {name: unit.defines[name] for unit in kernels_own().units for name in unit.defines if name in _EVERYWHERE}


@cache
def supplied_modules() -> dict[str, dict[str, Kind]]:
    """The modules that only the kernel makes importable, with their members."""
    defined = {name: kind for unit in kernels_own().units for name, kind in unit.defines.items()}
    names = {name: kind for name, kind in defined.items() if name not in _NOT_OF_IPYTHON}
    names |= {name: "class" if name[0].isupper() else "function" for name in MEDIA}
    package: dict[str, Kind] = {**dict.fromkeys(PACKAGE, "function"), "display": "module"}
    return {"IPython": package, "IPython.display": names, "getpass": {"getpass": "function"}}
