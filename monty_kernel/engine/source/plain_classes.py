"""`class C(object)`: Monty reads no bases, and this one says nothing."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from .scopes import binds
from .source_map import ByteOffsets, Edit

_FROM_OBJECT = re.compile(r"class[ \t\f]+\w+[ \t\f]*(?P<base>\(\s*+object\s*+,?\s*+\))")


def plain_class_edits(text: str, tree: ast.Module, places: ByteOffsets) -> Iterator[Edit]:
    """The edits. Where the cell uses `object` as a name of its own there are none."""
    classes = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        and len(node.bases) == 1
        and isinstance(node.bases[0], ast.Name)
        and node.bases[0].id == "object"
        and not node.keywords
    ]
    if not classes or binds(tree, "object"):
        return
    for node in classes:
        match = _FROM_OBJECT.match(text, places.span(node)[0])
        if match is not None:
            yield Edit(*match.span("base"), "")
