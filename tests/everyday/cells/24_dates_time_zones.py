from datetime import datetime, timedelta, timezone

formats = ["%Y-%m-%d %H:%M", "%d/%m/%Y %H:%M", "%b %d, %Y %I:%M %p", "%Y-%m-%dT%H:%M:%S%z"]


def parse(text: str) -> datetime:
    """Try several formats, and assume UTC if there is no time zone."""
    for fmt in formats:
        try:
            parsed = datetime.strptime(text, fmt)
        except ValueError:
            continue
        return parsed if parsed.tzinfo else parsed.replace(tzinfo=timezone.utc)
    raise ValueError(f"Unknown date format: {text!r}")


stamps = ["2024-03-10 14:30", "11/03/2024 09:05", "Mar 12, 2024 11:45 PM", "2024-03-10T23:00:00+0530", "soon"]
parsed = []
for stamp in stamps:
    try:
        parsed.append(parse(stamp))
        print(f"{stamp:<28} {parsed[-1].isoformat()}")
    except ValueError as error:
        print(error)

tokyo = timezone(timedelta(hours=9), "JST")
earliest, latest = min(parsed), max(parsed)
print("Earliest in Tokyo:", earliest.astimezone(tokyo).strftime("%Y-%m-%d %H:%M %Z"))
span = latest - earliest
hours, remainder = divmod(span.seconds, 3600)
print(f"Span: {span.days} days, {hours} hours, {remainder // 60} minutes")
print("Epoch:", int(earliest.timestamp()))
