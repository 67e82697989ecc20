"""Where an axis of dates has ticks, and what they say. Times are milliseconds from 1970 on, in no zone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

_START = datetime(1970, 1, 1)
_MOST_TICKS = 50
_STEPS = (
    *((seconds, "%H:%M:%S") for seconds in (1, 5, 15, 30)),
    *((60 * minutes, "%H:%M") for minutes in (1, 5, 15, 30)),
    *((3_600 * hours, "%d %b %H:%M") for hours in (1, 3, 6, 12)),
    *((86_400 * days, "%Y-%m-%d") for days in (1, 2, 4, 7, 14)),
)
"""Seconds between two ticks, and how a tick is written."""
_MONTHS = (1, 2, 3, 4, 6, 12, 24, 60, 120, 240, 600, 1_200, 6_000)


def time_ticks(low: float, high: float, most: int) -> tuple[list[float], list[str]]:
    """The ticks between two times, at most about so many, and their labels.

    Raises:
        OverflowError: A time is before the year 1 or after the year 9999.
    """
    first, last = (_START + timedelta(milliseconds=each) for each in (low, high))
    wanted = (last - first).total_seconds() / max(1, most)
    for seconds, form in _STEPS:
        if seconds >= wanted:
            return _labelled(_every(first, last, seconds), form)
    months = next((each for each in _MONTHS if each * 30.5 * 86_400 >= wanted), _MONTHS[-1])
    return _labelled(_months(first, last, months), "%Y" if months % 12 == 0 else "%Y-%m")


def day_of(moment: float) -> str:
    """What a single tick says."""
    return (_START + timedelta(milliseconds=moment)).strftime("%Y-%m-%d")


def _every(first: datetime, last: datetime, seconds: int) -> Iterator[datetime]:
    past = (first - _START).total_seconds()
    moment = _START + timedelta(seconds=-(-past // seconds) * seconds)
    while moment <= last:
        yield moment
        moment += timedelta(seconds=seconds)


def _months(first: datetime, last: datetime, months: int) -> Iterator[datetime]:
    number = (first.year * 12 + first.month - 1) // months * months
    while number // 12 <= last.year:
        moment = datetime(max(1, number // 12), number % 12 + 1, 1)
        if first <= moment <= last:
            yield moment
        number += months


def _labelled(moments: Iterator[datetime], form: str) -> tuple[list[float], list[str]]:
    found = [moment for _, moment in zip(range(_MOST_TICKS), moments, strict=False)]
    return [(moment - _START).total_seconds() * 1000 for moment in found], [moment.strftime(form) for moment in found]
