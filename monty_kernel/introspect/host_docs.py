"""Documentation of what Monty has from CPython's standard library, read from CPython's objects in this process.

Only objects under builtins, the modules Monty has and the tools that were granted are touched, by names the facts confirmed; no
code of the notebook's is involved.
"""

from __future__ import annotations

import builtins
import importlib
import inspect
import sys
from dataclasses import dataclass
from typing import Any

from .facts import Facts


@dataclass(frozen=True, slots=True)
class Doc:
    """A signature (None where CPython tells none), a docstring and what kind of thing it is: `function`, `class`, `module`..."""

    name: str
    kind: str
    signature: str | None
    doc: str | None
    parameters: tuple[tuple[str, int], ...] = ()
    """Each parameter's name and `inspect.Parameter` kind, without `self`."""


def of_builtin(name: str, facts: Facts) -> Doc:
    """A builtin function, class or constant."""
    return _doc(name, getattr(builtins, name, None), f"builtin {_kind(getattr(builtins, name, None))}", facts)


def of_module(name: str, facts: Facts) -> Doc:
    """A module that Monty has."""
    return _doc(name, _module(name, facts), "module", facts)


def of_member(module: str, name: str, facts: Facts) -> Doc:
    """A member of such a module."""
    host = _module(module, facts)
    value = getattr(host, name, None)
    kind = _kind(value) if hasattr(host, name) else facts.of_module(module).get(name, "instance")
    return _doc(f"{module}.{name}", value, kind, facts)


def of_type(key: str, facts: Facts) -> Doc:
    """A builtin type, by its key in the facts."""
    return _doc(key, _type(key, facts), "class", facts)


def of_method(key: str, name: str, facts: Facts) -> Doc:
    """A method or other attribute of a builtin type."""
    value = getattr(_type(key, facts), name, None)
    return _doc(f"{key}.{name}", value, "method" if callable(value) else "attribute", facts)


def by_full_name(full_name: str, facts: Facts) -> Doc | None:
    """`builtins.str.split`, `json.dumps`, `math` as jedi names them; None for what Monty does not have."""
    parts = full_name.split(".")
    if parts[0] == "builtins":
        parts = parts[1:]
        if len(parts) == 1 and parts[0] in facts.builtins:
            return of_builtin(parts[0], facts)
    elif full_name in facts.modules:
        return of_module(full_name, facts)
    if len(parts) < 2:
        return None
    owner, name = ".".join(parts[:-1]), parts[-1]
    if name in facts.of_module(owner):
        return of_member(owner, name, facts)
    if name in (facts.of_value(owner) or {}) or name in (facts.of_class(owner) or {}):
        return of_method(facts.type_key(owner), name, facts)
    return None


def _module(name: str, facts: Facts) -> Any:
    if name in facts.granted:
        return facts.granted[name]
    if name.split(".")[0] not in sys.stdlib_module_names:
        return None
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


def _type(key: str, facts: Facts) -> Any:
    module, _, name = key.rpartition(".")
    return getattr(_module(module, facts) if module else builtins, name, None)


def _kind(value: Any) -> str:
    if inspect.ismodule(value):
        return "module"
    if inspect.isclass(value):
        return "class"
    return "function" if callable(value) else type(value).__name__


def _doc(name: str, value: Any, kind: str, facts: Facts) -> Doc:
    signature = None
    parameters: tuple[tuple[str, int], ...] = ()
    if callable(value):
        try:
            plain = inspect.signature(value)
        except (TypeError, ValueError):
            pass
        else:
            kept = _in_monty(plain, facts.arguments.get(name))
            if kind == "method" and kept and kept[0].name in ("self", "cls"):
                kept.pop(0)
            signature = f"{name.rpartition('.')[2]}{plain.replace(parameters=kept)}"
            parameters = tuple((each.name, int(each.kind)) for each in kept)
    documented = callable(value) or inspect.ismodule(value)
    return Doc(name, kind, signature, inspect.getdoc(value) if documented else None, parameters)


def _in_monty(plain: inspect.Signature, accepted: frozenset[str] | None) -> list[inspect.Parameter]:
    """The parameters without keywords that Monty refuses."""
    return [
        each
        for each in plain.parameters.values()
        if accepted is None or each.kind != inspect.Parameter.KEYWORD_ONLY or each.name in accepted
    ]
