from tabulate import tabulate

students = [
    {"name": "Amira", "maths": 92, "physics": 88, "art": 75},
    {"name": "Boris", "maths": 67, "physics": 71, "art": 90},
    {"name": "Chen", "maths": 85, "physics": 94, "art": 81},
]

rows = []
for student in students:
    grades = [value for key, value in student.items() if key != "name"]
    average = sum(grades) / len(grades)
    rows.append([student["name"], *grades, average, "pass" if average >= 80 else "retake"])

rows.sort(key=lambda row: row[-2], reverse=True)

headers = ["Name", "Maths", "Physics", "Art", "Average", "Result"]
print(tabulate(rows, headers=headers, floatfmt=".1f"))
print()
print(tabulate(students, headers="keys", tablefmt="github"))
