"""The program that the checker gets for a cell: a stub of the session, an import from it, and the cell's code.

The stub is a `.pyi` file with the definitions of earlier cells and, for other values, their present types. The
session itself is asked for a value's type, since the cells alone do not tell which of them ran, how often and how
far. So `result = None` in one cell and a function that fills it in the next do not contradict each other.
"""

from __future__ import annotations

import ast
import copy
import re
import time
from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Literal

from monty_kernel.engine.source import Action, CellSource
from monty_kernel.engine.source.cell import Cell, Feed
from monty_kernel.engine.source.source_map import line_feed_starts, line_starts, place
from monty_kernel.engine.source.syntax_trees import parse_tree

from .outline import Outline, outline

ANY = "_mkN"
"""A value of unknown type. It has the length of `None`, which it replaces."""

NOTEBOOK = "__mk_notebook"
"""The module under whose name the checker finds the session's stub."""

_OF_THE_PRELUDE = re.compile(r"\b__mk_\w+")

_B = "_mk_builtins"
_T = "_mk_typing"
HEAD = f"import builtins as {_B}\nimport typing as {_T}\n{ANY}: {_T}.Any\n"
SUPPLIED = {
    "input": f"def input(prompt: {_B}.object = ..., /) -> {_B}.str: ...",
    "help": f"def help(topic: {_B}.object = ..., /) -> None: ...",
}
"""Names that the kernel supplies.

`exit` and `quit` are of unknown type, so that no code after them counts as unreachable.
"""

_TYPES = {
    **{name: f"{_B}.{name}" for name in ("int", "float", "str", "bytes", "bool")},
    **{name: f"{_B}.{name}[{_T}.Any]" for name in ("list", "set", "frozenset")},
    "dict": f"{_B}.dict[{_T}.Any, {_T}.Any]",
    "tuple": f"{_B}.tuple[{_T}.Any, ...]",
}
_WORD = re.compile(r"[^\W\d]\w*")
_READING = 0.3
"""Seconds for reading cells that ran before the checker was switched on: about 300 of them."""

_LONGEST = 100_000  # characters of a cell, for which `ast` takes 50 ms
_MOST = 50_000  # characters of definitions that one check considers

Kind = Literal["import", "function", "class", "annotated", "value"]


@dataclass(frozen=True, slots=True)
class Definition:
    """How a cell binds a name at its top level.

    Attributes:
        kind: what binds it.
        text: its definition in the stub.
        needs: the names that the text mentions.
        line: for an import, the statement that binds the name.
        head: the first name of an annotation, such as `list` of `list[int]`.
    """

    kind: Kind
    text: str = ""
    needs: frozenset[str] = frozenset()
    line: str = ""
    head: str = ""


@dataclass(frozen=True, slots=True)
class CellDefinitions:
    """What one cell defines.

    Attributes:
        last: for each name, the last way in which the cell binds it.
        from_inside: names that its functions bind by `global`.
        attributes: names of attributes that it assigns.
        annotated: names and attributes that it annotates.
    """

    last: Mapping[str, Definition] = field(default_factory=dict)
    from_inside: Set[str] = frozenset()
    attributes: Set[str] = frozenset()
    annotated: Set[str] = frozenset()


def definitions(text: str) -> CellDefinitions:
    """What a cell, as plain Python, defines.

    A cell that is too long, too deep or not valid Python counts as defining nothing.
    """
    try:
        return _definitions(text) if len(text) <= _LONGEST else CellDefinitions()
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return CellDefinitions()


def _definitions(text: str) -> CellDefinitions:
    tree, same = parse_tree(text)
    seen = outline(tree, same)
    last: dict[str, Definition] = {name: Definition("value") for name in seen.bound}
    for statement in tree.body:
        last.update(_defined(statement, seen.defined))
    return CellDefinitions(last, seen.from_inside, seen.attributes, seen.annotated)


def _defined(statement: ast.stmt, defined: Collection[str]) -> dict[str, Definition]:
    match statement:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) if name in defined:
            text = ast.unparse(_signature(statement))
            return {name: Definition("function", text, frozenset(_WORD.findall(text)))}
        case ast.ClassDef(name=name) if name in defined:
            text = ast.unparse(_with_open_attributes(statement))
            return {name: Definition("class", text, frozenset(_WORD.findall(text)))}
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            module = getattr(statement, "module", None)
            return {
                found[0]: Definition("import", found[1], line=found[2])
                for alias in names
                if (found := _imported(module, alias)) is not None and found[0] in defined
            }
        case ast.AnnAssign(target=ast.Name(id=name), annotation=ast.Subscript(value=ast.Name(id=head)) as annotation):
            text = ast.unparse(annotation)
            return {name: Definition("annotated", f"{name}: {text}", frozenset(_WORD.findall(text)), head=head)}
    return {}


def _imported(module: str | None, alias: ast.alias) -> tuple[str, str, str] | None:
    if (module or alias.name).partition(".")[0] == "IPython" or alias.name == "*":
        return None
    name = alias.asname or alias.name.partition(".")[0]
    if module is not None:
        return name, f"from {module} import {alias.name} as {name}", f"from {module} import {alias.name} as {{}}"
    whole = alias.name if alias.asname else name
    return name, f"import {alias.name}\nimport {whole} as {name}", f"import {whole} as {{}}"


def _signature(function: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.stmt:
    # a default may have changed; without an annotation the checker does not know the result's type either
    short = copy.deepcopy(function)
    short.args.defaults = [ast.Constant(...) for _ in short.args.defaults]
    short.args.kw_defaults = [None if each is None else ast.Constant(...) for each in short.args.kw_defaults]
    short.body = [ast.Expr(ast.Constant(...))]
    return short


class _OpenAttributes(ast.NodeTransformer):
    def visit_Assign(self, node: ast.Assign) -> ast.Assign:
        if isinstance(node.value, ast.Constant) and node.value.value is None:
            node.value = ast.Name(ANY, ast.Load())
        return node


def _with_open_attributes(definition: ast.ClassDef) -> ast.stmt:
    whole = copy.deepcopy(definition)
    _OpenAttributes().visit(whole)
    return whole


_UNREAD = CellDefinitions()


class KnownCells:
    """What the cells of a session defined. Each cell is read only once."""

    def __init__(self) -> None:
        self._read: dict[CellSource, CellDefinitions] = {}

    def of(self, cells: Sequence[CellSource]) -> list[CellDefinitions]:
        """The definitions of these cells, oldest first. Cells that are no longer among them are forgotten.

        If many have not been read yet, the oldest of them wait for the next time.
        """
        known, self._read = self._read, {}
        late = time.perf_counter() + _READING
        for cell in reversed(cells):
            found = known.get(cell)
            if found is not None or time.perf_counter() < late:
                self._read[cell] = found if found is not None else definitions(cell.text)
        return [self._read.get(cell, _UNREAD) for cell in cells]


@dataclass(frozen=True, slots=True)
class Past:
    """What all earlier cells defined. For each name the last definition counts.

    `ambiguous` has the names for which it is unknown which of several definitions counts.
    """

    last: Mapping[str, Definition]
    ambiguous: set[str]
    from_inside: set[str]
    attributes: set[str]
    annotated: set[str]

    def needed_by(self, names: Iterable[str]) -> frozenset[str]:
        """These names and the names that their definitions need."""
        found: set[str] = set()
        pending = list(names)
        spent = 0
        while pending:
            name = pending.pop()
            if name in found:
                continue
            found.add(name)
            definition = self.last.get(name)
            if definition is not None and spent + len(definition.text) <= _MOST:
                spent += len(definition.text)
                pending += definition.needs
        return frozenset(found)


def past(cells: Sequence[CellDefinitions], failed: Sequence[bool]) -> Past:
    """Join the definitions of cells that ran in this order. A cell that `failed` may have stopped anywhere."""
    last: dict[str, Definition] = {}
    ambiguous: set[str] = set()
    from_inside: set[str] = set()
    attributes: set[str] = set()
    annotated: set[str] = set()
    for cell, stopped in zip(cells, failed, strict=True):
        for name, definition in cell.last.items():
            if stopped and name in last and last[name].text != definition.text:
                ambiguous.add(name)
            elif not stopped:
                ambiguous.discard(name)
            last.pop(name, None)  # so that the stub has the definitions in this order
            last[name] = definition
        from_inside |= cell.from_inside
        attributes |= cell.attributes
        annotated |= cell.annotated
    return Past(last, ambiguous, from_inside, attributes, annotated)


def stub(before: Past, kinds: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """The stub of a session, and for each of its names the import that binds it, or an empty string.

    Args:
        before: what earlier cells defined.
        kinds: the kind of each global name, as the session tells: the name of a builtin type, `function`, `type`,
            `module`, or `=C` for an object of the session's class `C`.
    """
    parts = [HEAD]
    lines: dict[str, str] = {}
    spent = 0
    order = {name: number for number, name in enumerate(before.last)}
    imports = {name for name, definition in before.last.items() if definition.kind == "import"}
    for name in sorted(kinds, key=lambda name: (name not in imports, order.get(name, -1))):
        kind = kinds[name]
        definition = None if name in before.ambiguous or name in before.from_inside else before.last.get(name)
        if definition is not None and spent + len(definition.text) > _MOST:
            definition = None
        text = _declared(name, kind, definition, before)
        if definition is not None:
            spent += len(definition.text)
        lines[name] = definition.line if definition is not None and text is definition.text else ""
        parts.append(text)
    parts += [text for name, text in SUPPLIED.items() if name not in kinds]
    return "\n".join(parts) + "\n", lines


def _declared(name: str, kind: str, definition: Definition | None, before: Past) -> str:
    if definition is not None:
        agrees = {
            "import": True,
            "function": kind == "function",
            "class": kind == "type",
            "annotated": kind == definition.head,
            "value": False,
        }
        if agrees[definition.kind]:
            return definition.text
    if kind.startswith("="):
        of_class = before.last.get(kind[1:])
        if of_class is not None and of_class.kind == "class" and kind[1:] not in before.ambiguous:
            return f"{name}: {kind[1:]}"
    return f"{name}: {_TYPES.get(kind, f'{_T}.Any')}"


def checked_feeds(cell: Cell) -> list[Feed]:
    """The feeds of a cell before the first action that may change the session, after which nothing is known."""
    feeds: list[Feed] = []
    for step in cell.steps:
        if isinstance(step, Feed):
            feeds.append(step)
        elif isinstance(step, Action) and step.changes:
            break
    return feeds


class Program:
    """The text for the checker, and the way from places in it back to the cell.

    Args:
        feeds: the feeds of the cell.
        seen: their outline.
        kinds: the session's names that they mention, with their kinds.
        lines: the imports that bind these names, from `stub`.
        unknown: further names that count as bound, with an unknown type.

    Attributes:
        stop: an undefined name at the end of the first line. The checker always reports it, so the text never runs.
    """

    def __init__(
        self,
        feeds: Sequence[Feed],
        seen: Outline,
        kinds: Mapping[str, str],
        lines: Mapping[str, str],
        unknown: Sequence[str] = (),
    ) -> None:
        self._feeds = feeds
        body = joined(feeds)
        first = [
            f"import {NOTEBOOK} as __mk_n",
            "from typing import Any as __mk_Any",
            f"{ANY} = __mk_n.{ANY}",
            *(f"{name} = {ANY}" for name in sorted(set(_OF_THE_PRELUDE.findall(body)))),
        ]
        for number, name in enumerate(dict.fromkeys([*kinds, *unknown, *sorted(seen.from_inside)])):
            again = seen.bound[name] + (name in kinds) > 1 and name not in seen.defined
            if name in seen.annotated:
                if name in kinds and name not in seen.from_inside:
                    first.append(f"{name} = __mk_n.{name}")
            elif name in seen.from_inside or name not in kinds or (again and name in seen.read_inside):
                first.append(f"{name}: __mk_Any = {ANY}")
            elif lines[name]:
                first += [lines[name].format(f"__mk_{number}"), f"{name} = __mk_{number}"]
            else:
                first.append(f"{name} = __mk_n.{name}")
        stop = "__mk_stop"
        while stop in body:
            stop += "_"
        self.stop = stop
        self._head = "; ".join(first) + f"; {stop}\n"
        for at in seen.nones:
            body = body[:at] + ANY + body[at + len(ANY) :]
        self.text = self._head + body
        self._starts = line_starts(self.text)
        self._line_starts = [line_feed_starts(feed.text) for feed in feeds]
        self._typed = [feed.cell.text.split("\n") for feed in feeds]
        self._at: list[int] = []
        position = 0
        for feed in feeds:
            self._at.append(position)
            position += len(feed.text) + 1

    def offset(self, row: int, column: int) -> int:
        """The offset in the joined feeds of a place in the text, counted from 1; negative if it is not in the cell."""
        if row > len(self._starts):
            return len(self.text) - len(self._head)
        return self._starts[row - 1] + column - 1 - len(self._head)

    def in_cell(self, start: int, end: int) -> tuple[int, int, int, int] | None:
        """The place in the cell of a span: line, column, end line, end column, from 1; None if nobody typed it."""
        number = bisect_right(self._at, start) - 1
        if start < 0 or number < 0:
            return None
        feed, at = self._feeds[number], self._at[number]
        starts, typed = self._line_starts[number], self._typed[number]
        limit = len(feed.text)
        begin, stop = min(start - at, limit), min(end - at, limit)
        span = feed.to_cell(*place(starts, begin), *place(starts, stop))
        here = feed.text[begin:stop].partition("\n")[0]
        row = typed[span[0] - 1] if span[0] <= len(typed) else ""
        return span if here and row.startswith(here.rstrip("\r"), span[1] - 1) else None


def joined(feeds: Sequence[Feed]) -> str:
    """The feeds as one text, separated by line breaks."""
    return "\n".join(feed.text for feed in feeds)
