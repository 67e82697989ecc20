"""%undo, %redo, %restore, %snapshot, %diff, %sessions, %resume: travel between the states after the cells."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING

from monty_kernel.engine.frontend import StdinUnavailable, UsageError

from . import MagicContext
from .declare import Family, argument

if TYPE_CHECKING:
    from monty_kernel.engine.questions import Question
    from monty_kernel.timetravel.earlier_sessions import EarlierSessions
    from monty_kernel.timetravel.travel import TimeTravel

family = Family("Time travel: nothing is lost")

_CELLS = argument("cells", nargs="?", type=int, default=1, metavar="N", help="how many cells [1]")
_MOST = 1_000_000


@family.action("undo", _CELLS)
def undo(arguments: argparse.Namespace, context: MagicContext) -> None:
    """Go back to before the last N cells that changed something. Cells that only looked are passed over.

    Nothing is lost: `%redo` goes forward again, and `%restore` anywhere.
    """
    _report(context, lambda travel: travel.undo(_positive(arguments.cells), context.magics.looking))


@family.action("redo", _CELLS)
def redo(arguments: argparse.Namespace, context: MagicContext) -> None:
    """Go forward again over N cells that `%undo` or `%restore` went back over, also after cells that only looked."""
    _report(context, lambda travel: travel.redo(_positive(arguments.cells), context.magics.looking))


@family.action(
    "restore",
    argument("state", metavar="N|NAME", help="a cell's number, or a name given by %%snapshot"),
    kin="states",
)
def restore(arguments: argparse.Namespace, context: MagicContext) -> None:
    """Go to the state right after cell `In[N]`, 0 for the start, or to a named state.

    Cells that run from there begin a branch.
    """
    _report(context, lambda travel: travel.restore(arguments.state))


@family.action(
    "snapshot",
    argument("--remove", dest="remove", action="store_true", help="remove the name, so that the state can be dropped"),
    argument("name", metavar="NAME", help="a word that begins with a letter"),
    changes=False,
    kin="names",
)
def snapshot(arguments: argparse.Namespace, context: MagicContext) -> None:
    """Name the present state, so that `%restore NAME` comes back to it. A named state is never dropped.

    The room for named states is limited; when it is full, the line says so.
    """
    name = arguments.name
    from monty_kernel.timetravel.timeline import NAME, NAME_IS

    if not NAME.fullmatch(name):
        raise UsageError(f"%snapshot: {NAME_IS}.")

    _report(context, lambda travel: travel.unname(name) if arguments.remove else travel.name(name))


@family.action(
    "diff",
    argument("first", metavar="A"),
    argument("second", nargs="?", metavar="B", help="[the present state]"),
    changes=False,
    kin="states",
)
def diff(arguments: argparse.Namespace, context: MagicContext) -> None:
    """Show what was added, changed and removed between state A and state B: variables, environment and files."""

    def lines(travel: TimeTravel) -> str:
        from monty_kernel.timetravel.file_differences import described

        found, files = travel.diff(arguments.first, arguments.second)
        rows = [f"+ {name}{_is(value)}" for name, value in sorted(found.added.items())]
        for name, (old, new) in sorted(found.changed.items()):
            rows.append(f"~ {name}" + (f" = {old} -> {new}" if old != new else " (changed inside)" if old else ""))
        rows += [f"- {name}{_is(value)}" for name, value in sorted(found.removed.items())]
        rows += [f"? {name} (cannot be compared)" for name in sorted(found.unknown)]
        return "\n".join([*rows, *described(files)]) or "No variable, environment variable or file differs."

    _report(context, lines)


_SHOWN = 200  # states: a table of thousands keeps a browser busy


@family.action(
    "snapshots",
    argument(
        "-a", dest="all", action="store_true", help=f"all states, not only the newest {_SHOWN} and the named ones"
    ),
    changes=False,
    mid_cell=True,
)
def snapshots(arguments: argparse.Namespace, context: MagicContext) -> None:
    """List the states as a tree of branches: cell, first line, time, size, and bytes added to the store."""
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
    argument("-a", dest="all", action="store_true", help="the sessions of other notebooks too; asks first"),
    changes=False,
)
def sessions(arguments: argparse.Namespace, context: MagicContext) -> None:
    """List the earlier sessions of this notebook: when they ran, how many states they have, and how they ended."""
    from monty_kernel.timetravel.listing import sessions_as_text

    earlier = _earlier(context)
    infos = earlier.all()
    if arguments.all:
        from monty_kernel.engine.questions import Question, yes_or_no

        question = Question(
            "sessions",
            "show the names of your other notebooks in this one?",
            "Show the names of your other notebooks in this one?",
            yes_or_no("Show"),
        )
        if not context.confirm(question):
            raise UsageError("%sessions: other notebooks are shown only if you answer yes.")
    else:
        infos = [info for info in infos if info.notebook == earlier.notebook is not None or info.id == earlier.present]
    context.print(sessions_as_text(infos, earlier.present) or "There is no earlier session of this notebook.")


@family.action("resume", argument("session", nargs="?", metavar="ID", help="as listed by %%sessions [the last one]"))
def resume(arguments: argparse.Namespace, context: MagicContext) -> None:
    """Continue where an earlier session of this notebook stopped, with its variables, functions and states.

    Asks first, unless this same kernel ran it before it was restarted. Where nobody can answer, the answer is no.
    """
    from monty_kernel.timetravel.timeline import NoSuchState

    earlier = _earlier(context)
    try:
        chosen, of_another_notebook = earlier.choose(arguments.session)
    except NoSuchState as error:
        raise UsageError(f"%resume: {error}") from None
    if not earlier.is_own(chosen) and (of_another_notebook or not context.resumes_unasked):
        question = earlier.question(chosen, of_another_notebook=of_another_notebook)
        _require_consent(context, question, of_another_notebook=of_another_notebook)
    _report(context, lambda travel: context.resumed(*travel.resume(chosen.id)))


def _require_consent(context: MagicContext, question: Question, *, of_another_notebook: bool) -> None:
    """Ask whether this notebook may have a session that another kernel left.

    A kernel knows the path of its notebook, but not whose file is there now: a stranger's file must not get what the
    person's own had.

    Raises:
        UsageError: the person did not say yes.
    """
    from monty_kernel.engine.access import NotAskedAgain

    try:
        answer = context.ask_person(question)
    except NotAskedAgain as error:
        raise UsageError(f"%resume: not resumed: {error}.") from None
    except (StdinUnavailable, EOFError):
        option = (
            ""
            if of_another_notebook
            else " If you trust this notebook, restart the kernel with --MontyKernel.resume=allow."
        )
        raise UsageError(
            "%resume: not resumed: another kernel left this session, and nobody answered the question. "
            f"Use a front end that can ask you.{option}"
        ) from None
    if answer != "yes":
        raise UsageError("%resume: not resumed: you declined.")


def _earlier(context: MagicContext) -> EarlierSessions:
    from monty_kernel.timetravel.timeline import NoSuchState

    try:
        earlier = context.travel.earlier
        earlier.all()
    except NoSuchState as error:
        raise UsageError(str(error)) from None
    return earlier


def _report(context: MagicContext, act: Callable[[TimeTravel], str]) -> None:
    from monty_kernel.timetravel.timeline import NoSuchState

    try:
        with context.patience("At work: states of this session take a while to load."):
            report = act(context.travel)
        context.print(report)
    except NoSuchState as error:
        raise UsageError(str(error)) from None


def _positive(cells: int) -> int:
    if not 1 <= cells <= _MOST:
        raise UsageError(f"N must be a number of cells, from 1 to {_MOST:,}.")
    return cells


def _is(value: str) -> str:
    return f" = {value}" if value else ""
