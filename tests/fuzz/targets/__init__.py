"""All targets, by name. Importing one loads what it tests, so each is imported when it is asked for."""

from __future__ import annotations

from importlib import import_module

from tests.fuzz.target import Target

NAMES = (
    "cells", "expressions", "magics", "introspection", "frames", "requests", "worker",
    "store", "notes", "session_files", "state_data", "html", "svg", "markdown", "bundles", "charts", "terminal", "notebooks",
)  # fmt: skip
IN_A_BROWSER = ("rendered",)
"""Those of the engine that has a browser."""
_MODULES = {
    "cells": "cells", "expressions": "cells", "magics": "magics", "introspection": "introspection",
    "frames": "frames", "requests": "requests", "worker": "worker",
    "store": "store", "notes": "notes", "session_files": "session_files", "state_data": "state_data",
    "html": "outputs", "svg": "outputs", "markdown": "outputs", "bundles": "outputs", "charts": "charts", "terminal": "outputs", "notebooks": "notebooks",
    "rendered": "rendered",
}  # fmt: skip


def find(name: str) -> Target:
    """The target of this name."""
    module = import_module(f"{__name__}.{_MODULES[name]}")
    target: Target = getattr(module, name.upper())
    return target
