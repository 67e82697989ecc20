"""A journaled cell as plain JSON data, and back."""

from __future__ import annotations

import base64
import decimal
from collections.abc import Mapping
from typing import Any

from monty_kernel.engine.recorder import Entry
from monty_kernel.engine.snapshot import Journaled

_BOXES: Mapping[str, Any] = {"tuple": tuple, "set": set, "frozenset": frozenset}
_LONG = 4096  # bits: Python writes and reads no int of more than 4,300 decimal digits, but any in hexadecimal


def entry_data(done: Journaled) -> Mapping[str, Any] | None:
    """The data of a cell; None if the host told it something that JSON cannot say."""
    try:
        entries = [[_out(part) for part in entry] for entry in done.entries]
    except (TypeError, RecursionError):
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
    try:
        return tuple(tuple(_back(part) for part in entry) for entry in data)
    except (KeyError, TypeError, AttributeError, RecursionError, decimal.InvalidOperation) as error:
        raise ValueError(f"not a journal's entries: {error!r}") from error


def _out(value: Any) -> object:
    if isinstance(value, int) and value.bit_length() > _LONG:
        return {"int": hex(value)}
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, bytes):
        return {"bytes": base64.b64encode(value).decode()}
    if type(value) is list:
        return [_out(each) for each in value]
    for name, kind in _BOXES.items():
        if type(value) is kind:
            return {name: [_out(each) for each in value]}
    if type(value) is dict:
        return {"dict": [[_out(key), _out(each)] for key, each in value.items()]}
    if type(value) is decimal.Decimal:
        return {"decimal": str(value)}
    raise TypeError(f"{type(value).__name__} has no place in JSON")


def _back(value: Any) -> Any:
    if isinstance(value, dict):
        ((name, inside),) = value.items()
        if name in _BOXES:
            return _BOXES[name](_back(each) for each in inside)
        if name == "dict":
            return {_back(key): _back(each) for key, each in inside}
        if name == "int":
            return int(str(inside), 16)
        return decimal.Decimal(str(inside)) if name == "decimal" else base64.b64decode(str(value["bytes"]))
    if isinstance(value, list):
        return [_back(each) for each in value]
    return value
