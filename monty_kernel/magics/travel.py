"""%undo and its kin: the states between the cells."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from monty_kernel.engine.host import UsageError

from .context import MagicContext
from .declare import Family, argument

if TYPE_CHECKING:
    from monty_kernel.snapshots.travel import TimeTravel

family = Family()

_CELLS = argument("cells", nargs="?", type=int, default=1, metavar="N", help="how many cells [1]")
_MOST = 1_000_000
_NAME = re.compile(r"[^\W\d_][\w.-]{0,99}")


@family.action("undo", _CELLS)
def undo(arguments: argparse.Namespace, context: MagicContext) -> None:
    """Go back before the last N cells. Nothing is lost by it: %redo goes forward again, %restore anywhere."""
    _report(context, lambda travel: travel.undo(_positive(arguments.cells)))


@family.action("redo", _CELLS)
def redo(arguments: argparse.Namespace, context: MagicContext) -> None:
    """Go forward again, over N cells that %undo or %restore went back over."""
    _report(context, lambda travel: travel.redo(_positive(arguments.cells)))


@family.action("restore", argument("state", metavar="N|NAME", help="a cell's number, or a name that %%snapshot gave"))
def restore(arguments: argparse.Namespace, context: MagicContext) -> None:
    """Go to the state right after cell In[N], 0 for the start, or to a named one. Cells run from there on make a branch."""
    _report(context, lambda travel: travel.restore(arguments.state))


@family.action("snapshot", argument("name", metavar="NAME", help="any word that is not a number"))
def snapshot(arguments: argparse.Namespace, context: MagicContext) -> None:
    """Name the present state, so that %restore NAME comes back to it. A named state is never dropped."""
    name = arguments.name
    if not _NAME.fullmatch(name):
        raise UsageError("%snapshot: a name is a word of letters, digits, '_', '-' and '.', and begins with a letter.")

    _report(context, lambda travel: travel.name(name))


@family.action("diff", argument("first", metavar="A"), argument("second", nargs="?", metavar="B", help="[the present]"))
def diff(arguments: argparse.Namespace, context: MagicContext) -> None:
    """Show which variables were added, changed and removed from state A to state B."""

    def lines(travel: TimeTravel) -> str:
        found = travel.diff(arguments.first, arguments.second)
        rows = [f"+ {name}{_is(value)}" for name, value in sorted(found.added.items())]
        for name, (old, new) in sorted(found.changed.items()):
            rows.append(f"~ {name}" + (f" = {old} -> {new}" if old != new else " (changed inside)" if old else ""))
        rows += [f"- {name}{_is(value)}" for name, value in sorted(found.removed.items())]
        rows += [f"? {name} (cannot be compared)" for name in sorted(found.unknown)]
        return "\n".join(rows) or "No variable differs."

    _report(context, lines)


@family.action("snapshots")
def snapshots(_: argparse.Namespace, context: MagicContext) -> None:
    """List the states there are, branches as a tree: cell, first line, time, size. The arrow is where you are."""
    from monty_kernel.snapshots.listing import as_html, as_text

    timeline = context.travel.timeline
    context.display({"text/plain": as_text(timeline), "text/html": as_html(timeline)})


def _report(context: MagicContext, act: Callable[[TimeTravel], str]) -> None:
    from monty_kernel.snapshots.timeline import NoSuchState

    try:
        context.print(act(context.travel))
    except NoSuchState as error:
        raise UsageError(str(error)) from None


def _positive(cells: int) -> int:
    if not 1 <= cells <= _MOST:
        raise UsageError(f"N must be a number of cells, from 1 to {_MOST:,}.")
    return cells


def _is(value: str) -> str:
    return f" = {value}" if value else ""
