"""A bar's line says what tqdm's says."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tqdm import tqdm

from monty_kernel.outputs.meter import BarState, html_of, interval, line_of

COUNTS = st.integers(0, 5_000_000) | st.floats(0, 5000).map(lambda value: round(value, 2))


@given(
    n=COUNTS,
    total=st.none() | COUNTS,
    seconds=st.floats(0.001, 100_000),
    text=st.text("ab ", max_size=5).map(str.strip),
    unit=st.sampled_from(["it", "item", "B"]),
    scale=st.booleans() | st.sampled_from([2, 0.5]),
    divisor=st.sampled_from([1000, 1024]),
    postfix=st.sampled_from(["", "loss=0.5"]),
)
def test_the_line_is_that_of_tqdm(
    n: float,
    total: float | None,
    seconds: float,
    text: str,
    unit: str,
    scale: bool | float,
    divisor: float,
    postfix: str,
) -> None:
    bar = BarState(1, n, total, 0, seconds, text, unit, scale, divisor, postfix, True, False)
    expected = tqdm.format_meter(
        n,
        total,
        seconds,
        prefix=text,
        unit=unit,
        unit_scale=scale,
        unit_divisor=divisor,
        postfix=postfix or None,
        ascii=False,
    )
    assert line_of(bar) == expected


def test_the_time_left_follows_the_rate_of_now() -> None:
    bar = BarState(1, 50, 100, 0, 10.0, "", "it", False, 1000, "", True, False)
    assert line_of(bar, 25.0) == " 50%|█████     | 50/100 [00:10<00:02, 25.00it/s]"


def test_a_bar_without_a_total_moves_until_it_is_done() -> None:
    bar = BarState(1, 5, None, 0, 1.0, "<b>", "it", False, 1000, "", True, False)
    assert '<progress max="1" style' in html_of(bar) and "&lt;b&gt;" in html_of(bar)
    assert 'value="1"' in html_of(bar._replace(done=True))


@given(st.floats(0, 1e6))
def test_an_interval_is_that_of_tqdm(seconds: float) -> None:
    assert interval(seconds) == tqdm.format_interval(seconds)
