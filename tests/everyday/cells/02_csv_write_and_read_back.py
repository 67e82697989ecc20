import csv
from statistics import mean, median

employees = [
    {"name": "Alice", "department": "Engineering", "salary": 98000},
    {"name": "Bob", "department": "Marketing", "salary": 64000},
    {"name": "Carla", "department": "Engineering", "salary": 105000},
    {"name": "Dmitri", "department": "Sales", "salary": 58000},
    {"name": "Eve", "department": "Marketing", "salary": 71000},
    {"name": "Farid", "department": "Engineering", "salary": 87500},
]

# Write the data to a CSV file
with open("employees.csv", "w", newline="") as f:
    writer = csv.DictWriter(f, fieldnames=["name", "department", "salary"])
    writer.writeheader()
    writer.writerows(employees)

# Read it back and group the salaries by department
by_department = {}
with open("employees.csv", newline="") as f:
    for row in csv.DictReader(f):
        by_department.setdefault(row["department"], []).append(int(row["salary"]))

for department in sorted(by_department):
    salaries = by_department[department]
    print(f"{department}: n={len(salaries)}, mean={mean(salaries):,.0f}, median={median(salaries):,.0f}")
