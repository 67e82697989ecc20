import csv
import io
import sys

RAW = """id,name,age,email
1, Ann ,34,ann@example.com
2,Ben,not available,ben@example.com
3,,29,nobody@example.com
4,Dora,41,dora_at_example.com
5,Emil,,emil@example.com
6, Fay,52,fay@example.com
"""


def parse_row(row):
    name = row["name"].strip()
    if not name:
        raise ValueError("missing name")
    if "@" not in row["email"]:
        raise ValueError(f"invalid email: {row['email']!r}")
    age = int(row["age"]) if row["age"] else None
    return {"id": int(row["id"]), "name": name, "age": age, "email": row["email"].lower()}


clean, rejected = [], []
for line_number, row in enumerate(csv.DictReader(io.StringIO(RAW)), start=2):
    try:
        clean.append(parse_row(row))
    except ValueError as e:
        rejected.append((line_number, str(e)))
        print(f"line {line_number} skipped: {e}", file=sys.stderr)

for record in clean:
    print(record)

ages = [r["age"] for r in clean if r["age"] is not None]
print(f"{len(clean)} clean, {len(rejected)} rejected, average age {sum(ages) / len(ages):.1f}")
