"""Warns of parameters that a notebook does not have: a name that is misspelt changes nothing."""

from __future__ import annotations

import ast
import logging
import re
from collections.abc import Iterable
from difflib import get_close_matches

from monty_kernel.bounded import is_modest
from monty_kernel.engine.source.syntax_trees import parsed_here
from monty_kernel.outputs.visible_text import visible_line

from .notebook_file import tags
from .notebook_shape import Node

_log = logging.getLogger(__name__)

_WORD = re.compile(r"[^\W\d]\w*")
_LONGEST = 100  # characters of a name that others are compared with


def warn_of_unknown(book: Node, names: Iterable[str], name: str) -> None:
    """Log a line for each of these parameters that the notebook does not have, or one if it declares none at all.

    As papermill does. Call it before they are injected.

    Args:
        book: the notebook.
        names: of the parameters.
        name: the notebook's name for the log.
    """
    tagged = {tag: cell for cell in reversed(book["cells"]) for tag in tags(cell) if isinstance(tag, str)}
    shown = visible_line(name)
    if "parameters" not in tagged:
        if "injected-parameters" not in tagged:
            _log.warning(
                "%s: no cell is tagged `parameters`, so the values are assigned at the top, "
                "and cells that assign the same names prevail.",
                shown,
            )
        return
    known = _names(tagged["parameters"]["source"])
    for each in names:
        if each not in known:
            close = get_close_matches(each, sorted(known), 1) if len(each) <= _LONGEST else []
            _log.warning(
                "%s: the cell tagged `parameters` has no %s%s",
                shown,
                visible_line(repr(each)),
                f"; did you mean {close[0]!r}?" if close else ".",
            )


def _names(source: str) -> set[str]:
    """The names that a cell assigns; of one that cannot be parsed here, all its words, so that no warning is wrong."""
    try:
        tree = parsed_here(source, "exec") if is_modest(source) else None
    except (SyntaxError, ValueError):  # a magic, for example
        tree = None
    if tree is None:
        return {word for word in _WORD.findall(source) if len(word) <= _LONGEST}
    found = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    imports = (node for node in ast.walk(tree) if isinstance(node, (ast.Import, ast.ImportFrom)))
    return found | {alias.asname or alias.name for node in imports for alias in node.names}
