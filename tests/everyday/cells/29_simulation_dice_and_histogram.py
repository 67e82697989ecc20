import random
from collections import Counter
from itertools import product

random.seed(7)

rolls = [sum(random.choices(range(1, 7), k=2)) for _ in range(10_000)]
counts = Counter(rolls)

exact = Counter(a + b for a, b in product(range(1, 7), repeat=2))

for total in sorted(counts):
    observed = counts[total] / len(rolls)
    expected = exact[total] / 36
    bar = "█" * round(observed * 100)
    print(f"{total:>2} | {bar:<18} {observed:6.2%} (expected {expected:6.2%})")

mode, times = counts.most_common(1)[0]
print(f"Most frequent total: {mode}")
assert sum(counts.values()) == 10_000
