"""`del` of names and items, which Monty does not read: other statements do the same."""

from __future__ import annotations

import ast
import builtins
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from .. import prelude
from .source_map import ByteOffsets, Edit, Rewritten
from .statements import continuation_lines
from .syntax_trees import Statement, statements_in

MAY_DELETE = re.compile(r"\bdel\b")
"""What a text contains that has something to rewrite."""

_BLANKS = re.compile(r"[ \t\f]*")
_TO_BRACKET = re.compile(r"(?:[ \t\f\r\n)\\]|#[^\r\n]*)*")
_OF_THE_HOST = frozenset(["exit", "help", "input", "quit"])
BUILTINS = frozenset(dir(builtins)) | _OF_THE_HOST
CALLABLE = frozenset(name for name, value in vars(builtins).items() if callable(value)) - _OF_THE_HOST
_MOST_ADDED = 1 << 20  # characters of indentation, of which a deletion of a name takes five times that of its line


def deletion_edits(text: str, tree: ast.Module, places: ByteOffsets) -> Rewritten:
    """The edits, and the part of the prelude that items need."""
    edits: list[Edit] = []
    parts: frozenset[str] = frozenset()
    added = 0
    for suite in _suites(tree, text, places):
        deletions = [each for each in map(suite.deletion, suite.statements) if each is not None]
        added += sum(deletion.lines for deletion in deletions) * len(suite.indent)
        if added > _MOST_ADDED:
            break
        edits += (edit for deletion in deletions for edit in deletion.edits())
        if any(deletion.has_items for deletion in deletions):
            parts = frozenset({prelude.DELETING})
        if suite.inline and any(deletion.has_names for deletion in deletions):
            first = places.span(suite.statements[0])[0]
            if not any(deletion.start == first and deletion.has_names for deletion in deletions):
                edits.append(Edit(first, first, "\n" + suite.indent))
    return Rewritten(edits, parts)


# Suites: the lists of statements in which a deletion may have to become several lines ------------------------------------


class _Suite(NamedTuple):
    """The statements of a block.

    Attributes:
        indent: What a new line in it begins with.
        inline: Whether it stands on the line of its head, as in `if x: del y`.
        scope: `module`, `function` or `class`.
        declared: The names that the function declares `global`.
        continued: The offsets of the lines that go on with the one before.
    """

    text: str
    places: ByteOffsets
    statements: Sequence[Statement]
    indent: str
    inline: bool
    scope: str
    declared: frozenset[str]
    continued: frozenset[int]

    def deletion(self, node: Statement) -> _Deletion | None:
        """The deletion that a statement is, if it can be written in another way."""
        if not isinstance(node, ast.Delete) or self.scope == "class":
            return None
        if _after_blank_lines(self.text, self.places, self.continued, self.places.span(node)[0]):
            return None
        targets = list(_flat(node.targets))
        for target in targets:
            if isinstance(target, ast.Name):
                if target.id in self.declared and target.id in BUILTINS:
                    return None  # to look at it would not tell whether the session has that name
            elif not isinstance(target, ast.Subscript):
                return None
        return _Deletion(self, node, targets)


def _suites(tree: ast.Module, text: str, places: ByteOffsets) -> Iterator[_Suite]:
    continued = continuation_lines(text)
    waiting: list[tuple[ast.AST, str, frozenset[str]]] = [(tree, "module", frozenset())]
    while waiting:
        node, scope, declared = waiting.pop()
        for statements in _blocks(node):
            begin = places.span(statements[0])[0]
            line = _line_start(places, begin)
            before = text[line:begin]
            inline = bool(before.strip(" \t\f")) or line in continued
            if _after_blank_lines(text, places, continued, begin):
                continue
            if inline:
                head = node.pattern if isinstance(node, ast.match_case) else node
                start = _line_start(places, places.span(head)[0])
                indent = _blanks(text, start) + " "
            else:
                indent = before
            if any(isinstance(each, ast.Delete) for each in statements):
                yield _Suite(text, places, statements, indent, inline, scope, declared, continued)
        for below in statements_in(node):
            if isinstance(below, (ast.FunctionDef, ast.AsyncFunctionDef)):
                waiting.append((below, "function", _declared(below)))
            elif not isinstance(below, ast.stmt) or hasattr(below, "body") or hasattr(below, "cases"):
                waiting.append((below, "class" if isinstance(below, ast.ClassDef) else scope, declared))


def _blocks(node: ast.AST) -> Iterator[list[ast.stmt]]:
    for field in ("body", "orelse", "finalbody"):
        statements = getattr(node, field, None)
        if isinstance(statements, list) and statements:
            yield statements


def _declared(function: ast.AST) -> frozenset[str]:
    names: set[str] = set()
    waiting: list[ast.AST] = [function]
    while waiting:
        for node in statements_in(waiting.pop()):
            if isinstance(node, ast.Global):
                names.update(node.names)
            elif not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                waiting.append(node)
    return frozenset(names)


def _line_start(places: ByteOffsets, offset: int) -> int:
    return places.starts[bisect_right(places.starts, offset) - 1]


def _after_blank_lines(text: str, places: ByteOffsets, continued: frozenset[int], offset: int) -> bool:
    """Whether a statement's line begins with lines that hold only a backslash, the first of which says how deep it is."""
    start = _line_start(places, offset)
    if start not in continued:
        return False
    while start in continued:
        start = _line_start(places, start - 1)
    return not text[start:offset].strip(" \t\f\r\n\\")


def _blanks(text: str, start: int) -> str:
    match = _BLANKS.match(text, start)
    assert match is not None  # it matches nothing too
    return match[0]


# Deletions ------------------------------------------------------------------------------------------------------------


def _flat(targets: Sequence[ast.expr]) -> Iterator[ast.expr]:
    for target in targets:
        if isinstance(target, (ast.Tuple, ast.List)):
            yield from _flat(target.elts)
        else:
            yield target


class _Deletion:
    """A `del` statement of names and items.

    An item is deleted by a function of the prelude. A name is unbound as Python does it at the end of an `except`
    clause, so the name is really gone, and what a builtin was called is a builtin again.
    """

    def __init__(self, suite: _Suite, node: ast.Delete, targets: Sequence[ast.expr]) -> None:
        self._suite = suite
        self._targets = targets
        self.start, self._end = suite.places.span(node)
        self.has_names = any(isinstance(target, ast.Name) for target in targets)
        self.has_items = any(isinstance(target, ast.Subscript) for target in targets)
        self.lines = 6 * len(targets) if self.has_names else 0

    def edits(self) -> Iterator[Edit]:
        """The edits; what stands between the brackets of an item is kept as it is."""
        text, indent = self._suite.text, self._suite.indent
        if not self._targets:
            yield Edit(self.start, self._end, "pass")
            return
        line = "\n" + indent
        line_begin = _line_start(self._suite.places, self.start)
        begins_line = line_begin + len(indent) == self.start and line_begin not in self._suite.continued
        before, between = ("" if begins_line else line, line) if self.has_names else ("", "; ")
        position = self.start
        for target in self._targets:
            span = start, end = self._suite.places.span(target)
            if isinstance(target, ast.Subscript):
                yield Edit(position, start, before + "__mk_delete_item(", span)
                value_end = self._suite.places.span(target.value)[1]
                bracket = _TO_BRACKET.match(text, value_end)
                assert bracket is not None  # it matches nothing too
                yield Edit(bracket.end(), bracket.end(), ", __mk_key", span)
                yield Edit(end, end, ")", span)
            else:
                yield Edit(position, end, before + self._unbound(text[start:end]), span)
            before, position = between, end
        goes_on = isinstance(self._targets[-1], ast.Name) and text.startswith(
            ";", len(_blanks(text, self._end)) + self._end
        )
        more = f"{line}pass" if goes_on else ""
        yield Edit(position, self._end, more)

    def _unbound(self, name: str) -> str:
        indent = self._suite.indent
        if self._suite.scope == "function":
            bound = name  # raises what Python raises
        elif name == "display":  # the kernel's own is a name of the session, and comes back like a built-in function
            return (
                f'if display is __mk_display_function: raise NameError("name {name!r} is not defined")\n'
                f"{indent}display = __mk_display_function"
            )
        elif name not in BUILTINS:
            bound = name
        else:  # to name it would find a builtin, or ask the host; locals() takes as long as the session has names
            test = f"{name!r} not in __mk_b_locals()"
            if name in CALLABLE:
                kinds = "(__mk_b_type(__mk_b_len), __mk_b_type(__mk_b_int))"
                test = f"__mk_b_type({name}) in {kinds} and {test}"
            bound = f'if {test}: raise NameError("name {name!r} is not defined")'
        return (
            f"{bound}\n{indent}try:\n{indent} raise __mk_b_Exception\n"
            f"{indent}except __mk_b_Exception as {name}:\n{indent} pass"
        )
