"""Questions to the idle sandbox. Its answers are checked, since a notebook may have tampered with the session."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from monty_kernel.engine.prelude import guarded

from .analysis import Analysis
from .interface import Kind, Session
from .units import parsed_expression

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
