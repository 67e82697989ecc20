"""Months and years as weeks of days, as numbers and as text.

Lacks: `HTMLCalendar` and what is of a locale. `Calendar` and `TextCalendar` are one class, and iterators are lists.
"""

from datetime import date, timedelta

LACKS = {
    "HTMLCalendar": "display(HTML('<pre>' + calendar.month(2024, 2) + '</pre>')) shows one.",
    "LocaleTextCalendar": "Monty has no locales: use TextCalendar.",
    "LocaleHTMLCalendar": "Monty has no locales: use TextCalendar.",
}

IllegalMonthError = IllegalWeekdayError = ValueError
MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = range(7)
day_name = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
day_abbr = [name[:3] for name in day_name]
month_name = [
    "", "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
]  # fmt: skip
month_abbr = [name[:3] for name in month_name]


def isleap(year):
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def leapdays(y1, y2):
    y1, y2 = y1 - 1, y2 - 1
    return (y2 // 4 - y1 // 4) - (y2 // 100 - y1 // 100) + (y2 // 400 - y1 // 400)


def weekday(year, month, day):
    return date(year if 1 <= year <= 9999 else 2000 + year % 400, month, day).weekday()


def monthrange(year, month):
    if not 1 <= month <= 12:
        raise IllegalMonthError(f"bad month number {month!r}; must be 1-12")
    days = (0, 31, 29 if isleap(year) else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month]
    return weekday(year, month, 1), days


def timegm(tuple):
    year, month, day, hour, minute, second = tuple[:6]
    return ((((date(year, month, 1) - date(1970, 1, 1)).days + day - 1) * 24 + hour) * 60 + minute) * 60 + second


def _weeks(days):
    return [days[place : place + 7] for place in range(0, len(days), 7)]


def _beside(columns, width, spacing):
    return (" " * spacing).join([column.center(width) for column in columns])


class TextCalendar:
    def __init__(self, firstweekday=0):
        self.firstweekday = firstweekday % 7

    def getfirstweekday(self):
        return self.firstweekday

    def setfirstweekday(self, firstweekday):
        self.firstweekday = firstweekday % 7

    def iterweekdays(self):
        return [(self.firstweekday + place) % 7 for place in range(7)]

    def itermonthdays(self, year, month):
        first, days = monthrange(year, month)
        before = (first - self.firstweekday) % 7
        return [0] * before + list(range(1, days + 1)) + [0] * (-(before + days) % 7)

    def itermonthdays2(self, year, month):
        return [(day, (self.firstweekday + place) % 7) for place, day in enumerate(self.itermonthdays(year, month))]

    def itermonthdates(self, year, month):
        days = self.itermonthdays(year, month)
        first = date(year, month, 1) - timedelta(days=days.index(1))
        return [first + timedelta(days=place) for place in range(len(days))]

    def monthdayscalendar(self, year, month):
        return _weeks(self.itermonthdays(year, month))

    def monthdays2calendar(self, year, month):
        return _weeks(self.itermonthdays2(year, month))

    def monthdatescalendar(self, year, month):
        return _weeks(self.itermonthdates(year, month))

    def yeardayscalendar(self, year, width=3):
        months = [self.monthdayscalendar(year, month) for month in range(1, 13)]
        return [months[place : place + width] for place in range(0, 12, width)]

    def formatday(self, day, weekday, width):
        return (f"{day:2d}" if day else "").center(width)

    def formatweek(self, theweek, width):
        return " ".join([self.formatday(day, weekday, width) for day, weekday in theweek])

    def formatweekday(self, day, width):
        return (day_name if width >= 9 else day_abbr)[day][:width].center(width)

    def formatweekheader(self, width):
        return " ".join([self.formatweekday(day, width) for day in self.iterweekdays()])

    def formatmonthname(self, theyear, themonth, width, withyear=True):
        return (f"{month_name[themonth]} {theyear}" if withyear else month_name[themonth]).center(width)

    def formatmonth(self, theyear, themonth, w=0, l=0):  # noqa: E741
        w, end = max(2, w), "\n" * max(1, l)
        lines = [self.formatmonthname(theyear, themonth, 7 * (w + 1) - 1), self.formatweekheader(w)]
        lines += [self.formatweek(week, w) for week in self.monthdays2calendar(theyear, themonth)]
        return "".join([line.rstrip() + end for line in lines])

    def prmonth(self, theyear, themonth, w=0, l=0):  # noqa: E741
        print(self.formatmonth(theyear, themonth, w, l), end="")

    def formatyear(self, theyear, w=2, l=1, c=6, m=3):  # noqa: E741
        w, end, c = max(2, w), "\n" * max(1, l), max(2, c)
        width, header = (w + 1) * 7 - 1, self.formatweekheader(w)
        parts = [str(theyear).center(width * m + c * (m - 1)).rstrip(), end]
        for first in range(1, 13, m):
            months = list(range(first, min(first + m, 13)))
            lines = [_beside([self.formatmonthname(theyear, month, width, False) for month in months], width, c)]
            lines.append(_beside([header] * len(months), width, c))
            weeks = [self.monthdays2calendar(theyear, month) for month in months]
            for row in range(max([len(each) for each in weeks])):
                texts = [self.formatweek(each[row], w) if row < len(each) else "" for each in weeks]
                lines.append(_beside(texts, width, c))
            parts += [end, *[line.rstrip() + end for line in lines]]
        return "".join(parts)

    def pryear(self, theyear, w=0, l=0, c=6, m=3):  # noqa: E741
        print(self.formatyear(theyear, w, l, c, m), end="")


Calendar = TextCalendar
_usual = TextCalendar()


def firstweekday():
    return _usual.firstweekday


def setfirstweekday(firstweekday):
    if not 0 <= firstweekday <= 6:
        raise IllegalWeekdayError(f"bad weekday number {firstweekday!r}; must be 0 (Monday) to 6 (Sunday)")
    _usual.firstweekday = firstweekday


def monthcalendar(year, month):
    return _usual.monthdayscalendar(year, month)


def month(theyear, themonth, w=0, l=0):  # noqa: E741
    return _usual.formatmonth(theyear, themonth, w, l)


def prmonth(theyear, themonth, w=0, l=0):  # noqa: E741
    _usual.prmonth(theyear, themonth, w, l)


def calendar(theyear, w=2, l=1, c=6, m=3):  # noqa: E741
    return _usual.formatyear(theyear, w, l, c, m)


def prcal(theyear, w=0, l=0, c=6, m=3):  # noqa: E741
    _usual.pryear(theyear, w, l, c, m)
