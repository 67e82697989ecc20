"""The program that the checker is given for a cell: a stub of the session, a line that imports from it, and the cell's code.

The stub is a `.pyi` file: the definitions that cells left, and for other values their types at this moment. A value's type is asked of the
session itself, and not read off the cells, where it may depend on what ran, how often and how far. So `result = None` in one cell and a
function that fills it in the next are no contradiction.
"""

from __future__ import annotations

import ast
import copy
import re
import time
from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from monty_kernel.engine.source.cell import Cell, Feed
from monty_kernel.engine.source.fstrings import parse_tree
from monty_kernel.engine.source.rewrite import Action
from monty_kernel.engine.source.source_map import line_feed_starts, line_starts, place
from monty_kernel.engine.source.sources import CellSource

from .outline import Outline, outline

ANY = "_mkN"
"""A value of which nothing is known. As long as `None`, in whose place it is put."""

_B = "_mk_builtins"
_T = "_mk_typing"
HEAD = f"import builtins as {_B}\nimport typing as {_T}\n{ANY}: {_T}.Any\n"
SUPPLIED = {
    "input": f"def input(prompt: {_B}.object = ..., /) -> {_B}.str: ...",
    "help": f"def help(topic: {_B}.object = ..., /) -> None: ...",
}
"""What the kernel answers though no session holds it. `exit` and `quit` may be anything, so that nothing after them is dead code."""

_TYPES = {
    **{name: f"{_B}.{name}" for name in ("int", "float", "str", "bytes", "bool")},
    **{name: f"{_B}.{name}[{_T}.Any]" for name in ("list", "set", "frozenset")},
    "dict": f"{_B}.dict[{_T}.Any, {_T}.Any]",
    "tuple": f"{_B}.tuple[{_T}.Any, ...]",
}
_WORD = re.compile(r"[^\W\d]\w*")
_PATIENCE = 0.3
"""Seconds for reading cells that ran before the checker was on: about 300 of them."""

_LONGEST = 100_000  # characters of a cell; `ast` takes 50 ms for so many
_MOST = 50_000  # characters of definitions that one check takes into account

Kind = Literal["import", "function", "class", "annotated", "value"]


@dataclass(frozen=True, slots=True)
class Definition:
    """How a cell binds a name at its top level. text: for the stub. needs: names that the text mentions.

    line: the import alone, which binds the name itself. head: what an annotation begins with, `list` of `list[int]`.
    """

    kind: Kind
    text: str = ""
    needs: frozenset[str] = frozenset()
    line: str = ""
    head: str = ""


@dataclass(frozen=True, slots=True)
class CellDefinitions:
    """What one cell defines. from_inside: names that its functions bind by `global`. attributes: names of those it assigns.
    annotated: names and attributes that it annotates. last: the last way in which it binds each name."""

    last: Mapping[str, Definition] = field(default_factory=dict)
    from_inside: frozenset[str] = frozenset()
    attributes: frozenset[str] = frozenset()
    annotated: frozenset[str] = frozenset()


def definitions(text: str) -> CellDefinitions:
    """What a cell, as plain Python, defines; nothing if it is too long or too deep, as far as anybody can tell."""
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
    # a default may be anything by now; what a function gives back is unknown to the checker too, if it has no annotation
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
    """What the cells of a session defined; each is read once, however often it is asked for."""

    def __init__(self) -> None:
        self._read: dict[CellSource, CellDefinitions] = {}

    def of(self, cells: Sequence[CellSource]) -> list[CellDefinitions]:
        """The definitions of these cells, oldest first. What is no longer among them is forgotten.

        Where there are many that it has not read yet, the oldest of them are left for the next time.
        """
        known, self._read = self._read, {}
        late = time.perf_counter() + _PATIENCE
        for cell in reversed(cells):
            found = known.get(cell)
            if found is not None or time.perf_counter() < late:
                self._read[cell] = found if found is not None else definitions(cell.text)
        return [self._read.get(cell, _UNREAD) for cell in cells]


@dataclass(frozen=True, slots=True)
class Past:
    """All that the cells before this one defined, the last definition of each name counting.

    ambiguous: names of which it cannot be told which of several definitions counts.
    """

    last: Mapping[str, Definition]
    ambiguous: frozenset[str]
    from_inside: frozenset[str]
    attributes: frozenset[str]
    annotated: frozenset[str]

    def needed_by(self, names: Iterable[str]) -> frozenset[str]:
        """These names and those that their definitions need."""
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
    """What cells that ran one after the other defined. failed: whether each of them failed, so that it may have stopped anywhere."""
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
            last.pop(name, None)  # the order of the definitions is that of the stub
            last[name] = definition
        from_inside |= cell.from_inside
        attributes |= cell.attributes
        annotated |= cell.annotated
    return Past(last, frozenset(ambiguous), frozenset(from_inside), frozenset(attributes), frozenset(annotated))


def stub(before: Past, kinds: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """The stub of a session, and for each name of it the import that binds it, or an empty text.

    kinds: what each global name holds, as the session says: the name of a builtin type, `function`, `type`, `module`, or
    `=C` for an object of the session's class `C`.
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


NOTEBOOK = "__mk_notebook"
"""The module that the checker finds the session's stub in."""

_OF_THE_PRELUDE = re.compile(r"\b__mk_\w+")


def checked_feeds(cell: Cell) -> list[Feed]:
    """What runs of a cell before an action that may make the session another one: what is after it nobody can know."""
    feeds: list[Feed] = []
    for step in cell.steps:
        if isinstance(step, Feed):
            feeds.append(step)
        elif isinstance(step, Action) and step.changes:
            break
    return feeds


class Program:
    """The text for the checker, and the way from places in it back to the cell.

    kinds: the session's names that it mentions. lines: imports that bind them, as `session_stub.stub` gives both.
    unknown: further names that are to be taken as bound, to anything. stop: a name in it that is nowhere defined: the checker always finds
    fault with that, so the text never runs.
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
        """A place as the checker gives it, both from 1 -> the offset in the joined feeds; negative if it is not in the cell."""
        if row > len(self._starts):
            return len(self.text) - len(self._head)
        return self._starts[row - 1] + column - 1 - len(self._head)

    def in_cell(self, start: int, end: int) -> tuple[int, int, int, int] | None:
        """A span of the joined feeds -> the place in the cell, as lines and columns from 1; None if nobody typed what is there."""
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
    """Feeds as one text, a line break between two."""
    return "\n".join(feed.text for feed in feeds)
