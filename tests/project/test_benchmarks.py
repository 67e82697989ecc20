"""How the benchmark judges; the measuring itself is `python -m benchmarks`."""

from __future__ import annotations

import pytest

from benchmarks.__main__ import main
from benchmarks.figures import Figure, Limit, Measurement
from benchmarks.registry import FAMILIES
from benchmarks.report import markdown, rows


@pytest.mark.parametrize(
    ("limit", "monty", "ipykernel", "kept"),
    [
        (Limit("ratio at most", 0.4), 4.0, 10.0, True),
        (Limit("ratio at most", 0.4), 4.1, 10.0, False),
        (Limit("ratio at least", 5), 50.0, 10.0, True),
        (Limit("ratio at least", 5), 49.0, 10.0, False),
        (Limit("at most", 300), 300.0, 1.0, True),
        (Limit("at most", 300), 301.0, 900.0, False),
        (Limit("added at most", 0.5), 3.4, 3.0, True),
        (Limit("added at most", 0.5), 3.6, 3.0, False),
        (Limit("ratio at most", 2, slack=20), 80.0, 30.0, True),
        (Limit("ratio at most", 2, slack=20), 81.0, 30.0, False),
    ],
)
def test_limits(limit: Limit, monty: float, ipykernel: float, kept: bool) -> None:
    assert Measurement(Figure("k", "t", "ms", limit), (monty,), (ipykernel,)).kept is kept


def test_the_ratio_pairs_the_rounds() -> None:
    slow_machine_in_round_two = Measurement(Figure("k", "t", "ms"), (1.0, 30.0, 1.0), (2.0, 60.0, 2.0))
    assert slow_machine_in_round_two.ratio == 0.5
    assert slow_machine_in_round_two.kept is None


def test_a_figure_with_nothing_to_compare() -> None:
    alone = Measurement(Figure("k", "t", "ms", Limit("at most", 50), against=""), (40.0,))
    assert alone.ratio is None
    assert alone.kept is True
    assert rows([alone]) == [("t", "40.0 ms", "", "", "≤ 50", "ok", "")]


def test_what_stands_beside_is_not_judged() -> None:
    figure = Figure("k", "t", "ms", Limit("ratio at most", 2, slack=20), against="load_session")
    measurement = Measurement(figure, (70.0,), (30.0,), (254.0,))
    assert rows([measurement]) == [
        ("t", "70.0 ms", "load_session 30.0 ms", "2.33", "≤ 2× + 20", "ok", "254 ms"),
    ]


def test_the_table() -> None:
    measurement = Measurement(Figure("k", "a case", "ms", Limit("ratio at most", 0.4)), (1.0,), (4.0,))
    assert markdown(rows([measurement])).splitlines()[2] == "| a case | 1.00 ms | 4.00 ms | 0.25 | ≤ 0.4× | ok |"


def test_figures_have_distinct_names(capsys: pytest.CaptureFixture[str]) -> None:
    keys = [figure.key for family in FAMILIES for figure in family.figures]
    assert len(keys) == len(set(keys))
    assert len({family.name for family in FAMILIES}) == len(FAMILIES)
    assert main(["--list"]) == 0
    assert capsys.readouterr().out.split("\n")[0] == "round trip"
