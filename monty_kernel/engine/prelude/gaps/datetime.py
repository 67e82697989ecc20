"""What Monty's `datetime` lacks: `UTC`, `MINYEAR`, `MAXYEAR`.

Lacks: `tzinfo` as a base class.
"""

from datetime import timezone

UTC = timezone.utc
MINYEAR = 1
MAXYEAR = 9999
