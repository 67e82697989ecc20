"""`ast.parse` for the text of cells: from several threads at once, without a warning about what a person typed, and within bounds."""

from __future__ import annotations

import ast
import re
import threading
import warnings

from .verdicts import require_tame

_FILENAME = "<monty-kernel cell>"
_SILENCE = re.escape(_FILENAME)
_TRIES = 100

# Up to CPython 3.12 the interpreter counts the depth of a tree in one place for all threads (its issue 106905): a parse that
# meets another one fails with SystemError.
_one_at_a_time = threading.RLock()


def syntax_tree(text: str) -> ast.Module:
    """The tree of a text. One that is not modest is parsed by a helper first, see `tasting`.

    Raises:
        SyntaxError, ValueError, RecursionError, MemoryError: as `ast.parse`.
        TooCostly: a ValueError; parsing it would take too much.
        KeyboardInterrupt: this thread was interrupted while it waited for the helper.
    """
    require_tame(text)
    tree = parsed_here(text, "exec")
    assert isinstance(tree, ast.Module)
    return tree


def expression_tree(text: str) -> ast.Expression:
    """The tree of an expression. Raises as `syntax_tree`."""
    require_tame(text, "eval")
    tree = parsed_here(text, "eval")
    assert isinstance(tree, ast.Expression)
    return tree


def parsed_here(text: str, mode: str) -> ast.AST:
    """The tree of a text, whatever it costs. For the helper, and for what is known to cost little."""
    with _one_at_a_time:
        for left in reversed(range(_TRIES)):
            _keep_silent()
            try:
                tree: ast.AST = ast.parse(text, _FILENAME, mode)
                return tree
            except SystemError:  # a thread that is not ours parses too
                if not left:
                    raise
    raise AssertionError("the last try returns or raises")


def _keep_silent() -> None:
    # `catch_warnings` would do, but two threads that use it can leave each other's filters behind for good
    if not any(getattr(module, "pattern", "") == _SILENCE for _, _, _, module, _ in warnings.filters):
        warnings.filterwarnings("ignore", module=_SILENCE)
