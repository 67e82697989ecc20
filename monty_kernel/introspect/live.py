"""Questions to the idle sandbox, about values and without running any of their code.

A prelude of introspection's own answers them. Feed `engine.prelude.guarded(INTROSPECTION_PRELUDE)` to a session at any
time after the engine's. `guarded` gives separate names to the builtins that it calls, so that a cell with a variable
named `type` or `len` cannot change what it does. Types are taken from values for the same reason. The answers are
checked all the same, since a notebook may have tampered with the session.

It runs no code of the notebook: types are compared by identity; dicts are walked, never indexed, since a key's
`__eq__` could answer; `repr` is applied only to values of exact builtin types; a class with `__getattr__` or
`__getattribute__` is not asked for its instances' attributes; and if Monty comes to support descriptors or
metaclasses (1.4 does not), classes are not asked either, which `__mk_see_plain` finds out.

It is terse because every byte of it is in every snapshot from then on, about 5 bytes for each character of source.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from monty_kernel.engine.prelude import guarded

from . import Kind, Session
from .analysis import Analysis
from .units import parsed_expression

INTROSPECTION_PRELUDE = r"""
def __mk_see_loaded():
    import math, collections
    return type(math), type(math.sqrt), collections.deque, collections.defaultdict, collections.Counter
class __mk_see_D:
    def __get__(self, instance, owner): return 0
class __mk_see_C:
    d = __mk_see_D()
__mk_see_module, __mk_see_builtin, __mk_see_deque, __mk_see_defaultdict, __mk_see_Counter = __mk_see_loaded()
__mk_see_class, __mk_see_int, __mk_see_str, __mk_see_range = type(__mk_see_C), type(1), type(""), type(range(0))
__mk_see_code = [__mk_see_builtin, type(lambda: 0)]
__mk_see_atoms = [type(None), type(True), __mk_see_int, type(1.0), type(1j), __mk_see_str, type(b"")]
__mk_see_boxes = [type([]), type(()), type({1}), type(frozenset()), __mk_see_deque]
__mk_see_maps = [type({}), __mk_see_defaultdict, __mk_see_Counter]
__mk_see_known = __mk_see_atoms + __mk_see_boxes + __mk_see_maps + __mk_see_code + [__mk_see_module, __mk_see_class, __mk_see_range]
__mk_see_sized = __mk_see_boxes + __mk_see_maps + [__mk_see_str, type(b"")]
__mk_see_plain = type(__mk_see_C.d) is __mk_see_D and type(__mk_see_C().d) is __mk_see_D and not hasattr(__mk_see_C, "__getattribute__")
def __mk_see_is(t, kinds):
    for each in kinds:
        if t is each: return True
    return False
def __mk_see_open(cls):
    # whether asking this class or its instances for an attribute runs no code of theirs
    return __mk_see_plain and type(cls) is __mk_see_class and not __mk_see_is(cls, __mk_see_known) and not hasattr(cls, "__getattr__") and not hasattr(cls, "__getattribute__")
def __mk_see_kind(t, scope):
    if t is __mk_see_module or t is scope.get("__mk_namespace"): return "module"
    if t is __mk_see_class: return "class"
    return "function" if __mk_see_is(t, __mk_see_code) else "instance"
def __mk_see_names(scope, prefix, limit):
    found = []
    for name, v in scope.items():
        if name.startswith(prefix) and not name.startswith("__mk_"):
            found.append((name, __mk_see_kind(type(v), scope)))
            if len(found) == limit: break
    return found
def __mk_see_has(v, name):
    try:
        return hasattr(v, name)
    except Exception:
        return True  # there, but only the host can tell its value
def __mk_see_item(v, key):
    t = type(v)
    k = type(key)
    if __mk_see_is(t, __mk_see_maps):
        n = 0
        for each, w in v.items():
            n += 1
            if type(each) is k and each == key: return [w]
            if n == 100000: break
    elif __mk_see_is(t, __mk_see_boxes[:2]) and k is __mk_see_int and -len(v) <= key < len(v):
        return [v[key]]
def __mk_see_walk(scope, path):
    # path: a name, then (".", attribute) and ("[", key) -> [value], or None if it cannot be reached
    if path[0] not in scope: return None
    v = scope[path[0]]
    for step, key in path[1:]:
        t = type(v)
        owner = v if t is __mk_see_class else t
        if step == "[":
            found = __mk_see_item(v, key)
            if found is None: return None
            v = found[0]
        elif t is __mk_see_module or __mk_see_open(owner):
            try:
                if __mk_see_open(owner) and hasattr(owner, key) and not __mk_see_is(type(getattr(owner, key)), __mk_see_known): return None
                v = getattr(v, key)
            except Exception:
                return None
        else:
            return None
    return [v]
def __mk_see_look(scope, path):
    # -> [kind, repr of the type, own repr of a module, class or function, names of fields]
    found = __mk_see_walk(scope, path)
    if found is None: return None
    v = found[0]
    t = type(v)
    kind = __mk_see_kind(t, scope)
    owner = v if kind == "class" else t
    fields = []
    for name in ("_fields", "__dataclass_fields__"):
        if __mk_see_open(owner) and hasattr(owner, name):
            w = getattr(owner, name)
            if __mk_see_is(type(w), __mk_see_boxes + __mk_see_maps):
                for each in w:
                    if type(each) is __mk_see_str: fields.append(each)
    own = "" if kind == "instance" else repr(v) if __mk_see_is(t, __mk_see_known) else __mk_see_written(v, t)
    return [kind, repr(t), own, fields]
def __mk_see_written(v, t):
    # what a module that is written for Monty calls itself; a notebook may have put a class of its own into its place
    if not __mk_see_open(t) or not hasattr(v, "__name__"): return ""
    name = getattr(v, "__name__")
    return "'" + name + "'" if type(name) is __mk_see_str and len(name) < 200 else ""
def __mk_see_members(scope, path, names):
    found = __mk_see_walk(scope, path)
    if found is None: return None
    v = found[0]
    t = type(v)
    owner = v if t is __mk_see_class else t
    if t is __mk_see_module: return [name for name in names if __mk_see_has(v, name)]
    if not __mk_see_plain or type(owner) is not __mk_see_class or __mk_see_is(owner, __mk_see_known): return []
    had = [name for name in names if __mk_see_has(owner, name)]
    return had + [name for name in names if name not in had and __mk_see_has(v, name)] if __mk_see_open(owner) else had
def __mk_see_keys(scope, path, prefix, limit):
    found = __mk_see_walk(scope, path)
    if found is None or not __mk_see_is(type(found[0]), __mk_see_maps): return None
    keys = []
    n = 0
    for key in found[0]:
        n += 1
        t = type(key)
        if t is __mk_see_str and key.startswith(prefix) and len(key) <= 200 or t is __mk_see_int and -(10**18) < key < 10**18: keys.append(key)
        if len(keys) == limit or n == 100000: break
    return keys
def __mk_see_copy(v, depth):
    # small plain data as it is; a container as (type, [copies], length); its text as (type, text); anything else as (type,)
    t = type(v)
    if t is __mk_see_int and not -(10**60) < v < 10**60: return ("int", "an int of more than 60 digits")
    if __mk_see_is(t, __mk_see_atoms):
        if __mk_see_is(t, __mk_see_sized) and len(v) > 200: return (t.__name__, [v[:200]], len(v))
        return v
    if __mk_see_is(t, __mk_see_sized):
        copies = []
        for each in v.items() if __mk_see_is(t, __mk_see_maps) else v:
            if depth == 0 or len(copies) == 20: break
            copies.append([__mk_see_copy(each[0], depth - 1), __mk_see_copy(each[1], depth - 1)] if __mk_see_is(t, __mk_see_maps) else __mk_see_copy(each, depth - 1))
        return (t.__name__, copies, len(v))
    if __mk_see_is(t, __mk_see_known) or __mk_see_is(t, __mk_see_leaves()): return (t.__name__, repr(v))
    return (t.__name__,)
def __mk_see_leaves():
    import datetime as d, decimal, pathlib, re
    return (d.date, d.datetime, d.time, d.timedelta, d.timezone, decimal.Decimal, pathlib.Path, re.Pattern)
def __mk_see_value(scope, path):
    # -> [copy, length or None, docstring of a class or of an instance's class, or None]
    found = __mk_see_walk(scope, path)
    if found is None: return None
    v = found[0]
    t = type(v)
    owner = v if t is __mk_see_class else t
    doc = None
    if __mk_see_open(owner) and hasattr(owner, "__doc__"):
        w = getattr(owner, "__doc__")
        if type(w) is __mk_see_str: doc = w[:20000]
    return [__mk_see_copy(v, 2), len(v) if __mk_see_is(t, __mk_see_sized) else None, doc]
"""


_SCOPE = guarded("locals()")
_KINDS: dict[str, Kind] = {"function": "function", "class": "class", "module": "module", "instance": "instance"}
_QUOTED = re.compile(r"'([^']*)'|<(?:built-in )?function (\w+)")


@dataclass(frozen=True, slots=True)
class Path:
    """How to reach a value: a name of the session, then `('.', attribute)` and `('[', key)` steps."""

    root: str
    steps: tuple[tuple[str, str | int], ...] = ()

    @property
    def owner(self) -> Path:
        """The path without its last step."""
        return Path(self.root, self.steps[:-1])

    @property
    def attribute(self) -> str | None:
        """The attribute in the last step, or None."""
        return str(self.steps[-1][1]) if self.steps and self.steps[-1][0] == "." else None


def path_of(expression: str) -> Path | None:
    """An expression such as `a.b["c"][0]` as a path; None for an expression that would have to be run."""
    node = parsed_expression(expression)
    if node is None:
        return None
    steps: list[tuple[str, str | int]] = []
    while not isinstance(node, ast.Name):
        if isinstance(node, ast.Attribute):
            steps.append((".", node.attr))
        elif isinstance(node, ast.Subscript) and (key := _key(node.slice)) is not None:
            steps.append(("[", key))
        else:
            return None
        node = node.value
    if node.id.startswith("__mk_") or len(steps) > 20:
        return None
    return Path(node.id, tuple(reversed(steps)))


def _key(node: ast.expr) -> str | int | None:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = _key(node.operand)
        return -inner if isinstance(inner, int) else None
    if isinstance(node, ast.Constant) and isinstance(node.value, (str, int)) and not isinstance(node.value, bool):
        return node.value
    return None


@dataclass(frozen=True, slots=True)
class Look:
    """What a value is.

    Attributes:
        kind: its kind.
        type_name: its type as Monty shows it: `dict`, `collections.deque`, `Robot`.
        name: the own name of a module, class or function, if Monty tells it.
        fields: the fields of a dataclass or a named tuple.
    """

    kind: Kind
    type_name: str
    name: str = ""
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Value:
    """A value's short text (None if only its own code could make it), its length, and its class's docstring."""

    text: str | None
    length: int | None
    doc: str | None


class Live:
    """The session as introspection sees it. Every answer is None while the session is busy."""

    def __init__(self, session: Session, analysis: Analysis) -> None:
        self._session = session
        self._analysis = analysis

    async def names(self, prefix: str, limit: int = 2000) -> dict[str, Kind] | None:
        """The session's names that begin with `prefix`, oldest first."""
        answer = await self._ask("names", prefix, limit)
        if not isinstance(answer, (list, tuple)):
            return None
        found: dict[str, Kind] = {}
        for pair in answer:
            if isinstance(pair, (list, tuple)) and len(pair) == 2 and isinstance(pair[0], str):
                found[pair[0]] = _KINDS.get(str(pair[1]), "instance")
        return found

    async def look(self, path: Path) -> Look | None:
        """What the value at `path` is; also None if it cannot be reached without running the notebook's code."""
        answer = await self._ask("look", path)
        if not (isinstance(answer, (list, tuple)) and len(answer) == 4):
            return None
        kind, type_shown, shown, fields = answer
        name = _QUOTED.search(shown) if isinstance(shown, str) else None
        return Look(
            kind=_KINDS.get(str(kind), "instance"),
            type_name=str(type_shown).removeprefix("<class '").removesuffix("'>"),
            name=(name[1] or name[2] or "") if name else "",
            fields=_strings(fields),
        )

    async def members(self, path: Path, candidates: Iterable[str]) -> tuple[str, ...] | None:
        """The candidate names that the module, class or instance at `path` has."""
        names = [name for name in candidates if len(name) <= 200][:2000]
        if not names:
            return ()
        answer = await self._ask("members", path, names)
        return _strings(answer) if isinstance(answer, (list, tuple)) else None

    async def keys(self, path: Path, prefix: str, limit: int = 200) -> tuple[str | int, ...] | None:
        """The str keys that begin with `prefix`, and the int keys, of the dict at `path`; None if it is not a dict."""
        answer = await self._ask("keys", path, prefix, limit)
        if not isinstance(answer, (list, tuple)):
            return None
        return tuple(key for key in answer if isinstance(key, (str, int)) and not isinstance(key, bool))

    async def value(self, path: Path) -> Value | None:
        """The value at `path` in short form."""
        answer = await self._ask("value", path)
        if not (isinstance(answer, (list, tuple)) and len(answer) == 3):
            return None
        copy, length, doc = answer
        return Value(
            text=None if isinstance(copy, tuple) and len(copy) == 1 else shown(copy),
            length=length if isinstance(length, int) else None,
            doc=doc if isinstance(doc, str) else None,
        )

    async def _ask(self, function: str, *arguments: object) -> object | None:
        if self._analysis.notebook.meddling:
            return None
        try:
            return await self._session.ask(f"__mk_see_{function}({_SCOPE}, {', '.join(map(_literal, arguments))})")
        except Exception:  # even if the engine is in trouble, static analysis can still answer
            return None


def _literal(argument: object) -> str:
    if isinstance(argument, Path):
        return _literal([argument.root, *argument.steps])
    if isinstance(argument, Sequence) and not isinstance(argument, str):
        return f"[{', '.join(_literal(each) for each in argument)}]"
    return ascii(argument)


def _strings(answer: object) -> tuple[str, ...]:
    return tuple(each for each in answer if isinstance(each, str)) if isinstance(answer, (list, tuple)) else ()


_BRACKETS = {"list": "[]", "tuple": "()", "set": "{}", "dict": "{}"}


def shown(copy: object) -> str:
    """The text of a copy made by `__mk_see_copy`:

    `(type, [copies], length)`, `(type, text)`, `(type,)` or plain data.
    """
    if not isinstance(copy, tuple) or not copy or not isinstance(copy[0], str):
        return repr(copy)
    name = copy[0]
    if len(copy) == 1:
        return f"<{name}>"
    if len(copy) == 2:
        return str(copy[1])
    parts, length = copy[1], copy[2]
    if not isinstance(parts, list):
        return f"<{name}>"
    if name in ("str", "bytes"):
        return "".join(map(repr, parts)) + "..."
    mapping = name in ("dict", "defaultdict", "Counter")
    texts = [
        f"{shown(part[0])}: {shown(part[1])}" if mapping and isinstance(part, list) else shown(part) for part in parts
    ]
    if isinstance(length, int) and length > len(parts):
        texts.append("...")
    if not texts and name in ("set", "frozenset"):
        return f"{name}()"
    inside = ", ".join(texts) + ("," if name == "tuple" and len(texts) == 1 else "")
    if name in _BRACKETS:
        return f"{_BRACKETS[name][0]}{inside}{_BRACKETS[name][1]}"
    return f"{name}({{{inside}}})" if mapping or name == "frozenset" else f"{name}([{inside}])"
