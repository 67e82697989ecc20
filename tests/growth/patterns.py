"""Each regular expression of the package as an entry of its own, found in its modules, and fed what it repeats.

None is listed by hand: patterns are the modules' attributes, in whatever collection, what functions without arguments give, and the
constants in calls such as `re.search("...", text)`. How a pattern is called, by `match` or by `search`, the sources say. What it
is fed comes from its own parse tree: what leads to a repetition, the repeated over and over, and an end that does not fit.
"""

from __future__ import annotations

import ast
import inspect
import pkgutil
import re
import re._constants as sre
import re._parser as parser
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

import monty_kernel
from monty_kernel.grants import plain
from monty_kernel.typecheck import checker

from .entry import MEBI, Entry
from .shapes import Shape

_METHODS = ("match", "fullmatch", "search", "finditer", "findall", "sub", "subn", "split")
_TAILS = ("", "!", "\n", "\0")
_NOT_OF_THE_HOST = "monty_kernel.engine.prelude."
"""These run in the sandbox, and are no modules for this Python."""

BOUNDED: Mapping[str, tuple[int, str]] = {
    **dict.fromkeys(
        ("typecheck.suppressions._SEVERAL", "typecheck.suppressions._WANTED"),
        (checker._LONGEST, "`checker` cuts what the checker says"),
    ),
    **dict.fromkeys(
        ("grants.plain._LONG_PATH", "grants.plain._SPACED", "grants.plain._FILE_ADDRESS"),
        (plain._READ, "`exception_for_cell` reads no more of a message"),
    ),
    "headless.page_notebook._HEADING": (
        1 << 12,
        "it reads what the sanitizer writes, where each heading has its end; `page:` has the rest",
    ),
}
"""Patterns that never meet a long text of such shapes: the longest that is tried, and why."""


def _modules() -> Iterator[ModuleType]:
    yield monty_kernel
    for found in pkgutil.walk_packages(monty_kernel.__path__, "monty_kernel."):
        if not found.name.startswith(_NOT_OF_THE_HOST) and not found.name.endswith("__main__"):
            yield import_module(found.name)


def _within(value: object, name: str, depth: int = 3) -> Iterator[tuple[str, re.Pattern[Any]]]:
    """The patterns in a module's attribute, with names that say where."""
    if isinstance(value, re.Pattern):
        yield name, value
    elif isinstance(value, Mapping) and depth:
        for key, each in value.items():
            yield from _within(each, f"{name}[{key!r}]", depth - 1)
    elif isinstance(value, (tuple, list)) and depth:
        for index, each in enumerate(value):
            yield from _within(each, f"{name}[{index}]", depth - 1)
    elif hasattr(value, "cache_info") and "Pattern" in str(getattr(value, "__annotations__", {}).get("return")):
        assert callable(value) and not inspect.signature(value).parameters, f"{name} makes patterns of what it is given"
        yield from _within(value(), f"{name}()", 0)


def _source(module: ModuleType) -> str:
    spec = find_spec(module.__name__)
    assert spec is not None and spec.origin is not None
    return Path(spec.origin).read_text()


def _uses(source: str) -> dict[str, set[str]]:
    """The methods that a module calls on each of its names, or on what it gives; a name that is handed on may be called in any way."""
    methods: dict[str, set[str]] = defaultdict(set)
    called: set[int] = set()
    nodes = list(ast.walk(ast.parse(source)))
    anyhow = {node.attr for node in nodes if isinstance(node, ast.Attribute) and node.attr in _METHODS}
    for node in nodes:
        if isinstance(node, ast.Attribute) and node.attr in _METHODS:
            owner: ast.AST = node.value
            while isinstance(owner, (ast.Call, ast.Subscript)):  # `_token().sub`, `_STRING_END[quote].match`
                owner = owner.func if isinstance(owner, ast.Call) else owner.value
            if isinstance(owner, ast.Name):
                methods[owner.id].add(node.attr)
                called.add(id(owner))
    for node in nodes:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and id(node) not in called:
            methods[node.id] |= anyhow
    return methods


def _inline(module: str, source: str) -> Iterator[tuple[str, re.Pattern[Any], set[str]]]:
    """The patterns that are constants in calls of functions of `re`."""
    if not any(f"re.{name}(" in source for name in _METHODS):
        return  # most modules have none, and to parse them all takes seconds
    for node in ast.walk(ast.parse(source)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
            continue
        given = node.args[0]
        if ast.unparse(node.func.value) == "re" and node.func.attr in _METHODS and isinstance(given, ast.Constant):
            flags = next((each.value for each in node.keywords if each.arg == "flags"), None)
            named = [ast.unparse(each) for each in (*node.args[2:], *([flags] if flags else ()))]
            flag = re.MULTILINE if any("MULTILINE" in each for each in named) else 0
            flag |= re.DOTALL if any("DOTALL" in each for each in named) else 0
            yield f"{module}: re.{node.func.attr}({given.value!r})", re.compile(given.value, flag), {node.func.attr}


def found_patterns() -> dict[str, tuple[re.Pattern[Any], set[str]]]:
    """Every pattern by its name, and the methods that are called on it."""
    modules = {module.__name__: module for module in _modules()}
    found: dict[str, tuple[re.Pattern[Any], set[str]]] = {}
    seen: dict[tuple[object, int], str] = {}  # by what it says: `re` keeps compiled patterns for a while only
    for name, module in modules.items():
        short, source = name.removeprefix("monty_kernel."), _source(module)
        uses: dict[str, set[str]] | None = None
        for attribute, value in sorted(vars(module).items()):
            for where, pattern in _within(value, f"{short}.{attribute}"):
                uses = _uses(source) if uses is None else uses
                methods = uses.get(attribute, set()) or {"match"}
                known = seen.setdefault((pattern.pattern, pattern.flags), where)
                if known == where:
                    found[where] = pattern, set(methods)
                else:
                    found[known][1].update(methods)
        for where, pattern, methods in _inline(short, source):
            found.setdefault(where, (pattern, methods))
    return found


# What a pattern is fed ------------------------------------------------------------------------------------------------


def _member(items: list[tuple[Any, Any]]) -> str:
    """A character of a set; for what is not in it, one that hardly any set has."""
    if items and items[0][0] is sre.NEGATE:
        banned = re.compile("[" + "".join(_class(item) for item in items[1:]) + "]")
        return next((each for each in "a x0\n!é" if not banned.match(each)), "é")
    for kind, value in items:
        if kind is sre.LITERAL:
            return chr(value)
        if kind is sre.RANGE:
            return chr(value[0])
        if kind is sre.CATEGORY:
            return _CATEGORIES.get(value, "a")
    return "a"


def _class(item: tuple[Any, Any]) -> str:
    kind, value = item
    if kind is sre.LITERAL:
        return re.escape(chr(value))
    if kind is sre.RANGE:
        return f"{re.escape(chr(value[0]))}-{re.escape(chr(value[1]))}"
    return {"a": r"\w", "0": r"\d", " ": r"\s"}.get(_CATEGORIES.get(value, "a"), "")


_CATEGORIES = {sre.CATEGORY_DIGIT: "0", sre.CATEGORY_SPACE: " ", sre.CATEGORY_WORD: "a", sre.CATEGORY_NOT_SPACE: "a", sre.CATEGORY_NOT_DIGIT: "a", sre.CATEGORY_NOT_WORD: "!"}  # fmt: skip


def _sample(items: Any, choice: int = 0) -> str:
    """A text that the items match, hopefully: what looks around is left out."""
    made = ""
    for kind, value in items:
        if kind is sre.LITERAL:
            made += chr(value)
        elif kind is sre.NOT_LITERAL:
            made += "a" if value != ord("a") else "b"
        elif kind is sre.ANY:
            made += "a"
        elif kind is sre.IN:
            made += _member(value)
        elif kind is sre.BRANCH:
            made += _sample(value[1][choice % len(value[1])], choice)
        elif kind is sre.SUBPATTERN:
            made += _sample(value[3], choice)
        elif kind in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
            made += _sample(value[2], choice) * min(value[0], 20)
        elif kind is sre.ATOMIC_GROUP:
            made += _sample(value, choice)
    return made


def _pumps(items: Any, head: str, tail: str) -> Iterator[Shape]:
    """What repeats in the pattern, over and over, after what leads to it."""
    items = list(items)
    for index, (kind, value) in enumerate(items):
        before = head + _sample(items[:index])
        rest = _sample(items[index + 1 :]) + tail
        for inner in _inner(kind, value):
            yield from _pumps(inner, before, rest)
        if kind in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
            for unit in dict.fromkeys(_sample(value[2], choice) for choice in range(6)):
                for end in _TAILS:
                    yield Shape(unit or "a", before, tail=end)
                yield Shape(before + unit)
                yield Shape(before + unit + unit, tail="!")


def _inner(kind: Any, value: Any) -> list[Any]:
    if kind is sre.BRANCH:
        return list(value[1])
    if kind is sre.SUBPATTERN:
        return [value[3]]
    if kind in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
        return [value[2]]
    if kind is sre.ATOMIC_GROUP:
        return [value]
    return [value[1]] if kind in (sre.ASSERT, sre.ASSERT_NOT) else []


def _tokens(items: Any) -> Iterator[str]:
    for kind, value in items:
        for choice in range(3):
            yield _sample([(kind, value)], choice)
        for inner in _inner(kind, value):
            yield from _tokens(inner)


def _fed(pattern: re.Pattern[Any], methods: set[str], text: str) -> None:
    data = text.encode("utf-8", "surrogatepass") if isinstance(pattern.pattern, bytes) else text
    for name in sorted(methods):
        method: Callable[..., Any] = getattr(pattern, name)
        if name in ("sub", "subn"):
            method(data[:0], data)
        elif name == "finditer":
            deque(method(data), maxlen=0)
        else:
            method(data)


def _entry(name: str, pattern: re.Pattern[Any], methods: set[str]) -> Entry:
    source = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    tree = parser.parse(source, pattern.flags & ~re.UNICODE)
    tokens = tuple(dict.fromkeys(token for token in _tokens(tree) if token))
    pumps = tuple(dict.fromkeys(_pumps(tree, "", "")))
    limit = BOUNDED[name][0] if name in BOUNDED else 4 * MEBI
    return Entry(f"pattern: {name}", partial(_fed, pattern, methods), tokens, (), pumps, limit)


ENTRIES = tuple(_entry(name, *found) for name, found in sorted(found_patterns().items()))
