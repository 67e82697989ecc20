"""What front ends are told of what a notebook may reach: tools, folders and limits. All texts are plain, on one line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monty_kernel.engine.limits import KINDS, effective
from monty_kernel.outputs.visible_text import visible_line

if TYPE_CHECKING:
    from monty_kernel.engine.limits import SessionLimits
    from monty_kernel.grants.grants import Grants
    from monty_kernel.grants.tool_files import Tool

Data = dict[str, Any]

_LONGEST = 300  # characters of a text
_MOST_TOOLS = 500


def grants_data(grants: Grants | None, limits: SessionLimits) -> Data:
    """From any thread. grants: None if nothing was granted so far."""
    modules = [] if grants is None else list(grants.tool_modules.values())
    tools = [(grants, tool) for module in modules for tool in module.tools.values() if grants is not None]
    return {
        "tools": [_tool(grants, tool) for grants, tool in tools[:_MOST_TOOLS]],
        "more_tools": max(0, len(tools) - _MOST_TOOLS),
        "mounts": [
            {"place": _line(str(mount.place)), "host": _line(str(mount.host)), "mode": mount.mode}
            for mount in (() if grants is None else grants.mounts)
        ],
        "limits": [_limit(name, limits) for name in KINDS],
    }


def _tool(grants: Grants, tool: Tool) -> Data:
    return {
        "name": _line(tool.qualified),
        "signature": _line(f"{tool.name}{tool.signature}"),
        "about": _line((tool.doc or "").partition("\n")[0]),
        "permission": grants.permission(tool),
    }


def _limit(name: str, limits: SessionLimits) -> Data:
    kind, now, granted = KINDS[name], effective(limits.now, name), effective(limits.granted, name)
    return {
        "name": name,
        "means": kind.means,
        "now": None if now is None else kind.show(now),
        "granted": None if granted is None else kind.show(granted),
    }


def _line(text: str) -> str:
    line = visible_line(text[:_LONGEST])
    return line if len(text) <= _LONGEST else f"{line}…"
