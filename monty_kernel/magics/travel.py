"""%undo and its kin: the states between the cells."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from monty_kernel.engine.frontend import StdinUnavailable, UsageError

from .context import MagicContext
from .declare import Family, argument

if TYPE_CHECKING:
    from monty_kernel.store.records import SessionInfo
    from monty_kernel.timetravel.archive import Archive
    from monty_kernel.timetravel.travel import TimeTravel

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


@family.action(
    "snapshot",
    argument(
        "--remove", dest="remove", action="store_true", help="take the name away, so that the state can make room"
    ),
    argument("name", metavar="NAME", help="any word that is not a number"),
    changes=False,
)
def snapshot(arguments: argparse.Namespace, context: MagicContext) -> None:
    """Name the present state, so that %restore NAME comes back to it. A named state is never dropped.

    What named states take is limited; beyond it the line says what is full.
    """
    name = arguments.name
    if not _NAME.fullmatch(name):
        raise UsageError("%snapshot: a name is a word of letters, digits, '_', '-' and '.', and begins with a letter.")

    _report(context, lambda travel: travel.unname(name) if arguments.remove else travel.name(name))


@family.action(
    "diff",
    argument("first", metavar="A"),
    argument("second", nargs="?", metavar="B", help="[the present]"),
    changes=False,
)
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


_SHOWN = 200  # states: a table of thousands keeps a browser busy


@family.action(
    "snapshots",
    argument("-a", dest="all", action="store_true", help=f"all of them, not only the newest {_SHOWN} and named ones"),
    changes=False,
)
def snapshots(arguments: argparse.Namespace, context: MagicContext) -> None:
    """List the states there are, branches as a tree: cell, first line, time, size, what each added to the store."""
    from monty_kernel.timetravel.listing import as_html, as_text
    from monty_kernel.timetravel.timeline import NoSuchState

    try:
        timeline = context.travel.timeline
    except NoSuchState as error:
        raise UsageError(str(error)) from None
    added = context.travel.added()
    most = None if arguments.all else _SHOWN
    context.display({"text/plain": as_text(timeline, added, most), "text/html": as_html(timeline, added, most)})


@family.action(
    "sessions",
    argument("-a", dest="all", action="store_true", help="those of other notebooks too; asks first"),
    changes=False,
)
def sessions(arguments: argparse.Namespace, context: MagicContext) -> None:
    """List the earlier sessions of this notebook: when they were, how many states they have, how they ended."""
    from monty_kernel.timetravel.listing import sessions_as_text

    archive = _archive(context)
    found = archive.sessions()
    if arguments.all:
        if not context.confirm("This cell asks for the names of your other notebooks. Show them here? (y/[n]) "):
            raise UsageError("%sessions: other notebooks are shown only after your yes, and there was none.")
    else:
        found = [info for info in found if info.notebook == archive.notebook is not None or info.id == archive.session]
    context.print(sessions_as_text(found, archive.session) or "There is no earlier session of this notebook.")


@family.action("resume", argument("session", nargs="?", metavar="ID", help="as %%sessions lists them [the last one]"))
def resume(arguments: argparse.Namespace, context: MagicContext) -> None:
    """Go on where an earlier session of this notebook stopped: variables, functions, In and Out, states and all.

    Asks first, unless this very kernel ran it before it was restarted. Where nobody can answer, the answer is no.
    """
    archive = _archive(context)
    others = [info for info in archive.sessions() if info.id != archive.session]
    # where the notebook has no name, as under nbclient, any session may be another's
    here = [info for info in others if info.notebook == archive.notebook is not None]
    if arguments.session is None:
        if not here:
            raise UsageError("%resume: there is no earlier session of this notebook. %sessions -a lists all.")
        chosen = here[-1]
        if chosen.how == "running":
            raise UsageError(
                f"%resume: the last session of this notebook, {chosen.id}, runs in another kernel. %sessions lists them all."
            )
    else:
        named = [info for info in others if info.id == arguments.session]
        if not named:
            raise UsageError("%resume: there is no such session. %sessions lists this notebook's.")
        chosen = named[0]
    if not archive.is_own(chosen):
        _require_consent(context, archive, chosen, of_another_notebook=chosen not in here)
    _report(context, lambda travel: context.resumed(*travel.resume(chosen.id)))


def _require_consent(
    context: MagicContext, archive: Archive, chosen: SessionInfo, *, of_another_notebook: bool
) -> None:
    """See to it that the person lets this notebook have what another kernel left.

    A kernel knows the path of its notebook, and not whose file lies there now: a stranger's must not get what mine had.
    """
    if context.resumes_unasked and not of_another_notebook:
        return
    from monty_kernel.engine.questions import MARK, NotAskedAgain
    from monty_kernel.store.errors import StoreError
    from monty_kernel.timetravel.left_behind import resume_question

    try:
        names = archive.names(chosen)
    except StoreError:
        names = []  # of what cannot be read, nothing is brought either
    try:
        answer = context.ask_person(MARK + resume_question(chosen, names, of_another_notebook=of_another_notebook))
    except NotAskedAgain as error:
        raise UsageError(f"%resume: nothing was resumed: {error}.") from None
    except (StdinUnavailable, EOFError):
        option = (
            ""
            if of_another_notebook
            else ", or, if you trust this notebook, restart the kernel with --MontyKernel.resume=allow"
        )
        raise UsageError(
            "%resume: another kernel left this session, so it needs your yes, and nobody answered here. Run the line where the "
            f"kernel can ask{option}."
        ) from None
    if answer != "yes":
        raise UsageError("%resume: nothing was resumed, since the answer was no.")


def _archive(context: MagicContext) -> Archive:
    from monty_kernel.store.errors import StoreError
    from monty_kernel.timetravel.timeline import NoSuchState

    try:
        archive = context.travel.archive
        archive.sessions()
    except (NoSuchState, StoreError) as error:
        raise UsageError(str(error)) from None
    return archive


def _report(context: MagicContext, act: Callable[[TimeTravel], str]) -> None:
    from monty_kernel.timetravel.timeline import NoSuchState

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
