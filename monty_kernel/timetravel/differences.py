"""How the variables of two states differ, and that in one line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

Survey = Mapping[str, tuple[str, str, str]]
"""Name -> (kind, short value, digest of the value, empty where there is none)."""

_SHOWN = 6  # names a report lists before it counts the rest


class Difference(NamedTuple):
    """How the variables of one state differ from another's. Values are short; '' where one has none worth showing."""

    added: Mapping[str, str]
    changed: Mapping[str, tuple[str, str]]
    removed: Mapping[str, str]
    unknown: tuple[str, ...] = ()

    def in_one_line(self) -> str:
        """As a report says it: `came back: x; changed: y = 1 (was 2); gone: z`."""
        parts = [
            _listed("came back", [f"{name}{_equals(value)}" for name, value in self.added.items()]),
            _listed("changed", [f"{name}{_equals(new, old)}" for name, (old, new) in self.changed.items()]),
            _listed("gone", list(self.removed)),
        ]
        said = "; ".join(part for part in parts if part)
        return said or _listed("no difference seen; not compared", list(self.unknown)) or "no variable differs"


def compare(before: Survey | None, after: Survey | None) -> Difference:
    """How the variables `after` differ from those `before`; None where they could not be looked at."""
    if before is None or after is None:
        return Difference({}, {}, {}, ("the variables",))
    return Difference(
        {name: after[name][1] for name in after if name not in before},
        {name: (before[name][1], after[name][1]) for name in after if name in before and before[name] != after[name]},
        {name: before[name][1] for name in before if name not in after},
        tuple(name for name in after if before.get(name) == after[name] and after[name][2] == "?"),
    )


def _equals(value: str, old: str = "") -> str:
    if not value or value == old:
        return ""
    return f" = {value}" + (f" (was {old})" if old else "")


def _listed(what: str, names: list[str]) -> str:
    if not names:
        return ""
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"{what}: {', '.join(names[:_SHOWN])}{more}"
