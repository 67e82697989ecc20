"""The data that the kernel in the browser shares with this one: read from its modules, and written as JSON.

`TABLES` has each file's name and the function that gives its content. A new subject is a module here, and a row there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from . import about, asking, environment, errors, introspection, magics, sanitizer_rules, shown, source, text

TABLES: Mapping[str, Callable[[], Mapping[str, Any]]] = {
    "about": about.about,
    "asking": asking.asking,
    "characters": text.characters,
    "documentation": introspection.documented,
    "environment": environment.environment,
    "errors": errors.errors,
    "host_python": errors.host_python_facts,
    "ipython": source.ipython,
    "language": introspection.language,
    "magics": magics.magics,
    "prelude": source.prelude,
    "rewriting": source.rewriting,
    "sanitizer_rules": sanitizer_rules.rules,
    "shipped": source.shipped,
    "shipped_sources": source.shipped_sources,
    "shown": shown.functions,
}
"""By the name of the file, without `.json`."""
