"""`calendar` against CPython's."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.modules.agreement import Sandboxed

MONTHS = st.tuples(
    st.integers(1900, 2100), st.integers(1, 12), st.integers(0, 6), st.integers(0, 10), st.integers(0, 2)
)


@settings(max_examples=40, deadline=None)
@given(st.lists(MONTHS, min_size=1, max_size=8))
def test_months(sandboxed: Sandboxed, months: list[tuple[int, int, int, int, int]]) -> None:
    code = "import calendar\nfound = []\n"
    for year, month, first, width, height in months:
        code += (
            f"c = calendar.TextCalendar({first})\n"
            f"found += [c.formatmonth({year}, {month}, {width}, {height}), list(c.itermonthdates({year}, {month})),\n"
            f"    c.monthdays2calendar({year}, {month}), c.yeardayscalendar({year}), calendar.monthrange({year}, {month}),\n"
            f"    calendar.monthcalendar({year}, {month}), calendar.isleap({year}), calendar.leapdays({year}, {year + month})]\n"
        )
    sandboxed.agrees(code + "found")


@settings(max_examples=15, deadline=None)
@given(st.integers(1900, 2100), st.integers(1, 9), st.integers(1, 2), st.integers(0, 8), st.integers(1, 12))
def test_years(sandboxed: Sandboxed, year: int, width: int, height: int, spacing: int, months: int) -> None:
    sandboxed.agrees(f"import calendar\ncalendar.calendar({year}, {width}, {height}, {spacing}, {months})")


def test_the_rest(sandboxed: Sandboxed) -> None:
    sandboxed.agrees(
        "import calendar\ncalendar.setfirstweekday(calendar.SUNDAY)\nprint(calendar.month(2024, 2))\ncalendar.prmonth(2024, 2)\n"
        "calendar.prcal(2024)\nfound = calendar.firstweekday()\ncalendar.setfirstweekday(0)\n"
        "[found, list(calendar.day_name), list(calendar.day_abbr), list(calendar.month_name), calendar.month_abbr[2],\n"
        " calendar.weekday(2024, 2, 29), calendar.timegm((2024, 2, 29, 1, 2, 3)), calendar.TextCalendar().formatweekheader(10)]"
    )
    for call in ("monthrange(2024, 13)", "setfirstweekday(7)"):
        sandboxed.agrees(
            f"import calendar\ntry:\n    calendar.{call}\nexcept ValueError as e:\n    found = str(e)\nfound"
        )
