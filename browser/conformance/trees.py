"""The tree of a text as CPython's `ast` has it, in the form in which the WebAssembly instance gives Monty's."""

from __future__ import annotations

import ast
import sys
from typing import Any

from monty_kernel.engine.source.source_map import line_starts

_PLACE = ("lineno", "col_offset", "end_lineno", "end_col_offset")
_LEFT_OUT = {"type_comment", "type_ignores", "kind"}
_PLACES_IN_STRINGS = sys.version_info >= (3, 12)
"""Whether this Python knows where something stands inside of an f-string."""

_KINDS = {bool: "bool", type(None): "none", type(...): "ellipsis", str: "str", bytes: "bytes"} | {
    int: "int", float: "float", complex: "complex"
}  # fmt: skip


class Trees:
    """Makes trees of one text. Offsets count UTF-16 units."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts = line_starts(text)
        self._rows = [row.encode() for row in self._lines()]

    def _lines(self) -> list[str]:
        ends = [*self._starts[1:], len(self._text)]
        return [self._text[start:end] for start, end in zip(self._starts, ends, strict=True)]

    def whole(self) -> dict[str, Any]:
        """The tree of the text.

        Raises:
            SyntaxError: It is not Python.
        """
        tree: dict[str, Any] = self._node(ast.parse(self._text))
        return tree

    def _node(self, node: ast.AST, *, placed: bool = True) -> Any:
        if isinstance(node, (ast.operator, ast.unaryop, ast.boolop, ast.cmpop, ast.expr_context)):
            return type(node).__name__
        found: dict[str, Any] = {"_": type(node).__name__}
        if hasattr(node, "lineno") and placed:
            line, column, end_line, end = (getattr(node, name) for name in _PLACE)
            found |= {"s": self._offset(line, column), "e": self._offset(end_line, end)}
        if isinstance(node, ast.Constant):
            found["kind"] = _KINDS[type(node.value)]
            if isinstance(node.value, str) or placed:
                found["value"] = self._constant(node, found)
            return found
        inside = placed and (_PLACES_IN_STRINGS or not isinstance(node, ast.JoinedStr))
        for name, value in ast.iter_fields(node):
            if name not in _LEFT_OUT:
                found[name] = self._field(value, placed=inside)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found.setdefault("type_params", [])
        return found

    def _field(self, value: object, *, placed: bool) -> Any:
        if isinstance(value, list):
            return [self._field(each, placed=placed) for each in value]
        return self._node(value, placed=placed) if isinstance(value, ast.AST) else value

    def _constant(self, node: ast.Constant, place: dict[str, int]) -> str:
        if isinstance(node.value, str):
            return node.value
        units = self._text.encode("utf-16-le", "surrogatepass")
        return units[2 * place["s"] : 2 * place["e"]].decode("utf-16-le", "surrogatepass")

    def _offset(self, line: int, column: int) -> int:
        before = self._text[: self._starts[line - 1]] + self._rows[line - 1][:column].decode()
        return len(before) + sum(character > "\uffff" for character in before)
