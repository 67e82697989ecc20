"""The prelude: source that runs inside Monty, never imported by CPython.

A session is fed `CORE` before its first cell and the other parts when a cell first needs them: every byte of bytecode is
in every snapshot (all parts: 110 KB and 0.6 ms a dump, `CORE` alone half of that). Names begin with `__mk_`, which no
list of variables shows. Monty has no inheritance, no `yield`, no `del` and no properties: the files do without.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

CORE = "core"
NAMES = "names"
VARIABLES = "variables"
TIMING = "timing"

PARTS = {
    CORE: ("pretty.py", "display.py", "record.py"),
    NAMES: ("names.py",),
    VARIABLES: ("variables.py",),
    TIMING: ("timing.py",),
}


@cache
def source(part: str) -> str:
    """The Monty source of one part.

    Raises:
        KeyError: there is no such part.
    """
    folder = Path(__file__).parent
    return "\n".join((folder / name).read_text(encoding="utf-8") for name in PARTS[part])
