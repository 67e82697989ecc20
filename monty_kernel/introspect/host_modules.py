"""Modules of CPython's that documentation is read from."""

from __future__ import annotations

import importlib
import sys
from typing import Any

from .candidates import HOST_MODULES_NOT_IMPORTED


def host_module(name: str) -> Any:
    """CPython's module of that name, or None if it is not in the standard library or must not be imported."""
    if name.split(".")[0] in HOST_MODULES_NOT_IMPORTED or name.split(".")[0] not in sys.stdlib_module_names:
        return None
    try:
        return importlib.import_module(name)
    except ImportError:
        return None
