import csv
import io
from collections import defaultdict
from datetime import datetime

text = """date;category;amount
2024-01-03;Food;54.20
2024-01-17;Transport;30.00
2024-02-02;Food;61.75
2024-02-11;Rent;850.00
2024-01-11;Rent;850.00
2024-02-20;Transport;12.40
2024-03-01;Food;48.10
2024-03-11;Rent;865.00
"""

pivot = defaultdict(lambda: defaultdict(float))
categories = set()
for row in csv.DictReader(io.StringIO(text), delimiter=";"):
    month = datetime.strptime(row["date"], "%Y-%m-%d").strftime("%b %Y")
    pivot[month][row["category"]] += float(row["amount"])
    categories.add(row["category"])

columns = sorted(categories)
print("Month".ljust(10) + "".join(c.rjust(12) for c in columns) + "Total".rjust(12))
for month in sorted(pivot, key=lambda m: datetime.strptime(m, "%b %Y")):
    amounts = [pivot[month][c] for c in columns]
    print(month.ljust(10) + "".join(f"{a:12.2f}" for a in amounts) + f"{sum(amounts):12.2f}")
