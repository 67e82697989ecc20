"""A cell's outputs as typed events. The kernel renders them as IOPub messages, the headless runner as notebook outputs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

MimeBundle = Mapping[str, Any]
"""MIME type -> data: text as `str`, binary as base64 `str`, `application/json` as plain data."""

_EMPTY: Mapping[str, Any] = {}


class Stream(NamedTuple):
    """Text printed to stdout or stderr."""

    name: Literal["stdout", "stderr"]
    text: str


class Display(NamedTuple):
    """One `display(...)`; with `update`, one that replaces every display of the same `display_id`."""

    data: MimeBundle
    metadata: Mapping[str, Any] = {}
    display_id: str | None = None
    update: bool = False


class Result(NamedTuple):
    """The value of a cell's last expression."""

    data: MimeBundle
    metadata: Mapping[str, Any] = {}


class ClearOutput(NamedTuple):
    """Remove what the cell has shown so far; with `wait`, only when the next output arrives."""

    wait: bool = False


class Error(NamedTuple):
    """The error that ended a cell, ready to show: `traceback` is a list of lines with ANSI colours."""

    ename: str
    evalue: str
    traceback: tuple[str, ...]


Output = Stream | Display | Result | ClearOutput | Error


def finite(obj: Any) -> Any:
    """Plain data with None for NaN and infinities, which JSON does not have; JavaScript does the same."""
    if isinstance(obj, float):
        return obj if math.isfinite(obj) else None
    if isinstance(obj, dict):
        return {key: finite(value) for key, value in obj.items()}
    if isinstance(obj, (list, tuple)):
        return [finite(value) for value in obj]
    return obj
