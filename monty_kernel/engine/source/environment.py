"""Where a cell names `os.environ` or `os.getenv`: it gets a dict of the session's own, which Monty has no place for."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from .source_map import ByteOffsets, Edit, opening

SECRETS = ("key", "token", "secret")
"""Words in the name of a variable, in small letters, whose value IPython does not show."""

_NAMES = {"environ": "__mk_environ", "getenv": "__mk_getenv"}


def environment_edits(text: str, tree: ast.Module, places: ByteOffsets) -> Iterator[Edit]:
    """The edits. Of what module a name holds the `environ` is asked when the cell runs: `os.environ` becomes
    `__mk_attribute(os, 'environ')`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in _NAMES:
            yield from _attribute(text, node, places)
        elif isinstance(node, ast.ImportFrom) and node.module == "os" and not node.level:
            wanted = [alias for alias in node.names if alias.name in _NAMES]
            if wanted:
                yield _import(node, wanted, places)


def _attribute(text: str, node: ast.Attribute, places: ByteOffsets) -> Iterator[Edit]:
    if not isinstance(node.value, ast.Name) or not isinstance(node.ctx, ast.Load):
        return
    name = node.value.id
    start, end = span = places.span(node)
    if text[start:end] != f"{name}.{node.attr}":  # before Python 3.12, places inside f-strings may be wrong
        return
    yield opening(span, "__mk_attribute(")
    yield Edit(start + len(name), end, f", {node.attr!r})", span)


def _import(node: ast.ImportFrom, wanted: list[ast.alias], places: ByteOffsets) -> Edit:
    others = [f"{alias.name} as {alias.asname}" if alias.asname else alias.name
              for alias in node.names if alias not in wanted]  # fmt: skip
    parts = [f"from os import {', '.join(others)}"] if others else []
    parts += [f"{alias.asname or alias.name} = {_NAMES[alias.name]}" for alias in wanted]
    return Edit(*places.span(node), "; ".join(parts))
