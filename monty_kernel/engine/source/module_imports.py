"""Imports of the modules that are written for Monty, and of the names that they add to Monty's own.

`import operator` becomes `operator = __mk_m_operator`, and `functools.wraps` becomes `__mk_member(functools, 'wraps')`. A
module that the person granted is theirs, whatever its name.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Mapping

from .. import prelude
from ..shipped_imports import instead_of
from ..shipped_names import GAPS, MODULES, parts_of
from .accesses import attribute_edits, name_read
from .passed_methods import kinds_with
from .source_map import ByteOffsets, Edit, Rewritten

_OF_GAPS = frozenset(name for names in GAPS.values() for name in names)
_PACKAGES = frozenset(module.partition(".")[0] for module in MODULES)

MAY_IMPORT = re.compile(
    rf"\b(?:import|from)[ \t\\\n]+[^\n;]*\b(?:{'|'.join(sorted({*_PACKAGES, *GAPS}))})\b"
    rf"|\.[ \t]*(?:{'|'.join(sorted(_OF_GAPS))})\b"
)
"""What a text contains that has something to rewrite."""


def module_edits(text: str, tree: ast.Module, places: ByteOffsets, granted: Collection[str]) -> Rewritten:
    """The edits, and the parts that they need."""
    edits: list[Edit] = []
    parts: set[str] = set()
    named = {
        alias.asname or alias.name: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    for node in ast.walk(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            replaced = instead_of(node, granted, parts)
            if replaced is not None:
                edits.append(Edit(*places.span(node), replaced))
        elif isinstance(node, ast.Attribute) and node.attr in _OF_GAPS:
            edits += _member(text, node, places, parts, named)
    return Rewritten(edits, frozenset(parts | ({prelude.SHIPPED} if parts else set())))


def _member(
    text: str, node: ast.Attribute, places: ByteOffsets, parts: set[str], named: Mapping[str, str]
) -> Iterator[Edit]:
    """named: the modules that the cell imports, by their names in it."""
    name = name_read(text, places, node)
    if name is None:
        return
    module = named.get(name, name)
    if name in named or module in GAPS:
        modules = [module] if node.attr in GAPS.get(module, ()) else []
    elif kinds_with(node.attr):  # it would no more be found if it is of a built-in value
        modules = []
    else:  # an earlier cell may have imported a module under that name
        modules = [each for each, names in GAPS.items() if node.attr in names]
    for each in modules:
        parts.update(parts_of(each))
    if modules:
        yield from attribute_edits(places, node, "__mk_member")
