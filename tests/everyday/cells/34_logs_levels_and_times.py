import re
from collections import Counter
from datetime import datetime

log_text = """
2024-04-02 08:00:01,120 INFO  [web] Server started on port 8080
2024-04-02 08:00:05,431 WARNING [db] Slow query took 2.31s
2024-04-02 08:01:17,002 ERROR [auth] Login failed for user 'bob'
2024-04-02 08:03:44,918 INFO  [web] GET /health 200
2024-04-02 08:04:00,500 ERROR [db] Connection lost
2024-04-02 08:04:02,750 INFO  [db] Reconnected
"""

line_re = re.compile(
    r"^(?P<time>\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2},\d{3})\s+(?P<level>[A-Z]+)\s+\[(?P<module>\w+)\]\s+(?P<message>.*)$",
    re.MULTILINE,
)

entries = [m.groupdict() for m in line_re.finditer(log_text)]
for entry in entries:
    entry["time"] = datetime.strptime(entry["time"], "%Y-%m-%d %H:%M:%S,%f")

print(Counter(e["level"] for e in entries))

errors = [e for e in entries if e["level"] == "ERROR"]
for e in errors:
    print(f"{e['time']:%H:%M:%S} {e['module']}: {e['message']}")

gaps = [(b["time"] - a["time"]).total_seconds() for a, b in zip(entries, entries[1:])]
print(f"Longest gap: {max(gaps):.3f} s")
outage = entries[-1]["time"] - errors[-1]["time"]
print(f"Outage: {outage}")
