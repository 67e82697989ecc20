"""f-strings as Python 3.12 and Monty take them, on an older host."""

from __future__ import annotations

import ast

import pytest

from monty_kernel.engine.source.newer_fstrings import parse_tree, require_expression, without_fstrings


@pytest.mark.parametrize(
    "text",
    [
        """f"{d["key"]}" """,
        """x = 1; f'{", ".join(f"{n!r}" for n in "abc")}' + '#'""",
        '''f"""{d["a"]}\n{"b"}"""\n# it's a comment\ny = "f"''',
        """rf"\\d{d["k"]:>{w["n"]}}" """,
        """f"{{literal}} {x['a']} {f"{1}"}" """,
        """print(f"{
            x["a"]
        }")""",
        """'not f {"' + "{'" + f"{1}" """,
    ],
)
def test_the_shape_stays(text: str) -> None:
    plain = without_fstrings(text)
    assert len(plain) == len(text)
    assert [at for at, character in enumerate(plain) if character == "\n"] == [
        at for at, character in enumerate(text) if character == "\n"
    ]
    assert not any(isinstance(node, ast.JoinedStr) for node in ast.walk(ast.parse(plain.strip())))
    assert isinstance(parse_tree(text.strip())[0].body[-1], (ast.Expr, ast.Assign))


@pytest.mark.parametrize("text", ["f'{", "f'{x'", 'f"""{"', "f'\\", "'", "f'{a[\"'"])
def test_unfinished_ones_are_syntax_errors(text: str) -> None:
    assert without_fstrings(text) == text
    with pytest.raises(SyntaxError):
        parse_tree(text)


def test_an_expression_is_one_expression() -> None:
    require_expression('f"{d["k"]}"')
    for text in ("x = 1", "1)\nx = (2", "f'{x}'; y"):
        with pytest.raises(SyntaxError):
            require_expression(text)
