import csv
import json
from pathlib import Path

csv_path = Path("inventory.csv")
json_path = csv_path.with_suffix(".json")

csv_path.write_text(
    "sku,description,quantity,unit_price,discontinued\n"
    'A-100,"Bolt, 8 mm",1200,0.15,false\n'
    'A-200,"Nut, 8 mm",950,0.08,false\n'
    'B-310,"Bracket ""XL""",40,3.75,true\n',
    encoding="utf-8",
)


def convert(value):
    """Turn a string into the most specific type possible."""
    if value.lower() in ("true", "false"):
        return value.lower() == "true"
    for cast in (int, float):
        try:
            return cast(value)
        except ValueError:
            continue
    return value


with csv_path.open(newline="", encoding="utf-8") as f:
    rows = [{key: convert(value) for key, value in row.items()} for row in csv.DictReader(f)]

with json_path.open("w", encoding="utf-8") as f:
    json.dump(rows, f, indent=2)

print(json_path.read_text(encoding="utf-8"))
print(f"{json_path.name}: {len(rows)} records")
