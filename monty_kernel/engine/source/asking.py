"""Which names of a session may lead a call to the host: tools, `input`, `sleep`, and the functions that call them.

Too many names do no harm: what calls them is only rewritten where it need not be.
"""

from __future__ import annotations

import ast
import builtins
import keyword
import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from . import CellSource
from .syntax_trees import parse_tree

FUNCTIONS = frozenset(["input", "open", "help", "display", "exit", "quit", "getpass", "__mk_magic"])
"""Functions that are there without an import, or have one name wherever they come from."""

METHODS = frozenset(
    [
        "sleep",
        "getpass",
        "display",
        "clear_output",
        "update_display",
        "open",
        "read",
        "readline",
        "readlines",
        "write",
        "exists",
        "lexists",
        "is_file",
        "is_dir",
        "is_symlink",
        "isfile",
        "isdir",
        "islink",
        "read_text",
        "read_bytes",
        "write_text",
        "write_bytes",
        "iterdir",
        "glob",
        "rglob",
        "mkdir",
        "makedirs",
        "rmdir",
        "unlink",
        "remove",
        "rename",
        "stat",
        "getsize",
        "getmtime",
        "touch",
        "resolve",
        "absolute",
        "abspath",
        "realpath",
        "cwd",
        "getcwd",
        "home",
        "expanduser",
        "listdir",
        "walk",
        "scandir",
        "getenv",
        "environ",
        "urandom",
    ]
)
"""Attributes whose call may ask the host, whatever they are an attribute of."""

SEEDED = "random"
"""The module whose first call asks the host, for a seed."""

_LONGEST = 65_536
"""Characters of a cell that is parsed. Of a longer one, and of one that CPython does not parse, all words count."""

_MOST_WORDS = 1_000
_ROUNDS = 5  # functions of one cell that call each other
_WORD = re.compile(r"[^\W\d]\w*")
NEVER_MADE = frozenset([*dir(builtins), *keyword.kwlist]) - FUNCTIONS


class AskingNames:
    """The names that cells have made, as far as they may lead to the host. Cells are added as they run."""

    def __init__(self) -> None:
        self._granted: dict[str, Collection[str]] = {}
        self._names: frozenset[str] | None = frozenset()
        self._seen: list[CellSource] = []

    def of(self, cells: Sequence[CellSource], granted: Mapping[str, Collection[str]]) -> frozenset[str] | None:
        """The names that these cells made, oldest first; None if any may lead to the host.

        Args:
            granted: The modules of tools, with the names in each.
        """
        known = len(self._seen)
        if dict(granted) != self._granted or list(cells[:known]) != self._seen:
            self._granted, self._names, self._seen, known = dict(granted), frozenset(), [], 0
        for cell in cells[known:]:
            if self._names is None:
                break
            made = made_by(cell.text, self._names, self._granted)
            self._names = None if made is None else self._names | made
        self._seen = list(cells)
        return self._names


def made_by(text: str, names: frozenset[str], granted: Mapping[str, Collection[str]]) -> frozenset[str] | None:
    """The names that a text makes, and that may lead to the host, beside those that do so already; None if any may."""
    leading = FUNCTIONS | METHODS | names | {SEEDED, *granted}
    words: set[str] = set()
    leads = False
    for match in _WORD.finditer(text):  # not all at once: there may be a million
        word = match[0]
        if word not in words:
            leads = leads or word in leading
            if len(words) <= _MOST_WORDS:
                words.add(word)
            elif leads and len(text) > _LONGEST:
                return None
    if not leads:
        return frozenset()
    if len(text) <= _LONGEST:
        try:
            return made_in(parse_tree(text)[0], names, granted)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            pass  # Monty, which reads a newer Python, may have run it
    return frozenset(words - NEVER_MADE) if len(words) <= _MOST_WORDS else None


def made_in(tree: ast.Module, names: frozenset[str], granted: Mapping[str, Collection[str]]) -> frozenset[str]:
    """The names that a cell makes, and that may lead to the host, beside those that do so already."""
    known = set(names)
    definitions = list(_definitions(tree, known, granted))
    for _ in range(_ROUNDS):
        before = len(known)
        for each in reversed(definitions):  # what is inside of one comes after it
            if each.leads or not known.isdisjoint(each.mentions):
                each.leads = True
                known.update(each.names)
                if each.around is not None:
                    each.around.leads = True
        if len(known) == before:
            break
    return frozenset(known) - names


class _Definition:
    """A function, a class or an assignment. mentions: the names in it; leads: whether it surely leads to the host."""

    __slots__ = ("around", "leads", "mentions", "names")

    def __init__(self, names: list[str], around: _Definition | None) -> None:
        self.names = names
        self.around = around
        self.mentions: set[str] = set()
        self.leads = False


def _definitions(tree: ast.Module, known: set[str], granted: Mapping[str, Collection[str]]) -> Iterator[_Definition]:
    """The definitions in a cell, each before those inside it. What is imported becomes known at once."""
    waiting: list[tuple[ast.AST, _Definition | None]] = [(tree, None)]
    while waiting:
        node, around = waiting.pop()
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            known.update(_imported(node, granted))
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            around = _Definition([node.name], around)
            yield around
        elif isinstance(node, ast.Assign) and (not isinstance(node.value, ast.Call) or _makes_asking(node.value)):
            # what another call gives is data
            around = _Definition([target.id for target in node.targets if isinstance(target, ast.Name)], around)
            yield around
        elif around is not None and isinstance(node, (ast.Name, ast.Attribute)):
            around.leads = around.leads or _leads(node, ())
            around.mentions.add(node.id if isinstance(node, ast.Name) else node.attr)
        elif around is not None and _makes_asking(node):
            around.leads = True
        waiting += [(each, around) for each in ast.iter_child_nodes(node)]


def _imported(node: ast.Import | ast.ImportFrom, granted: Mapping[str, Collection[str]]) -> Iterator[str]:
    leads = isinstance(node, ast.ImportFrom) and (node.module in granted or node.module == SEEDED)
    for alias in node.names:
        if isinstance(node, ast.Import):
            if alias.name in granted or alias.name == SEEDED:
                yield alias.asname or alias.name
        elif alias.name == "*":
            from .star_names import star_names

            names = star_names(node.module or "", granted) or ()
            yield from (name for name in names if leads or name in METHODS)
        elif leads or alias.name in METHODS:
            yield alias.asname or alias.name


def leads_to_host(tree: ast.AST, names: Collection[str]) -> bool:
    """Whether code names what may lead to the host. names: those of the session that do."""
    return any(
        _leads(node, names) if isinstance(node, (ast.Name, ast.Attribute)) else _makes_asking(node)
        for node in ast.walk(tree)
    )


def _makes_asking(node: ast.AST) -> bool:
    """Whether a call makes a function that may ask the host: `methodcaller('read_text')`."""
    match node:
        case ast.Call(
            func=ast.Name(id="methodcaller") | ast.Attribute(attr="methodcaller"),
            args=[ast.Constant(value=str(name)), *_],
        ):
            return name in METHODS
    return False


def _leads(node: ast.Name | ast.Attribute, names: Collection[str]) -> bool:
    if isinstance(node, ast.Name):
        return isinstance(node.ctx, ast.Load) and (node.id in FUNCTIONS or node.id in names)
    return node.attr in METHODS or node.attr in names
