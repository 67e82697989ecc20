import csv
import io
import sys

customers_csv = """customer_id,name,city
1,Olivia,Lisbon
2,Noah,Prague
3,Mia,Oslo
"""
orders_csv = """order_id,customer_id,amount
1001,1,250.00
1002,3,75.50
1003,1,120.25
1004,2,19.99
1005,9,45.00
"""

customers = {row["customer_id"]: row for row in csv.DictReader(io.StringIO(customers_csv))}

joined = []
for order in csv.DictReader(io.StringIO(orders_csv)):
    customer = customers.get(order["customer_id"], {"name": "unknown", "city": ""})
    joined.append({**order, "name": customer["name"], "city": customer["city"]})

writer = csv.DictWriter(
    sys.stdout,
    fieldnames=["order_id", "name", "city", "amount"],
    extrasaction="ignore",
    lineterminator="\n",
)
writer.writeheader()
writer.writerows(sorted(joined, key=lambda r: (r["name"], -float(r["amount"]))))
