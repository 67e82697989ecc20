from collections import deque
from pathlib import Path


def follow(path, keyword):
    """Yield the lines of a file that contain a keyword, with their numbers."""
    with open(path, encoding="utf-8") as f:
        for number, line in enumerate(f, start=1):
            if keyword.lower() in line.lower():
                yield number, line.rstrip("\n")


def tail(path, n=3):
    with open(path, encoding="utf-8") as f:
        return list(deque(f, maxlen=n))


log = Path("app.log")
lines = [f"{hour:02d}:{minute:02d} request {hour * 60 + minute} ok" for hour in range(3) for minute in (0, 30)]
lines.insert(2, "00:45 ERROR disk almost full (91%)")
lines.insert(5, "01:50 Error disk full (100%)")
log.write_text("\n".join(lines) + "\n", encoding="utf-8")

for number, line in follow(log, "error"):
    print(f"{log}:{number}: {line}")

print("Last lines:")
print("".join(tail(log)), end="")

with log.open("a") as f:
    print("03:00 restarted", file=f)
print(f"{len(log.read_text().splitlines())} lines now, the last one is {tail(log, 1)[0].strip()!r}")
