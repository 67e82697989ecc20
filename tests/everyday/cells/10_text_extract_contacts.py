import re

text = """
Please contact Jane Doe (jane.doe@example.com, +1 415-555-0132) or
John Smith <john_smith@mail.example.org>, tel. 212-555-0199, before 2024-03-15.
Invoices go to billing@example.com. Our old address sales@@example.com is no longer valid.
See https://www.example.com/contact?ref=42 or http://docs.example.org for details.
"""

email_pattern = re.compile(r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b")
phone_pattern = re.compile(r"(?:\+(?P<country>\d{1,2})\s)?(?P<area>\d{3})-(?P<exchange>\d{3})-(?P<line>\d{4})")
url_pattern = re.compile(r"https?://[^\s]+", re.IGNORECASE)

emails = sorted(set(email_pattern.findall(text)))
print("Emails:")
for email in emails:
    user, _, domain = email.partition("@")
    print(f"  {user} at {domain}")

print("Phones:")
for match in phone_pattern.finditer(text):
    parts = match.groupdict(default="1")
    print(f"  +{parts['country']} ({parts['area']}) {parts['exchange']}-{parts['line']}")

print("URLs:", url_pattern.findall(text))
print("Dates:", re.findall(r"\d{4}-\d{2}-\d{2}", text))
