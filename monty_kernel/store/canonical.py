"""JSON and text in the one form in which they are signed."""

from __future__ import annotations

import json
from typing import Any


def text(value: str) -> str:
    r"""Text as SQLite takes it: lone surrogates are written out, as `\udc80`."""
    return value.encode(errors="backslashreplace").decode()


def canonical(value: object) -> bytes:
    """JSON, always the same for the same value.

    Raises:
        TypeError, ValueError: it cannot be JSON.
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode("ascii")


def json_object(data: bytes) -> dict[str, Any]:
    """The JSON object in `data`. Raises ValueError."""
    try:
        value = json.loads(data)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    if not isinstance(value, dict):
        raise ValueError("it is no JSON object")
    return value
