"""A figure that a cell wrote down becomes a chart, of which the screen leaves nothing out."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monty_kernel.charts import FIGURE
from monty_kernel.charts.drawing import DRAWING
from monty_kernel.charts.figure import CHART, drawn
from monty_kernel.charts.settings import SETTINGS
from monty_kernel.sanitize.vega.screen import screened


def call(name: str, *args: object, **options: object) -> list[object]:
    return [name, list(args), options]


def chart(*calls: list[object], **figure: object) -> dict[str, Any]:
    """The chart of a figure with one pair of axes; the screen leaves nothing of it out."""
    axes = {"place": [1, 1, 0], "hidden": [], "calls": list(calls)}
    made: dict[str, Any] = drawn({FIGURE: {"size": [6.4, 4.8], "axes": [axes], **figure}})[CHART]
    assert not screened(made).left_out
    return made


def layers(made: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    """Its layers of a kind, but for the first, which only holds the axes."""
    return [layer for layer in made["layer"][1:] if layer["mark"]["type"] == kind]


def rows(layer: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = layer["data"]["values"]
    return found


def test_what_is_no_figure_stays_as_it_is() -> None:
    assert drawn({"text/plain": "x"}) == {"text/plain": "x"}


def test_a_line_with_marks() -> None:
    made = chart(call("plot", [1, 2], [3, 4], "r--o", label="a", linewidth=3))
    (line,), (points,) = layers(made, "line"), layers(made, "point")
    assert line["mark"]["color"] == points["mark"]["color"] == "red"
    assert line["mark"]["strokeDash"]
    assert rows(line) == [{"x": 1.0, "y": 3.0, "i": 0}, {"x": 2.0, "y": 4.0, "i": 1}]
    assert line["encoding"]["order"]["field"] == "i"


def test_colours_take_turns_lines_apart_from_bars() -> None:
    made = chart(
        call("plot", [1, 2]), call("plot", [2, 3]), call("bar", [1], [2]), call("plot", [1], "k."), call("plot", [4, 5])
    )
    assert [layer["mark"]["color"] for layer in layers(made, "line")] == ["#1f77b4", "#ff7f0e", "#2ca02c"]
    assert layers(made, "rect")[0]["mark"]["color"] == "#1f77b4"


def test_texts_stand_in_the_order_of_their_first_use() -> None:
    made = chart(call("bar", ["b", "a"], [1, 2]), call("plot", ["a", "c"], [1, 2]))
    assert rows(layers(made, "rect")[0])[1] == {"x": 0.6, "x2": 1.4, "y": 0.0, "y2": 2.0}
    axis = made["layer"][0]["encoding"]["x"]["axis"]
    assert axis["values"] == [0, 1, 2]
    assert "['b','a','c']" in axis["labelExpr"]


def test_bars_begin_at_the_edge_and_lines_have_a_margin() -> None:
    assert chart(call("bar", [1, 2], [5, 10]))["layer"][0]["encoding"]["y"]["scale"]["domain"] == [0, 10.5]
    assert chart(call("plot", [0, 10], [0, 10]))["layer"][0]["encoding"]["x"]["scale"]["domain"] == [-0.5, 10.5]
    limited = chart(call("plot", [0, 10], [0, 10]), call("set_xlim", [2, None]), call("set_ylim", top=4))
    assert limited["layer"][0]["encoding"]["x"]["scale"]["domain"] == [2, 10.5]
    assert limited["layer"][0]["encoding"]["y"]["scale"]["domain"] == [-0.5, 4]


def test_dates_are_the_same_everywhere() -> None:
    made = chart(call("plot", [{"date": "1970-01-02"}, {"date": "1970-01-02T12:00:00+12:00"}], [1, 2]))
    assert [row["x"] for row in rows(layers(made, "line")[0])] == [86_400_000.0, 86_400_000.0]
    days = chart(call("plot", [{"date": f"2024-0{month}-01"} for month in range(1, 9)], [1] * 8))
    assert "['2024-01','2024-03','2024-05','2024-07']" in days["layer"][0]["encoding"]["x"]["axis"]["labelExpr"]


def test_a_legend_keeps_off_what_is_drawn() -> None:
    def place(y: list[int]) -> tuple[float, float]:
        made = chart(call("plot", [0, 1, 2, 3], y, label="grows"), call("legend"))
        box = next(layer for layer in layers(made, "rect") if layer["mark"].get("fill") == "white")
        return rows(box)[0]["x"], rows(box)[0]["y"]

    assert place([0, 1, 2, 3])[0] < place([3, 2, 1, 0])[0]
    right = chart(call("plot", [1, 2], label="a"), call("legend", loc="lower right"))
    box = rows(next(layer for layer in layers(right, "rect")))[0]
    assert box["x"] > right["width"] / 2
    assert box["y"] > right["height"] / 2


def test_ticks_may_have_words() -> None:
    made = chart(call("plot", [0, 1]), call("set_xticks", [0, 0.5], ["it's", "é\\"], rotation=45))
    axis = made["layer"][0]["encoding"]["x"]["axis"]
    assert (axis["values"], axis["labelAngle"]) == ([0.0, 0.5], 315.0)
    many = chart(call("bar", [f"name {number}" for number in range(900)], [1] * 900))
    assert len(many["layer"][0]["encoding"]["x"]["axis"]["labelExpr"]) < 4_000


def test_a_pie_begins_at_the_right_and_goes_against_the_clock() -> None:
    made = chart(call("pie", [1, 3], None, ["a", "b"], None, ["25%", "75%"]))
    first, second = rows(layers(made, "arc")[0])
    assert (first["a"], first["b"]) == (0.0, pytest.approx(1.5708, abs=1e-4))
    assert second["b"] == pytest.approx(0.0)
    assert [row["t"] for layer in layers(made, "text") for row in rows(layer)] == ["a", "b", "25%", "75%"]


def test_boxes_have_the_quartiles_and_what_is_far_off() -> None:
    made = chart(call("boxplot", [[1, 2, 3, 4, 100]]))
    (box,) = rows(layers(made, "rect")[0])
    assert (box["y"], box["y2"]) == (2.0, 4.0)
    assert [row["y"] for row in rows(layers(made, "point")[0])] == [100.0]


def test_axes_stand_in_rows() -> None:
    axes = [{"place": [2, 2, index], "hidden": [], "calls": []} for index in (3, 0, 1)]
    made = drawn({FIGURE: {"size": [8, 4], "title": "All", "axes": axes}})
    assert [len(row["hconcat"]) for row in made[CHART]["vconcat"]] == [2, 1]
    assert made["text/plain"] == "[figure: All: nothing; nothing; nothing]"
    assert not screened(made[CHART]).left_out


def test_as_many_points_as_a_chart_may_have_are_drawn() -> None:
    numbers = list(range(19_990))
    assert len(rows(layers(chart(call("scatter", numbers, numbers)), "point")[0])) == 19_990


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.just({"date": "2024-01-01"})
    | st.just({"date": 3}),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["color", "label", "s", "x"]), inner, max_size=3)
    ),
    max_leaves=12,
)
CALLS = st.tuples(
    st.sampled_from([*DRAWING, *SETTINGS]),
    st.lists(VALUES, max_size=4),
    st.dictionaries(st.text(max_size=5), VALUES, max_size=3),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(CALLS, max_size=5) | VALUES)
def test_what_is_forged_becomes_a_chart_or_a_value_error(calls: object) -> None:
    axes = [{"place": [1, 1, 0], "hidden": [], "calls": calls}]
    try:
        made = drawn({FIGURE: {"size": calls, "title": calls, "axes": axes}})
    except ValueError:
        return
    assert set(made) == {CHART, "text/plain"}


@pytest.mark.parametrize("figure", [None, 1, "x", [], {}, {"axes": None}, {"axes": [{}]}, {"axes": [{"place": [1]}]}])
def test_what_has_another_form_is_refused(figure: object) -> None:
    with (
        pytest.raises(ValueError, match=r"cannot be drawn|not enough values")
        if figure is not None
        else pytest.raises(AssertionError)
    ):
        assert CHART in drawn({FIGURE: figure})


@pytest.mark.parametrize(
    "calls",
    [
        [call("plot", [1], "r" * 1_000_000)],
        [call("pie", [1] * 100_000, [number / 1e6 for number in range(100_000)])],
    ],
)
def test_what_would_take_long_is_refused(calls: list[list[object]]) -> None:
    with pytest.raises(ValueError, match=r"\w+\(\): "):
        chart(*calls)


def test_many_names_take_no_long() -> None:
    drawn(
        {
            FIGURE: {
                "axes": [
                    {
                        "place": [1, 1, 0],
                        "hidden": [],
                        "calls": [call("plot", [str(n) for n in range(100_000)], [1] * 100_000)],
                    }
                ]
            }
        }
    )
