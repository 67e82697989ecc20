"""What whoever runs notebooks grants to them: on their command line or in their program, never in a notebook."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from monty_kernel.grants.grants import Grants
    from monty_kernel.grants.tool_files import Permission


@dataclass(frozen=True, slots=True)
class Granted:
    """tools: files by their absolute paths, and modules by name; each notebook gets them afresh. permissions: by the tools' names
    (`shop.order`), instead of what the file says; to `ask` is to deny, as nobody answers. audit_file: logs each call.
    mounts: folders, as `HOST:SANDBOX[:MODE]`; what is written to an overlay ends with the notebook that wrote it.
    mount_max_bytes, mount_max_files: what each notebook may add to those that are mounted `rw`; None for no limit."""

    tools: tuple[str, ...] = ()
    permissions: Mapping[str, Permission] = field(default_factory=dict)
    audit_file: Path | None = None
    mounts: tuple[str, ...] = ()
    mount_max_bytes: int | None = 1 << 30
    mount_max_files: int | None = 10_000

    def grants(self) -> Grants | None:
        """For one notebook; None if nothing is granted. Close it after use.

        Raises:
            ToolsRefused: a file cannot be used, or a permission is for no tool.
            MountRefused: a folder is not mounted.
        """
        if not (self.tools or self.mounts or self.audit_file is not None):
            return None
        from monty_kernel.grants.audit import Audit
        from monty_kernel.grants.grants import Grants
        from monty_kernel.grants.opening import grant
        from monty_kernel.grants.quota import Quota

        quota = Quota(self.mount_max_bytes, self.mount_max_files)
        grants = Grants(Audit(self.audit_file), self.permissions, quota=quota)
        try:
            grant(grants, self.tools, self.mounts, _stop, relative_mounts=True)
        except BaseException:
            grants.close()
            raise
        return grants


def _stop(what: str, error: Exception) -> None:
    raise error
