"""%lsmagic, and help by question mark: name?, name??, %name?."""

from __future__ import annotations

import argparse

from monty_kernel.engine.errors.unsupported import instead_of_module
from monty_kernel.engine.frontend import UsageError

from . import MagicContext
from .declare import Family, argument, shortened

family = Family("Help")

ABOUT = """\
Cells run in Monty, a sandboxed Python interpreter: they reach no files, no network and no shell but what you grant.

name?, name??   what is known about a name; its source as well
help(name)      the same, printed
Tab             completes names, and the arguments of magics
%lsmagic        all magics; %name? explains one
%undo           takes the last change back, %redo goes forward again; %snapshots lists the states of the session
%rewrites       what the kernel made of the last cell so that Monty reads it
%limits         what the session and each cell may use

What Monty has of Python and what it lacks is in docs/language.md; an error says what to write instead."""

_WIDTH = 12  # characters of a magic's name in a list


@family.host("lsmagic", looks=True)
def lsmagic(_: argparse.Namespace, context: MagicContext) -> None:
    """List all magics by what they are for. `%name?` explains one."""
    for title, rows in context.magics.groups():
        context.print(f"{title}\n" + "\n".join(f"  {typed:<{_WIDTH}} {summary}" for typed, summary in rows) + "\n")
    context.print("%name? shows what a magic does.")


@family.host(
    "rewrites", argument("cell", nargs="?", type=int, metavar="N", help="a cell's number [the last cell]"), looks=True
)
def rewrites(arguments: argparse.Namespace, context: MagicContext) -> None:
    """Show what the kernel made of a cell's lines so that Monty reads them: `del`, magics, imports of IPython."""
    from monty_kernel.engine.source.rewritten_lines import changes

    feeds = [feed for feed in context.feeds_of(arguments.cell) if not feed.text.startswith("__mk_show(")]
    if not feeds:
        raise UsageError(
            "%rewrites: there is no cell before this one."
            if arguments.cell is None
            else f"%rewrites: this session has no cell In[{arguments.cell}]."
        )
    found = [change for feed in feeds for change in changes(feed)]
    for change in found:
        context.print(f"{feeds[0].cell.label}, line {change.first}:")
        context.print("\n".join(f"    {line}" for line in change.typed) + "\nbecame")
        context.print("\n".join(f"    {line}" for line in change.became) + "\n")
    if not found:
        context.print(f"Monty was given {feeds[0].cell.label} as it was typed.")


@family.action("?", code="[NAME]", changes=False)
def describe(arguments: argparse.Namespace, context: MagicContext) -> None:
    """Show what is known about a name."""
    _show(arguments.code.text, 0, context)


@family.action("??", code="[NAME]", changes=False)
def describe_in_detail(arguments: argparse.Namespace, context: MagicContext) -> None:
    """Show what is known about a name, and its source."""
    _show(arguments.code.text, 1, context)


def _show(topic: str, detail_level: int, context: MagicContext) -> None:
    if not topic:
        context.page(ABOUT)
        return
    if "*" in topic:
        raise UsageError(
            f"{shortened(topic)}?: names are not searched for here. %who lists the session's, and Tab completes a name."
        )
    text = None if topic.startswith("%") else context.describe(topic, detail_level)
    text = text or context.magics.help(topic)
    if text is None:
        context.print(f"Object `{topic}` not found.{_why(topic)}")
    else:
        context.page(text)


def _why(topic: str) -> str:
    root = topic.partition(".")[0]
    instead = instead_of_module(topic)
    return f" Monty has no module {root!r}: {instead}" if instead else ""
