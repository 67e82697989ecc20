"""Parameters are injected where papermill injects them, and mean in the notebook what they meant outside."""

from __future__ import annotations

import datetime
import enum
import math
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given
from papermill.cli import _resolve_type  # type: ignore[import-untyped]
from papermill.parameterize import parameterize_notebook  # type: ignore[import-untyped]

from monty_kernel.headless.parameters import inject, source, typed
from tests.support.awkward_notebooks import Cell, book

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.tuples(inner) | st.dictionaries(st.text() | st.integers(), inner),
    max_leaves=10,
)


@given(PLAIN)
def test_a_literal_is_its_value(value: Any) -> None:
    names: dict[str, Any] = {}
    exec(source({"x": value}), names)
    assert _same(names["x"], value)


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, float) and math.isnan(one):
        return isinstance(other, float) and math.isnan(other)
    if isinstance(one, (list, tuple)):
        return type(one) is type(other) and len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, dict):
        return isinstance(other, dict) and list(one) == list(other) and all(_same(one[key], other[key]) for key in one)
    return type(one) is type(other) and bool(one == other) and repr(one) == repr(other)


@given(st.text() | st.sampled_from(["True", "False", "None", "1", " 1", "1_0", "1e3", "nan", "-inf", "0x1", "٣", ""]))
def test_words_are_typed_as_papermill_does(word: str) -> None:
    assert _same(typed(word), _resolve_type(word))


LAYOUTS: list[list[Cell]] = [
    ["a", "b"],
    [("markdown", "m", []), ("code", "x = 1", ["parameters"]), "b"],
    [("code", "x = 1", ["parameters"]), "b", ("code", "x = 2", ["injected-parameters"])],
    [("code", "x = 1", ["parameters"]), ("code", "x = 2", ["parameters"])],
    [("code", "x = 1", ["injected-parameters"]), ("code", "x = 2", ["injected-parameters"])],
    [("markdown", "m", ["parameters"])],
    [],
]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_cell_goes_where_papermill_puts_it(layout: list[Cell]) -> None:
    values = {"x": 1, "name": "a 'b' \"c\"", "flag": True, "none": None, "list": [1.5, "a"]}
    theirs = book(layout)
    theirs.metadata["papermill"] = {}
    for cell in theirs.cells:
        cell.metadata.setdefault("tags", [])  # as papermill itself does before
    theirs.metadata["language_info"] = {"name": "python"}
    theirs = parameterize_notebook(theirs, values)
    ours = book(layout)
    inject(ours, values)
    assert [cell["metadata"].get("tags", []) for cell in ours.cells] == [
        cell.metadata.get("tags", []) for cell in theirs.cells
    ]
    for our, their in zip(ours.cells, theirs.cells, strict=True):
        if "injected-parameters" in our["metadata"].get("tags", []) and our["source"] != their.source:
            names: tuple[dict[str, Any], dict[str, Any]] = ({}, {})
            exec(our["source"], names[0])
            exec(their.source, names[1])
            assert all(names[0][name] == names[1][name] == value for name, value in values.items())
    assert ours.metadata["papermill"]["parameters"] == theirs.metadata.papermill.parameters


def test_what_is_nearly_plain() -> None:
    class Level(enum.IntEnum):
        HIGH = 3

    class Name(str):
        def __repr__(self) -> str:
            return "__import__('os')"

    assert source({"x": Level.HIGH}) == "# Parameters\nx = 3\n"
    assert source({"x": Name("n")}) == "# Parameters\nx = 'n'\n"
    assert source({"x": datetime.date(2026, 3, 1)}) == "# Parameters\nx = '2026-03-01'\n"


@pytest.mark.parametrize("name", ["", "a b", "1a", "a=1;b", "class", "a\n", "None"])
def test_a_name_must_be_one(name: str) -> None:
    with pytest.raises(ValueError, match="cannot be the name"):
        source({name: 1})


@pytest.mark.parametrize("value", [object(), {1, 2}, b"x", [lambda: 0], {"a": 1j}])
def test_a_value_must_be_plain(value: Any) -> None:
    with pytest.raises(TypeError, match="parameter x"):
        source({"x": value})
