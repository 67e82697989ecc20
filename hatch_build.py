"""Called by hatchling when the package is built: makes the page for the Help menu, which goes into the kernelspec."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class HelpPage(BuildHookInterface):  # type: ignore[type-arg]
    """Writes `kernelspec/help.html`."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called before the files are collected."""
        sys.path.insert(0, str(Path(self.root, "docs")))
        try:
            from help_page import write
        finally:
            del sys.path[0]
        write()
