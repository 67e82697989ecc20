"""Methods of built-in values that are passed on, as in `sorted(words, key=str.lower)`: Monty can only call them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from .source_map import ByteOffsets, Edit, opening

CALL = "lambda v, *a, **k: v."
"""How the function begins that calls the method; it is no frame of the person's."""

MAY_HOLD = re.compile(
    r"\b(?:key\s*+=(?!=)|(?:map|filter|reduce|starmap|filterfalse|takewhile|dropwhile)\()(?!\s*+lambda\b)"
)
"""What a text contains that has something to rewrite."""

_CALLING = frozenset({"map", "filter", "reduce", "starmap", "filterfalse", "takewhile", "dropwhile"})
KINDS = (str, bytes, dict, list, tuple, set, frozenset)
"""The types whose methods Monty can call and not pass on."""
_METHOD = re.compile(r"\s*\.\s*(\w+)\Z")


def method_edits(text: str, tree: ast.Module, places: ByteOffsets) -> Iterator[Edit]:
    """The edits. What they call looks at the value: an attribute of anything else is what it was."""
    for call in ast.walk(tree):
        if isinstance(call, ast.Call):
            for node in _passed(call):
                yield from _edits(text, places, node)


def _passed(call: ast.Call) -> Iterator[ast.Attribute]:
    """The attributes that a call will call."""
    name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
    if name in _CALLING and len(call.args) > 1 and isinstance(call.args[0], ast.Attribute):
        yield call.args[0]
    for each in call.keywords:
        if each.arg == "key" and isinstance(each.value, ast.Attribute):
            yield each.value


def kinds_with(method: str) -> str:
    """The names of the types that have such a method; empty if none has, or if it is not for everybody."""
    if method.startswith("_"):
        return ""
    return " ".join(kind.__name__ for kind in KINDS if callable(getattr(kind, method, None)))


def _edits(text: str, places: ByteOffsets, node: ast.Attribute) -> Iterator[Edit]:
    name = node.attr
    kinds = kinds_with(name)
    if not kinds:
        return
    span = start, end = places.span(node)
    value, value_end = places.span(node.value)
    written = _METHOD.match(text[value_end:end])
    if value != start or written is None or written[1] != name:  # in brackets, or inside an f-string
        return
    yield opening(span, "__mk_passed(")
    yield Edit(value_end, end, f", {name!r}, {kinds!r}, {CALL}{name}(*a, **k), lambda v: v.{name})", span)
