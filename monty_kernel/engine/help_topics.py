"""What a cell that calls `help(value)` wants to know about: the name in the call, or the name of the value."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic_monty import FunctionSnapshot

_NAMED = re.compile(r"<(?:function|class|module) '([^\W\d]\w*)'(?: at 0x[0-9a-f]+)?>\Z")
"""Functions, classes and modules cross as text."""

_INSIDE = re.compile(rb"[ \t]|(?:async[ \t]+)?def\b|.*\blambda\b")
"""How a line begins that may be inside a function."""


def help_topic(snapshot: FunctionSnapshot, text_of: Callable[[str], str | None]) -> tuple[str, str]:
    """The topic of a call of `help`, and the class of its value if that is an instance. Empty if there is none.

    Args:
        text_of: Gives the text of a feed, by the name that Monty has for it.
    """
    position = snapshot.position
    text = ((text_of(position.filename) if position.filename else None) or "").encode()
    call = text[position.start : position.end].decode(errors="replace")
    topic = call[call.find("(") + 1 : -1].strip() if call.endswith(")") else ""
    if not snapshot.args:
        return topic, ""
    kind, named = _class_of(snapshot.args[0]), _name_of(snapshot.args[0])
    if named and topic.rpartition(".")[2] != named and topic[:1] not in ("'", '"'):
        topic = named  # the call has another name for it, such as a function's parameter
    elif kind.isidentifier() and topic.isidentifier() and _INSIDE.match(text, text.rfind(b"\n", 0, position.start) + 1):
        topic = kind  # the name may be a function's own, and the session may have another value of that name
    return topic or kind, kind


def _class_of(value: object) -> str:
    """The class of a value that a cell passed. Empty for functions, classes and modules."""
    from pydantic_monty import MontyClassProxy, MontyStdTypeProxy

    if isinstance(value, MontyClassProxy):
        return str(value.name)
    if isinstance(value, (type, MontyStdTypeProxy)) or (isinstance(value, str) and value[:1] == "<"):
        return ""
    return type(value).__name__


def _name_of(value: object) -> str:
    """The name of a function, class or module that a cell passed, as far as it crosses; empty for anything else."""
    from pydantic_monty import MontyStdTypeProxy

    if isinstance(value, MontyStdTypeProxy):
        return str(value.name)
    if isinstance(value, type):
        return value.__name__
    match = _NAMED.match(value) if isinstance(value, str) else None
    return match[1] if match else ""
