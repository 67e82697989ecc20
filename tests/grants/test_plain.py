"""Plain data: what is passed, what is refused, and how it is shown in short."""

from __future__ import annotations

import datetime
import decimal
import enum
from collections import OrderedDict, namedtuple
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monty_kernel.grants.plain import NotPlain, one_line, plain_copy, short

plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(st.characters(codec="utf-8"))
    | st.binary(),
    lambda inner: (
        st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner)
    ),
    max_leaves=20,
)


@given(plain)
def test_plain_data_crosses_unchanged(value: Any) -> None:
    copied = plain_copy(value)
    assert copied == value
    assert type(copied) is type(value)


@given(plain, st.integers(10, 200))
def test_what_is_shown_is_one_short_line(value: Any, most: int) -> None:
    shown = short(value, most)
    assert len(shown) <= most + 150, "beside the value, each of six levels may say how much it leaves out"
    assert shown.isprintable()


class Colour(enum.IntEnum):
    RED = 1


Point = namedtuple("Point", "x y")


class Name(str):
    def __str__(self) -> str:
        raise AssertionError("code of the value must not run")

    __repr__ = __str__


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Colour.RED, 1),
        (Point(1, 2), (1, 2)),
        (OrderedDict(a=1), {"a": 1}),
        (Name("x"), "x"),
        ({Name("k"): [Name("v")]}, {"k": ["v"]}),
        (datetime.date(2020, 1, 1), datetime.date(2020, 1, 1)),
        (decimal.Decimal("1.5"), decimal.Decimal("1.5")),
    ],
)
def test_subclasses_become_what_they_extend(value: object, expected: object) -> None:
    copied = plain_copy(value)
    assert copied == expected
    assert type(copied) is type(expected)


def _nested() -> list[object]:
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]
    return deep


def _cycle() -> list[object]:
    ring: list[object] = []
    ring.append(ring)
    return ring


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (object(), "an? object"),
        ([1, {"a": object()}], "an? object"),
        (int, "the class int"),
        (print, "builtin_function_or_method"),
        (_nested(), "nested more than"),
        (_cycle(), "holds itself"),
        ("\ud800", "surrogate"),
        (["x" * (1 << 20)] * 65, "64 MiB"),
        ([0] * 1_000_001, "1,000,000 values"),
        (..., "ellipsis"),
    ],
    ids=["object", "inside", "class", "function", "deep", "cycle", "surrogate", "large", "many", "ellipsis"],
)
def test_anything_else_is_refused(value: object, why: str) -> None:
    with pytest.raises(NotPlain, match=why):
        plain_copy(value)


def test_controls_and_large_values_do_not_flood() -> None:
    assert short("a\x1b[2J\n\u202e") == "'a\\x1b[2J\\n\\u202e'"
    assert short(10**100_000) == "an int of 332,193 bits"
    assert len(short(_nested())) < 250
    assert "more" in short(list(range(1_000_000)))
    assert "more characters" in short("x" * 10_000_000)
    assert one_line("a\n\n b\x07\t" + "c" * 10_000, 20) == "a b\\x07 " + "c" * 12 + " …"
