"""%tools, %mount and its kin, %audit: what this session was granted, and what was made of it. A notebook can look and ask, and grant itself nothing."""

from __future__ import annotations

import argparse
import html
from collections.abc import Sequence
from typing import TYPE_CHECKING

from monty_kernel.engine.frontend import UsageError

from .context import MagicContext
from .declare import Family, argument

if TYPE_CHECKING:
    from monty_kernel.grants.audit import Record

family = Family()

_MODES = {
    "ro": "read only",
    "rw": "changes are written to the disk",
    "overlay": "changes stay in memory",
}

_COLUMNS = ("when (UTC)", "cell", "what", "arguments", "outcome", "seconds")


@family.host("tools")
def tools(_: argparse.Namespace, context: MagicContext) -> None:
    """List the functions of the host that cells may call, and what each call needs: nothing, your answer, or it is denied."""
    lines = []
    for module in context.grants.tool_modules.values():
        lines.append(f"import {module.name}")
        lines += [f"    {name} = {value!r}"[:120] for name, value in module.constants.items()]
        for tool in module.tools.values():
            kind = "async " if tool.is_async else ""
            lines.append(f"    {context.grants.permission(tool):<5}  {kind}{tool.name}{tool.signature}")
    context.print(
        "\n".join(lines)
        or "This session has no tools. They are granted where the kernel is started: --tools FILE.py; see docs/grants.md."
    )


@family.host(
    "mount",
    argument("host", metavar="HOST", help="a folder of yours"),
    argument("place", metavar="SANDBOX", help="where cells see it, such as /data"),
    argument("mode", nargs="?", choices=("ro", "rw", "overlay"), default="overlay", help="[overlay]"),
)
def mount(arguments: argparse.Namespace, context: MagicContext) -> None:
    """Ask you to let cells use a folder of yours. MODE: ro to read, rw to change it, overlay to keep what they write in memory.

    The question shows the folder's real path. Where nobody can answer, the answer is no.
    """
    from pathlib import Path

    from monty_kernel.grants.mount_spec import MountRefused, MountSpec, checked_place

    try:
        place = checked_place(arguments.place)
    except MountRefused as error:
        raise UsageError(f"%mount: {error}.") from None
    mounted = context.grants.ask_to_mount(MountSpec(Path(arguments.host), place, arguments.mode), context.ask_person)
    if mounted is None:
        raise UsageError("%mount: nothing was mounted. It needs your yes, and a folder that may be mounted.")
    context.print(f"Mounted at {mounted.place}, {_MODES[mounted.mode]}.")


@family.host("unmount", argument("place", metavar="SANDBOX", help="where cells see it"))
def unmount(arguments: argparse.Namespace, context: MagicContext) -> None:
    """Take a mounted folder away from cells. What was written to an overlay is gone with it."""
    from pathlib import PurePosixPath

    if not context.grants.unmount(PurePosixPath(arguments.place)):
        raise UsageError("%unmount: nothing is mounted there. %mounts lists what is.")


@family.host("mounts")
def mounts(_: argparse.Namespace, context: MagicContext) -> None:
    """List the folders that cells may use. Of your paths only the last part is shown: outputs travel with the notebook."""
    lines = [f"{mount.place}  …/{mount.host.name}  {_MODES[mount.mode]}" for mount in context.grants.mounts]
    context.print("\n".join(lines) or "No folder is mounted. %mount asks for one; --mount grants one at the start.")


@family.host("audit", argument("count", nargs="?", type=int, default=50, metavar="N", help="how many records [50]"))
def audit(arguments: argparse.Namespace, context: MagicContext) -> None:
    """Show the last N calls of tools, questions and grants in this kernel: when, in which cell, and what came of each."""
    if not 1 <= arguments.count <= 10_000:
        raise UsageError("%audit: N must be a number of records, from 1 to 10,000.")
    records = context.grants.audit.records(arguments.count)
    if not records:
        context.print("Nothing has been called or granted yet.")
        return
    rows = [_cells(record) for record in records]
    context.display({"text/plain": _as_text(rows), "text/html": _as_html(rows)})


def _cells(record: Record) -> tuple[str, ...]:
    when = record.when[:19].replace("T", " ")
    what = f"{record.kind}: {record.what}" if record.kind != "tool" else record.what
    return when, record.cell, what, record.arguments, record.outcome, f"{record.seconds:.3f}"


def _as_text(rows: Sequence[Sequence[str]]) -> str:
    table = [_COLUMNS, *([each if len(each) <= 60 else each[:59] + "…" for each in row] for row in rows)]
    widths = [max(len(row[column]) for row in table) for column in range(len(_COLUMNS))]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in table)


def _as_html(rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f"<th>{html.escape(name)}</th>" for name in _COLUMNS)
    body = "".join("<tr>" + "".join(f"<td>{html.escape(each)}</td>" for each in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
