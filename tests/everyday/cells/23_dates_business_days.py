from datetime import date, timedelta

HOLIDAYS = {date(2024, 12, 25), date(2024, 12, 26), date(2025, 1, 1)}


def business_days(start: date, end: date):
    """Yield every working day from start to end (inclusive)."""
    day = start
    while day <= end:
        if day.weekday() < 5 and day not in HOLIDAYS:
            yield day
        day += timedelta(days=1)


def add_business_days(start: date, count: int) -> date:
    day = start
    while count > 0:
        day += timedelta(days=1)
        if day.weekday() < 5 and day not in HOLIDAYS:
            count -= 1
    return day


days = list(business_days(date(2024, 12, 20), date(2025, 1, 3)))
print(len(days), "working days")
for day in days:
    print(day.strftime("%a, %d %b %Y"))

print("Due:", add_business_days(date(2024, 12, 23), 5).isoformat())
