import json
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from decimal import Decimal


@dataclass
class Invoice:
    number: str
    issued: date
    amount: Decimal
    tags: set = field(default_factory=set)


class InvoiceEncoder(json.JSONEncoder):
    def default(self, obj):
        if isinstance(obj, (date, datetime)):
            return obj.isoformat()
        if isinstance(obj, Decimal):
            return str(obj)
        if isinstance(obj, set):
            return sorted(obj)
        return super().default(obj)


invoices = [
    Invoice("2024-001", date(2024, 1, 31), Decimal("1200.50"), {"paid", "eu"}),
    Invoice("2024-002", date(2024, 2, 29), Decimal("89.99")),
]

text = json.dumps([asdict(i) for i in invoices], cls=InvoiceEncoder, indent=2)
print(text)

total = sum(Decimal(item["amount"]) for item in json.loads(text))
print("Total:", total)
