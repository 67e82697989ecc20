"""How two states differ in their variables and in files written to overlays, also in one line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from monty_kernel.engine import prelude
from monty_kernel.engine.engine import Engine
from monty_kernel.engine.written import WORK, Layer, Node, Written
from monty_kernel.outputs.visible_text import visible_line

Survey = Mapping[str, tuple[str, str, str]]
"""Name -> (kind, short value, digest of the value; empty without one)."""

SAME = "no variable differs"
"""The report of no difference at all."""

MOST_SECONDS = 30.0
"""How long the sandbox may look through a state's variables. Those of a million rows take two seconds, and a text of lists
that hold each other may take for ever."""

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
        return report or not_compared(self.unknown) or SAME


def survey(engine: Engine) -> Survey | None:
    """The variables of the session as it is; None if they cannot be looked at."""
    parts = {part: prelude.source(part) for part in (prelude.LENGTHS, prelude.VARIABLES, prelude.OVERVIEW)}
    result = engine.session.evaluate("__mk_survey(locals())", parts, seconds=MOST_SECONDS)
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


def changes(
    engine: Engine, before: Survey | None, files: Written, *, emptied: bool, after: Survey | None = None
) -> str:
    """How the session, its files and the overlays differ from what they were, as the end of a report.

    emptied: The state came from the disk, which keeps no overlays. after: The variables, if they are known already.
    """
    now = engine.access.freeze()
    parts = [compare(before, after or survey(engine)).in_one_line(), *_files(files.work, now.work)]
    if emptied:
        empty = "overlays of mounted folders begin empty, since the disk does not keep them"
        return "; ".join([*parts, empty] if now.layers else parts)
    changed = [str(key[0]) for key, layer in now.layers.items() if files.layers.get(key) is not layer]
    return "; ".join([*parts, f"changed in the overlay: {', '.join(changed)}"] if changed else parts)


def _files(before: Layer, now: Layer) -> list[str]:
    """How the files of the working folder differ, each difference as a part of a report."""
    if before is now:
        return []
    own = WORK[1:]

    def named(paths: Iterable[tuple[str, ...]]) -> list[str]:
        return [visible_line("/".join(path[1:] if path[0] == own else ("", *path))) for path in sorted(paths)]

    there, was = ({path for path, node in layer.items() if node.kind != "gone"} for layer in (now, before))
    same = {path for path in there & was if _is_same(before[path], now[path])}
    parts = [
        _listed("files back", named(there - was)),
        _listed("files changed", named(there & was - same)),
        _listed("files gone", named(was - there)),
    ]
    return [part for part in parts if part]


def _is_same(one: Node, other: Node) -> bool:
    """Whether they hold the same. What comes from the disk is in other pieces."""
    if one is other:
        return True
    return (one.kind, one.size, one.modified) == (other.kind, other.size, other.modified) and (
        b"".join(one.data) == b"".join(other.data)
    )


def not_compared(names: Iterable[str]) -> str:
    """The report of no difference but for what cannot be compared; empty without names."""
    return _listed("no difference seen; not compared", list(names))


def _equals(value: str, old: str = "") -> str:
    if not value or value == old:
        return ""
    return f" = {value}" + (f" (was {old})" if old else "")


def _listed(what: str, names: list[str]) -> str:
    if not names:
        return ""
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"{what}: {', '.join(names[:_SHOWN])}{more}"
