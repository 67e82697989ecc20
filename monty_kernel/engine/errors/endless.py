"""Cells that end in Python and never in Monty, which makes lists of generator expressions, map(), filter() and
enumerate()."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ...outputs.visible_text import cut
from .cell_code import parse
from .sentences import SENTENCES, say

_LONGEST = 60  # characters of the code that are quoted
_ENDLESS = {"count", "cycle", "repeat"}
_FIRST_ITEMS = {"map": 1, "filter": 1, "enumerate": 0}
"""What makes a list of its arguments, and the place of the first that it takes items from."""

_ADVICE = SENTENCES["endless"].partition("`{}`")[2]


def endless(text: str) -> str | None:
    """A line about the first code of a cell that takes all items of an `itertools.count()` and its kind; None if there
    is none."""
    if not any(name in text for name in _ENDLESS):
        return None
    tree = parse(text)
    for node in ast.walk(tree) if tree is not None else ():
        if any(_never_ends(items) for items in _taken(node)):
            code = cut(" ".join((ast.get_source_segment(text, node) or "").split()), _LONGEST)
            return say("endless", code)
    return None


def says_so(note: str | None) -> bool:
    """Whether a failure's note is this line."""
    return note is not None and note.endswith(_ADVICE)


def _taken(node: ast.AST) -> Iterator[ast.expr]:
    if isinstance(node, ast.GeneratorExp):
        yield from (each.iter for each in node.generators)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _FIRST_ITEMS:
        items = node.args[_FIRST_ITEMS[node.func.id] :]
        if items and all(_never_ends(each) for each in items):  # the shortest ends a map()
            yield items[0]


def _never_ends(items: ast.expr) -> bool:
    if not isinstance(items, ast.Call):
        return False
    function = items.func
    if isinstance(function, ast.Attribute):
        name = (
            function.attr if isinstance(function.value, ast.Name) and function.value.id in ("itertools", "it") else ""
        )
    else:
        name = getattr(function, "id", "")
    return name in _ENDLESS and not (name == "repeat" and len(items.args) + len(items.keywords) > 1)
