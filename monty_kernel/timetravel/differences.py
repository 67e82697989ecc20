"""How two states differ in their variables and in files written to overlays, also in one line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from monty_kernel.engine import prelude
from monty_kernel.engine.access import Written
from monty_kernel.engine.engine import Engine

Survey = Mapping[str, tuple[str, str, str]]
"""Name -> (kind, short value, digest of the value; empty without one)."""

_SHOWN = 6  # names that a report lists before it counts the rest


class Difference(NamedTuple):
    """How the variables of one state differ from another's. Values are short, or empty if not worth showing."""

    added: Mapping[str, str]
    changed: Mapping[str, tuple[str, str]]
    removed: Mapping[str, str]
    unknown: tuple[str, ...] = ()

    def in_one_line(self) -> str:
        """The difference as in a report: `came back: x; changed: y = 1 (was 2); gone: z`."""
        parts = [
            _listed("came back", [f"{name}{_equals(value)}" for name, value in self.added.items()]),
            _listed("changed", [f"{name}{_equals(new, old)}" for name, (old, new) in self.changed.items()]),
            _listed("gone", list(self.removed)),
        ]
        report = "; ".join(part for part in parts if part)
        return report or _listed("no difference seen; not compared", list(self.unknown)) or "no variable differs"


def survey(engine: Engine) -> Survey | None:
    """The variables of the session as it is; None if they cannot be looked at."""
    parts = {part: prelude.source(part) for part in (prelude.VARIABLES, prelude.OVERVIEW)}
    result = engine.session.evaluate("__mk_survey(locals())", parts)
    return result if isinstance(result, dict) else None


def compare(before: Survey | None, after: Survey | None) -> Difference:
    """How the variables `after` differ from those `before`; None if they could not be looked at."""
    if before is None or after is None:
        return Difference({}, {}, {}, ("the variables",))
    return Difference(
        {name: after[name][1] for name in after if name not in before},
        {name: (before[name][1], after[name][1]) for name in after if name in before and before[name] != after[name]},
        {name: before[name][1] for name in before if name not in after},
        tuple(name for name in after if before.get(name) == after[name] and after[name][2] == "?"),
    )


def changes(engine: Engine, before: Survey | None, files: Written, *, emptied: bool) -> str:
    """How the session and the overlays of mounted folders differ from what they were, as the end of a report.

    emptied: The state came from the disk, which keeps no overlays.
    """
    variables, now = compare(before, survey(engine)).in_one_line(), engine.access.freeze()
    if emptied:
        note = "; overlays of mounted folders begin empty, since the disk does not keep them"
        return variables + (note if now.layers else "")
    changed = [str(key[0]) for key, layer in now.layers.items() if files.layers.get(key) is not layer]
    return f"{variables}; changed in the overlay: {', '.join(changed)}" if changed else variables


def _equals(value: str, old: str = "") -> str:
    if not value or value == old:
        return ""
    return f" = {value}" + (f" (was {old})" if old else "")


def _listed(what: str, names: list[str]) -> str:
    if not names:
        return ""
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"{what}: {', '.join(names[:_SHOWN])}{more}"
