"""Places that `ast` gives in bytes, and lines inside strings, in texts of any characters."""

from __future__ import annotations

import ast

import pytest

from monty_kernel.engine.source.source_map import ByteOffsets
from monty_kernel.engine.source.statements import lines_inside_strings


@pytest.mark.parametrize("text", ["é = 'ü'; x = é", "a\nüü = 1; b\r\nc", "x = '\U0001f600'; y"])
def test_places_of_a_tree_are_offsets_of_characters(text: str) -> None:
    places = ByteOffsets(text)
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Name):
            start, end = places.span(node)
            assert text[start:end] == node.id


@pytest.mark.parametrize("text", [
    "x = '''\na\nb'''\nc", "f'''\n{x}\n'''\n", "# '''\nx\n'''\n'''", "'a\\\nb'\nc", "'open\nx", "x\n\n'''a''' + '''\n\n''' + '''\n'''\ny", "",
])  # fmt: skip
def test_lines_inside_strings(text: str) -> None:
    expected: set[int] = set()
    try:
        tree = ast.parse(text)
    except SyntaxError:
        assert lines_inside_strings(text) <= set(range(text.count("\n") + 2))
        return
    for node in ast.walk(tree):
        if isinstance(node, (ast.Constant, ast.JoinedStr)) and node.end_lineno and node.end_lineno > node.lineno:
            expected.update(range(node.lineno + 1, node.end_lineno + 1))
    assert lines_inside_strings(text) == expected
