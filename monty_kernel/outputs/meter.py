"""What a progress bar says: the line that tqdm prints, and a bar in HTML."""

from __future__ import annotations

from typing import NamedTuple

_SIGNS = " ▏▎▍▌▋▊▉█"
_WIDTH = 10  # characters of the bar in text


class BarState(NamedTuple):
    """How far a bar is.

    Attributes:
        number: Tells it from the cell's other bars.
        n: How much is done, in `unit`s.
        total: Of how much; None if nobody knows.
        initial: How much was done when it began.
        seconds: Since it began.
        text: What stands before it.
        scale: Whether numbers are written with `k`, `M` and their like, a thousand each or what `divisor` says. A number
            other than 1 multiplies them instead.
        postfix: What stands at its end.
        leave: Whether it stays when it is done.
        done: Whether it is.
    """

    number: int
    n: float
    total: float | None
    initial: float
    seconds: float
    text: str
    unit: str
    scale: bool | float
    divisor: float
    postfix: str
    leave: bool
    done: bool


def line_of(bar: BarState, rate: float | None = None) -> str:
    """The bar in one line of text. rate: units a second; by default since it began."""
    head, fraction, tail = _parts(bar, rate)
    if fraction is None:
        return head + tail
    eighths = int(fraction * _WIDTH * 8)
    full, rest = divmod(eighths, 8)
    drawn = _SIGNS[-1] * full + (_SIGNS[rest] + " " * (_WIDTH - full - 1) if full < _WIDTH else "")
    return f"{head}|{drawn}| {tail}"


def html_of(bar: BarState, rate: float | None = None) -> str:
    """The bar in HTML."""
    from html import escape  # not before there is a bar: it brings a table of all entities

    head, fraction, tail = _parts(bar, rate)
    value = f' value="{fraction:.4f}"' if fraction is not None else ' value="1"' if bar.done else ""
    shown = escape(head), f'<progress max="1"{value} style="flex: 0 1 24em"></progress>', escape(tail)
    texts = (f'<span style="white-space: pre-wrap">{each}</span>' for each in (shown[0], shown[2]))
    before, after = texts
    if fraction is None:
        return f'<div style="{_ROW}">{shown[1]}{before}{after}</div>'
    return f'<div style="{_ROW}">{before}{shown[1]}{after}</div>'


_ROW = "display: flex; flex-wrap: wrap; align-items: center; column-gap: 0.6em; font-variant-numeric: tabular-nums"


def _parts(bar: BarState, rate: float | None) -> tuple[str, float | None, str]:
    """What stands before the bar, how far it is (None if there is no total), and what stands behind it."""
    n, total, initial = bar.n, bar.total, bar.initial
    scaled = bar.scale == 1  # True is 1
    if total and n >= total + 0.5:
        total = None
    if bar.scale and not scaled:
        n, initial = n * bar.scale, initial * bar.scale
        total = total * bar.scale if total else total
        rate = rate * bar.scale if rate is not None else None
    if rate is None and bar.seconds > 0:
        rate = (n - initial) / bar.seconds
    speed = _speed(rate, bar, scaled)
    postfix = f", {bar.postfix}" if bar.postfix else ""
    elapsed = interval(bar.seconds)
    begin = f"{bar.text}: " if bar.text else ""
    count = _sized(n, bar.divisor) if scaled else str(n)
    if not total:
        return begin, None, f"{count}{bar.unit} [{elapsed}, {speed}{postfix}]"
    left = interval((total - n) / rate) if rate else "?"
    of = _sized(total, bar.divisor) if scaled else str(total)
    fraction = n / total
    return (
        f"{begin}{fraction * 100:3.0f}%",
        min(max(fraction, 0.0), 1.0),
        f"{count}/{of} [{elapsed}<{left}, {speed}{postfix}]",
    )


def _speed(rate: float | None, bar: BarState, scaled: bool) -> str:
    if not rate:
        return f"?{bar.unit}/s"
    inverse = 1 / rate
    value, form = (inverse, "s/" + bar.unit) if inverse > 1 else (rate, bar.unit + "/s")
    return (_sized(value, 1000) if scaled else f"{value:5.2f}") + form


def _sized(number: float, divisor: float) -> str:
    """A number of at most three digits with the letter of its size, as in `1.50k`."""
    for unit in ("", "k", "M", "G", "T", "P", "E", "Z"):
        if abs(number) < 999.5:
            if abs(number) < 99.95:
                if abs(number) < 9.995:
                    return f"{number:1.2f}{unit}"
                return f"{number:2.1f}{unit}"
            return f"{number:3.0f}{unit}"
        number /= divisor
    return f"{number:3.1f}Y"


_LONGEST = 1e15  # seconds


def interval(seconds: float) -> str:
    """Seconds as `[H:]MM:SS`."""
    minutes, rest = divmod(int(min(seconds, _LONGEST)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:d}:{minutes:02d}:{rest:02d}" if hours else f"{minutes:02d}:{rest:02d}"
