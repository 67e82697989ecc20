"""Failures with hostile text, or text of any size, rendered: what is shown is short, plain and in time."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

import pytest

from monty_kernel.engine.errors.tracebacks import EVALUE_LIMIT, render
from monty_kernel.engine.source import CellSource, Failure, SourceFrame
from tests.support.failing_cells import ANSI, Cells, body, in_cell, monty_cells, raised, shown


@pytest.fixture
def cells() -> Iterator[Cells]:
    with monty_cells() as cells:
        yield cells


def test_escapes_in_the_message_are_written_out(cells: Cells) -> None:
    error = render(cells.fail("raise ValueError('\\x1b[2J\\x1b]0;owned\\x07 \\x00 \\x9b31m \\r\\u202egnihton')"))
    assert error.evalue == r"\x1b[2J\x1b]0;owned\x07 \x00 \x9b31m \r\u202egnihton"
    assert ANSI.sub("", error.traceback[-1]) == f"ValueError: {error.evalue}"


def test_escapes_in_the_source_are_written_out(cells: Cells) -> None:
    failure = cells.fail("x = '\x1b[31m\x07\x9b'; 1 / 0")
    assert r"----> 1 x = '\x1b[31m\x07\x9b'; 1 / 0" in body(failure)
    assert set(re.findall("[\x00-\x08\x0b-\x1f\x7f-\x9f]", body(failure))) == set()


def test_lone_surrogates_can_be_sent() -> None:
    text = "x = '\ud800'; 1 / 0"
    error = render(Failure("raised", "ValueError", "bad \udfff", (in_cell(text, 1, 10, 15),)))
    assert error.evalue == r"bad \udfff"
    assert "".join(error.traceback).encode()
    assert body(raised(in_cell(text, 1, 10, 15))).split("\n")[1:3] == [
        r"----> 1 x = '\ud800'; 1 / 0",
        " " * 22 + "^^^^^",
    ]


def test_a_huge_message_is_cut(cells: Cells) -> None:
    error = render(cells.fail("raise ValueError('ab' * 5_000_000)"))
    assert len(error.evalue) < EVALUE_LIMIT + 100
    assert error.evalue.endswith(" … [9,934,464 more characters]")
    assert sum(map(len, error.traceback)) < 20_000


def test_a_message_of_many_lines_is_cut(cells: Cells) -> None:
    error = render(cells.fail("raise ValueError('\\n' * 10_000)"))
    assert error.traceback[-1].count("\n") == 200
    assert error.traceback[-1].endswith("… [9,801 more lines]")


@pytest.mark.parametrize("before", [0, 50, 350, 5_000, 99_900])
def test_a_long_line_is_cut_around_the_expression(cells: Cells, before: int) -> None:
    line = f"x = '{'a' * before}'; 1 / 0; '{'b' * (100_000 - before)}'"
    _, source, carets, _ = body(cells.fail(line)).split("\n")
    assert len(source) < 500
    start = carets.index("^")
    assert source[start : start + 5] == "1 / 0"
    assert carets[start:] == "^^^^^"
    assert source.endswith(" more characters]") == (before < 99_000)


def test_a_syntax_error_far_along_a_long_line(cells: Cells) -> None:
    _, source, carets, _ = shown(cells.fail(f"x = '{'a' * 100_000}' 1 = 2")).split("\n")
    assert len(source) < 500
    assert source[carets.index("^")] == "1"


@pytest.mark.parametrize(
    "text",
    [
        "x = " + "-" * 60_000 + "1",
        "x = " + "(" * 60_000,
        "x = 1" + " + 1" * 15_000,
        "x = a" + ".b" * 30_000,
        "lambda: " * 8_000 + "0",
    ],
)
def test_deeply_nested_source_is_no_danger(text: str) -> None:
    assert "line 1" in body(raised(in_cell(text, 1, 1, 2, "f")))


def test_any_place_can_be_shown() -> None:
    dice = random.Random(7)
    texts = [
        "def mean(xs):\n    return sum(xs) / len(xs)\n\n\ndef other():\n    return mean([])\n",
        "",
        "\n\n",
        "x = '''\n\n'''\n",
        "\r\na\r\x0cb\x85c\u2028d\r\n",
        "if x:\n  (",
        "\ud800\n日本\t\x1b",
        "x" * 1_000,
    ]
    for _ in range(3_000):
        line, column, end_line, end_column = dice.choices([-5, 0, 1, 2, 3, 4, 7, 999, 10**9], k=4)
        cell, function = CellSource("In[1]", dice.choice(texts)), dice.choice(["<module>", "mean", "<lambda>", ""])
        frame = SourceFrame(cell, line, column, end_line, end_column, function)
        kind = dice.choice(["raised", "syntax", "interrupted"])
        error = render(Failure(kind, "E", "x", (frame,)))  # type: ignore[arg-type]
        assert "".join(error.traceback).encode()


def test_a_line_beyond_the_source_has_its_header_only() -> None:
    assert body(raised(in_cell("x = 1", 9, 1, 2))) == "Cell In[1], line 9\n"


@pytest.mark.parametrize(
    ("text", "line", "source"),
    [
        ("a = 1\r\nb = '\x0c\x1c\x85\u2028'\r\nc = 1 / 0\r\n", 3, "c = 1 / 0"),
        ("a = 1\nb = 2\rc = 1 / 0\n", 2, r"b = 2\rc = 1 / 0"),
    ],
)
def test_lines_are_counted_as_monty_counts_them(cells: Cells, text: str, line: int, source: str) -> None:
    rows = body(cells.fail(text)).split("\n")
    at = rows.index(f"----> {line} {source}")
    assert rows[at + 1] == " " * (8 + source.index("1 / 0")) + "^^^^^"
