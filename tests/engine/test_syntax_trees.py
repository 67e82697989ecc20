"""Cells are parsed on several threads at once, whatever else parses in the process, and without a word of warning."""

from __future__ import annotations

import ast
import gc
import threading
import time
import warnings
from concurrent.futures import ThreadPoolExecutor

import pytest

from monty_kernel.engine.source.syntax_trees import (
    expression_tree,
    parse_tree,
    require_expression,
    syntax_tree,
    without_fstrings,
)

SOURCE = "\n".join(f"def f{n}(a, b=[{n}]):\n    return [(a + {n}) * b[0] for a in range({n})]" for n in range(60))


class Garbage:
    """A cycle whose end lets other threads run: where CPython changes threads in the middle of a tree."""

    def __init__(self) -> None:
        self.me = self

    def __del__(self) -> None:
        time.sleep(0.0001)


def _littered(text: str) -> ast.Module:
    for _ in range(20):
        Garbage()
    return syntax_tree(text)


@pytest.mark.slow
def test_many_threads_parse_at_once_beside_one_that_is_not_ours() -> None:
    done = threading.Event()

    def parse_unguarded() -> None:
        while not done.wait(0.01):
            try:
                ast.parse(SOURCE)
            except SystemError:
                continue  # what is to be kept from us

    other = threading.Thread(target=parse_unguarded)
    other.start()
    threshold = gc.get_threshold()
    gc.set_threshold(20)
    try:
        with ThreadPoolExecutor(8) as threads:
            trees = list(threads.map(_littered, [SOURCE] * 60))
    finally:
        gc.set_threshold(*threshold)
        done.set()
        other.join()
    assert {len(tree.body) for tree in trees} == {60}


@pytest.mark.parametrize("source", [r"'\d'", "1or 2", "x is 'a'"])
def test_nothing_is_said_of_doubtful_text(source: str) -> None:
    for _ in range(2):
        with warnings.catch_warnings():
            warnings.resetwarnings()
            warnings.simplefilter("error")
            syntax_tree(source)
            expression_tree(source)


def test_what_cannot_be_parsed() -> None:
    with pytest.raises(SyntaxError):
        syntax_tree("a b")
    with pytest.raises(SyntaxError):
        expression_tree("a = b")
    with pytest.raises((RecursionError, MemoryError, SyntaxError)):
        syntax_tree("(" * 100_000)


# f-strings as Python 3.12 and Monty take them, on an older host -------------------------------------------------------


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
