"""A session's dump carries the limits that it was made under. This puts others in their place.

Monty loads a dump under the tighter of the dump's limits and the new session's (measured with pydantic_monty 1.4.0). So
a state would keep for ever what was tightened once, or what an earlier kernel was granted. A dump is CBOR behind a
header. Near its end, after all that a cell could have written, `tracker` holds a map of the limits. Where that map is
not found as
expected, the dump stays as it is: the session that loads it is never looser than its own limits.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from .limits import MONTY_RECURSION, Limits

_NULL = b"\xf6"
_TRACKER = b"gtracker\xa4flimits\xa7"
_AFTER = b"ttotal_execution_time\xa2"
_NAMES = (
    "max_feed_duration",
    "max_turn_duration",
    "max_memory",
    "gc_interval",
    "max_recursion_depth",
    "max_suspensions",
    "max_total_sleep",
)


def with_limits(state: bytes, limits: Limits) -> bytes | None:
    """The dump with these limits in place of its own; the same object if they are equal, None if they were not
    found."""
    start = state.rfind(_TRACKER)
    end = state.find(_AFTER, start) if start >= 0 else -1
    if end < 0:
        return None
    start += len(_TRACKER)
    old = state[start:end]
    try:
        found = dict(_entries(old))
    except ValueError:
        return None
    if tuple(found) != _NAMES:
        return None
    found["max_feed_duration"] = _NULL if limits.seconds is None else _duration(limits.seconds)
    found["max_memory"] = _NULL if limits.memory is None else _number(limits.memory)
    found["max_recursion_depth"] = _number(MONTY_RECURSION if limits.recursion is None else limits.recursion)
    new = b"".join(_text(name) + value for name, value in found.items())
    return state if new == old else b"".join((state[:start], new, state[end:]))


def _entries(data: bytes) -> Iterator[tuple[str, bytes]]:
    """The keys of a map of limits, and their encoded values. Raises ValueError."""
    position = 0
    while position < len(data):
        length = data[position] - 0x60
        if not 0 < length < 24:
            raise ValueError("a name was expected")
        name = data[position + 1 : position + 1 + length].decode("ascii")
        position += 1 + length
        end = _skip(data, position)
        yield name, data[position:end]
        position = end


def _skip(data: bytes, position: int) -> int:
    """Where the value that begins here ends: null, a number, or a map for a duration."""
    head = data[position : position + 1]
    if head == _NULL:
        return position + 1
    if head == b"\xa2":
        for name in (b"dsecs", b"enanos"):
            if data[position + 1 : position + 1 + len(name)] != name:
                raise ValueError("a duration was expected")
            position = _skip(data, position + 1 + len(name)) - 1
        return position + 1
    if head and head[0] < 24:
        return position + 1
    if head and head[0] <= 27:
        return position + 1 + (1 << (head[0] - 24))
    raise ValueError("a limit was expected")


def _number(value: int) -> bytes:
    for head, most, code in ((0x18, 1 << 8, ">BB"), (0x19, 1 << 16, ">BH"), (0x1A, 1 << 32, ">BI")):
        if value < most:
            return bytes([value]) if value < 24 else struct.pack(code, head, value)
    return struct.pack(">BQ", 0x1B, min(value, (1 << 64) - 1))


def _duration(seconds: float) -> bytes:
    whole, nanos = divmod(round(seconds * 1_000_000_000), 1_000_000_000)
    nanos -= nanos % 1000  # whole microseconds, as Monty has it
    return b"\xa2dsecs" + _number(whole) + b"enanos" + _number(nanos)


def _text(text: str) -> bytes:
    return bytes([0x60 + len(text)]) + text.encode("ascii")
