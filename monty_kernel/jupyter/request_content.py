"""What a request's content must hold before a handler sees it: the required fields of the message specification."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from monty_kernel.jupyter.guarded_stream import LARGEST, Oversized

_FIELDS: Mapping[str, Mapping[str, type]] = {
    "execute_request": {"code": str},
    "complete_request": {"code": str, "cursor_pos": int},
    "inspect_request": {"code": str, "cursor_pos": int},
    "is_complete_request": {"code": str},
    "history_request": {"hist_access_type": str, "output": bool, "raw": bool},
    "shutdown_request": {"restart": bool},
}
_OPTIONAL: Mapping[str, Mapping[str, type]] = {
    "execute_request": {"user_expressions": dict},
    "inspect_request": {"detail_level": int},
    "history_request": {"session": int, "start": int, "stop": int, "n": int, "pattern": str, "unique": bool},
}
_NAMES = {str: "a string", int: "an integer", bool: "true or false", dict: "an object"}


def problem(kind: str, content: Mapping[str, Any]) -> str | None:
    """What is wrong with the content of a request of this type; None if nothing is."""
    if isinstance(content, Oversized):
        return f"the {kind} has {content.size:,} bytes of content, and no more than {LARGEST >> 20} MiB are read: split the cell"
    for name, wanted in _FIELDS.get(kind, {}).items():
        if name not in content:
            return f"{kind} needs {name!r}, {_NAMES[wanted]}"
        if not isinstance(content[name], wanted):
            return f"{name!r} in {kind} must be {_NAMES[wanted]}"
    for name, wanted in _OPTIONAL.get(kind, {}).items():
        if content.get(name) is not None and not isinstance(content[name], wanted):
            return f"{name!r} in {kind} must be {_NAMES[wanted]}"
    sections = content.get("omit_sections") if kind == "inspect_request" else None
    if sections is not None and not (isinstance(sections, list) and all(isinstance(name, str) for name in sections)):
        return "'omit_sections' in inspect_request must be a list of strings"
    return None
