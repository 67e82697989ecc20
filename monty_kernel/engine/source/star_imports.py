"""`from MODULE import *`: Monty takes the names one by one."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..shipped_names import GAPS, MODULES
from . import SessionNames
from .source_map import ByteOffsets, Edit
from .syntax_trees import statements_in

_NO_MODULE = (
    "import {0} as __mk_module; raise NotImplementedError('Wildcard imports (`from ... import *`) are not supported')"
)
"""For a module that Monty does not have. If a later Monty has it, its names are not known all the same."""


def star_edits(tree: ast.Module, places: ByteOffsets, session: SessionNames) -> Iterator[Edit]:
    """The edits. Modules that are written for Monty are replaced elsewhere, with their names."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        for node in statements_in(waiting.pop()):
            if isinstance(node, ast.ImportFrom) and not node.level and [each.name for each in node.names] == ["*"]:
                from .star_names import star_names

                module = node.module or ""
                if (module in MODULES or module in GAPS) and module not in session.granted:
                    continue  # replaced as a whole
                names = star_names(module, session.granted)
                if names:
                    span = places.span(node.names[0])
                    yield Edit(*span, ", ".join(names), span)
                elif names is not None and module != "__future__" and not module.startswith("IPython"):
                    yield Edit(*places.span(node), _NO_MODULE.format(module))
            elif not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                waiting.append(node)
