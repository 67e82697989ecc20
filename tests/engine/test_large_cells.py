"""Cells of every size and shape are parsed in bounded time and memory: nothing else on the host stands still for them."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest

from monty_kernel.engine.source import CellSource
from monty_kernel.engine.source.cell import Cell, CellOptions, Feed, expression, parse
from monty_kernel.engine.source.statements import logical_lines, weight
from monty_kernel.magics.registry import Magics

MAGICS = Magics()


def cell(text: str) -> Cell:
    return parse(CellSource("In[1]", text), lambda: MAGICS, CellOptions(1))


def feed(text: str) -> str:
    step = cell(text).steps[-1]
    assert isinstance(step, Feed)
    return step.text


@pytest.mark.parametrize(
    "text",
    [
        "%lsmagic\n" + " " * 200_000 + "x",
        "%lsmagic\nx = 1" + " \t" * 100_000,
        "%lsmagic\n" + "a, " * 100_000,
        "%lsmagic\n" + "a = " * 100_000,
        "%timeit " + "-n 1 " * 100_000,
        "%who " + "-n 1 " * 100_000,
        "%time " * 50_000,
        'f"' + "{x}" * 100_000 + '"',
        "[" + "1," * 500_000 + "]",
        "1" + "+1" * 500_000,
        "%%timeit\n" + "x = 1 + 2\n" * 50_000,
        "%x\n" + '"' * 500_000,
        "%x\n'''" + "\\" * 999_999,
        " " * 500_000 + "x",
        "\n" * 500_000 + " x",
    ],
    ids=lambda text: f"{text[:12]!r}",
)
@pytest.mark.slow
def test_no_shape_takes_long(text: str) -> None:
    start = time.thread_time()
    cell(text)
    assert time.thread_time() - start < 15, (
        "some 0.3 s on an idle machine, 100 s if the time grew with the text's square"
    )


@pytest.mark.parametrize("end", ["\\", '"abc\\', '"""abc\\', "'\\", "'''\\", "x = (\\", "#\\"])
def test_a_text_may_end_anywhere(end: str) -> None:
    for text in (f"%who\n{end}", f"{end}?", f"%%time\n{end}\n%who"):
        assert cell(text).steps
        lines = list(logical_lines(text))
        assert lines[0][0] == 0
        assert lines[-1][1] == len(text)
        assert all(first[1] < second[0] for first, second in pairwise(lines))


@pytest.mark.parametrize(
    ("text", "heavy"),
    [
        ("abc", 3), ('"abc"', 1), ("'''a\nb'''", 3), ('b"abc"', 2), ("x # abc\ny", 5), ('f"{abc}"', 8), ('rf"{x}"', 7), ('Fr"{x}"', 7),
        ('f("abc")', 4), ("'a\\", 1), ('"""a', 3), ("", 0),
    ],
)  # fmt: skip
def test_strings_and_comments_weigh_nothing(text: str, heavy: int) -> None:
    assert weight(text) == heavy


def test_a_long_string_is_no_reason_not_to_show_the_result() -> None:
    assert "__mk_show" in feed("len('''" + "0123456789\n" * 100_000 + "''')")


def test_a_long_statement_is_run_and_not_shown() -> None:
    assert "__mk_show" not in feed("[" + "1, " * 100_000 + "]")


def test_the_last_statement_of_a_long_cell_is_shown_and_its_imports_of_ipython_work() -> None:
    text = feed(
        "from IPython.display import (HTML,\n  SVG)\nif 1:\n    import IPython\n" + "x = 1 + 2\n" * 30_000 + "HTML('a')"
    )
    assert "HTML = __mk_names.HTML; SVG = __mk_names.SVG\n" in text
    assert "    IPython = __mk_ipython\n" in text
    assert "__mk_show" in text


def test_a_long_user_expression_is_refused() -> None:
    with pytest.raises(SyntaxError, match="longer than"):
        expression(CellSource("<user expression>", "1" + "+1" * 500_000))


def test_windows_line_ends_continue_lines_and_strings() -> None:
    assert list(logical_lines("x = a \\\r\n%b\r\ny")) == [(0, 12), (13, 14)]
    assert list(logical_lines("%who\n'abc\\\r\n%d'\ny")) == [(0, 4), (5, 15), (16, 17)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("%lsmagic\n" * 20_000, "more than 10,000 magics"),
        ("%%timeit\n" + "\n" * 120_000 + "x", "at most 100,000 lines"),
    ],
)
def test_more_magics_or_lines_below_one_than_a_cell_can_have_are_refused(text: str, said: str) -> None:
    with pytest.raises(SyntaxError, match=said):
        cell(text)
