"""%tools, %mount, %mounts, %unmount, %audit: what this session was granted, and how it was used.

A notebook can look and ask; it can grant itself nothing.
"""

from __future__ import annotations

import argparse
import html
from collections.abc import Sequence
from typing import TYPE_CHECKING

from monty_kernel.engine.frontend import UsageError

from . import MagicContext
from .declare import Family, argument

if TYPE_CHECKING:
    from monty_kernel.grants.audit import Record

family = Family("Grants")

_MODES = {
    "ro": "read only",
    "rw": "changes are written to the disk",
    "overlay": "changes stay in memory",
}

_PLACE = "/data"

_COLUMNS = ("when (UTC)", "cell", "what", "arguments", "outcome", "seconds")


@family.host("tools", looks=True)
def tools(_: argparse.Namespace, context: MagicContext) -> None:
    """List the functions of the host that cells may call, and whether calls are allowed, denied, or ask you first."""
    lines = []
    for module in context.grants.tool_modules.values():
        lines.append(f"import {module.name}")
        lines += [f"    {name} = {value!r}"[:120] for name, value in module.constants.items()]
        for tool in module.tools.values():
            kind = "async " if tool.is_async else ""
            lines.append(f"    {context.grants.permission(tool):<5}  {kind}{tool.name}{tool.signature}")
    context.print(
        "\n".join(lines) or "This session has no tools. To grant some, start the kernel with --tools FILE.py."
    )


@family.host(
    "mount",
    argument("host", metavar="HOST", help="a folder of yours, such as . for the notebook's"),
    argument("place", nargs="?", metavar="SANDBOX", default=_PLACE, help=f"where cells see it [{_PLACE}]"),
    argument("mode", nargs="?", choices=("ro", "rw", "overlay"), help="[overlay]"),
)
def mount(arguments: argparse.Namespace, context: MagicContext) -> None:
    """Ask you to let cells use your folder: `ro` to read it, `rw` to change it, `overlay` to keep changes in memory.

    The question shows the folder's real path. Where nobody can answer, the answer is no.
    """
    from pathlib import Path

    from monty_kernel.grants.mounting import MountRefused, MountSpec, checked_place

    place, mode = arguments.place, arguments.mode
    if place in _MODES and mode is None:
        place, mode = _PLACE, place
    try:
        spec = MountSpec(Path(arguments.host), checked_place(place), mode or "overlay")
        before = context.grants.mounted_by_asking(spec)
        mounted = before or context.grants.ask_to_mount(spec, context.ask_person)
    except MountRefused as error:
        raise UsageError(f"%mount: {error}.") from None
    context.print(f"{'Mounted' if before is None else 'Already mounted'} at {mounted.place}, {_MODES[mounted.mode]}.")


@family.host("unmount", argument("place", metavar="SANDBOX", help="where cells see it"))
def unmount(arguments: argparse.Namespace, context: MagicContext) -> None:
    """Unmount a folder. Anything written to an overlay is lost."""
    from pathlib import PurePosixPath

    if not context.grants.unmount(PurePosixPath(arguments.place)):
        raise UsageError("%unmount: nothing is mounted there. %mounts lists the mounted folders.")


@family.host("mounts", looks=True)
def mounts(_: argparse.Namespace, context: MagicContext) -> None:
    """List the folders that cells may use.

    Only the last part of your paths is shown, since outputs travel with the notebook.
    """
    lines = [f"{mount.place}  …/{mount.host.name}  {_MODES[mount.mode]}" for mount in context.grants.mounts]
    context.print(
        "\n".join(lines) or "No folder is mounted. %mount asks for one; the option --mount grants one at the start."
    )


@family.host(
    "audit", argument("count", nargs="?", type=int, default=50, metavar="N", help="how many records [50]"), looks=True
)
def audit(arguments: argparse.Namespace, context: MagicContext) -> None:
    """Show the last N tool calls, questions, mounts and writes of this kernel, with their cells and outcomes."""
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
    table = [_COLUMNS, *([text if len(text) <= 60 else text[:59] + "…" for text in row] for row in rows)]
    widths = [max(len(row[column]) for row in table) for column in range(len(_COLUMNS))]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in table)


def _as_html(rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f"<th>{html.escape(name)}</th>" for name in _COLUMNS)
    body = "".join("<tr>" + "".join(f"<td>{html.escape(text)}</td>" for text in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
