import json

raw = """
{
  "customer": {"name": "Grace Hopper", "address": {"city": "Arlington", "zip": "22201"}},
  "orders": [
    {"id": 1, "items": [{"sku": "A1", "qty": 2, "price": 9.5}, {"sku": "B2", "qty": 1, "price": 24.0}]},
    {"id": 2, "items": [], "note": "cancelled"},
    {"id": 3, "items": [{"sku": "C3", "qty": 10, "price": 0.99}]}
  ],
  "active": true,
  "referrer": null
}
"""

data = json.loads(raw)

print(data["customer"]["address"]["city"])
for order in data["orders"]:
    total = sum(item["qty"] * item["price"] for item in order["items"])
    order["total"] = round(total, 2)
    print(f"Order {order['id']}: {len(order['items'])} item(s), total ${total:.2f}", order.get("note", ""))

best = max(data["orders"], key=lambda order: order["total"])
print("Largest order:", best["id"])

skus = {item["sku"] for order in data["orders"] for item in order["items"]}
summary = {"customer": data["customer"]["name"], "skus": sorted(skus), "active": data["active"]}
print(json.dumps(summary, indent=2, sort_keys=True))
