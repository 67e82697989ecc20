"""Charts as they may be shown: honest ones as they are, of others what is harmless, with a line on the rest."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monty_kernel.sanitize.sanitizer import sanitized_bundle
from monty_kernel.sanitize.vega import MIME, NEWER, UNSAYABLE, NotDrawn
from monty_kernel.sanitize.vega.screen import SCHEMA, screened
from tests.support.honest_charts import CHARTS as HONEST
from tests.support.hostile.charts import BASE, CHARTS, DEEP

ROWS = [{"a": "x", "b": 1}, {"a": "y", "b": 2}]
PLAIN: dict[str, Any] = {
    "data": {"values": ROWS},
    "mark": "bar",
    "encoding": {"x": {"field": "a"}, "y": {"field": "b"}},
}


def _left_out(**parts: Any) -> set[str]:
    return set(screened({**PLAIN, **parts}).left_out)


def _without_expressions(value: Any, said: str = "") -> Any:
    """With a mark in place of each expression, which is written in another way."""
    if isinstance(value, dict):
        kept = {key: each for key, each in value.items() if key not in ("$schema", "clip")}
        return {key: _without_expressions(each, key) for key, each in kept.items()}
    if isinstance(value, list):
        return [_without_expressions(each, said) for each in value]
    if isinstance(value, str) and said in ("calculate", "expr", "test", "labelExpr", "filter"):
        return "an expression"
    return value.replace('"', "”").replace("\\", "∖") if isinstance(value, str) else value


@pytest.mark.parametrize("name", HONEST)
def test_an_honest_chart_passes_as_it_is(name: str) -> None:
    made = screened(HONEST[name])
    assert made.left_out == {}
    assert _without_expressions(made.specification) == _without_expressions(HONEST[name])
    assert made.specification["$schema"] == SCHEMA


@pytest.mark.parametrize("attack", [*CHARTS], ids=lambda attack: attack.name)
def test_what_is_written_is_not_changed_when_it_is_written_again(attack: Any) -> None:
    first = sanitized_bundle(attack.bundle, attack.metadata)
    again = sanitized_bundle(first.data, first.metadata)
    assert (again.data, again.metadata, again.note) == (first.data, first.metadata, None)


@pytest.mark.parametrize("attack", [*CHARTS], ids=lambda attack: attack.name)
def test_nothing_active_is_left_of_an_attack(attack: Any) -> None:
    left = sanitized_bundle(attack.bundle, attack.metadata)
    assert set(left.data) <= {MIME, "text/plain"}
    for path, value in _walked(left.data.get(MIME, {})):
        assert not UNSAYABLE & set(path), path
        if "values" in path or "datasets" in path:
            continue  # rows of data may say anything
        assert not {"url", "href", "usermeta", "element", "signal", "signals", "formatType", "locale"} & set(path), path
        assert not isinstance(value, str) or "url(" not in value or path[-1] in ("value", "labels", "options"), path
    if MIME in left.data:
        options = left.metadata[MIME]["embed_options"]
        assert options["actions"] == {
            "export": {"png": True, "svg": False},
            "source": False,
            "compiled": False,
            "editor": False,
        }
        assert set(options) <= {"actions", "ast", "renderer", "tooltip"}
    assert set(left.metadata) <= {MIME}


def _walked(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for key, each in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        here = (*path, str(key))
        yield here, each
        yield from _walked(each, here)


_NAMES = sorted(
    {name for _, spec in HONEST.items() for path, _ in _walked(spec) for name in path}
    | {"url", "href", "signal", "x2", "sequence", "__proto__"}
)
_VALUES = st.none() | st.booleans() | st.integers(-10, 10**30) | st.floats() | st.sampled_from(["", "image", "bar", "a", "b", "rows", "p", "nominal", "datum.a + 'x'", "count"]) | st.text(max_size=5)  # fmt: skip
ANYTHING = st.recursive(
    _VALUES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_NAMES), inner, max_size=4),
    max_leaves=25,
)


@given(ANYTHING)
@settings(max_examples=300)
def test_any_specification_is_written_or_not_drawn_and_never_fails(given: Any) -> None:
    for each in (given, {**PLAIN, **given} if isinstance(given, dict) else given):
        try:
            made = screened(each)
        except NotDrawn:
            continue
        json.dumps(made.specification, allow_nan=False)
        assert screened(made.specification).specification == made.specification


def test_what_cannot_be_drawn_becomes_a_text_that_says_why() -> None:
    left = sanitized_bundle({MIME: {**PLAIN, "data": {"url": "https://example.org/x.csv"}}}, {})
    assert left.note is None
    assert left.data["text/plain"].startswith(
        "[monty-kernel left out of this output: a chart (data from elsewhere (url))."
    )


def test_what_is_left_out_is_told_and_the_text_stays() -> None:
    spec = {**PLAIN, "usermeta": {}, "transform": [{"calculate": "warn(datum.a)", "as": "z"}]}
    left = sanitized_bundle({MIME: spec, "text/plain": "a chart of mine"}, {})
    assert left.data["text/plain"] == "a chart of mine"
    assert left.note is not None
    assert left.note.startswith(
        "[monty-kernel left out of this output: calculate, which calls warn (chart), usermeta (chart)."
    )


def test_a_newer_chart_becomes_one_that_is_drawn() -> None:
    left = sanitized_bundle({NEWER: {**PLAIN, "$schema": "https://vega.github.io/schema/vega-lite/v6.json"}}, {})
    assert left.data[MIME]["$schema"] == SCHEMA
    assert NEWER not in left.data
    assert left.data["text/plain"]


def test_deep_and_circular_values_are_no_charts() -> None:
    circle: dict[str, Any] = {}
    circle["data"] = circle
    for each in (DEEP, circle, object(), {"data": {"values": [object()]}}):
        left = sanitized_bundle({MIME: each}, {})
        assert set(left.data) == {"text/plain"}


def test_a_large_chart_is_written_in_a_helper() -> None:
    values = [{"a": place, "b": "x" * 30, "constructor": 1} for place in range(5_000)]
    left = sanitized_bundle({MIME: {**PLAIN, "data": {"values": values}}}, {})
    assert left.data[MIME]["data"]["values"] == [{"a": row["a"], "b": row["b"]} for row in values]
    assert left.note is not None and "5,000 × a field with a name of JavaScript's own" in left.note


def test_tooltips_are_plain_text_where_a_name_could_make_them_a_picture() -> None:
    assert "tooltip" not in screened(PLAIN).options
    assert screened(BASE).options["tooltip"] is False
    assert screened({**PLAIN, "title": "image"}).options["tooltip"] is False
    pivot = {"transform": [{"pivot": "a", "value": "b"}]}
    assert screened({**PLAIN, **pivot}).options["tooltip"] is False


def test_parameters_are_known_in_any_order_but_not_in_a_circle() -> None:
    params = [{"name": "twice", "expr": "once * 2"}, {"name": "once", "value": 1}]
    assert _left_out(params=params, mark={"type": "bar", "opacity": {"expr": "twice"}}) == set()
    circle = [{"name": "p", "expr": "q"}, {"name": "q", "expr": "p"}]
    assert _left_out(params=circle) == {"expr, which uses a name that is no parameter of this chart (q)"}


def test_repeated_fields_are_names_of_fields() -> None:
    repeated = {"mark": "bar", "encoding": {"x": {"field": {"repeat": "repeat"}}}}
    for name in ("constructor", 'a"] + warn(1)'):
        with pytest.raises(NotDrawn, match="a field with"):
            screened({"data": {"values": ROWS}, "repeat": [name], "spec": repeated})
    assert screened({"data": {"values": ROWS}, "repeat": ["a"], "spec": repeated}).left_out == {}


def test_a_view_is_left_out_with_its_mark_and_the_others_stay() -> None:
    layers = [{"mark": "image"}, {"mark": "line"}]
    made = screened({"data": {"values": ROWS}, "layer": layers})
    assert made.specification["layer"] == [{"mark": "line"}]
    assert set(made.left_out) == {"mark image"}


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        ({"width": 1e6}, "width, a number that is too large"),
        ({"transform": [{"fold": ["a", "b"]}] * 30}, "a transform that may make more than 100,000 rows"),
        ({"transform": [{"filter": {"and": ["datum.a > 1", "warn(1)"]}}]}, "and, which calls warn"),
        ({"encoding": {"x": {"field": "a", "axis": {"tickCount": {"interval": "second", "step": 1}}}}}, "tickCount"),
        ({"params": [{"name": "p", "select": {"type": "point", "on": "window:keydown"}}]}, "an event outside of the chart"),
        ({"params": [{"name": "p", "bind": {"input": "file"}}]}, "input file"),
        ({"data": {"values": ROWS * 2_500}, "transform": [{"density": "b", "as": ["b", "c"]}] * 90}, "a transform after those"),
        ({"data": {"values": ROWS * 2_500}, "transform": [{"calculate": "sequence(1000)", "as": "z"}]}, "calculate, which makes texts or lists that are too long for so many"),
        ({"transform": [{"impute": "b + 1", "key": "a", "method": "mean"}]}, "impute of a field"),
        ({"mark": {"type": "bar", "cursor": {"expr": "'x'"}}}, "cursor"),
    ],
)  # fmt: skip
def test_what_multiplies_or_reaches_out_is_left_out(parts: dict[str, Any], told: str) -> None:
    assert any(each.startswith(told) for each in _left_out(**parts)), _left_out(**parts)
    assert _left_out() == set()
