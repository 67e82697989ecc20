"""What surrounds the cursor."""

from __future__ import annotations

import ast
import tokenize
from pathlib import Path

import pytest

import monty_kernel
from monty_kernel.introspect.cursor import arguments_before, primary_before, surroundings
from monty_kernel.introspect.units import cut, definers_of, relevant


@pytest.mark.parametrize(("code", "open_things"), [
    ("f(a, 'x", ["(", "string"]),
    ("f(a)[", ["["]),
    ("x = f'{a.b", ["template", "f{"]),
    ("x = f'{a:>{w", ["template", "f{", "spec", "f{"]),
    ("f'{x!r} {y}'", []),
    ("f'{{x", ["template"]),
    ("f'{x}' + y", []),
    ("f'''\n{d['k", ["template", "f{", "[", "string"]),
    ("f'{d[\"k\"]}'.", []),
    ("rb'a", ["string"]),
    ("'it\\'s", ["string"]),
    ("'a' # it's", ["comment"]),
    ('"""a\n"b" \'c\'', ["string"]),
    ("'unclosed\nx", []),
    ("(1, [2, {3", ["(", "[", "{"]),
    ("(1, [2, {3}])", []),
    ("f(\ndef g(", ["("]),
    ("x = (1\nimport a", []),
    (")(", ["("]),
    ("'\\", ["string"]),
])  # fmt: skip
def test_what_is_open(code: str, open_things: list[str]) -> None:
    assert [opened.kind for opened in surroundings(code, len(code)).stack] == open_things


@pytest.mark.parametrize(("code", "expression"), [
    ("a", "a"), ("x = a.b", "a.b"), ("f(a, b.c[1].d", "b.c[1].d"), ("foo(1)[2]", "foo(1)[2]"), ("'abc'", "'abc'"),
    ("x + 'a'.join(y)", "'a'.join(y)"), ("[1, 2]", "[1, 2]"), ("print([1, 2]", "[1, 2]"), ("(a or b)", "(a or b)"), ("not x", "x"),
    ("return x.y", "x.y"), ("{'a': 1}", "{'a': 1}"), ("a if b else c.d", "c.d"), ("x in [1]", "[1]"), ("x[1]", "x[1]"), ("-x", "x"),
    ("a.b\n", "a.b"), ("f(\n  a\n  .b", "a\n  .b"), ("f'{x}'", "f'{x}'"), ("a;b", "b"), ("lambda: x", "x"), ("await f()", "f()"),
])  # fmt: skip
def test_the_expression_before_the_cursor(code: str, expression: str) -> None:
    end = len(code.rstrip("\n"))
    assert code[primary_before(code, end, surroundings(code, end)) : end] == expression


@pytest.mark.parametrize(("code", "given"), [
    ("f(", (0, set())), ("f(1, ", (1, set())), ("f(1, [2, 3], 'a,b', ", (3, set())), ("f(1, x=2, ", (1, {"x"})), ("f(x == 1, ", (1, set())),
    ("f(1 + ", None), ("f(a", None),
])  # fmt: skip
def test_arguments_that_are_given(code: str, given: tuple[int, set[str]] | None) -> None:
    assert arguments_before(code, 1, len(code), surroundings(code, len(code))) == given


@pytest.mark.slow
def test_it_agrees_with_the_tokenizer_on_this_package() -> None:
    for path in Path(monty_kernel.__file__).parent.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        lines = text.split("\n")
        starts = [0]
        for line in lines:
            starts.append(starts[-1] + len(line) + 1)
        with path.open("rb") as file:
            tokens = [token for token in tokenize.tokenize(file.readline) if token.type == tokenize.NAME]
        for token in tokens[:: max(1, len(tokens) // 25)]:
            offset = starts[token.start[0] - 1] + token.start[1]
            inside = surroundings(text, offset).inside
            assert inside is None or inside.kind not in ("string", "comment", "template", "spec"), (path.name, token)


@pytest.mark.slow
def test_statements_are_cut_as_the_parser_sees_them() -> None:
    for path in Path(monty_kernel.__file__).parent.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        units = cut(text)
        assert sum(len(ast.parse(unit.text).body) for unit in units) == len(ast.parse(text).body)


def test_statements_around_a_mistake_are_kept() -> None:
    units = cut(
        "import math\n@decorated\ndef f():\n    return 1\nx = = 1\nclass A:\n    pass\ny = (1,\n     2)\nprint((\nz = 3\n"
    )
    assert [next(iter(unit.defines)) for unit in units] == ["math", "f", "A", "y"]
    assert [unit.line for unit in units] == [1, 2, 6, 8]


def test_only_what_matters_is_looked_at() -> None:
    units = cut(
        "import json\nimport math\nunused = 1\ndef helper(x):\n    return json.dumps(x)\nvalue = helper(1)\nvalue = value.strip()\n"
    )
    definers = definers_of(units)

    def bound(name: str) -> list[int]:
        return definers.get(name, [])

    assert relevant(["value"], units, bound) == (
        "import json\ndef helper(x):\n    return json.dumps(x)\nvalue = helper(1)\nvalue = value.strip()\n"
    )
    assert len(relevant(["value"], units, bound, budget=30)) <= 31
