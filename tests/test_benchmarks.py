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
    ],
)
def test_limits(limit: Limit, monty: float, ipykernel: float, kept: bool) -> None:
    assert Measurement(Figure("k", "t", "ms", limit), (monty,), (ipykernel,)).kept is kept


def test_the_ratio_pairs_the_rounds() -> None:
    slow_machine_in_round_two = Measurement(Figure("k", "t", "ms"), (1.0, 30.0, 1.0), (2.0, 60.0, 2.0))
    assert slow_machine_in_round_two.ratio == 0.5
    assert slow_machine_in_round_two.kept is None


def test_the_table() -> None:
    measurement = Measurement(Figure("k", "a case", "ms", Limit("ratio at most", 0.4)), (1.0,), (4.0,))
    assert markdown(rows([measurement])).splitlines()[2] == "| a case | 1.00 ms | 4.00 ms | 0.25 | ≤ 0.4× | ok |"


def test_figures_have_distinct_names(capsys: pytest.CaptureFixture[str]) -> None:
    keys = [figure.key for family in FAMILIES for figure in family.figures]
    assert len(keys) == len(set(keys))
    assert main(["--list"]) == 0
    assert capsys.readouterr().out.split("\n")[0] == "round trip"
