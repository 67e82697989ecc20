"""%who, %limits, %typecheck, %reset: the variables and the settings of the session."""

from __future__ import annotations

import argparse
import shlex

from monty_kernel.engine import prelude
from monty_kernel.engine.frontend import UsageError
from monty_kernel.engine.limits import KINDS, BadLimit, Limits, SessionLimits, effective
from monty_kernel.engine.source import CellRewrite, Rewrite
from monty_kernel.typecheck.checks import MODES, TooLenient

from . import MagicContext
from .declare import Family, argument

family = Family("Looking into the session")

_TYPES = argument("types", nargs="*", metavar="TYPE", help="show only variables of these types, e.g. int str function")

_CHECKS = {
    "off": "Cells are not type-checked.",
    "on": "Cells are type-checked before they run. Findings are shown, and the cell runs.",
    "strict": "Cells are type-checked before they run. A cell with findings does not run.",
}


@family.line("who", _TYPES, looks=True)
def who(arguments: argparse.Namespace) -> Rewrite:
    """Print the names of the session's variables. Names that begin with an underscore are left out."""
    return _call("__mk_who", arguments)


@family.line("who_ls", _TYPES, looks=True)
def who_ls(arguments: argparse.Namespace) -> Rewrite:
    """Return the names of the session's variables as a sorted list."""
    return _call("__mk_who_ls", arguments)


@family.line("whos", _TYPES, looks=True)
def whos(arguments: argparse.Namespace) -> Rewrite:
    """Print the session's variables with their types and their values, or their length for collections."""
    return _call("__mk_whos", arguments, prelude.LENGTHS)


def _call(function: str, arguments: argparse.Namespace, *parts: str) -> Rewrite:
    # locals() is called where the magic stands, since only code at the top level sees the session's names
    call = f"{function}(__mk_b_locals(), {arguments.types!r})"
    return Rewrite(before=call, parts=frozenset({*parts, prelude.VARIABLES}), is_expression=True)


_LIMITS = "NAME=VALUE"


@family.host(
    "limits",
    argument("limits", nargs="*", metavar=_LIMITS, help="memory=64MiB, seconds=5, host_calls=100, ..."),
    argument("--cell", dest="of_cell", action="store_true", help=argparse.SUPPRESS),
    words=tuple(f"{name}=" for name in KINDS),
    looks=True,
)
def limits(arguments: argparse.Namespace, context: MagicContext) -> None:
    """Show what the session and each cell may use, and who set it; or tighten it from the next cell on.

    A tightened limit stays until the kernel is restarted. More can be granted only where the kernel is started.
    """
    wanted: dict[str, str] = {}
    for text in arguments.limits:
        name, equals, value = text.partition("=")
        if not equals or name in wanted:
            why = f"{name[:40]} is named twice" if equals else f"{text[:40]!r} is not of the form NAME=VALUE"
            raise UsageError(f"%limits: {why}.")
        wanted[name] = value
    try:
        if arguments.of_cell:
            context.limit_cell(wanted)
            return
        context.limits.tighten(wanted)
    except BadLimit as error:
        raise UsageError(f"%limits: {error}.") from None
    context.tell(_tightened(wanted, context.limits) if wanted else _table(context.limits))


@family.cell("limits", argument("limits", nargs="+", metavar=_LIMITS, help="output=1MiB, host_calls=100, asleep=10"))
def limits_of_cell(arguments: argparse.Namespace, _: str) -> CellRewrite:
    """Run the cell within tighter limits of output, calls of the host or sleep, which end with it."""
    words = shlex.join(["--cell", *arguments.limits])
    return CellRewrite(before=f"__mk_magic('limits', {words!r})\n")


def _tightened(names: dict[str, str], limits: SessionLimits) -> str:
    now = ", ".join(f"{name} {_shown(limits.now, name)}" for name in names)
    return f"From the next cell on: {now}. This holds until the kernel is restarted."


def _table(limits: SessionLimits) -> str:
    rows = [("limit", "", "now", "granted", "set by", "option")]
    for kind in KINDS.values():
        granted = getattr(limits.granted, kind.name)
        by = "the default" if granted == getattr(Limits(), kind.name) else "who started the kernel"
        tightened = limits.tightened.get(kind.name)
        rows.append(
            (
                kind.name,
                kind.means,
                _shown(limits.now, kind.name),
                _shown(limits.granted, kind.name),
                by if tightened is None else f"%limits in {tightened}",
                f"--MontyKernel.{kind.option}={kind.unit}",
            )
        )
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(word.ljust(width) for word, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join(lines) + (
        "\n\nTo allow more, start the kernel with the option on its command line, or set it in monty_kernel_config.py\n"
        "in one of Jupyter's configuration folders, as in c.MontyKernel.max_memory = 4 << 30. A notebook can only\n"
        "tighten limits: %limits memory=64MiB seconds=5 holds from the next cell until the kernel is restarted."
    )


def _shown(limits: Limits, name: str) -> str:
    value = effective(limits, name)
    return "no limit" if value is None else KINDS[name].show(value)


@family.host("typecheck", argument("mode", nargs="?", choices=MODES, help="[show the present mode]"))
def typecheck(arguments: argparse.Namespace, context: MagicContext) -> None:
    """Type-check each cell from the next one on: `on` shows findings and runs the cell, `strict` does not run it.

    If the session was started with `on` or `strict`, a notebook cannot ask for less.
    """
    mode = context.type_check
    if arguments.mode is not None:
        try:
            mode.set(arguments.mode)
        except TooLenient as error:
            raise UsageError(f"%typecheck {arguments.mode}: {error}.") from None
    context.print(_CHECKS[mode.now])


@family.action("reset", argument("-f", dest="force", action="store_true", help="do not ask first"))
def reset(arguments: argparse.Namespace, context: MagicContext) -> None:
    """Begin a new, empty session, without any of the variables. The execution count goes on, and `%undo` goes back.

    Asks first; where nobody can answer, the answer is no.
    """
    from monty_kernel.engine.questions import reset_question

    if arguments.force or context.confirm(reset_question(undone=context.travel.keeps)):
        context.reset()
    else:
        context.print("Nothing was cleared. %reset -f clears without asking.")
