"""What Monty means by a function that "cannot suspend": it asks the host, inside a built-in function or a special method."""

from __future__ import annotations

import re

from ..host import CALLED_BY_NAME, OF_THE_HOST
from .sentences import SENTENCES

_CANNOT_SUSPEND = re.compile(
    r"(?P<kind>external|OS) function '(?P<name>[^']+)' cannot suspend in this synchronous context"
)

CANNOT_WAIT = SENTENCES["cannot_wait"]
"""What is said of a function of the host that was called there."""


def asked_in_vain(name: str, message: str) -> tuple[str, str]:
    """What Monty means if it says that something "cannot suspend": it takes every unknown name for one of the host."""
    match = _CANNOT_SUSPEND.fullmatch(message)
    if match is None:
        return name, message
    asked = OF_THE_HOST.get(match["name"], match["name"])
    if match["kind"] == "external" and "." not in asked and asked == match["name"] and asked not in CALLED_BY_NAME:
        return "NameError", f"name {asked!r} is not defined"
    return name, f"{asked}{'' if ' ' in asked else '()'} {CANNOT_WAIT}"
