"""A journaled cell as plain JSON data, and back."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from monty_kernel.engine.journal import Journaled
from monty_kernel.engine.script import Entry


def entry_data(done: Journaled) -> Mapping[str, Any] | None:
    """The data of a cell; None if the host told it something that JSON cannot say."""
    try:
        entries = [[_out(part) for part in entry] for entry in done.entries]
    except TypeError:
        return None
    label = done.cell.source.label
    return {
        "label": label,
        "source": done.cell.source.text,
        "number": done.number,
        "count": int(label[3:-1]) if label.startswith("In[") else 0,
        "expressions": dict(done.expressions),
        "entries": entries,
        "failed": done.failed,
    }


def entries_of(data: Any) -> tuple[Entry, ...]:
    """What `entry_data` made of the host's answers.

    Raises:
        ValueError: it is something else.
    """
    if not isinstance(data, list) or not all(isinstance(entry, list) for entry in data):
        raise ValueError("not a journal's entries")
    return tuple(tuple(_back(part) for part in entry) for entry in data)


def _out(value: object) -> object:
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, bytes):
        return {"bytes": base64.b64encode(value).decode()}
    if isinstance(value, (list, tuple)):
        return [_out(each) for each in value]
    raise TypeError(f"{type(value).__name__} has no place in JSON")


def _back(value: Any) -> Any:
    if isinstance(value, dict):
        return base64.b64decode(str(value["bytes"]))
    if isinstance(value, list):
        return [_back(each) for each in value]
    return value
