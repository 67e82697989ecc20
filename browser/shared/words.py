"""What a page calls otherwise: cells see no files of a computer, but of the site."""

from __future__ import annotations

import re
from typing import Any

_FILES = re.compile(r"\b(files?|folders?) of this computer\b")


def of_a_site(data: Any) -> Any:
    """Plain data with these words in all of its texts."""
    if isinstance(data, str):
        return _FILES.sub(r"\1 of this site", data)
    if isinstance(data, dict):
        return {of_a_site(key): of_a_site(value) for key, value in data.items()}
    return [of_a_site(each) for each in data] if isinstance(data, (list, tuple)) else data
