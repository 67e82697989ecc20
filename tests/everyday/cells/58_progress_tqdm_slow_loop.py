import time

from tqdm import tqdm


def slow_square(n):
    time.sleep(0.01)
    return n * n


results = []
for n in tqdm(range(30), desc="Squaring", unit="item"):
    results.append(slow_square(n))

with tqdm(total=100, desc="Loading") as bar:
    for chunk in (10, 40, 30, 20):
        time.sleep(0.02)
        bar.update(chunk)
        bar.set_postfix(chunk=chunk)

for i, word in enumerate(tqdm(["alpha", "beta", "gamma"])):
    tqdm.write(f"{i}: {word}")

print(f"Sum: {sum(results)}")
