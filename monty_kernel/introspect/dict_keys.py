"""Completes the keys of dicts: `d["<tab>`. The keys are the session's own; while it is busy, those that the code shows."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from .analysis import Analysis, Path, Place, path_of, place
from .cursor import Opened, primary_before
from .interface import Completions
from .live import Live
from .units import parsed_expression
from .worker import thinking


@dataclass(frozen=True, slots=True)
class _Subscript:
    """A half-typed subscript: whose it is, where the typed part of the key begins, and what that is."""

    path: Path
    bracket: Opened
    string: Opened | None
    start: int
    typed: str


async def complete_keys(where: Place, live: Live, analysis: Analysis, deadline: float) -> Completions:
    """The keys that may stand at the cursor; none if it is not in a subscript."""
    cursor = where.cursor
    subscript = _subscript(where)
    if subscript is None:
        return Completions((), cursor, cursor)
    string = subscript.string
    prefix = _unescaped(subscript.typed, string) if string else ""
    keys: Sequence[str | int] | None = None
    if not where.binds(subscript.path.root):
        keys = await live.keys(subscript.path, prefix)
    if keys is None:
        before = _cut_after(where, subscript.bracket.start + 1)
        known = await thinking().run(lambda: analysis.names(before), deadline) or []
        keys = [key for each in known if (key := _literal(each.name)) is not None]
    after = where.text[cursor : cursor + 100].split("\n")[0]
    if string is not None:
        texts = [_typed(key, string, after) for key in keys if isinstance(key, str) and key.startswith(prefix)]
    else:
        closing = "" if after.lstrip().startswith("]") else "]"
        fitting = [
            key
            for key in keys
            if not subscript.typed or (isinstance(key, int) and str(key).startswith(subscript.typed))
        ]
        texts = [repr(key) + closing for key in fitting]
    return Completions(tuple(texts), subscript.start, cursor, dict.fromkeys(texts, "instance"))


def _subscript(where: Place) -> _Subscript | None:
    text, cursor, stack = where.text, where.cursor, where.around.stack
    string = stack[-1] if stack and stack[-1].kind == "string" else None
    bracket = next(iter(reversed(stack[:-1] if string else stack)), None)
    if bracket is None or bracket.kind != "[":
        return None
    path = path_of(text[primary_before(text, bracket.start, where.around) : bracket.start])
    if path is None:
        return None
    if string is not None:
        if (
            text[bracket.start + 1 : string.start].strip()
            or len(string.quote) != 1
            or string.prefix.lower() not in ("", "r", "u")
        ):
            return None
        start = string.start + len(string.prefix) + 1
        return _Subscript(path, bracket, string, start, text[start:cursor])
    typed = text[bracket.start + 1 : cursor].strip()
    if typed and not re.fullmatch(r"-?\d+", typed):
        return None
    return _Subscript(path, bracket, None, cursor - len(typed), typed)


def _cut_after(where: Place, end: int) -> Place:
    """The same place as if the code ended at the bracket: jedi knows keys there, but must not see a half-typed string."""
    text = where.text[:end]
    return replace(where, text=text, cursor=end, around=place(text, end).around, chunk_end=end)


def _literal(text: str) -> str | int | None:
    if text[:1] not in "'\"-0123456789":
        return None
    key = _value(text)
    return key if isinstance(key, (str, int)) and not isinstance(key, bool) else None


def _typed(key: str, string: Opened, after: str) -> str:
    """A key as it is typed between these quotes, with the closing quote and bracket that are not there yet."""
    quote = string.quote
    if "r" not in string.prefix.lower():
        key = "".join(_escaped(character, quote) for character in key)
    if after.startswith(quote):
        return key
    return key + quote + ("" if after.lstrip().startswith("]") else "]")


def _escaped(character: str, quote: str) -> str:
    if character in ("\\", quote):
        return "\\" + character
    return character if character.isprintable() else ascii(character)[1:-1]


def _unescaped(typed: str, string: Opened) -> str:
    value = _value(f"{string.prefix}{string.quote}{typed}{string.quote}")
    return value if isinstance(value, str) else typed


def _value(literal: str) -> object:
    node = parsed_expression(literal)
    try:
        return ast.literal_eval(node) if node is not None else None
    except ValueError:
        return None
