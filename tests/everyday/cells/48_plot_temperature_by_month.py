import matplotlib.pyplot as plt

months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
berlin = [0.6, 1.4, 4.8, 9.5, 14.3, 17.6, 19.4, 18.9, 14.7, 9.9, 4.9, 1.9]
lisbon = [11.6, 12.7, 14.9, 15.9, 18.0, 21.2, 23.1, 23.5, 22.1, 18.8, 15.0, 12.4]

plt.figure(figsize=(10, 5))
plt.plot(months, berlin, marker="o", label="Berlin", color="tab:blue")
plt.plot(months, lisbon, marker="s", linestyle="--", label="Lisbon", color="tab:orange")
plt.axhline(sum(berlin) / len(berlin), color="gray", linewidth=0.8)
plt.title("Average temperature by month")
plt.xlabel("Month")
plt.ylabel("Temperature (°C)")
plt.legend()
plt.grid(True, alpha=0.3)
plt.tight_layout()
plt.show()
