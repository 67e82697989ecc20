"""Built-in functions that call back what may ask the host, such as `map(tools.price, names)`.

Monty cannot suspend inside a built-in function, but it can inside one that is written in Python. So these become
functions of the prelude, where the callee may lead to the host, and stay as they are everywhere else.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import islice

from .asking import FUNCTIONS, METHODS, leads_to_host
from .scopes import Outline, Scope
from .source_map import ByteOffsets, Edit, opening

MAY_HOLD = re.compile(r"\b(?:map|filter|iter)\(|\bkey\s*=")
"""What a text contains that has something to rewrite."""

_EAGER = frozenset(["list", "tuple", "set", "frozenset", "sorted", "sum", "len", "min", "max", "dict", "any", "all"])
"""Functions that take all of an iterator at once."""

_DEEPEST = 10
"""Scopes around a call that is still looked at: what it calls back is searched, and may hold other such calls."""

_MOST_NODES = 5_000
"""Nodes of the body of a loop that is rewritten."""

_SORT = re.compile(r"\s*\.\s*sort\s*\(")


def callback_edits(
    text: str, places: ByteOffsets, outline: Outline, names: Callable[[], Collection[str] | None]
) -> Iterator[Edit]:
    """The edits. What they call looks whether the built-in function is still Monty's own.

    Args:
        names: Gives those of the session, and of this cell, that may lead to the host; None if that is unknown: all
            may. It may take long, and is asked only where the answer matters.
    """
    eager = {id(call.node.args[0]) for call in outline.calls if _called(call.node) in _EAGER and call.node.args}
    loops = {id(loop.iter): (loop, scope) for loop, scope in outline.loops}
    for call in outline.calls:
        node, name = call.node, _called(call.node)
        if call.scope.depth > _DEEPEST:
            continue
        if any(isinstance(each, ast.Starred) for each in node.args) or any(each.arg is None for each in node.keywords):
            continue
        callee = _callee(node, name)
        if callee is None or _never_asks(callee) or not _may_ask(callee, call.scope, names()):
            continue
        if isinstance(node.func, ast.Attribute):
            yield from _sort(text, places, node, node.func)
        elif call.scope.owner(name) is None:
            if name != "iter" or id(node) in eager:
                yield from _replaced(text, places, node)
            elif id(node) in loops:
                yield from _loop(text, places, *loops[id(node)], node)


def _called(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else ""


def _callee(node: ast.Call, name: str) -> ast.expr | None:
    """What the call calls back; None if nothing."""
    if name in ("map", "filter"):
        enough = len(node.args) >= 2 if name == "map" else len(node.args) == 2
        return node.args[0] if enough and not node.keywords else None
    if name == "iter":
        return node.args[0] if len(node.args) == 2 else None
    if name in ("sorted", "min", "max") or (isinstance(node.func, ast.Attribute) and node.func.attr == "sort"):
        return next((each.value for each in node.keywords if each.arg == "key"), None)
    return None


def _never_asks(callee: ast.expr) -> bool:
    """Whether a callee cannot ask the host, whatever the names in it stand for: operators cannot suspend."""
    if isinstance(callee, ast.Lambda):
        return not any(isinstance(node, (ast.Call, ast.Attribute)) for node in ast.walk(callee))
    return isinstance(callee, ast.Constant)


def _may_ask(callee: ast.expr, scope: Scope, names: Collection[str] | None) -> bool:
    if names is None:
        return True
    if leads_to_host(callee, names):
        return True
    # a function that was passed on may be any, but only in a session that has one which asks
    if isinstance(callee, ast.Attribute):
        return bool(names) or callee.attr in METHODS
    if isinstance(callee, ast.Name):
        owner = scope.owner(callee.id)
        return bool(names) and owner is not None and owner.function is not None and callee.id not in FUNCTIONS
    if isinstance(callee, ast.Lambda):
        own = {arg.arg for arg in callee.args.args}
        called = (node.func for node in ast.walk(callee.body) if isinstance(node, ast.Call))
        return bool(names) and any(
            isinstance(function, ast.Name) and function.id not in own and scope.owner(function.id) is not None
            for function in called
        )
    return bool(names) and isinstance(callee, ast.Call)


def _replaced(text: str, places: ByteOffsets, call: ast.Call) -> Iterator[Edit]:
    """`map(f, items)` becomes `__mk_map(map, f, items)`."""
    start, end = places.span(call.func)
    name = _called(call)
    if text[start : end + 1] == name + "(":  # else something stands between the two, or it is inside an f-string
        yield Edit(start, end + 1, f"__mk_{name}({name}, ", blame=places.span(call))


def _sort(text: str, places: ByteOffsets, call: ast.Call, function: ast.Attribute) -> Iterator[Edit]:
    """`rows.sort(key=f)` becomes `__mk_sort(rows, key=f)`."""
    end = places.span(function.value)[1]
    between = _SORT.match(text, end)
    if between is not None and places.span(function)[1] < between.end():
        yield opening(places.span(call), "__mk_sort(", blame=places.span(function))
        yield Edit(end, between.end(), ", ", blame=places.span(function))


def _loop(text: str, places: ByteOffsets, loop: ast.For, scope: Scope, node: ast.Call) -> Iterator[Edit]:
    """`for line in iter(f, ''):` becomes `while (__mk_next := (f)()) != ('') and [line := __mk_next]:`.

    Both parts are evaluated anew each time, so they have to be such that it makes no difference.
    """
    callee, last = node.args
    if not isinstance(loop.target, ast.Name) or scope.kind == "class" or not isinstance(last, ast.Constant):
        return
    if not _is_lasting(callee):
        return
    body = list(islice(ast.walk(ast.Module(loop.body, [])), _MOST_NODES))
    assigned = set(_names(body, ast.Store)) | set(_names(body, ast.Del))
    used = set(_names(ast.walk(callee), ast.Load))
    if len(body) == _MOST_NODES or not used.isdisjoint(assigned | {loop.target.id}):
        return
    (start, _), (first, first_end) = places.span(loop), places.span(callee)
    (second, second_end), (_, end) = places.span(last), places.span(node)
    colon = text.find(":", end)
    plain = text.startswith("for", start) and text[end:colon].strip() == "" and "(" in text[start:first]
    if (
        plain
        and text[end - 1] == ")"
        and "#" not in text[start:first] + text[first_end:second] + text[second_end:colon]
    ):
        whole = places.span(node)
        yield Edit(start, first, "while (__mk_next := (", blame=whole)
        yield Edit(first_end, second, ")()) != (", blame=whole)
        yield Edit(second_end, colon, f") and [{loop.target.id} := __mk_next]", blame=whole)


def _is_lasting(callee: ast.expr) -> bool:
    """Whether it gives the same function each time: `open(path).readline` would open the file anew for each line."""
    if isinstance(callee, ast.Lambda):
        return not callee.args.defaults and not any(callee.args.kw_defaults)
    while isinstance(callee, ast.Attribute):
        callee = callee.value
    return isinstance(callee, ast.Name)


def _names(nodes: Iterable[ast.AST], context: type[ast.expr_context]) -> Iterator[str]:
    """The names of variables and attributes that are used so, an attribute's with its dot."""
    for node in nodes:
        if isinstance(node, ast.Name) and isinstance(node.ctx, context):
            yield node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, context):
            yield f".{node.attr}"
