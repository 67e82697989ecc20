"""Where a cell wants all lines of a file at once, as in `list(open(path))`: Monty iterates a file only in a loop."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator

from .source_map import ByteOffsets, Edit, enclosing

_ALL_AT_ONCE = frozenset({"list", "tuple", "set", "frozenset", "sorted", "min", "max"})
_ONE_BY_ONE = {"enumerate": slice(1), "filter": slice(1, 2), "map": slice(1, None), "zip": slice(None)}
"""Which of their arguments they take items of. In CPython these leave the rest of the file unread when a loop over them ends early. They read all of it here, so they
are only given a file that nothing else can read."""


def line_edits(tree: ast.Module, places: ByteOffsets) -> Iterator[Edit]:
    """The edits that give such a place the lines, if the value is a file when it runs."""
    named = frozenset(_names_of_files(tree))
    alone = frozenset(_read_once(tree, named)) if named else frozenset()
    for node in _outside_fstrings(tree):
        for value, consumer in _wanted(node):
            if _opens(value) or (
                isinstance(value, ast.Name) and (value in alone if consumer in _ONE_BY_ONE else value.id in named)
            ):
                yield from enclosing(places.span(value), "__mk_lines(", f", {consumer})" if consumer else ")")


def _outside_fstrings(tree: ast.Module) -> Iterator[ast.AST]:
    """The nodes with places of their own: up to Python 3.11, `ast` gives those inside f-strings wrong ones."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, ast.JoinedStr):
            waiting += ast.iter_child_nodes(node)


def _wanted(node: ast.AST) -> Iterator[tuple[ast.expr, str]]:
    """What a node takes all items of, and the name of the function that takes them; empty for syntax."""
    if isinstance(node, ast.Call):
        function = node.func
        if isinstance(function, ast.Name) and function.id in _ALL_AT_ONCE and len(node.args) == 1:
            yield node.args[0], function.id
        elif isinstance(function, ast.Name) and function.id in _ONE_BY_ONE:
            yield from ((value, function.id) for value in node.args[_ONE_BY_ONE[function.id]])
        elif _joins(function) and len(node.args) == 1:
            yield node.args[0], ""
    elif isinstance(node, ast.Assign):
        if len(node.targets) == 1 and isinstance(node.targets[0], (ast.Tuple, ast.List)):
            yield node.value, ""
    elif isinstance(node, ast.Starred) and isinstance(node.ctx, ast.Load):
        yield node.value, ""


def _joins(function: ast.expr) -> bool:
    separator = function.value if isinstance(function, ast.Attribute) and function.attr == "join" else None
    return isinstance(separator, ast.Constant) and isinstance(separator.value, (str, bytes))


def _opens(value: ast.expr) -> bool:
    if not isinstance(value, ast.Call):
        return False
    function = value.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    return name == "open"


def _names_of_files(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.withitem) and isinstance(node.optional_vars, ast.Name) and _opens(node.context_expr):
            yield node.optional_vars.id
        elif isinstance(node, ast.Assign) and _opens(node.value):
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))


def _read_once(tree: ast.Module, named: Collection[str]) -> Iterator[ast.Name]:
    """Uses of files that a `with` statement opens and closes, and that one statement in it reads, at its head.

    Other uses of the name have to be in other such `with` statements: then nothing else can read that file.
    """
    uses: dict[str, set[ast.Name]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in named:
            uses.setdefault(node.id, set()).add(node)
    opened = [
        (node, item.optional_vars.id)
        for node in ast.walk(tree)
        if isinstance(node, (ast.With, ast.AsyncWith))
        for item in node.items
        if isinstance(item.optional_vars, ast.Name) and _opens(item.context_expr)
    ]
    for node, name in opened:
        uses[name] -= _uses(node, name, in_functions=False)
    for node, name in opened:
        heads = (each.iter if isinstance(each, ast.For) else each for each in node.body)
        read = [
            each
            for head in heads
            if isinstance(head, ast.expr) or not hasattr(head, "body")
            for each in ast.walk(head)
            if isinstance(each, ast.Name) and each.id == name
        ]
        if not uses[name] and len(read) == 1 and len(_uses(node, name, in_functions=True)) == 2:
            yield read[0]


def _uses(node: ast.AST, name: str, *, in_functions: bool) -> set[ast.Name]:
    """Where a name is used in a statement."""
    found: set[ast.Name] = set()
    waiting: list[ast.AST] = [node]
    while waiting:
        below = waiting.pop()
        if isinstance(below, ast.Name) and below.id == name:
            found.add(below)
        if in_functions or not isinstance(below, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            waiting += ast.iter_child_nodes(below)
    return found
