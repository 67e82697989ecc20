"""The prelude: source that runs inside Monty, never imported by CPython.

A session is fed `RECORD` before its first cell, and the other parts when a cell first needs them, because every
snapshot holds their bytecode, and 10 bytes for each instruction's place in the source. A dump after the first cell was
measured at 10 KB and 0.07 ms with `RECORD` alone, 63 KB and 0.35 ms with `SHOWING`, 156 KB and 0.9 ms with all parts.
Names begin with `__mk_`, which lists of variables leave out. Monty has no inheritance, no `yield`, no `del` and no
properties, so the files use none.

The prelude shares its globals with the cells. So that `list = [1, 2]` in a cell breaks nothing, the builtins that it
uses get names of their own when it is read: `len` in a file is `__mk_b_len` in the sandbox.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

RECORD = "record"
SHOWING = "showing"
NAMES = "names"
VARIABLES = "variables"
TIMING = "timing"
SURVEY = "survey"
KINDS = "kinds"

PARTS = {
    RECORD: ("record.py",),
    SHOWING: ("pretty.py", "display.py"),
    NAMES: ("names.py",),
    VARIABLES: ("variables.py",),
    TIMING: ("timing.py",),
    SURVEY: ("survey.py",),
    KINDS: ("kinds.py",),
}

_FORMERLY = {"core": frozenset({RECORD, SHOWING})}
"""The parts that sessions of earlier versions, which are stored, had as one."""

_BUILTINS = (
    "Exception", "NotImplementedError", "PermissionError", "RecursionError", "TypeError",
    "bool", "bytes", "dict", "enumerate", "float", "frozenset", "getattr", "hasattr", "hash", "id", "int", "isinstance",
    "len", "list", "locals", "max", "min", "print", "range", "repr", "set", "sorted", "str", "sum", "tuple", "type", "zip",
)  # fmt: skip
_NAMES = "|".join(_BUILTINS)
_USE = re.compile(rf"""(?<![.\w'"])(?:(?<=\bis )|(?<=\bnot )|(?<=\bexcept )|(?<=\braise )|(?=\w+\())({_NAMES})\b""")
_PADDING = re.compile(r"^(?:(?P<gone>[ ]*(?:#.*)?\n)|(?:[ ]{4})+)", re.MULTILINE)
_ALIASES = "".join(f"__mk_b_{name} = {name}\n" for name in _BUILTINS)


@cache
def source(part: str) -> str:
    """The Monty source of one part.

    Raises:
        KeyError: There is no such part.
    """
    return (_ALIASES if part == RECORD else "") + guarded("\n".join(map(_read, PARTS[part])))


def present(parts: frozenset[str]) -> frozenset[str]:
    """The parts that a session has which was fed these, perhaps by an earlier version."""
    return parts.union(*(_FORMERLY.get(part, frozenset()) for part in parts))


def guarded(text: str) -> str:
    """Prelude source whose builtins no cell can replace. The session must have been fed `RECORD`.

    Comments are removed and indentation shrinks, because every snapshot holds the text of every feed.
    """
    return _USE.sub(r"__mk_b_\1", _PADDING.sub(_less_padding, text))


def _less_padding(match: re.Match[str]) -> str:
    return "" if match["gone"] is not None else " " * (len(match[0]) // 4)


def _read(name: str) -> str:
    return (Path(__file__).parent / name).read_text(encoding="utf-8")
