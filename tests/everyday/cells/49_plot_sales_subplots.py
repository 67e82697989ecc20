import matplotlib.pyplot as plt

products = ["Laptops", "Phones", "Tablets", "Accessories"]
sales_2023 = [120, 310, 95, 240]
sales_2024 = [135, 290, 110, 275]

fig, axes = plt.subplots(1, 2, figsize=(12, 4))

width = 0.4
positions = range(len(products))
bars = axes[0].bar([p - width / 2 for p in positions], sales_2023, width, label="2023")
axes[0].bar([p + width / 2 for p in positions], sales_2024, width, label="2024")
axes[0].set_xticks(list(positions))
axes[0].set_xticklabels(products, rotation=30)
axes[0].set_ylabel("Units (thousands)")
axes[0].set_title("Sales by product")
axes[0].legend()
axes[0].bar_label(bars)

axes[1].pie(sales_2024, labels=products, autopct="%1.1f%%", startangle=90)
axes[1].set_title("Share in 2024")

fig.suptitle("Annual sales")
fig.tight_layout()
fig.savefig("sales.png", dpi=150)
plt.show()
