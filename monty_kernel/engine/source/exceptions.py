"""Exceptions that are given something else than one text, which Monty's do not take: where cells make them, and where they
ask for what those were given."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Collection, Iterator

from .scopes import Outline
from .source_map import ByteOffsets, Edit, enclosing, opening

EXCEPTIONS = frozenset(
    name for name, value in vars(builtins).items() if isinstance(value, type) and issubclass(value, BaseException)
)
_MADE = re.compile(r"(?:Error|Exception|Exit|Interrupt|Iteration|Warning)\(")
_ASKED = re.compile(r"\.(?:args|errno|strerror)\b")
_MAY_ASK = re.compile(r"\.(?:args|errno|strerror|code|filename|value|__class__)\b")
_EVERYWHERE = frozenset(["args", "errno", "strerror"])
"""Attributes that hardly anything but exceptions has, and the objects of a cell's own classes."""
_ATTRIBUTES = _EVERYWHERE | {"code", "filename", "value", "__class__"}
_OWN = ("self", "cls")
_SAYING = frozenset(["print", "str", "repr", "format"])


def may_hold(text: str, *, remembered: bool) -> bool:
    """Whether there may be something to rewrite. remembered: see `exception_edits`."""
    if _MADE.search(text) is not None or _ASKED.search(text) is not None:
        return True
    return "except" in text and (remembered or _MAY_ASK.search(text) is not None)


def exception_edits(
    text: str, tree: ast.Module, places: ByteOffsets, outline: Outline, *, remembered: bool
) -> Iterator[Edit]:
    """The edits. What they call looks at the value: for all but such exceptions it does what was written.

    Args:
        remembered: Whether the session may have exceptions that the prelude remembers.
    """
    made = list(_calls(outline)) if _MADE.search(text) is not None else []
    others = [call for call in made if not _is_one_text(call)]
    for call in others:
        yield from _made(text, places, call)
    known = frozenset(_names(tree, outline))
    if _MAY_ASK.search(text) is not None:
        yield from _attributes(text, tree, places, known, frozenset(map(id, made)))
    if (remembered and known) or others:
        yield from _said(text, tree, places, known, frozenset(map(id, others)))


# Where they are made --------------------------------------------------------------------------------------------------


def _calls(outline: Outline) -> Iterator[ast.Call]:
    for call in outline.calls:
        function = call.node.func
        if isinstance(function, ast.Name) and function.id in EXCEPTIONS and call.scope.owner(function.id) is None:
            yield call.node


def _is_one_text(call: ast.Call) -> bool:
    """Whether a call surely gives one text or nothing, as Monty demands."""
    if call.keywords or not call.args:
        return not call.keywords
    return len(call.args) == 1 and _is_text(call.args[0])


def _is_text(node: ast.expr) -> bool:
    while isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Mod)):
        if isinstance(node.op, ast.Add) and _is_literal(node.right):
            return True
        node = node.left
    if isinstance(node, ast.Call):
        function = node.func
        if isinstance(function, ast.Name):
            return function.id in ("str", "repr")
        return isinstance(function, ast.Attribute) and function.attr in ("format", "join") and _is_text(function.value)
    return _is_literal(node)


def _is_literal(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def _made(text: str, places: ByteOffsets, call: ast.Call) -> Iterator[Edit]:
    """`ValueError(1, 2)` becomes `__mk_made(ValueError, 1, 2)`."""
    start, end = places.span(call.func)
    assert isinstance(call.func, ast.Name)
    name = call.func.id
    if text[start : end + 1] != name + "(":  # something stands between the two, or it is inside an f-string
        return
    function = "__mk_made_of_errno" if issubclass(getattr(builtins, name), OSError) else "__mk_made"
    whole = places.span(call)
    bare = len(call.args) == 1 and isinstance(call.args[0], ast.GeneratorExp) and places.span(call.args[0])[0] == end
    yield Edit(start, end + 1, f"{function}({name}, " + ("(" if bare else ""), blame=whole)
    if bare:  # a generator without brackets of its own
        yield Edit(whole[1], whole[1], ")", whole, closes=start)


# Where they are looked at ---------------------------------------------------------------------------------------------


def _names(tree: ast.Module, outline: Outline) -> Iterator[str]:
    """The names of a cell that may hold an exception: those of handlers, and those that are given one."""
    found = {handler.name for handler in outline.handlers if handler.name is not None}
    yield from found
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            value = node.value
            is_made = isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id in EXCEPTIONS
            if is_made or (isinstance(value, ast.Name) and value.id in found):
                yield from (target.id for target in node.targets if isinstance(target, ast.Name))


def _attributes(
    text: str, tree: ast.Module, places: ByteOffsets, known: Collection[str], calls: Collection[int]
) -> Iterator[Edit]:
    """`e.args` becomes `__mk_of_error(e, 'args')`."""
    done: set[int] = set()
    for node, in_text in _nodes(tree):
        if not (isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load) and node.attr in _ATTRIBUTES):
            continue
        value = node.value
        name = value.id if isinstance(value, ast.Name) else ""
        if in_text and not name:
            continue
        asked = name not in _OWN if node.attr in _EVERYWHERE else name in known or id(value) in calls
        (start, end), (begin, stop) = span, _ = places.span(node), places.span(value)
        plain = begin == start and text[stop:end] == f".{node.attr}"  # no brackets around the value
        if asked and plain and (not name or text[begin:stop] == name) and stop not in done:
            done.add(stop)
            yield opening(span, "__mk_of_error(")
            yield Edit(stop, end, f", {node.attr!r})", blame=span)


def _said(
    text: str, tree: ast.Module, places: ByteOffsets, known: Collection[str], calls: Collection[int]
) -> Iterator[Edit]:
    """`print(e)` becomes `print(__mk_as_made(e))`."""
    done: set[int] = set()
    for node, in_text in _nodes(tree):
        for value in _written(node):
            name = value.id if isinstance(value, ast.Name) else ""
            start, end = span = places.span(value)
            is_known = name in known and text[start:end] == name
            if (is_known or (id(value) in calls and not in_text)) and start not in done:
                done.add(start)
                yield from enclosing(span, "__mk_as_made(", ")")


def _nodes(tree: ast.Module) -> Iterator[tuple[ast.AST, bool]]:
    """The nodes, and whether each is inside an f-string: up to Python 3.11 their places may be wrong there."""
    waiting: list[tuple[ast.AST, bool]] = [(tree, False)]
    while waiting:
        node, in_text = waiting.pop()
        yield node, in_text
        in_text = in_text or isinstance(node, ast.JoinedStr)
        waiting += [(each, in_text) for each in ast.iter_child_nodes(node)]


def _written(node: ast.AST) -> Iterator[ast.expr]:
    """The expressions of which a node only uses the text."""
    if isinstance(node, ast.FormattedValue):
        yield node.value
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod) and _is_literal(node.left):
        yield from node.right.elts if isinstance(node.right, ast.Tuple) else (node.right,)
    elif isinstance(node, ast.Call):
        function = node.func
        is_builtin = isinstance(function, ast.Name) and function.id in _SAYING
        if is_builtin or (
            isinstance(function, ast.Attribute) and function.attr == "format" and _is_literal(function.value)
        ):
            yield from node.args
