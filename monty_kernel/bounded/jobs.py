"""What a helper can be asked to do: named jobs, each a function of a text and plain data that gives plain data and a text."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

Job = Callable[..., tuple[Any, str]]

_JOBS = {
    "taste": "monty_kernel.engine.source.syntax_trees:taste",
    "judge": "monty_kernel.introspect.completeness:judged",
    "sanitize": "monty_kernel.sanitize.apart:sanitized_apart",
    "jedi": "monty_kernel.introspect.static:asked",
}
"""Where each is found: what it needs is imported in the helper, when it is first asked for."""


def job(name: str) -> Job:
    """The job of a name. It is called with the text, then the plain data."""
    module, _, function = _JOBS[name].partition(":")
    found: Job = getattr(import_module(module), function)
    return found
