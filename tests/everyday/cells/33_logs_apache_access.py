import re
from collections import Counter, defaultdict

LOG = """\
192.168.1.10 - - [12/Mar/2024:10:15:32 +0000] "GET /index.html HTTP/1.1" 200 5120
192.168.1.11 - - [12/Mar/2024:10:15:40 +0000] "GET /missing HTTP/1.1" 404 312
10.0.0.5 - alice [12/Mar/2024:10:16:01 +0000] "POST /api/login HTTP/1.1" 200 87
10.0.0.5 - alice [12/Mar/2024:11:02:13 +0000] "GET /api/items?page=2 HTTP/1.1" 500 0
192.168.1.10 - - [12/Mar/2024:11:05:59 +0000] "GET /index.html HTTP/1.1" 304 -
this line is garbage
"""

PATTERN = re.compile(
    r"""
    ^(?P<ip>\S+)\s\S+\s(?P<user>\S+)\s      # client and user
    \[(?P<time>[^\]]+)\]\s                  # timestamp
    "(?P<method>[A-Z]+)\s(?P<path>\S+)\s[^"]*"\s
    (?P<status>\d{3})\s(?P<size>\d+|-)$     # response
    """,
    re.VERBOSE,
)

statuses, hits, traffic = Counter(), Counter(), defaultdict(int)
for line in LOG.splitlines():
    if not (m := PATTERN.match(line)):
        print(f"Could not parse: {line!r}")
        continue
    statuses[m["status"]] += 1
    hits[m["path"].split("?")[0]] += 1
    traffic[m["ip"]] += 0 if m["size"] == "-" else int(m["size"])

print("Statuses:", dict(sorted(statuses.items())))
print("Top path:", hits.most_common(1)[0])
print("Traffic:", {ip: f"{size:,} B" for ip, size in traffic.items()})
