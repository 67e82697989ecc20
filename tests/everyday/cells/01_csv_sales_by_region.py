import csv
import io
from collections import defaultdict

data = """date,region,product,units,price
2024-01-05,North,Widget,10,2.50
2024-01-06,South,Gadget,3,14.00
2024-01-06,North,Gadget,1,14.00
2024-01-07,West,Widget,25,2.40
2024-01-08,South,Widget,8,2.50
2024-01-09,West,Doohickey,2,99.90
"""

totals = defaultdict(float)
units = defaultdict(int)

reader = csv.DictReader(io.StringIO(data))
for row in reader:
    amount = int(row["units"]) * float(row["price"])
    totals[row["region"]] += amount
    units[row["region"]] += int(row["units"])

print(f"{'Region':<10}{'Units':>8}{'Revenue':>12}")
print("-" * 30)
for region, total in sorted(totals.items(), key=lambda item: item[1], reverse=True):
    print(f"{region:<10}{units[region]:>8}{total:>12,.2f}")
print("-" * 30)
print(f"{'Total':<10}{sum(units.values()):>8}{sum(totals.values()):>12,.2f}")
