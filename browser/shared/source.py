"""What rewriting a cell knows: the prelude's parts, and the names of IPython."""

from __future__ import annotations

from typing import Any

from monty_kernel.engine import prelude as parts
from monty_kernel.engine.source import ipython as names


def prelude() -> dict[str, Any]:
    """The Monty source of each part, in the order in which they find each other."""
    return {"order": parts.PARTS, "sources": {part: parts.source(part) for part in parts.PARTS}}


def ipython() -> dict[str, Any]:
    """The names that the prelude has of IPython, and the code that binds `_3` and `_i3`."""
    return {
        "names": names.NAMES,
        "media": names.MEDIA,
        "package": names.PACKAGE,
        "modules": sorted(names.MODULES),
        "recall": names.RECALL,
    }
