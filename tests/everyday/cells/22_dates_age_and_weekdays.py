from datetime import date, timedelta


def age_on(birthday: date, day: date) -> int:
    before_birthday = (day.month, day.day) < (birthday.month, birthday.day)
    return day.year - birthday.year - before_birthday


today = date(2024, 6, 15)
people = {
    "Ana": date(1990, 6, 16),
    "Ben": date(1985, 6, 15),
    "Chloe": date(2012, 2, 29),
}

for name, birthday in people.items():
    try:
        next_birthday = birthday.replace(year=today.year)
    except ValueError:  # February 29
        next_birthday = date(today.year, 3, 1)
    if next_birthday < today:
        try:
            next_birthday = birthday.replace(year=today.year + 1)
        except ValueError:
            next_birthday = date(today.year + 1, 3, 1)
    days = (next_birthday - today).days
    print(f"{name} is {age_on(birthday, today)}, born on a {birthday:%A}, next birthday in {days} days")

week_start = today - timedelta(days=today.weekday())
print("This week:", ", ".join(f"{week_start + timedelta(days=i):%a %d}" for i in range(7)))
print("ISO week:", today.isocalendar()[1])
