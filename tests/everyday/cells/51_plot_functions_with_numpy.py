import matplotlib.pyplot as plt
import numpy as np

x = np.linspace(0, 2 * np.pi, 200)

fig, ax = plt.subplots(figsize=(8, 4))
ax.plot(x, np.sin(x), label="sin(x)")
ax.plot(x, np.cos(x), label="cos(x)")
ax.plot(x, np.exp(-x / 3) * np.sin(3 * x), "k:", label="damped")
ax.fill_between(x, np.sin(x), 0, alpha=0.1)
ax.set_xlim(0, 2 * np.pi)
ax.set_xticks([0, np.pi, 2 * np.pi])
ax.set_xticklabels(["0", r"$\pi$", r"$2\pi$"])
ax.annotate("maximum", xy=(np.pi / 2, 1), xytext=(2.5, 0.9), arrowprops={"arrowstyle": "->"})
ax.legend(loc="lower left")
ax.set_title("Trigonometric functions")
plt.show()
