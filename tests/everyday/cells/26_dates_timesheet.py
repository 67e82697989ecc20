from collections import defaultdict
from datetime import datetime, timedelta

entries = """
2024-05-06 09:00 12:15 website
2024-05-06 13:00 17:30 website
2024-05-07 08:45 11:00 meetings
2024-05-07 11:00 16:20 reporting
2024-05-08 22:30 01:15 deployment
"""

per_day = defaultdict(timedelta)
per_project = defaultdict(timedelta)

for line in entries.strip().splitlines():
    day, start, end, project = line.split(maxsplit=3)
    begin = datetime.strptime(f"{day} {start}", "%Y-%m-%d %H:%M")
    finish = datetime.strptime(f"{day} {end}", "%Y-%m-%d %H:%M")
    if finish < begin:  # past midnight
        finish += timedelta(days=1)
    worked = finish - begin
    per_day[begin.date()] += worked
    per_project[project] += worked


def hours(delta: timedelta) -> str:
    minutes = int(delta.total_seconds() // 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


for day, worked in per_day.items():
    print(f"{day:%a %d %b}  {hours(worked)}  {'overtime' if worked > timedelta(hours=7, minutes=30) else ''}".rstrip())
for project, worked in sorted(per_project.items(), key=lambda x: x[1], reverse=True):
    print(f"{project:<12}{hours(worked)}")
print("Total", sum(per_day.values(), timedelta()))
