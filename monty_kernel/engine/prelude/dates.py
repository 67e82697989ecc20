# Methods of dates that Monty lacks: `__mk_of_dates('isocalendar', v)` is `v.isocalendar()`.


def __mk_make_dates():
    def ordinal(v):
        import datetime

        day = v if type(v).__name__ == "date" else v.date()
        return (day - datetime.date(1, 1, 1)).days + 1

    def from_ordinal(kind, number):
        import datetime

        if number < 1:
            raise ValueError("ordinal must be >= 1")
        day = datetime.date(1, 1, 1) + datetime.timedelta(days=number - 1)
        return day if kind.__name__ == "date" else datetime.datetime(day.year, day.month, day.day)

    def first_monday(year):
        # the ordinal of the day on which the ISO year begins
        import datetime

        fourth = ordinal(datetime.date(year, 1, 4))
        return fourth - (fourth + 6) % 7

    def isocalendar(v):
        from collections import namedtuple

        day, year = ordinal(v), v.year
        if day < first_monday(year):
            year -= 1
        elif year < 9999 and day >= first_monday(year + 1):
            year += 1
        kind = namedtuple("IsoCalendarDate", ["year", "week", "weekday"])
        return kind(year, (day - first_monday(year)) // 7 + 1, (day + 6) % 7 + 1)

    def from_isocalendar(kind, year, week, day):
        if not 1 <= week <= 53 or (week == 53 and first_monday(year) + 52 * 7 >= first_monday(year + 1)):
            raise ValueError(f"Invalid week: {week}")
        if not 1 <= day <= 7:
            raise ValueError(f"Invalid weekday: {day} (range is [1, 7])")
        return from_ordinal(kind, first_monday(year) + 7 * (week - 1) + day - 1)

    def ctime(v):
        return v.strftime("%a %b ") + f"{v.day:2d}" + v.strftime(" %H:%M:%S ") + f"{v.year:04d}"

    def parsed_time(kind, date_string, format):
        # Monty wants a year, a month and a day, and six digits of a fraction
        text, form = date_string, format
        for names, put, value in (("dj", "%d", "1"), ("mbBj", "%m", "1"), ("Yy", "%Y", "1900")):
            if not [name for name in names + "cxDF" if "%" + name in form]:
                text, form = f"{value} {text}", f"{put} {form}"
        digits = 0
        while digits < len(text) and text[-1 - digits] in "0123456789":
            digits += 1
        if form.endswith("%f") and 0 < digits < 6:
            text += "0" * (6 - digits)
        try:
            return kind.strptime(text, form)
        except ValueError:
            if text == date_string:
                raise
        raise ValueError(f"time data {date_string!r} does not match format {format!r}")

    def called(name, v, *args, **options):
        kind = type(v).__name__
        if kind == "type" and v.__name__ in ("date", "datetime"):
            if name == "fromordinal":
                return from_ordinal(v, *args)
            if name == "fromisocalendar":
                return from_isocalendar(v, *args, **options)
            if name == "strptime":
                return parsed_time(v, *args)
            return called(name, *args, **options)
        if name == "strptime":
            return v.strptime(*args, **options)
        if hasattr(v, name):  # its class has it; of built-in values Monty says that nothing is there
            return getattr(v, name)(*args, **options)
        if kind == "date" or kind == "datetime":
            if name == "isocalendar":
                return isocalendar(v)
            if name == "toordinal":
                return ordinal(v)
            if name == "ctime":
                return ctime(v)
        return getattr(v, name)(*args, **options)

    return called


__mk_of_dates = __mk_make_dates()
