"""What the installed Monty has: builtins, keywords, modules, methods of builtin types, keyword arguments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

Kinds = Mapping[str, str]
"""Name -> kind: `function`, `class`, `module` or `instance`."""

_NONE: Kinds = {}


@dataclass(frozen=True, slots=True, eq=False)
class Facts:
    """The facts about one version of Monty, as far as Monty could be asked.

    The keys of types and callables are their names in CPython without `builtins.`: `str`, `collections.deque`,
    `json.dumps`, `str.split`. `type_names` maps the name in Monty's `repr(type(value))` to that key.
    """

    builtins: Kinds = field(default_factory=dict)
    keywords: frozenset[str] = frozenset()
    modules: frozenset[str] = frozenset()
    members: Mapping[str, Kinds] = field(default_factory=dict)
    methods: Mapping[str, Kinds] = field(default_factory=dict)
    class_members: Mapping[str, Kinds] = field(default_factory=dict)
    type_names: Mapping[str, str] = field(default_factory=dict)
    arguments: Mapping[str, frozenset[str]] = field(default_factory=dict)
    granted: Mapping[str, object] = field(default_factory=dict)
    """Granted modules of tools, by name. Their functions and constants are read, never called."""

    def with_granted(self, modules: Mapping[str, object]) -> Facts:
        """These facts, with those about modules of tools."""
        if not modules:
            return self
        members = {
            name: {
                each: "function" if callable(value) else "instance"
                for each, value in vars(module).items()
                if not each.startswith("_")
            }
            for name, module in modules.items()
        }
        return replace(
            self, modules=self.modules | set(modules), members={**self.members, **members}, granted=dict(modules)
        )

    def of_module(self, name: str) -> Kinds:
        """The members of a module; empty if Monty has no such module."""
        return self.members.get(name, _NONE)

    def of_value(self, type_name: str) -> Kinds | None:
        """The attributes of a value, by the name of its type in CPython or Monty; None for an unknown type."""
        return self.methods.get(self.type_key(type_name))

    def of_class(self, type_name: str) -> Kinds | None:
        """The attributes of a builtin class itself; None for an unknown one."""
        return self.class_members.get(self.type_key(type_name))

    def type_key(self, type_name: str) -> str:
        """The key of a type, for names such as `builtins.str`, `str`, `Counter` or `_decimal.Decimal`."""
        name = type_name.removeprefix("builtins.")
        return name if name in self.methods else self.type_names.get(name, name)
