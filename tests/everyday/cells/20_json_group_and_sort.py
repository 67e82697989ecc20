import json
from itertools import groupby
from operator import itemgetter
from pprint import pprint

payload = json.dumps(
    [
        {"name": "Ada", "team": "red", "score": 91},
        {"name": "Bob", "team": "blue", "score": 78},
        {"name": "Cy", "team": "red", "score": 85},
        {"name": "Di", "team": "green", "score": 95},
        {"name": "Ed", "team": "blue", "score": 88},
    ]
)

players = sorted(json.loads(payload), key=itemgetter("team", "score"))

report = {}
for team, members in groupby(players, key=itemgetter("team")):
    members = list(members)
    report[team] = {
        "count": len(members),
        "average": sum(m["score"] for m in members) / len(members),
        "best": max(members, key=itemgetter("score"))["name"],
    }

pprint(report, width=60)

ranking = sorted(report.items(), key=lambda kv: kv[1]["average"], reverse=True)
print(" > ".join(team for team, _ in ranking))
