"""`assert test, message`: Monty adds the compared values to the message, which `str(error)` must not hold."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from .source_map import ByteOffsets, Edit, enclosing
from .syntax_trees import statements_in


def assertion_edits(tree: ast.Module, places: ByteOffsets) -> Iterator[Edit]:
    """The edits. An assertion without a message keeps Monty's, which Python leaves empty."""
    waiting = list(statements_in(tree))
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Assert) and node.msg is not None:
            yield from enclosing(places.span(node.test), "(True if (", ") else False)")
        waiting += statements_in(node)
