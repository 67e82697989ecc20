"""Completes inside brackets: the keyword arguments of a call and the keys of a dict."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from . import Completions
from .analysis import Analysis
from .cursor import Opened, arguments_before, primary_before
from .documentation import Doc, Resolver
from .live import Live, Path, path_of
from .place import Place, place
from .static import Signature
from .units import parsed_expression


class ArgumentCompleter:
    """Completes the keyword arguments of a call: the parameters of the called function, without those given already."""

    def __init__(self, live: Live, resolver: Resolver, analysis: Analysis) -> None:
        self._live = live
        self._resolver = resolver
        self._analysis = analysis

    async def complete(self, where: Place, start: int) -> list[str]:
        """The keyword arguments, as `key=`, that may begin at `start`; empty where no argument begins."""
        call = where.around.inside
        if call is None or call.kind != "(":
            return []
        callee = where.text[primary_before(where.text, call.start, where.around) : call.start].strip()
        given = arguments_before(where.text, call.start, start, where.around) if callee else None
        if given is None:
            return []
        signature = await self._of_session(where, callee)
        if signature is None:
            signature = await self._analysis.signature(where)
        if signature is None:
            return []
        positional, keywords = given
        names: list[str] = []
        for index, (name, kind) in enumerate(signature.parameters):
            by_name = kind == inspect.Parameter.KEYWORD_ONLY or (
                kind == inspect.Parameter.POSITIONAL_OR_KEYWORD and index >= positional
            )
            if by_name and name not in keywords and not name.startswith("__"):
                names.append(name)
        return [f"{name}=" for name in self._accepted(signature.full_name, names)]

    async def _of_session(self, where: Place, callee: str) -> Signature | None:
        """The parameters of the object that the session has under that name."""
        path = path_of(callee)
        if path is None or where.binds(path.root):
            return None
        look = await self._live.look(path)
        if look is not None:
            found = await self._resolver.of_look(path, look)
        else:
            found = await self._resolver.of_member(path)
        if found is None:
            if look is not None and look.kind == "class" and look.fields:
                return Signature(
                    "", tuple((name, int(inspect.Parameter.POSITIONAL_OR_KEYWORD)) for name in look.fields)
                )
            return None
        if isinstance(found, Doc):
            return Signature(found.name, found.parameters) if found.parameters else None
        return Signature("", found.parameters)

    def _accepted(self, function: str, names: list[str]) -> list[str]:
        """The names that Monty accepts as keyword arguments, if the function is Monty's."""
        if not function or function.startswith("__main__."):
            return names
        facts = self._analysis.facts
        name = re.sub(r"\.__(?:init|new)__\Z", "", function.removeprefix("builtins."))
        owner, _, method = name.rpartition(".")
        if owner in facts.granted:
            return names
        taken = facts.arguments.get(name) or facts.arguments.get(f"{facts.type_key(owner)}.{method}", frozenset())
        return [name for name in names if name in taken]


@dataclass(frozen=True, slots=True)
class _Subscript:
    """A half-typed subscript: its object, where the typed part of the key begins, and that part."""

    path: Path
    bracket: Opened
    string: Opened | None
    start: int
    typed: str


async def complete_keys(where: Place, live: Live, analysis: Analysis) -> Completions:
    """The keys that may be inserted at the cursor: those of the session, or those in the code while it is busy.

    Empty if the cursor is not in a subscript.
    """
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
        keys = [key for each in await analysis.names(before) if (key := _literal(each.name)) is not None]
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
    """The place as if the code ended at the bracket: there jedi knows the keys, and sees no half-typed string."""
    text = where.text[:end]
    return replace(where, text=text, cursor=end, around=place(text, end).around, chunk_end=end)


def _literal(text: str) -> str | int | None:
    if text[:1] not in "'\"-0123456789":
        return None
    key = _value(text)
    return key if isinstance(key, (str, int)) and not isinstance(key, bool) else None


def _typed(key: str, string: Opened, after: str) -> str:
    """A key as it is typed between these quotes, with the closing quote and bracket if they are missing."""
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
