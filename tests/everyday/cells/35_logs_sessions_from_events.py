import json
from collections import defaultdict
from datetime import datetime, timedelta

# One JSON object per line, as exported from the analytics service
ndjson = """\
{"ts": "2024-05-01T09:00:00", "user": "u1", "event": "login"}
{"ts": "2024-05-01T09:04:10", "user": "u1", "event": "view"}
{"ts": "2024-05-01T09:05:00", "user": "u2", "event": "login"}
{"ts": "2024-05-01T10:10:00", "user": "u1", "event": "view"}
{"ts": "2024-05-01T10:12:30", "user": "u1", "event": "purchase"}
{"ts": "2024-05-01T09:06:45", "user": "u2", "event": "logout"}
"""

with open("events.ndjson", "w") as f:
    f.write(ndjson)

by_user = defaultdict(list)
with open("events.ndjson") as f:
    for line in f:
        event = json.loads(line)
        event["ts"] = datetime.fromisoformat(event["ts"])
        by_user[event["user"]].append(event)

TIMEOUT = timedelta(minutes=30)
for user, events in sorted(by_user.items()):
    events.sort(key=lambda e: e["ts"])
    sessions = [[events[0]]]
    for previous, current in zip(events, events[1:]):
        if current["ts"] - previous["ts"] > TIMEOUT:
            sessions.append([])
        sessions[-1].append(current)
    for i, session in enumerate(sessions, 1):
        duration = session[-1]["ts"] - session[0]["ts"]
        print(f"{user} session {i}: {duration} {' > '.join(e['event'] for e in session)}")
