import re

log = "User 4111-1111-1111-1234 paid $25.00, user 5500-0000-0000-9999 paid $7.5"


def mask_card(match: re.Match) -> str:
    """Keep only the last four digits."""
    digits = match.group(0).replace("-", "")
    return "*" * (len(digits) - 4) + digits[-4:]


masked = re.sub(r"\d{4}(?:-\d{4}){3}", mask_card, log)
print(masked)

# Double every price
doubled = re.sub(r"\$(\d+(?:\.\d+)?)", lambda m: f"${float(m.group(1)) * 2:.2f}", masked)
print(doubled)


def camel_to_snake(name: str) -> str:
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name).lower()


def snake_to_camel(name: str) -> str:
    return re.sub(r"_([a-z])", lambda m: m.group(1).upper(), name)


for name in ["firstName", "HTTPResponseCode", "getUserByID", "simple"]:
    snake = camel_to_snake(name)
    print(f"{name:<18} -> {snake:<20} -> {snake_to_camel(snake)}")
