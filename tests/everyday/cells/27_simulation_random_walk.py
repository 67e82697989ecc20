import random
from statistics import mean


def random_walk(steps: int, rng: random.Random) -> list[tuple[int, int]]:
    x = y = 0
    path = [(x, y)]
    for _ in range(steps):
        dx, dy = rng.choice([(1, 0), (-1, 0), (0, 1), (0, -1)])
        x, y = x + dx, y + dy
        path.append((x, y))
    return path


rng = random.Random(42)
walks = [random_walk(100, rng) for _ in range(200)]
distances = [(path[-1][0] ** 2 + path[-1][1] ** 2) ** 0.5 for path in walks]

print(f"Mean distance: {mean(distances):.3f}")
print(f"Farthest: {max(distances):.3f}")
returned = sum((0, 0) in path[1:] for path in walks)
print(f"{returned} of {len(walks)} walks came back to the origin")

# ASCII sketch of the first walk
path = set(walks[0])
xs, ys = zip(*path)
for y in range(max(ys), min(ys) - 1, -1):
    print("".join("O" if (x, y) == (0, 0) else "*" if (x, y) in path else "." for x in range(min(xs), max(xs) + 1)))
