import math
import random
import time

random.seed(2024)


def estimate_pi(samples: int) -> float:
    inside = sum(random.random() ** 2 + random.random() ** 2 <= 1 for _ in range(samples))
    return 4 * inside / samples


start = time.perf_counter()
for samples in (100, 1_000, 10_000, 50_000):
    estimate = estimate_pi(samples)
    error = abs(estimate - math.pi)
    print(f"{samples:>7,} samples: {estimate:.5f} (error {error:.5f})")
elapsed = time.perf_counter() - start

assert error < 0.05
print("Took a reasonable time" if elapsed < 60 else "Slow!")
