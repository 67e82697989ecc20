"""What is rewritten in a cell that was parsed, in place: calls that mean something here that Monty does not do with them.

All of it keeps lines and columns, through edits. What would need guessing is not rewritten.
"""

from __future__ import annotations

import ast
import builtins
import keyword
import re
from collections.abc import Collection, Iterator
from functools import cache, partial

from .. import prelude
from . import SessionNames
from .asking import made_by, made_in
from .callbacks import MAY_HOLD, callback_edits
from .exceptions import exception_edits
from .exceptions import may_hold as may_hold_exceptions
from .scopes import CallIn, Outline
from .source_map import ByteOffsets, Edit, Rewritten, enclosing
from .unread import made_readable

_MISSING_BUILTINS = frozenset(
    [
        "aiter",
        "anext",
        "ascii",
        "breakpoint",
        "bytearray",
        "classmethod",
        "compile",
        "delattr",
        "dir",
        "globals",
        "memoryview",
        "staticmethod",
        "super",
        "vars",
        "__import__",
    ]
)
_OF_THE_HOST = frozenset(("display", "get_ipython"))
NEVER_UNKNOWN = frozenset(vars(builtins)) - _MISSING_BUILTINS | _OF_THE_HOST

KEYWORDS = frozenset(keyword.kwlist)

_CALLED = re.compile(r"(?<![\w.])([^\W\d]\w*)[ \t]*\(")
_DEFINED = re.compile(r"\b(?:def|class)[ \t]+(\w+)")
_IN_FUNCTIONS = re.compile(r"\b(?:def|lambda)\b")
_BINDING = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Assign, ast.AnnAssign, ast.Import, ast.ImportFrom)


def rewritten(text: str, tree: ast.Module, names: SessionNames, head: str = "") -> Rewritten:
    """What to change in a text. The places of the tree are the text's. head: what the cell holds before it."""
    functions = _IN_FUNCTIONS.search(text) is not None and _may_call_unknown(text)
    exceptions = may_hold_exceptions(text, remembered=names.remembers_errors)
    scope, callbacks = "locals()" in text, MAY_HOLD.search(text) is not None
    edits, parts = made_readable(text, tree, names)
    if not (functions or exceptions or scope or callbacks):
        return Rewritten(edits, frozenset(parts))
    outline, places = Outline(tree), ByteOffsets(text)
    unknown = list(_calls_of_unknown(outline, _surely_bound(tree))) if functions else []
    asked = frozenset(map(_called, unknown))
    undefined = names.undefined(asked) if asked else asked
    for call in unknown:
        if _called(call) in undefined:
            edits += _looked_up(text, places, call.node.func)
    if exceptions:
        made = list(exception_edits(text, tree, places, outline, remembered=names.remembers_errors))
        if made:
            edits += made
            parts.add(prelude.EXCEPTIONS)
    if callbacks:
        replaced = list(callback_edits(text, places, outline, cache(partial(_asking, tree, names, head))))
        if replaced:
            edits += replaced
            parts.add(prelude.CALLBACKS)
    if scope:
        shown = [edit for call in outline.calls for edit in _locals(text, places, call)]
        if shown:
            edits += shown
            parts.add(prelude.VARIABLES)
    return Rewritten(edits, frozenset(parts))


def _asking(tree: ast.Module, names: SessionNames, head: str) -> frozenset[str] | None:
    known = names.asking()
    before = frozenset[str]() if known is None or not head else made_by(head, known, names.granted)
    if known is None or before is None:
        return None
    known |= before
    return known | made_in(tree, known, names.granted)


def _called(call: CallIn) -> str:
    """The name that is called; empty if something else is."""
    return call.node.func.id if isinstance(call.node.func, ast.Name) else ""


# A name that is not defined -------------------------------------------------------------------------------------------
# Monty takes a call of an unknown name for a call of the host, also where it cannot suspend: in a `key=`, a `map`, a
# `__repr__`. It looks the name up, and raises NameError, if anything but the bare name is called.


def _may_call_unknown(text: str) -> bool:
    """Whether a text seems to call what it does not define itself: to walk its tree takes much longer than this."""
    called = set(_CALLED.findall(text)) - NEVER_UNKNOWN - KEYWORDS
    return not called.issubset(_DEFINED.findall(text))


def _calls_of_unknown(outline: Outline, surely_bound: Collection[str]) -> Iterator[CallIn]:
    for call in outline.calls:
        name = _called(call)
        if not name or name in NEVER_UNKNOWN or name in surely_bound or name.startswith("__mk_"):
            continue
        if call.scope.function is not None and call.scope.owner(name) in (None, outline.top):
            yield call


def _surely_bound(tree: ast.Module) -> frozenset[str]:
    """The names that the cell binds when it gets that far, whatever conditions it meets."""
    plain = [node for node in tree.body if isinstance(node, _BINDING)]
    return frozenset(Outline(ast.Module([_head(node) for node in plain], [])).top.bound)


def _head(node: ast.stmt) -> ast.stmt:
    """A definition without what is inside of it, which binds other names."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return ast.Global([node.name])
    return node


def _looked_up(text: str, places: ByteOffsets, node: ast.expr) -> Iterator[Edit]:
    assert isinstance(node, ast.Name)
    start, end = places.span(node)
    if text[start:end] == node.id:  # before Python 3.12, places inside f-strings may be wrong
        yield Edit(start, end, f"({node.id} if 1 else 0)")


# locals() -------------------------------------------------------------------------------------------------------------


def _locals(text: str, places: ByteOffsets, call: CallIn) -> Iterator[Edit]:
    node = call.node
    if _called(call) != "locals" or node.args or node.keywords or call.scope.kind != "module":
        return
    if call.scope.owner("locals") is None:
        start, end = places.span(node)
        if text[start:end] != "locals()":
            return
        yield from enclosing((start, end), "__mk_locals(", ")")
