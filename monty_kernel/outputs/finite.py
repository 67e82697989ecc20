"""JSON has no NaN and no infinities: they become null, as in JavaScript."""

from __future__ import annotations

import math
from typing import Any


def finite(obj: Any) -> Any:
    """Plain data without NaN and infinities: each is None."""
    if isinstance(obj, float):
        return obj if math.isfinite(obj) else None
    if isinstance(obj, dict):
        return {key: finite(value) for key, value in obj.items()}
    if isinstance(obj, (list, tuple)):
        return [finite(value) for value in obj]
    return obj
