import random

import matplotlib.pyplot as plt

random.seed(0)
heights = [random.gauss(170, 8) for _ in range(500)]
weights = [0.9 * h - 85 + random.gauss(0, 6) for h in heights]

fig, ((ax1, ax2), (ax3, ax4)) = plt.subplots(2, 2, figsize=(10, 8))

ax1.hist(heights, bins=20, color="skyblue", edgecolor="black")
ax1.axvline(sum(heights) / len(heights), color="red", linestyle="--", label="mean")
ax1.set(title="Heights", xlabel="cm", ylabel="count")
ax1.legend()

ax2.hist(weights, bins=20, color="salmon", alpha=0.7)
ax2.set(title="Weights", xlabel="kg")

ax3.scatter(heights, weights, s=10, alpha=0.5)
ax3.set(title="Height vs. weight", xlabel="cm", ylabel="kg")

ax4.boxplot([heights, weights])
ax4.set_xticklabels(["height", "weight"])

plt.tight_layout()
plt.show()
