import json


class ValidationError(Exception):
    """Raised when a record does not match the schema."""

    def __init__(self, field, message):
        super().__init__(f"{field}: {message}")
        self.field = field


SCHEMA = {"id": int, "email": str, "age": int, "tags": list}


def validate(record):
    for field, expected in SCHEMA.items():
        if field not in record:
            raise ValidationError(field, "is missing")
        if not isinstance(record[field], expected):
            actual = type(record[field]).__name__
            raise ValidationError(field, f"expected {expected.__name__}, got {actual}")


lines = [
    '{"id": 1, "email": "a@example.com", "age": 30, "tags": []}',
    '{"id": 2, "email": "b@example.com", "age": "30", "tags": []}',
    '{"id": 3, "email": "c@example.com", "tags": ["x"]}',
    '{"id": 4, "email": ',
]
for number, line in enumerate(lines, 1):
    try:
        validate(json.loads(line))
    except json.JSONDecodeError as e:
        print(f"{number}: not JSON: {e.msg} at column {e.colno}")
    except ValidationError as e:
        print(f"{number}: invalid {e.field!r} ({e})")
    else:
        print(f"{number}: ok")
