"""Statements that Monty does not read, where other code certainly means the same: `del`, `class C(object)`, `import *`.

What would need guessing stays as it is, and a hint says what to write: the deletion of an attribute, for example.
"""

from __future__ import annotations

import ast
import builtins
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from .. import prelude
from ..shipped_names import GAPS, MODULES
from . import SessionNames
from .assertions import assertion_edits
from .bars import MAY_COUNT, bar_edits
from .environment import environment_edits
from .known_bases import MAY_HAVE, base_edits
from .lacking import MAY_LACK, lacking_edits
from .lines_of_files import line_edits as lines_of_files
from .module_imports import MAY_IMPORT, module_edits
from .passed_methods import MAY_HOLD, method_edits
from .printing import may_print, printing_edits
from .progress import MAY_MOVE, progress_edits
from .source_map import ByteOffsets, Edit
from .special_calls import MAY_CALL, special_edits
from .statements import continuation_lines
from .syntax_trees import Statement, statements_in

_WORTH = re.compile(r"\benviron\b|\bgetenv\b|\bdel\b|\bobject\b|\bopen\b|\bimport[ \t]*\*|\bassert\b")
_BLANKS = re.compile(r"[ \t\f]*")
_TO_BRACKET = re.compile(r"(?:[ \t\f\r\n)\\]|#[^\r\n]*)*")
_FROM_OBJECT = re.compile(r"class[ \t\f]+\w+[ \t\f]*(?P<base>\(\s*+object\s*+,?\s*+\))")
_OF_THE_HOST = frozenset(["exit", "help", "input", "quit"])
BUILTINS = frozenset(dir(builtins)) | _OF_THE_HOST
CALLABLE = frozenset(name for name, value in vars(builtins).items() if callable(value)) - _OF_THE_HOST
_MOST_ADDED = 1 << 20  # characters of indentation, of which a deletion of a name takes five times that of its line


def made_readable(text: str, tree: ast.Module, names: SessionNames) -> tuple[list[Edit], set[str]]:
    """The edits for a parsed text, and the names of the prelude's parts that they need."""
    methods, moving = MAY_HOLD.search(text) is not None, MAY_MOVE.search(text) is not None
    called = MAY_CALL.search(text) is not None
    importing, lacking = MAY_IMPORT.search(text) is not None, MAY_LACK.search(text) is not None
    printing = may_print(text)
    counting = ("enumerate" in text or "zip" in text) and MAY_COUNT.search(text) is not None
    based = "class" in text and MAY_HAVE.search(text) is not None
    if not (
        methods or moving or called or importing or lacking or printing or counting or based or _WORTH.search(text)
    ):
        return [], set()
    places = ByteOffsets(text)
    edits: list[Edit] = []
    parts: set[str] = set()
    added = 0
    for suite in _suites(tree, text, places):
        deletions = [each for each in map(suite.deletion, suite.statements) if each is not None]
        added += sum(deletion.lines for deletion in deletions) * len(suite.indent)
        if added > _MOST_ADDED:
            break
        edits += (edit for deletion in deletions for edit in deletion.edits())
        if any(deletion.has_items for deletion in deletions):
            parts.add(prelude.DELETING)
        if suite.inline and any(deletion.has_names for deletion in deletions):
            first = places.span(suite.statements[0])[0]
            if not any(deletion.start == first and deletion.has_names for deletion in deletions):
                edits.append(Edit(first, first, "\n" + suite.indent))
    if "assert" in text:
        edits += assertion_edits(tree, places)
    if "object" in text:
        edits += _plain_classes(text, tree, places)
    if based:
        edits += base_edits(text, tree, places)
    if importing:
        modules = module_edits(text, tree, places, names.granted)
        edits += modules.edits
        parts |= modules.parts
    if "*" in text:
        edits += _star_imports(tree, places, names)
    if "open" in text:
        found = list(lines_of_files(tree, places))
        edits += found
        parts |= {prelude.LINES} if found else set()
    passed = list(method_edits(text, tree, places)) if methods else []
    if passed:
        edits += passed
        parts.add(prelude.METHODS)
    special = list(special_edits(text, tree, places)) if called else []
    if special:
        edits += special
        parts.add(prelude.SPECIAL)
    printed = list(printing_edits(text, tree, places)) if printing else []
    if printed:
        edits += printed
        parts.add(prelude.PRINTING)
    if lacking:
        lacked = lacking_edits(text, tree, places)
        edits += lacked.edits
        parts |= lacked.parts
    moved = list(progress_edits(text, tree, places)) if moving else []
    if moved:
        edits += moved
        parts.add(prelude.PROGRESS)
    counted = list(bar_edits(text, tree, places)) if counting else []
    if counted:
        edits += counted
        parts.add(prelude.BARS)
    if "env" in text:
        variables = list(environment_edits(text, tree, places))
        edits += variables
        parts |= {prelude.ENVIRONMENT} if variables else set()
    return edits, parts


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


# Classes and imports --------------------------------------------------------------------------------------------------


def _plain_classes(text: str, tree: ast.Module, places: ByteOffsets) -> Iterator[Edit]:
    classes = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        and len(node.bases) == 1
        and isinstance(node.bases[0], ast.Name)
        and node.bases[0].id == "object"
        and not node.keywords
    ]
    if not classes or _binds(tree, "object"):
        return
    for node in classes:
        match = _FROM_OBJECT.match(text, places.span(node)[0])
        if match is not None:
            yield Edit(*match.span("base"), "")


def _binds(tree: ast.AST, name: str) -> bool:
    """Whether a text gives the name a value of its own."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id == name and not isinstance(node.ctx, ast.Load):
            return True
        if isinstance(node, ast.alias) and (node.asname or node.name) == name:
            return True
        if name in (getattr(node, "name", None), getattr(node, "arg", None)):
            return True
    return False


_NO_MODULE = (
    "import {0} as __mk_module; raise NotImplementedError('Wildcard imports (`from ... import *`) are not supported')"
)
"""For a module that Monty does not have. If a later Monty has it, its names are not known all the same."""


def _star_imports(tree: ast.Module, places: ByteOffsets, session: SessionNames) -> Iterator[Edit]:
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
