"""How IPython shows the functions of CPython that Monty has, which know their signatures there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from monty_kernel.introspect import facts, shown

_ADDRESS = re.compile(r" at 0x[0-9a-f]+")


def functions() -> dict[str, Any]:
    """What is shown, by the name in Monty's `repr`. A function without an entry has no more than its name."""
    known = facts.load_facts()
    members = {name for module in known.modules for name in known.of_module(module)}
    return {
        "homes": dict(shown._HOMES),
        "builtins": dict(_told(known.builtins, "<built-in function {}>")),
        "functions": dict(_told(members, "<function {} at 0x0>")),
    }


def _told(names: Iterable[str], form: str) -> Iterator[tuple[str, str]]:
    for name in sorted(names):
        told = shown.shown_as(form.format(name), [], own=False) if name.isidentifier() else None
        if told is not None and told != f"<function {name}>":
            yield name, _ADDRESS.sub("", told)
