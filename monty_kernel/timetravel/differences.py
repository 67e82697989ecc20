"""How two states differ in their variables and environment variables, and how that and the files read in one line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from monty_kernel.engine import prelude
from monty_kernel.engine.engine import Engine
from monty_kernel.engine.session import Session
from monty_kernel.engine.source.environment import SECRETS
from monty_kernel.engine.written import Written

from .file_differences import compare_files, names

Survey = Mapping[str, tuple[str, str, str]]
"""Name -> (kind, short value, digest of the value; empty without one). `os.environ['X']` is a name, too."""

ENVIRONMENT = """[
(__mk_n, __mk_short(__mk_environ[__mk_n]), __mk_b_str(__mk_b_hash(__mk_environ[__mk_n])))
if __mk_b_type(__mk_environ[__mk_n]) is __mk_b_str else (__mk_n, '', '?')
for __mk_n in (__mk_environ if '__mk_environ' in __mk_b_locals() else {}) if __mk_b_type(__mk_n) is __mk_b_str
]"""
"""What a session is asked for: the name, the short value and the digest of each environment variable."""

SAME = "no variable differs"
"""The report of no difference at all."""

MOST_SECONDS = 30.0
"""How long the sandbox may look through a state's variables. Those of a million rows take two seconds, and a text of lists
that hold each other may take for ever."""

LARGE = 32 << 20
"""Bytes of a state from which reports look through little of its variables: all of them take a fifth of the time that
loading it takes, and there are two states to compare."""

_SHOWN = 6  # names that a report lists before it counts the rest


class Difference(NamedTuple):
    """How the variables of one state differ from another's. Values are short, or empty if not worth showing."""

    added: Mapping[str, str]
    changed: Mapping[str, tuple[str, str]]
    removed: Mapping[str, str]
    unknown: tuple[str, ...] = ()

    def in_one_line(self, *, and_unknown: bool = False) -> str:
        """The difference as in a report: `came back: x; changed: y = 1 (was 2); gone: z`.

        and_unknown: What is not compared is named beside a difference, too.
        """
        parts = [
            _listed("came back", [f"{name}{_equals(value)}" for name, value in self.added.items()]),
            _listed("changed", [f"{name}{_equals(new, old)}" for name, (old, new) in self.changed.items()]),
            _listed("gone", list(self.removed)),
        ]
        if and_unknown and any(parts):
            parts.append(_listed("not compared", list(self.unknown)))
        report = "; ".join(part for part in parts if part)
        return report or not_compared(self.unknown) or SAME


def survey(engine: Engine, *, quick: bool = False) -> Survey | None:
    """The variables of the session as it is; None if they cannot be looked at.

    quick: Large values are not compared, but for their types and lengths. It takes some ten milliseconds at most.
    """
    return survey_of(engine.session, MOST_SECONDS, quick=quick)


def survey_of(session: Session, seconds: float, *, quick: bool = False) -> Survey | None:
    """The same. seconds: How long it may take; after that the session is lost."""
    parts = {part: prelude.source(part) for part in (prelude.LENGTHS, prelude.VARIABLES, prelude.OVERVIEW)}
    result = session.evaluate(f"(__mk_survey(locals(), {quick}), {ENVIRONMENT})", parts, seconds=seconds)
    try:
        variables, environment = result
        found = dict(variables) | {f"os.environ[{name!r}]": _of_environment(name, *rest) for name, *rest in environment}
    except (TypeError, ValueError):
        return None
    is_one = all(isinstance(text, str) for name, entry in found.items() for text in (name, *entry))
    return found if is_one and all(len(entry) == 3 for entry in found.values()) else None


def _of_environment(name: str, value: str, digest: str) -> tuple[str, str, str]:
    return "", "" if any(word in str(name).lower() for word in SECRETS) else value, digest


def compare(before: Survey | None, after: Survey | None) -> Difference:
    """How the variables `after` differ from those `before`; None if they could not be looked at."""
    if before is None or after is None:
        return Difference({}, {}, {}, ("the variables",))
    both = [name for name in after if name in before]
    return Difference(
        {name: after[name][1] for name in after if name not in before},
        {name: (before[name][1], after[name][1]) for name in both if _differ(before[name], after[name])},
        {name: before[name][1] for name in before if name not in after},
        tuple(
            name for name in both if "?" in (before[name][2], after[name][2]) and before[name][:2] == after[name][:2]
        ),
    )


def _differ(before: tuple[str, str, str], after: tuple[str, str, str]) -> bool:
    """Whether two entries tell of different values: a digest that is unknown tells nothing."""
    return before[:2] != after[:2] or (before[2] != after[2] and "?" not in (before[2], after[2]))


def changes(
    engine: Engine, before: Survey | None, after: Survey | None, files: Written, *, emptied: bool, quick: bool
) -> str:
    """How the session, its files and the overlays differ from what they were, as the end of a report.

    emptied: The state came from the disk, which keeps no overlays. quick: The surveys are quick ones.
    """
    now = engine.access.freeze()
    came, changed_files, went = names(compare_files(files.work, now.work))
    parts = [
        compare(before, after).in_one_line(and_unknown=quick),
        _listed("files back", came),
        _listed("files changed", changed_files),
        _listed("files gone", went),
    ]
    parts = [part for part in parts if part]
    if emptied:
        empty = "overlays of mounted folders begin empty, since the disk does not keep them"
        return "; ".join([*parts, empty] if now.layers else parts)
    changed = [str(key[0]) for key, layer in now.layers.items() if files.layers.get(key) is not layer]
    return "; ".join([*parts, f"changed in the overlay: {', '.join(changed)}"] if changed else parts)


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
