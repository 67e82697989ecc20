"""`statistics` against CPython's."""

from __future__ import annotations

import math
import statistics
from ast import literal_eval
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.modules.agreement import Sandboxed, in_cpython

INTS = st.integers(-(10**20), 10**20) | st.integers(-20, 20)
FLOATS = st.floats(-1e150, 1e150) | st.floats(-10, 10) | st.sampled_from([0.1, 0.2, 1e-300, 5e-324])
DATA = st.one_of(
    st.lists(INTS, max_size=7),
    st.lists(FLOATS, max_size=7),
    st.lists(st.integers(-9, 9) | st.floats(-9, 9), max_size=7),
    st.lists(st.sampled_from([1, 2, 3]), max_size=9),
)
EXACT = [
    "mean", "fmean", "median", "median_low", "median_high",   "variance", "pvariance", "stdev", "pstdev",
]  # fmt: skip


def calls(texts: list[str]) -> str:
    """Code that makes each call, and keeps what it gives or raises."""
    tries = (
        f"try:\n    found.append({text})\n"
        "except statistics.StatisticsError as e:\n    found.append(('StatisticsError', str(e)))\n"
        "except Exception as e:\n    found.append(type(e).__name__)\n"
        for text in texts
    )
    return "import statistics\nfrom decimal import Decimal\nfound = []\n" + "".join(tries) + "found"


@settings(max_examples=25, deadline=None)
@given(st.lists(DATA, min_size=1, max_size=6))
def test_averages_and_spreads(sandboxed: Sandboxed, data: list[list[float]]) -> None:
    sandboxed.agrees(calls([f"statistics.{name}({each!r})" for each in data for name in EXACT]))


@settings(max_examples=15, deadline=None)
@given(st.lists(st.lists(st.decimals(-1000, 1000, places=3), min_size=2, max_size=6), min_size=1, max_size=5))
def test_decimals(sandboxed: Sandboxed, data: list[list[Decimal]]) -> None:
    names = ("mean", "median", "variance", "pvariance", "median_low")
    sandboxed.agrees(calls([f"statistics.{name}({each!r})" for each in data for name in names]))


@settings(max_examples=15, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.lists(st.integers(-99, 99) | st.floats(-9, 9), min_size=2, max_size=8),
            st.integers(1, 12),
            st.sampled_from(["inclusive", "exclusive"]),
        ),
        min_size=1,
        max_size=20,
    )
)
def test_quantiles(sandboxed: Sandboxed, given: list[tuple[list[float], int, str]]) -> None:
    sandboxed.agrees(calls([f"statistics.quantiles({data!r}, n={n}, method={way!r})" for data, n, way in given]))


@settings(max_examples=15, deadline=None)
@given(st.lists(st.lists(st.integers(0, 99) | st.floats(0, 9), min_size=1, max_size=6), min_size=1, max_size=20))
def test_harmonic_means(sandboxed: Sandboxed, data: list[list[float]]) -> None:
    sandboxed.agrees(calls([f"statistics.harmonic_mean({each!r})" for each in data]))


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.integers(-99, 99), st.integers(-99, 99)), min_size=2, max_size=9))
def test_relations(sandboxed: Sandboxed, points: list[tuple[int, int]]) -> None:
    x, y = ([point[axis] for point in points] for axis in (0, 1))
    code = calls([f"statistics.{name}({x}, {y})" for name in ("covariance", "correlation", "linear_regression")])
    code += " and [each if type(each[0]) is str else list(each) for each in [f if type(f) is not float else (f,) for f in found]]"
    here, there = (literal_eval(str(run(code).result)) for run in (sandboxed.run, in_cpython))
    for mine, theirs in zip(here, there, strict=True):
        # how CPython rounds in between differs from version to version
        assert mine[0] == "StatisticsError" == theirs[0] or all(
            math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-9) for a, b in zip(mine, theirs, strict=True)
        ), code


@settings(max_examples=15, deadline=None)
@given(st.lists(st.floats(0.01, 1e6), min_size=1, max_size=9))
def test_geometric_means(sandboxed: Sandboxed, data: list[float]) -> None:
    found = sandboxed.run(calls([f"statistics.geometric_mean({data!r})"])).result
    assert math.isclose(literal_eval(str(found))[0], statistics.geometric_mean(data), rel_tol=1e-12)


@settings(max_examples=15, deadline=None)
@given(st.floats(-50, 50), st.floats(0.1, 9), st.floats(-50, 50), st.floats(1e-12, 1 - 1e-12))
def test_normal_distributions(sandboxed: Sandboxed, mu: float, sigma: float, x: float, p: float) -> None:
    dist = f"d = statistics.NormalDist({mu!r}, {sigma!r})\n"
    sandboxed.agrees(
        "import statistics\n"
        + dist
        + f"d, d.mean, d.stdev, d.variance, d.pdf({x!r}), d.zscore({x!r}), d + {x!r}, {x!r} - d, "
        "d * 2, d / 4, -d, d + d, d - d, d == d, d == 3, hash(d) == hash(d)"
    )
    found = sandboxed.run("import statistics\n" + dist + f"d.cdf({x!r}), d.inv_cdf({p!r}), d.quantiles(4)[0]").result
    real = statistics.NormalDist(mu, sigma)
    cdf, inverse, quarter = literal_eval(str(found))
    assert math.isclose(cdf, real.cdf(x), rel_tol=1e-9, abs_tol=1e-15)
    assert math.isclose(inverse, real.inv_cdf(p), rel_tol=1e-9, abs_tol=1e-9)
    assert math.isclose(quarter, real.quantiles(4)[0], rel_tol=1e-9, abs_tol=1e-9)


def test_what_else_there_is(sandboxed: Sandboxed) -> None:
    sandboxed.agrees(
        calls([
            "statistics.fmean([3, 4, 5], [1, 2, 1])",
            "statistics.fmean([3, 4], weights=[1, 2, 3])",
            "statistics.harmonic_mean([40, 60], weights=[5, 30])",
            "statistics.harmonic_mean([-1])",
            "statistics.harmonic_mean([0, 3])",
            "statistics.mean([float('inf'), 1])",
            "statistics.mean(['a'])",
            "statistics.mean([1, Decimal('0.5')])",
            "statistics.mean([1.5, Decimal('0.5')])",
            *(f"statistics.{name}({data})" for name in ("mode", "multimode") for data in ([1, 2, 2, 3, 3], [], [2.5, 1])),
            "statistics.mean([True, False, True])",
            "statistics.mode('aabbb')",
            "statistics.multimode('aabb')",
            "statistics.multimode('')",
            "statistics.median_low(['b', 'a'])",
            "statistics.stdev([1.5, 2.5, 2.5, 2.75, 3.25, 4.75])",
            "statistics.variance([1, 2, 3], 2)",
            "statistics.pstdev([1, 2, 3], mu=2)",
            "statistics.quantiles([1, 2], n=0)",
            "statistics.linear_regression([1, 2, 3], [2, 4, 6])",
            "statistics.linear_regression([1, 2, 3], [2, 4, 6], proportional=True)",
            "statistics.linear_regression([1, 1], [2, 4])",
            "statistics.correlation([1, 2], [1])",
            "statistics.NormalDist.from_samples([1, 2, 3.5])",
            "statistics.NormalDist(1, -1)",
            "statistics.NormalDist().inv_cdf(2)",
        ])
    )  # fmt: skip


def test_samples_are_of_the_distribution(sandboxed: Sandboxed) -> None:
    code = "import statistics\nd = statistics.NormalDist(5, 2)\nd.samples(500, seed=4)"
    found = literal_eval(str(sandboxed.run(code).result))
    assert len(found) == 500
    assert 4.5 < statistics.mean(found) < 5.5
    assert 1.7 < statistics.stdev(found) < 2.3
    assert sandboxed.run(code).result == repr(found)
