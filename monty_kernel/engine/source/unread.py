"""What Monty does not read or have, where other code certainly means the same, from `del` to `text.translate(table)`.

What would need guessing stays as it is, and a hint says what to write: the deletion of an attribute, for example.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

from .. import prelude
from . import SessionNames
from .assertions import assertion_edits
from .bars import MAY_COUNT, bar_edits
from .class_methods import MAY_DECORATE, class_method_edits
from .deletions import MAY_DELETE, deletion_edits
from .environment import environment_edits
from .known_bases import MAY_HAVE, base_edits
from .lacking import MAY_LACK, lacking_edits
from .lines_of_files import line_edits
from .module_imports import MAY_IMPORT, module_edits
from .passed_methods import MAY_HOLD, method_edits
from .plain_classes import plain_class_edits
from .printing import may_print, printing_edits
from .progress import MAY_MOVE, progress_edits
from .source_map import ByteOffsets, Edit, Rewritten
from .special_calls import MAY_CALL, special_edits
from .star_imports import star_edits


class _Parsed(NamedTuple):
    """A parsed text, and what is known of its session."""

    text: str
    tree: ast.Module
    places: ByteOffsets
    names: SessionNames


class _Rewriter(NamedTuple):
    """One kind of rewriting. may: Whether a text seems to hold what it rewrites: to walk a tree takes much longer."""

    may: Callable[[str], object]
    rewrite: Callable[[_Parsed], Rewritten]


def _with(part: str | None, edits: Callable[[_Parsed], Iterable[Edit]]) -> Callable[[_Parsed], Rewritten]:
    """A rewriting whose edits need a part of the prelude, if there are any."""

    def rewrite(parsed: _Parsed) -> Rewritten:
        found = list(edits(parsed))
        return Rewritten(found, frozenset({part}) if found and part is not None else frozenset())

    return rewrite


_REWRITERS = (
    _Rewriter(MAY_DELETE.search, lambda p: deletion_edits(p.text, p.tree, p.places)),
    _Rewriter(re.compile(r"\bassert\b").search, _with(None, lambda p: assertion_edits(p.tree, p.places))),
    _Rewriter(re.compile(r"\bobject\b").search, _with(None, lambda p: plain_class_edits(p.text, p.tree, p.places))),
    _Rewriter(MAY_HAVE.search, _with(None, lambda p: base_edits(p.text, p.tree, p.places))),
    _Rewriter(MAY_DECORATE.search, _with(prelude.CLASSES, lambda p: class_method_edits(p.text, p.tree, p.places))),
    _Rewriter(MAY_IMPORT.search, lambda p: module_edits(p.text, p.tree, p.places, p.names.granted)),
    _Rewriter(re.compile(r"\bimport[ \t]*\*").search, _with(None, lambda p: star_edits(p.tree, p.places, p.names))),
    _Rewriter(re.compile(r"\bopen\b").search, _with(prelude.LINES, lambda p: line_edits(p.tree, p.places))),
    _Rewriter(MAY_HOLD.search, _with(prelude.METHODS, lambda p: method_edits(p.text, p.tree, p.places))),
    _Rewriter(MAY_CALL.search, _with(prelude.SPECIAL, lambda p: special_edits(p.text, p.tree, p.places))),
    _Rewriter(may_print, _with(prelude.PRINTING, lambda p: printing_edits(p.text, p.tree, p.places))),
    _Rewriter(MAY_LACK.search, lambda p: lacking_edits(p.text, p.tree, p.places, p.names)),
    _Rewriter(MAY_MOVE.search, _with(prelude.PROGRESS, lambda p: progress_edits(p.text, p.tree, p.places))),
    _Rewriter(MAY_COUNT.search, _with(prelude.BARS, lambda p: bar_edits(p.text, p.tree, p.places))),
    _Rewriter(
        re.compile(r"\b(?:environ|getenv)\b").search,
        _with(prelude.ENVIRONMENT, lambda p: environment_edits(p.text, p.tree, p.places)),
    ),
)  # fmt: skip


def made_readable(text: str, tree: ast.Module, names: SessionNames) -> tuple[list[Edit], set[str]]:
    """The edits for a parsed text, and the names of the prelude's parts that they need."""
    rewriters = [each for each in _REWRITERS if each.may(text)]
    if not rewriters:
        return [], set()
    parsed = _Parsed(text, tree, ByteOffsets(text), names)
    edits: list[Edit] = []
    parts: set[str] = set()
    for each in rewriters:
        found = each.rewrite(parsed)
        edits += found.edits
        parts |= found.parts
    return edits, parts
