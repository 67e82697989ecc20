"""Grants what the options of a kernel or of a headless run name: tools to load and folders to mount."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from logging import Logger, LoggerAdapter
from typing import Any

from .audit import AuditFailed
from .grants import Grants
from .mount_spec import MountRefused, parse_mount
from .tool_files import ToolsRefused

Refused = Callable[[str, ToolsRefused | MountRefused | AuditFailed], None]
"""Told what was refused ("Tools", "A mount", "A permission") and why. If it raises, nothing more is granted."""


def grant(
    grants: Grants, tools: Iterable[str], mounts: Iterable[str], refused: Refused, *, relative_mounts: bool
) -> None:
    """Load the tools and mount the folders.

    Args:
        grants: what they are added to.
        tools: files by their absolute paths, and modules by their names.
        mounts: folders, as `HOST:SANDBOX[:MODE]`.
        refused: called for each tool, mount or permission that cannot be granted.
        relative_mounts: whether HOST may be relative to the working directory. A kernel starts in the notebook's
            folder, which a stranger may have chosen.
    """
    for spec in tools:
        try:
            grants.load_tools([spec])
        except ToolsRefused as error:
            refused("Tools", error)
    for text in mounts:
        try:
            mount = parse_mount(text)
            if not relative_mounts and not mount.host.expanduser().is_absolute():
                raise MountRefused(f"{text!r}: use the folder's absolute path, such as /home/me/data:/data")
            grants.mount(mount)
        except (MountRefused, AuditFailed) as error:
            refused("A mount", error)
    for name in grants.unknown_permissions():
        refused("A permission", ToolsRefused(f"there is no such tool as {name}"))


def grant_or_tell(
    grants: Grants, tools: Iterable[str], mounts: Iterable[str], log: Logger | LoggerAdapter[Any]
) -> None:
    """Grant what a kernel's options name.

    A kernel starts without what is refused; its log and its next cell say why.
    """

    def tell(what: str, error: Exception) -> None:
        log.error("%s refused: %s", what, error, exc_info=error.__cause__)
        grants.tell(f"{what} {'were' if what == 'Tools' else 'was'} refused: {error}.")

    grant(grants, tools, mounts, tell, relative_mounts=False)
