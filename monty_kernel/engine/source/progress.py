"""Where a cell moves a `ProgressBar`: `bar.progress = 3` shows it anew, and so does each step of a loop over it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from .source_map import ByteOffsets, Edit, enclosing
from .syntax_trees import statements_in

MAY_MOVE = re.compile(r"\.progress\b|\bProgressBar\b")

_DEEPEST = 10  # loops over bars in each other


def progress_edits(text: str, tree: ast.Module, places: ByteOffsets) -> Iterator[Edit]:
    """The edits. Whether it is a bar is looked at when the cell runs."""
    bars = {
        target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and _is_made(node.value)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    waiting: list[tuple[ast.AST, int]] = [(tree, 0)]
    while waiting:
        node, depth = waiting.pop()
        if isinstance(node, ast.For) and _is_bar(node.iter, bars) and depth < _DEEPEST:
            edits = list(_loop(text, node, places, f"__mk_bar{depth}"))
            yield from edits
            depth += bool(edits)
        elif isinstance(node, (ast.Assign, ast.AugAssign)) and (bar := _moved(node)) is not None:
            start, end = span = places.span(node)
            yield Edit(end, end, f"; __mk_moved({bar})", span, closes=start)
        waiting += [(each, depth) for each in statements_in(node)]


def _is_made(value: ast.expr) -> bool:
    function = value.func if isinstance(value, ast.Call) else None
    return "ProgressBar" in (getattr(function, "id", ""), getattr(function, "attr", ""))


def _is_bar(value: ast.expr, bars: set[str]) -> bool:
    return _is_made(value) or (isinstance(value, ast.Name) and value.id in bars)


def _moved(node: ast.Assign | ast.AugAssign) -> str | None:
    """The code of the object whose `progress` is set; None if something else is set."""
    target = node.target if isinstance(node, ast.AugAssign) else node.targets[0] if len(node.targets) == 1 else None
    if not isinstance(target, ast.Attribute) or target.attr != "progress":
        return None
    names = []
    value = target.value
    while isinstance(value, ast.Attribute):
        names.append(value.attr)
        value = value.value
    return ".".join([value.id, *reversed(names)]) if isinstance(value, ast.Name) else None


def _loop(text: str, node: ast.For, places: ByteOffsets, name: str) -> Iterator[Edit]:
    """`for step in bar:` becomes `for step in __mk_looped(__mk_bar0 := bar):`, with a call in its body and at its end."""
    start, _ = places.span(node)
    indent = text[text.rfind("\n", 0, start) + 1 : start]
    if indent.strip(" \t\f"):
        return
    step = f"__mk_step({name})"
    first = _begun(text, node.body, places, step)
    last = _begun(text, node.orelse, places, step) if node.orelse else _ended(node, places, indent, step)
    if first is None or last is None:
        return
    yield from enclosing(places.span(node.iter), f"__mk_looped({name} := (", "))")
    yield first
    yield last


def _ended(node: ast.For, places: ByteOffsets, indent: str, step: str) -> Edit:
    start, end = span = places.span(node)
    return Edit(end, end, f"\n{indent}else: {step}", span, closes=start)


def _begun(text: str, body: list[ast.stmt], places: ByteOffsets, step: str) -> Edit | None:
    """The edit that has a block begin with a call; None if its first line is not simply indented."""
    start, _ = span = places.span(body[0])
    if isinstance(body[0], (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and body[0].decorator_list:
        return None
    line = text.rfind("\n", 0, start) + 1
    before = text[line:start]
    if not before.strip(" \t\f"):
        if text[:line].rstrip("\r\n").endswith("\\"):
            return None
        return Edit(start, start, f"{step}\n{before}", span)
    return Edit(start, start, f"{step}; ", span)
