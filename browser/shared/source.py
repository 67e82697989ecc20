"""What rewriting a cell knows: the prelude's parts, and the names of IPython."""

from __future__ import annotations

import builtins
from typing import Any

from monty_kernel.engine import prelude as parts
from monty_kernel.engine import shipped_modules, shipped_names
from monty_kernel.engine.source import (
    asking,
    cell,
    deletions,
    exceptions,
    known_bases,
    lacking,
    passed_methods,
    rewrites,
    special_calls,
)
from monty_kernel.engine.source import ipython as names
from monty_kernel.engine.source.star_names import PARTLY, STAR_NAMES

from .introspection import PART, prelude_part

_DRAWN_BY_THE_HOST = "module matplotlib.pyplot"
"""Its figures are drawn by the host of the native kernel; a page has nothing that does."""
_NOT_DRAWN = "matplotlib.pyplot draws on a computer only: build SVG or HTML in the cell and display it"


def prelude() -> dict[str, Any]:
    """The Monty source of each part, in the order in which they find each other."""
    sources = {part: parts.source(part) for part in parts.PARTS} | {PART: prelude_part()}
    return {"order": list(sources), "sources": sources}


def shipped() -> dict[str, Any]:
    """The names of the modules that are written for Monty."""
    return {
        "modules": dict(shipped_names.MODULES),
        "gaps": dict(shipped_names.GAPS),
        "needs": dict(shipped_names.NEEDS),
    }


def shipped_sources() -> dict[str, Any]:
    """The Monty source of each of these modules, by its part."""
    sources = {part: shipped_modules.source(part) for part in shipped_names.parts()}
    return {**sources, _DRAWN_BY_THE_HOST: f"raise ImportError({_NOT_DRAWN!r})\n"}


def ipython() -> dict[str, Any]:
    """The names that the prelude has of IPython, and the code that binds `_3` and `_i3`."""
    return {
        "names": names.NAMES,
        "media": names.MEDIA,
        "package": names.PACKAGE,
        "modules": sorted(names.MODULES),
        "recall": names.RECALL,
    }


def rewriting() -> dict[str, Any]:
    """The names by which a cell is rewritten."""
    methods = sorted({name for kind in passed_methods.KINDS for name in dir(kind)})
    kinds = {name: passed_methods.kinds_with(name) for name in methods}
    return {
        "asking": {
            "functions": sorted(asking.FUNCTIONS),
            "methods": sorted(asking.METHODS),
            "seeded": asking.SEEDED,
            "never_made": sorted(asking.NEVER_MADE),
        },
        "bases": dict(known_bases.OF_MODULES),
        "deleting": {"builtins": sorted(deletions.BUILTINS), "callable": sorted(deletions.CALLABLE)},
        "exceptions": sorted(exceptions.EXCEPTIONS),
        "keywords": sorted(rewrites.KEYWORDS),
        "may_be_rewritten": cell.MAY_BE_REWRITTEN.pattern,
        "lacking": {
            "methods": dict(lacking.METHODS),
            "partly": dict(lacking.PARTLY),
            "attributes": dict(lacking.ATTRIBUTES),
            "names": lacking.NAMES,
            "may_lack": lacking.MAY_LACK.pattern,
            "may_be_verbose": lacking.MAY_BE_VERBOSE.pattern,
            "whole_date": lacking.WHOLE_DATE.pattern,
            "read": lacking.READ.pattern,
        },
        "never_unknown": sorted(rewrites.NEVER_UNKNOWN),
        "os_errors": sorted(name for name in exceptions.EXCEPTIONS if issubclass(getattr(builtins, name), OSError)),
        "passed": {"call": passed_methods.CALL, "kinds": {name: each for name, each in kinds.items() if each}},
        "special_arguments": dict(special_calls.ARGUMENTS),
        "star_names": dict(STAR_NAMES),
        "star_partly": sorted(PARTLY),
    }
