import random
from datetime import date, timedelta

import matplotlib.pyplot as plt

random.seed(10)
start = date(2024, 1, 1)
days = [start + timedelta(days=i) for i in range(120)]
price = 100.0
prices = []
for _ in days:
    price *= 1 + random.uniform(-0.02, 0.022)
    prices.append(price)


def moving_average(values, window):
    return [sum(values[i - window + 1 : i + 1]) / window for i in range(window - 1, len(values))]


window = 20
average = moving_average(prices, window)

fig, ax = plt.subplots(figsize=(10, 4))
ax.plot(days, prices, color="steelblue", lw=1, label="Close")
ax.plot(days[window - 1 :], average, color="darkorange", lw=2, label=f"{window}-day average")
ax.fill_between(days, min(prices), prices, color="steelblue", alpha=0.1)
low, high = min(prices), max(prices)
ax.text(days[prices.index(high)], high, f"max {high:.1f}", ha="center", va="bottom")
ax.set_ylim(low * 0.95, high * 1.05)
ax.set_ylabel("Price ($)")
ax.legend()
fig.autofmt_xdate()
plt.show()
