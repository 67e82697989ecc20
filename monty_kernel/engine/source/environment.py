"""Where a cell names `os.environ` or `os.getenv`: it gets a dict of the session's own, which Monty has no place for."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from .accesses import attribute_edits, name_read
from .source_map import ByteOffsets, Edit

SECRETS = ("key", "token", "secret")
"""Words in the name of a variable, in small letters, whose value IPython does not show."""

_NAMES = {"environ": "__mk_environ", "getenv": "__mk_getenv"}


def environment_edits(text: str, tree: ast.Module, places: ByteOffsets) -> Iterator[Edit]:
    """The edits. Of what module a name holds the `environ` is asked when the cell runs: `os.environ` becomes
    `__mk_attribute(os, 'environ')`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in _NAMES:
            if name_read(text, places, node) is not None:
                yield from attribute_edits(places, node, "__mk_attribute")
        elif isinstance(node, ast.ImportFrom) and node.module == "os" and not node.level:
            wanted = [alias for alias in node.names if alias.name in _NAMES]
            if wanted:
                yield _import(node, wanted, places)


def _import(node: ast.ImportFrom, wanted: list[ast.alias], places: ByteOffsets) -> Edit:
    others = [ast.unparse(alias) for alias in node.names if alias not in wanted]
    parts = [f"from os import {', '.join(others)}"] if others else []
    parts += [f"{alias.asname or alias.name} = {_NAMES[alias.name]}" for alias in wanted]
    return Edit(*places.span(node), "; ".join(parts))
