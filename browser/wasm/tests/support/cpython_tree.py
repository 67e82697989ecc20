"""Prints CPython's tree of each file that is named, one JSON line each, as `syntax` of the module writes it."""

import ast
import json
import sys
from itertools import accumulate
from pathlib import Path
from typing import Any


class Places:
    """Where CPython's lines and columns are, in bytes of UTF-8 and in units of UTF-16."""

    def __init__(self, source: str) -> None:
        self.source = source.encode()
        self.starts = [0, *accumulate(len(line) + 1 for line in self.source.split(b"\n"))]
        self.units = list(
            accumulate((2 if byte >= 0xF0 else int(byte & 0xC0 != 0x80) for byte in self.source), initial=0)
        )

    def byte(self, line: int, column: int) -> int:
        return self.starts[line - 1] + column

    def unit(self, line: int, column: int) -> int:
        return self.units[self.byte(line, column)]

    def text(self, node: ast.expr) -> str:
        """The source of a node; `ast.get_source_segment` reads all of it for each."""
        assert node.end_lineno is not None and node.end_col_offset is not None
        end = self.byte(node.end_lineno, node.end_col_offset)
        return self.source[self.byte(node.lineno, node.col_offset) : end].decode()


class Writer:
    """Makes plain data of a tree."""

    def __init__(self, source: str) -> None:
        self.places = Places(source)

    def node(self, node: ast.AST) -> Any:
        if isinstance(node, (ast.operator, ast.unaryop, ast.boolop, ast.cmpop, ast.expr_context)):
            return type(node).__name__
        written: dict[str, Any] = {"_": type(node).__name__}
        if hasattr(node, "lineno"):
            written["s"] = self.places.unit(node.lineno, node.col_offset)
            written["e"] = self.places.unit(node.end_lineno, node.end_col_offset)
        if isinstance(node, ast.Constant):
            return written | self.constant(node)
        if isinstance(node, ast.MatchSingleton):
            return written | {"value": repr(node.value)}
        for name, value in ast.iter_fields(node):
            if name not in ("type_comment", "type_ignores"):
                written[name] = self.value(value)
        return written

    def value(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self.value(each) for each in value]
        return self.node(value) if isinstance(value, ast.AST) else value

    def constant(self, node: ast.Constant) -> dict[str, str]:
        if isinstance(node.value, str):
            return {"kind": "str", "value": node.value}
        kind = {type(None): "none", type(...): "ellipsis"}.get(type(node.value), type(node.value).__name__)
        return {"kind": kind, "value": self.places.text(node)}


for name in sys.argv[1:]:
    source = Path(name).read_text(encoding="utf-8")
    print(json.dumps(Writer(source).node(ast.parse(source))))
