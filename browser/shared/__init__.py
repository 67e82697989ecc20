"""The data that the kernel in the browser shares with this one: read from its modules, and written as JSON.

`TABLES` has each file's name and the function that gives its content. A new subject is a module here, and a row there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from . import introspection, magics, sanitizer_rules, source

TABLES: Mapping[str, Callable[[], Mapping[str, Any]]] = {
    "documentation": introspection.documented,
    "ipython": source.ipython,
    "language": introspection.language,
    "magics": magics.magics,
    "prelude": source.prelude,
    "rewriting": source.rewriting,
    "sanitizer_rules": sanitizer_rules.rules,
}
"""By the name of the file, without `.json`."""
