"""Attributes and calls of methods that become calls of functions of the prelude, with what stands between kept as it is."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from .source_map import ByteOffsets, Edit, opening

_CALLED = re.compile(r"(?P<brackets>(?:\s*\))*)\s*\.\s*(?P<name>\w+)\s*\(")


def call_edits(text: str, places: ByteOffsets, call: ast.Call, method: ast.Attribute, function: str) -> Iterator[Edit]:
    """`X.name(…)` becomes `function('name', X, …)`. There are none where a comment stands in between."""
    blame, end = places.span(method), places.span(method.value)[1]
    between = _CALLED.match(text, end)
    if between is None or between["name"] != method.attr or blame[1] >= between.end():
        return  # before Python 3.12, places inside f-strings may be wrong
    yield opening(places.span(call), f"{function}({method.attr!r}, ", blame=blame)
    yield Edit(between.end("brackets"), between.end(), ", " if call.args or call.keywords else "", blame=blame)


def name_read(text: str, places: ByteOffsets, node: ast.Attribute) -> str | None:
    """The bare name that an attribute is read of, with nothing in between: `name.attr`; None for anything else."""
    if not isinstance(node.value, ast.Name) or not isinstance(node.ctx, ast.Load):
        return None
    start, end = places.span(node)  # before Python 3.12, places inside f-strings may be wrong
    return node.value.id if text[start:end] == f"{node.value.id}.{node.attr}" else None


def attribute_edits(places: ByteOffsets, node: ast.Attribute, function: str) -> Iterator[Edit]:
    """`name.attr`, of which `name_read` gives the name, becomes `function(name, 'attr')`."""
    span = places.span(node)
    yield opening(span, f"{function}(")
    yield Edit(span[1] - len(node.attr) - 1, span[1], f", {node.attr!r})", span)
