"""From a value of the session to what is written about it: its definition in a cell, or CPython's documentation."""

from __future__ import annotations

from collections.abc import Sequence

from . import host_docs
from .analysis import Analysis, Path, Place
from .definitions import Definition, find
from .host_docs import Doc
from .interface import Kind
from .live import Live, Look
from .supplied import stub_units, supplied_names
from .units import Unit


class Resolver:
    """Finds definitions and documentation. Everything it says of builtins is confirmed by the facts."""

    def __init__(self, live: Live, analysis: Analysis) -> None:
        self._live = live
        self._analysis = analysis

    async def of_look(self, path: Path, look: Look) -> Definition | Doc | None:
        """Of a module, class or function that the session has at `path`; None for instances and unknown things."""
        facts = self._analysis.facts
        if look.kind == "module":
            return host_docs.of_module(look.name, facts) if look.name in facts.modules else None
        if look.kind == "class":
            found = self.definition(look.name, ("class",)) or self.definition(path.attribute or path.root, ("class",))
            if found is not None:
                return found
            if look.name in facts.builtins:
                return host_docs.of_builtin(look.name, facts)
            return host_docs.by_full_name(facts.type_key(look.name), facts)
        if look.kind == "function":
            return await self._of_function(path, look)
        return None

    async def _of_function(self, path: Path, look: Look) -> Definition | Doc | None:
        facts = self._analysis.facts
        if path.steps and (method := await self.of_member(path)) is not None:
            return method
        if not path.steps:
            found = self.definition(look.name, ("function",)) or self.definition(path.root, ("function",))
            if found is not None:
                return found
        if look.name in facts.builtins:
            return host_docs.of_builtin(look.name, facts)
        granted, _, member = look.name.partition(".")
        if granted in facts.granted and member in facts.of_module(granted):
            return host_docs.of_member(granted, member, facts)
        for module, members in facts.members.items():
            if look.type_name == "builtin_function_or_method" and members.get(look.name) == "function":
                return host_docs.of_member(module, look.name, facts)
        return None

    async def of_member(self, path: Path) -> Definition | Doc | None:
        """Of `value.name`, by what the session says the value is. Methods of builtin types cannot be looked at themselves."""
        member = path.attribute
        owner = await self._live.look(path.owner) if member is not None else None
        if owner is None or member is None:
            return None
        if owner.kind == "module":
            facts = self._analysis.facts
            return host_docs.of_member(owner.name, member, facts) if member in facts.of_module(owner.name) else None
        of_class = owner.kind == "class"
        return self.method(owner.name if of_class else owner.type_name, member, of_class)

    def method(self, type_name: str, member: str, of_class: bool = False) -> Definition | Doc | None:
        """A method, by the name of its class: one of the cells' or a builtin one."""
        unit = self.unit(type_name.removeprefix("__main__."), ("class",))
        if unit is not None:
            return find(unit, type_name.removeprefix("__main__."), member)
        facts = self._analysis.facts
        attributes = facts.of_class(type_name) if of_class else facts.of_value(type_name)
        return (
            host_docs.of_method(facts.type_key(type_name), member, facts)
            if attributes and member in attributes
            else None
        )

    def of_name(self, name: str, busy: bool) -> Definition | Doc | None:
        """Of a name the session does not have, or cannot tell about because it is busy."""
        if busy and (unit := self._analysis.notebook.definition(name)) is not None:
            if (found := find(unit, name)) is not None:
                return found
            if unit.defines[name] == "module" and name in self._analysis.facts.modules:
                return host_docs.of_module(name, self._analysis.facts)
        if name in supplied_names():
            return self._supplied(name)
        return host_docs.of_builtin(name, self._analysis.facts) if name in self._analysis.facts.builtins else None

    def definition(self, name: str, kinds: Sequence[Kind]) -> Definition | None:
        """The last definition of a function or class in the cells that ran, or in the kernel's stub."""
        unit = self._analysis.notebook.definition(name, kinds)
        return find(unit, name) if unit is not None else self._supplied(name)

    def in_cells(self, where: Place, dotted: str) -> Definition | None:
        """`f`, `C` or `C.m` as code at that place would find it: this cell's first, then earlier cells', then the kernel's."""
        name, _, member = dotted.partition(".")
        for unit in reversed(where.others):
            if name in unit.defines:
                return find(unit, name, member)
        found = self._analysis.notebook.definition(name)
        return find(found, name, member) if found is not None else self._supplied(name, member)

    def unit(self, name: str, kinds: Sequence[Kind], where: Place | None = None) -> Unit | None:
        """The statement that defines a name, in this cell, an earlier one or the kernel's stub."""
        for unit in reversed(where.others if where else ()):
            if unit.defines.get(name) in kinds:
                return unit
        found = self._analysis.notebook.definition(name, kinds)
        return found or next((unit for unit in stub_units() if unit.defines.get(name) in kinds), None)

    def _supplied(self, name: str, member: str = "") -> Definition | None:
        unit = next((unit for unit in stub_units() if name in unit.defines), None)
        return find(unit, name, member) if unit else None
