"""Magics in half-typed cells: the part of a magic that the cursor is in, and the cell's Python without magics."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

_LINE_MAGIC = re.compile(r"^[ \t]*(?:%[A-Za-z_%]|!|\?).*$", re.MULTILINE)
_QUERY = re.compile(r"^([ \t]*[A-Za-z_][\w.]*)(\?\??)[ \t]*$", re.MULTILINE)
_ASSIGNED = re.compile(r"^([ \t]*[A-Za-z_][\w, ]*=[ \t]*)([%!].*)$", re.MULTILINE)
_ASSIGNMENT = re.compile(r"[ \t]*[A-Za-z_][\w, ]*=[ \t]*(?=[%!])")
_CELL = re.compile(r"\s*%%([\w.]*)")
_HEAD = re.compile(r"[ \t]*(%%?)([\w.]*)")
_OPTIONS = re.compile(r"(?:[ \t]++--?+[A-Za-z][\w-]*+(?:(?:[ \t]++|=)[\d.]++|[\d.]++)?+)*+[ \t]++(?!-)")
_QUESTION = re.compile(r"[ \t]*\?{1,2}[ \t]*(?![?%\s])")

NOT_PYTHON = frozenset(
    [
        "HTML",
        "SVG",
        "bash",
        "capture_file",
        "cmd",
        "file",
        "html",
        "javascript",
        "js",
        "latex",
        "markdown",
        "perl",
        "pypy",
        "ruby",
        "script",
        "sh",
        "svg",
        "sx",
        "system",
        "writefile",
    ]
)
"""Cell magics whose body is not Python, at least in IPython."""


@dataclass(frozen=True, slots=True)
class MagicPlace:
    """The part of a magic that the cursor is in: its name, an option, the Python after them, or nothing to complete.

    `start` is where the name (including `%`), the option or the Python begins.
    """

    part: Literal["name", "option", "python", "nothing"]
    start: int
    sigil: str = ""
    name: str = ""
    first: bool = False  # on the cell's first line, where cell magics may stand


def magic_place(code: str, cursor: int) -> MagicPlace | None:
    """The magic that the cursor is in, or None for plain Python. The cursor must not be inside brackets or strings."""
    line_start = code.rfind("\n", 0, cursor) + 1
    cell = _CELL.match(code)
    if cell is not None and cell[1] in NOT_PYTHON and code.rfind("\n", 0, cell.end()) + 1 < line_start:
        return MagicPlace("nothing", cursor)
    typed = code[line_start:cursor]
    first = not code[:line_start].strip()
    question = _QUESTION.match(typed)
    if question is not None:
        return MagicPlace("python", line_start + question.end())
    if typed.lstrip().startswith("?%"):
        typed = typed.replace("?", " ")
    assigned = _ASSIGNMENT.match(typed)
    head = _HEAD.match(typed, assigned.end() if assigned else 0)
    if assigned and head is None:
        return MagicPlace("nothing", cursor)
    if typed.rstrip(" \t").endswith("?") and _QUERY.match(typed):
        return MagicPlace("nothing", cursor)
    if head is None:
        return MagicPlace("nothing", cursor) if typed.lstrip().startswith("!") else None
    first = first and assigned is None
    if len(head[1]) == 2 and not first:
        return MagicPlace("nothing", cursor)
    sigil, name = head[1], head[2]
    if head.end() == len(typed):
        return MagicPlace("name", line_start + head.start(1), sigil, name, first)
    if not typed[head.end()].isspace():
        return None if not name else MagicPlace("nothing", cursor)
    options = _OPTIONS.match(typed, head.end())
    rest = head.end() if options is None else options.end()
    word = re.search(r"(?<=\s)-[\w-]*\Z", typed[head.end() :])
    if word is not None and rest <= head.end() + word.start():
        return MagicPlace("option", line_start + head.end() + word.start(), sigil, name)
    return MagicPlace("python", line_start + rest, sigil, name)


def as_python(code: str) -> str:
    """The code with magics, `!commands` and `name?` replaced by blanks, character for character."""
    if "%" not in code and "!" not in code and "?" not in code:
        return code
    code = _LINE_MAGIC.sub(lambda match: " " * len(match[0]), code)
    code = _ASSIGNED.sub(lambda match: match[1] + "0".ljust(len(match[2])), code)
    return _QUERY.sub(lambda match: match[1] + " " * len(match[2]), code)
