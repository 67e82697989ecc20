import csv
from collections import Counter
from io import StringIO
from operator import itemgetter

orders = StringIO("""\
order,product,quantity,price
1,espresso,2,2.20
2,latte,1,3.80
3,croissant,3,1.90
4,latte,2,3.80
5,tea,1,2.50
6,espresso,4,2.20
7,croissant,1,1.90
8,sandwich,1,5.40
""")

quantity = Counter()
revenue = Counter()
for row in csv.DictReader(orders):
    quantity[row["product"]] += int(row["quantity"])
    revenue[row["product"]] += int(row["quantity"]) * float(row["price"])

print("Most sold:")
for rank, (product, n) in enumerate(quantity.most_common(3), 1):
    print(f"  {rank}. {product:<12} x{n}")

print("Best earning:")
for product, amount in sorted(revenue.items(), key=itemgetter(1), reverse=True)[:3]:
    share = amount / sum(revenue.values())
    print(f"  {product:<12} ${amount:>6.2f}  {share:.1%}")
