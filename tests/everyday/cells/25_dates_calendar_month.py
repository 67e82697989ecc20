import calendar
from datetime import date

year, month = 2024, 2

print(calendar.month(year, month))
print(f"{year} is {'a leap year' if calendar.isleap(year) else 'not a leap year'}")

first_weekday, days_in_month = calendar.monthrange(year, month)
print(f"{calendar.month_name[month]} starts on a {calendar.day_name[first_weekday]} and has {days_in_month} days")

# All Friday the 13ths of three years
unlucky = [
    date(y, m, 13)
    for y in range(2023, 2026)
    for m in range(1, 13)
    if date(y, m, 13).weekday() == calendar.FRIDAY
]
for day in unlucky:
    print(day.strftime("%d %B %Y"))

# Last business day of each quarter
for m in (3, 6, 9, 12):
    last = max(week[calendar.FRIDAY] for week in calendar.monthcalendar(year, m))
    print(f"Last Friday of {calendar.month_abbr[m]}: {date(year, m, last)}")
