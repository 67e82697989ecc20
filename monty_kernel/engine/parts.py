"""The parts of what a session is fed beside its cells: those of the prelude, and the modules that are written for Monty."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from . import prelude
from .shipped_names import with_needs


def _source(part: str) -> str:
    """The Monty source of one part."""
    if part in prelude.PARTS:
        return prelude.source(part)
    from . import shipped_modules  # few sessions have one

    return shipped_modules.source(part)


def missing(wanted: Collection[str], had: Collection[str]) -> Iterator[tuple[str, str]]:
    """The parts that a session is yet to be fed, each after those that it finds, with their sources.

    had: What it has before.
    """
    for part in prelude.PARTS:
        if part in wanted and part not in had:
            yield part, _source(part)
    modules = sorted(set(wanted).difference(prelude.PARTS))
    for part in dict.fromkeys(each for module in modules for each in with_needs(module)):
        if part not in had:
            yield part, _source(part)
