"""What one session may use: what the person granted, as cells have tightened it since. No cell can loosen it."""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Literal, NamedTuple

MONTY_RECURSION = 1000
"""How deep calls may nest by default: Monty's own limit, which cannot be removed."""


class Limits(NamedTuple):
    """What one session may use; None for no limit.

    Attributes:
        memory: Bytes of heap.
        seconds: Seconds that each cell may compute.
        recursion: Depth of calls; None for Monty's own limit.
        output: Bytes that each cell may show.
        host_calls: How often each cell may call the host.
        asleep: Seconds that each cell may do nothing but sleep.
    """

    memory: int | None = 1 << 30
    seconds: float | None = None
    recursion: int | None = None
    output: int | None = None
    host_calls: int | None = None
    asleep: float | None = None

    @property
    def of_worker(self) -> tuple[object, ...]:
        """The limits that the worker enforces; the host enforces the others."""
        return self.memory, self.seconds, self.recursion


class BadLimit(Exception):
    """A limit cannot be set to this; the message says why, and what to do instead."""


class LimitKind(NamedTuple):
    """One of the limits, as people speak of it.

    Attributes:
        name: The field of `Limits`, and what `%limits` takes.
        option: The kernel's option that grants it; `monty-kernel run` has it too, as `--max-memory`.
        unit: What the option counts.
        means: What is limited.
        read: Makes a value of a word; raises ValueError.
        show: Says a value in words.
        least: The lowest value with which a session can go on.
    """

    name: str
    option: str
    unit: str
    means: str
    read: Callable[[str], float]
    show: Callable[[float], str]
    least: float = 0


_UNITS = {"": 1, "k": 1000, "m": 1000**2, "g": 1000**3, "ki": 1 << 10, "mi": 1 << 20, "gi": 1 << 30}
_LONGEST = 40  # characters of a number


def read_size(word: str) -> int:
    """Bytes, from `1000`, `500M`, `64MiB` or `2Gi`. Raises ValueError."""
    number = word.rstrip("kKmMgGiIbB")
    unit = word[len(number) :].lower().removesuffix("b")
    if not number.isdecimal() or len(word) > _LONGEST or unit not in _UNITS:
        raise ValueError("write 500M, 64MiB or a number of bytes")
    return int(number) * _UNITS[unit]


def _read_count(word: str) -> int:
    if not word.isdecimal() or len(word) > _LONGEST:
        raise ValueError("write a whole number")
    return int(word)


def _read_seconds(word: str) -> float:
    try:
        seconds = float(word) if len(word) <= _LONGEST else math.nan
    except ValueError:
        seconds = math.nan
    if not (seconds >= 0 and math.isfinite(seconds)):
        raise ValueError("write a number of seconds")
    return seconds


def show_size(size: float) -> str:
    """Bytes, in the largest unit that gives a whole number."""
    for unit in ("bytes", "KiB", "MiB", "GiB"):
        if size % 1024 or not size or unit == "GiB":
            break
        size /= 1024
    return f"{size:,.0f} {unit}"


_show_seconds, _show_count = "{:g} s".format, "{:,}".format

KINDS: Mapping[str, LimitKind] = {
    kind.name: kind
    for kind in (
        LimitKind("memory", "max_memory", "BYTES", "of the session", read_size, show_size, 4 << 20),
        LimitKind(
            "seconds", "max_cell_seconds", "SECONDS", "of computing, per cell", _read_seconds, _show_seconds, 0.1
        ),
        LimitKind("recursion", "max_recursion_depth", "CALLS", "calls deep", _read_count, _show_count, 50),
        LimitKind("output", "max_cell_output", "BYTES", "of each cell", read_size, show_size),
        LimitKind("host_calls", "max_host_calls", "CALLS", "of each cell", _read_count, _show_count),
        LimitKind("asleep", "max_seconds_asleep", "SECONDS", "seconds, per cell", _read_seconds, _show_seconds),
    )
}
"""All limits, by name."""


CellLimit = Literal["output", "host_calls", "asleep"]
_OF_CELLS: tuple[CellLimit, ...] = ("output", "host_calls", "asleep")
"""What the host counts, for each cell anew."""


class SessionLimits:
    """The limits of one session. For the sandbox thread.

    Attributes:
        granted: What the person said where the session was started.
        now: What holds, never more than was granted; cells can `tighten` it.
        cell: The label of the running cell.
        tightened: By the name of a limit, the label of the cell that last tightened it.
    """

    def __init__(self, granted: Limits) -> None:
        self.granted = granted
        self.now = granted
        self.cell = ""
        self.tightened: dict[str, str] = {}
        self._looser: list[tuple[int | None, str | None]] = []  # what memory was limited to, and which cell said so

    def tighten(self, words: Mapping[str, str]) -> None:
        """Set these limits, by name, all or none.

        Raises:
            BadLimit: One would be looser than it is, or is not a value.
        """
        values = {name: self._read(name, word) for name, word in words.items()}
        values = {name: value for name, value in values.items() if value != effective(self.now, name)}
        if "memory" in values:
            self._looser.append((self.now.memory, self.tightened.get("memory")))
        self.now = self.now._replace(**values)
        self.tightened.update(dict.fromkeys(values, self.cell))

    def of_cell(self, words: Mapping[str, str]) -> Mapping[CellLimit, float]:
        """The values of limits for one cell alone, by name.

        Raises:
            BadLimit: One would be looser than it is, is not a value, or cannot hold for one cell.
        """
        values = {name: self._read(name, word) for name, word in words.items()}
        for name in values:
            if name not in _OF_CELLS:
                raise BadLimit(
                    f"{name} cannot hold for one cell; %limits {name}={words[name][:_LONGEST]} holds from the next cell on"
                )
        return {name: values[name] for name in _OF_CELLS if name in values}

    def keep_memory(self) -> int | None:
        """Undo the last tightening of memory, as the session is larger; the limit that holds again, in bytes."""
        memory, cell = self._looser.pop() if self._looser else (self.granted.memory, None)
        self.now = self.now._replace(memory=memory)
        self.tightened.pop("memory", None)
        if cell is not None:
            self.tightened["memory"] = cell
        return memory

    def held(self, name: str) -> str:
        """A limit in the words of errors: `max_memory = 1 GiB`, or `%limits memory = 64 MiB` if a cell tightened it."""
        kind, value = KINDS[name], effective(self.now, name)
        # without the cell's number: nbval compares these words, and counts cells otherwise
        source = f"%limits {name}" if name in self.tightened else kind.option
        return f"{source} = {'none' if value is None else kind.show(value)}"

    def _read(self, name: str, word: str) -> Any:
        kind = KINDS.get(name)
        if kind is None:
            raise BadLimit(f"there is no limit {name[:40]!r}; the limits are {', '.join(KINDS)}")
        try:
            value = kind.read(word)
        except ValueError as error:
            raise BadLimit(f"{name}={word[:_LONGEST]} is not a limit: {error}") from None
        if value < kind.least:
            raise BadLimit(f"{name} cannot be less than {kind.show(kind.least)}, or no cell could run")
        present, granted = effective(self.now, name), effective(self.granted, name)
        if granted is not None and value > granted:
            raise BadLimit(
                f"{name} is limited to {kind.show(granted)} where the kernel was started, and a notebook can "
                "only tighten limits. "
                f"To allow more, start the kernel with --MontyKernel.{kind.option}={kind.unit}"
            )
        if present is not None and value > present:
            raise BadLimit(
                f"{name} was tightened to {kind.show(present)} by {self.tightened[name]}; "
                "to lift that, restart the kernel"
            )
        return value


def effective(limits: Limits, name: str) -> float | None:
    """What holds for a limit by its name; None for no limit."""
    value: float | None = getattr(limits, name)
    return MONTY_RECURSION if value is None and name == "recursion" else value


# The limits in a session's dump, and others in their place ------------------------------------------------------------
# Monty loads a dump under the tighter of the dump's limits and the new session's (measured with pydantic_monty 1.4.0). So
# a state would keep for ever what was tightened once, or what an earlier kernel was granted. A dump is CBOR behind a
# header. Near its end, after all that a cell could have written, `tracker` holds a map of the limits. Where that map is
# not found as expected, the dump stays as it is: the session that loads it is never looser than its own limits.

_NAMES = (
    "max_feed_duration",
    "max_turn_duration",
    "max_memory",
    "gc_interval",
    "max_recursion_depth",
    "max_suspensions",
    "max_total_sleep",
)
_NULL = b"\xf6"
_TRACKER = b"gtracker\xa4flimits\xa7"


def with_limits(state: bytes, limits: Limits) -> bytes | None:
    """The dump with these limits in place of its own; the same object if they are equal, None if they were not
    found."""
    found = _tracker().match(state, max(state.rfind(_TRACKER), 0))
    if found is None:
        return None
    values = dict(zip(_NAMES, found.groups(), strict=True))
    values["max_feed_duration"] = _NULL if limits.seconds is None else _duration(limits.seconds)
    values["max_memory"] = _NULL if limits.memory is None else _number(limits.memory)
    values["max_recursion_depth"] = _number(MONTY_RECURSION if limits.recursion is None else limits.recursion)
    if tuple(values.values()) == found.groups():
        return state
    new = b"".join(_text(name) + value for name, value in values.items())
    return b"".join((state[: found.start() + len(_TRACKER)], new, state[found.end() :]))


@cache
def _tracker() -> re.Pattern[bytes]:
    """The map of limits, and what follows it. A value is null, a number, or a map for a duration."""
    number = rb"(?:[\x00-\x17]|\x18.|\x19.{2}|\x1a.{4}|\x1b.{8})"
    value = rb"(\xf6|%b|\xa2dsecs%benanos%b)" % (number, number, number)
    entries = b"".join(re.escape(_text(name)) + value for name in _NAMES)
    return re.compile(re.escape(_TRACKER) + entries + rb"(?=ttotal_execution_time\xa2)", re.DOTALL)


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
