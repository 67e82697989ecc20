"""The place of the cursor in a half-typed cell: in a magic, or in a statement of Python.

What is said of a statement is read from its text alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from .cursor import WORD, Surroundings, surroundings

if TYPE_CHECKING:
    from . import Kind
    from .units import Unit

_LINE_MAGIC = re.compile(r"^[ \t]*(?:%[A-Za-z_%]|!|\?).*$", re.MULTILINE)
_QUERY = re.compile(r"^([ \t]*[A-Za-z_][\w.]*)(\?\??)[ \t]*$", re.MULTILINE)
_ASSIGNED = re.compile(r"^([ \t]*[A-Za-z_][\w, ]*=[ \t]*)([%!].*)$", re.MULTILINE)
_ASSIGNMENT = re.compile(r"[ \t]*[A-Za-z_][\w, ]*=[ \t]*(?=[%!])")
_CELL = re.compile(r"\s*%%([\w.]*)")
_HEAD = re.compile(r"[ \t]*(%%?)([\w.]*)")
_OPTIONS = re.compile(r"(?:[ \t]++--?+[A-Za-z][\w-]*+(?:(?:[ \t]++|=)[\d.]++|[\d.]++)?+)*+[ \t]++(?!-)")
_QUESTION = re.compile(r"[ \t]*\?{1,2}[ \t]*(?![?%\s])")

NOT_PYTHON = frozenset([
    "HTML", "SVG", "bash", "capture_file", "cmd", "file", "html", "javascript", "js", "latex", "markdown", "perl",
    "pypy", "ruby", "script", "sh", "svg", "sx", "system", "writefile",
])  # fmt: skip
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


WINDOW = 20_000
"""Characters around the cursor that are analysed. More would take jedi half a second and improve nothing."""

_NEXT_STATEMENT = re.compile(r"^(?!(?:else|elif|except|finally)\b)(?=[^\s#)\]}])", re.MULTILINE)
_SCOPES = re.compile(r"\s*(?:@|async\s+def\b|def\b|class\b)")


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a cell: the cell as plain Python, the statement around the cursor, and the cell's other statements."""

    text: str
    cursor: int
    around: Surroundings
    chunk_end: int
    others: tuple[Unit, ...] = ()

    @property
    def chunk(self) -> str:
        return self.text[self.around.chunk_start : self.chunk_end]

    def binds(self, name: str) -> bool:
        """Whether this cell binds the name, so that the code will not see its present value in the session."""
        if any(name in unit.defines for unit in self.others):
            return True
        return name in _bound_words(self.chunk)

    @property
    def has_scopes(self) -> bool:
        """Whether the statement is a function or a class, whose scopes only jedi can tell apart."""
        return _SCOPES.match(self.chunk) is not None

    def bound_names(self) -> frozenset[str]:
        """Names that the statement binds: all names of a block, or those of loops and lambdas on the cursor's line."""
        chunk = self.chunk
        if not self.has_scopes and "\n" in chunk.strip():
            return _bound_words(chunk)
        end = self.text.find("\n", self.cursor)
        line = self.text[self.around.line_start : len(self.text) if end < 0 else end][-1000:]
        earlier = self.text[self.around.chunk_start : self.around.line_start].replace(";", "\n")  # on the same line
        return _words_bound_by(line, _INNER_BINDING) | (_bound_words(earlier) if not self.has_scopes else frozenset())

    def others_names(self) -> dict[str, Kind]:
        return {name: kind for unit in self.others for name, kind in unit.defines.items()}


def place(text: str, cursor: int) -> Place:
    """Find the statement around the cursor. Reads at most about 20,000 characters on each side."""
    begin = 0
    if cursor > 2 * WINDOW:
        match = _NEXT_STATEMENT.search(text, cursor - WINDOW, cursor)
        begin = match.start() if match else max(text.rfind("\n", 0, cursor) + 1, cursor - 2 * WINDOW)
    around = surroundings(text, cursor, begin)
    line_end = text.find("\n", cursor)
    match = _NEXT_STATEMENT.search(text, line_end + 1, cursor + WINDOW) if line_end >= 0 else None
    end = match.start() if match else min(len(text), cursor + WINDOW)
    return Place(text, cursor, around, end)


@lru_cache(maxsize=64)
def _bound_words(chunk: str) -> frozenset[str]:
    """Words that seem to be bound in a statement: assignments, parameters, loop variables, imports."""
    found: set[str] = set()
    for line in chunk.split("\n"):
        begin = 0
        for match in _ASSIGNS.finditer(line):
            before = line[begin : match.start()]
            begin = match.end()
            if before.count("(") + before.count("[") <= before.count(")") + before.count("]"):  # no keyword argument
                found.update(target[1] for part in before.split(",") if (target := _TARGET.fullmatch(part)))
    return frozenset(found) | _words_bound_by(chunk, _BINDING + _INNER_BINDING)


def _words_bound_by(text: str, patterns: Sequence[re.Pattern[str]]) -> frozenset[str]:
    return frozenset(
        word for pattern in patterns for match in pattern.finditer(text) for word in WORD.findall(match[1])
    )


_ASSIGNS = re.compile(r"(?<![=!<>+\-*/%&|^@:])=(?!=)")
_TARGET = re.compile(r"[\s(*]*([^\W\d]\w*)[\s)]*(?::.*)?")
_INNER_BINDING = (
    re.compile(r"\bfor\b([^\n:]{1,200}?)\bin\b"),
    re.compile(r"\blambda\b([^:\n]{1,200})"),
    re.compile(r"\b(\w++)\s*+:="),
)
_BINDING = (
    re.compile(r"\bas\s+(\w+|\([\w, ]{1,200}\))"),
    re.compile(r"\b(?:def|class)\s+(\w+)"),
    re.compile(r"\bdef\s+\w+\s*\(([^)]{1,2000})"),
    re.compile(r"\bimport\b([^\n]{1,500})"),
)
