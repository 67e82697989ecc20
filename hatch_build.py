"""Called by hatchling when the package is built: makes the page for the Help menu, and puts the JupyterLab extension in."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

EXTENSION = "share/jupyter/labextensions/monty-kernel"


class Building(BuildHookInterface):  # type: ignore[type-arg]
    """Writes `kernelspec/help.html`, and builds `labextension/prebuilt` where that can be done."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called before the files are collected. version: "editable", or "standard"."""
        for folder in ("docs", "labextension"):
            sys.path.insert(0, str(Path(self.root, folder)))
        try:
            import help_page
            import prebuild
        finally:
            del sys.path[:2]
        help_page.write()
        if version == "editable":
            return  # `make labextension` links it there, so that a change need not be installed
        why = prebuild.missing()
        if why is None and not prebuild.is_current():
            prebuild.build()
        elif not prebuild.PREBUILT.exists():  # an sdist has what was built, and not all that it was built from
            self.app.display_warning(
                f"The kernel is installed without its extension for JupyterLab (the timeline): {why}."
            )
            return
        if self.target_name == "wheel":
            build_data["shared_data"][str(prebuild.PREBUILT)] = EXTENSION
