"""What a kernel's options grant, opened when it starts. What is wrong with one of them is told, and the kernel starts without it."""

from __future__ import annotations

from collections.abc import Sequence
from logging import Logger, LoggerAdapter
from typing import Any

from .audit import AuditFailed
from .grants import Grants
from .mount_spec import MountRefused, parse_mount
from .tool_files import ToolsRefused


def open_doors(grants: Grants, tools: Sequence[str], mounts: Sequence[str], log: Logger | LoggerAdapter[Any]) -> None:
    """Load the tools and mount the folders. Failures go to the log, and to the person with the next cell."""
    for spec in tools:
        try:
            grants.load_tools([spec])
        except ToolsRefused as error:
            log.error("%s", error, exc_info=error.__cause__)
            grants.tell(f"Tools were refused: {error}.")
    for text in mounts:
        try:
            asked = parse_mount(text)
            if not asked.host.expanduser().is_absolute():
                raise MountRefused(
                    f"{text!r}: say the absolute path of the folder, as a kernel starts in the notebook's"
                )
            grants.mount(asked)
        except (MountRefused, AuditFailed) as error:
            log.error("%s", error)
            grants.tell(f"A mount was refused: {error}.")
    for name in grants.unknown_permissions():
        grants.tell(f"A permission was given for {name}, but there is no such tool.")
