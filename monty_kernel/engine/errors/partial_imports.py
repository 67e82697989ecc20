"""An import of several names of which one is missing costs only that one: the others are imported all the same."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from ..sandbox import FeedError
from ..source import Failure
from .cell_code import parse
from .sentences import say


def with_the_rest(failure: Failure, feed: Callable[[str], object]) -> Failure:
    """The failure of an import, once the rest of that import is done; then a note says so.

    Only an import at the top level of a cell is continued, where nothing catches its error.

    Args:
        feed: Runs code in the session; the value of its last line.

    Raises:
        WorkerLost: By `feed`.
    """
    code = _rest_of(failure)
    try:
        bound = None if code is None else feed(code)
    except (FeedError, KeyboardInterrupt):
        return failure
    names = [f"`{name}`" for name in bound if isinstance(name, str)] if isinstance(bound, list) else []
    if not names:
        return failure
    there = say("rest_is_there", ", ".join(names))
    return failure._replace(note=f"{failure.note}\n{there}" if failure.note else there)


def _rest_of(failure: Failure) -> str | None:
    """Code that imports what else the failed import names, as far as it is there; None if that is nothing. Its last
    line is the list of the names that it bound."""
    if failure.kind != "raised" or len(failure.frames) != 1:
        return None
    frame = failure.frames[0]
    tree = parse(frame.cell.text) if frame.cell is not None and frame.function == "<module>" else None
    for node in [] if tree is None else tree.body:
        if isinstance(node, (ast.Import, ast.ImportFrom)) and node.lineno <= frame.line <= (node.end_lineno or 0):
            return _code(node, failure)
    return None


def _code(node: ast.Import | ast.ImportFrom, failure: Failure) -> str | None:
    module = node.module if isinstance(node, ast.ImportFrom) else None
    if isinstance(node, ast.ImportFrom) and (node.level or module is None or failure.ename != "ImportError"):
        return None  # the module itself is missing
    lines = [line for alias in node.names for line in _one(alias, module)]
    if len(node.names) < 2 or not lines or "IPython" in (module or ""):
        return None
    return "\n".join(("__mk_value = []", *lines, "__mk_value"))


def _one(alias: ast.alias, module: str | None) -> Iterator[str]:
    if alias.name == "*":
        return
    bound = alias.asname or (alias.name if module else alias.name.partition(".")[0])
    only = f"import {alias.name}" + (f" as {alias.asname}" if alias.asname else "")
    yield "try:"
    yield f" {f'from {module} ' if module else ''}{only}"
    yield f" __mk_value.append({bound!r})"
    yield "except __mk_b_Exception: pass"
