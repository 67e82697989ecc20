"""Documentation of a value in the session: its definition in a cell, or CPython's docstring.

No code of the notebook runs: functions and classes of cells are described from their source. Of CPython's objects
only builtins, modules that Monty has and granted tools are read, by names that the facts confirm.
"""

from __future__ import annotations

import ast
import builtins
import inspect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from inspect import Parameter
from typing import Any

from . import Kind, shipped
from .analysis import Analysis
from .facts import Facts
from .host_modules import host_module
from .live import Live, Look, Path, path_of
from .place import Place
from .units import Unit, kernels_own, parsed, supplied_names

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Definition:
    """A function or class as it is written in a cell.

    `cell` is the cell's label, such as `In[3]`; `line` counts from 1.
    """

    name: str
    is_class: bool
    signature: str
    doc: str | None
    init_doc: str | None
    source: str
    cell: str
    line: int
    is_async: bool = False
    parameters: tuple[tuple[str, int], ...] = ()
    """Each parameter's name and `inspect.Parameter` kind, without `self`."""


def find_definition(unit: Unit, name: str, member: str = "") -> Definition | None:
    """The definition of `name` in a unit, or of a method of the class `name`."""
    tree = parsed(unit.text)
    if tree is None:
        return None
    node = _last(tree, name)
    if node is None:
        return None
    if member:
        if not isinstance(node, ast.ClassDef):
            return None
        node = next((each for each in reversed(node.body) if isinstance(each, Function) and each.name == member), None)
        if node is None:
            return None
    return _describe(unit, node, bound=bool(member))


def _last(tree: ast.AST, name: str) -> Function | ast.ClassDef | None:
    found: Function | ast.ClassDef | None = None
    for node in _statements(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and node.name == name:
            found = node
    return found


def _statements(node: ast.AST) -> Iterator[ast.AST]:
    """Statements at the top level, including those under `if`, `try` and similar ones."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.stmt, ast.ExceptHandler, ast.match_case)):
            yield child
            if not isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                yield from _statements(child)


def _describe(unit: Unit, node: Function | ast.ClassDef, bound: bool) -> Definition:
    first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
    lines = unit.text.split("\n")[first - 1 : node.end_lineno]
    init = None
    if isinstance(node, ast.ClassDef):
        init = next((each for each in node.body if isinstance(each, Function) and each.name == "__init__"), None)
    function = init if isinstance(node, ast.ClassDef) else node
    if function is not None:
        arguments = _unbound(function.args) if bound or init is not None else function.args
        signature, parameters = f"{node.name}({ast.unparse(arguments)})", _parameters(arguments)
        if isinstance(node, Function) and node.returns is not None:
            signature += f" -> {ast.unparse(node.returns)}"
    else:
        fields = _fields(node) if isinstance(node, ast.ClassDef) else {}
        signature = f"{node.name}({', '.join(fields.values())})"
        parameters = tuple((name, int(Parameter.POSITIONAL_OR_KEYWORD)) for name in fields)
    return Definition(
        name=node.name,
        is_class=isinstance(node, ast.ClassDef),
        signature=signature,
        doc=ast.get_docstring(node),
        init_doc=ast.get_docstring(init) if init else None,
        source="\n".join(lines),
        cell=unit.cell,
        line=unit.line + first - 1,
        is_async=isinstance(node, ast.AsyncFunctionDef),
        parameters=parameters,
    )


def _unbound(arguments: ast.arguments) -> ast.arguments:
    """The arguments without `self`."""
    positional, plain = list(arguments.posonlyargs), list(arguments.args)
    if positional or plain:
        (positional or plain).pop(0)
    kept = len(positional) + len(plain)
    return ast.arguments(
        posonlyargs=positional,
        args=plain,
        vararg=arguments.vararg,
        kwonlyargs=arguments.kwonlyargs,
        kw_defaults=arguments.kw_defaults,
        kwarg=arguments.kwarg,
        defaults=arguments.defaults[-kept:] if kept else [],
    )


def _parameters(arguments: ast.arguments) -> tuple[tuple[str, int], ...]:
    groups = (
        (arguments.posonlyargs, Parameter.POSITIONAL_ONLY),
        (arguments.args, Parameter.POSITIONAL_OR_KEYWORD),
        (arguments.kwonlyargs, Parameter.KEYWORD_ONLY),
    )
    return tuple((each.arg, int(kind)) for group, kind in groups for each in group)


def _fields(node: ast.ClassDef) -> dict[str, str]:
    """The parameters of a dataclass's generated `__init__`, as they are written."""
    if not any("dataclass" in ast.unparse(each) for each in node.decorator_list):
        return {}
    found = {}
    for each in node.body:
        if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name):
            default = f" = {ast.unparse(each.value)}" if each.value is not None else ""
            found[each.target.id] = f"{each.target.id}: {ast.unparse(each.annotation)}{default}"
    return found


@dataclass(frozen=True, slots=True)
class Doc:
    """CPython's documentation of an object: its kind, its signature (None if unknown) and its docstring."""

    name: str
    kind: str
    signature: str | None
    doc: str | None
    parameters: tuple[tuple[str, int], ...] = ()
    """Each parameter's name and `inspect.Parameter` kind, without `self`."""


def builtin_doc(name: str, facts: Facts) -> Doc:
    """A builtin function, class or constant."""
    return _doc(name, getattr(builtins, name, None), f"builtin {_kind(getattr(builtins, name, None))}", facts)


def module_doc(name: str, facts: Facts) -> Doc:
    """A module that cells can import."""
    if name in facts.shipped_docs:
        return Doc(name, "module", None, facts.shipped_docs[name])
    return _doc(name, _module(name, facts), "module", facts)


def member_doc(module: str, name: str, facts: Facts) -> Doc:
    """A member of a module that cells can import."""
    host = _module(module, facts)
    if (written := facts.shipped.get(f"{module}.{name}")) is not None:
        return _shipped_doc(f"{module}.{name}", written, getattr(host, name, None), facts.of_module(module)[name])
    value = getattr(host, name, None)
    kind = _kind(value) if hasattr(host, name) else facts.of_module(module).get(name, "instance")
    return _doc(f"{module}.{name}", value, kind, facts)


def type_doc(key: str, facts: Facts) -> Doc:
    """A builtin type, by its key in the facts."""
    return _doc(key, _type(key, facts), "class", facts)


def method_doc(key: str, name: str, facts: Facts) -> Doc:
    """A method or other attribute of a builtin type."""
    value = getattr(_type(key, facts), name, None)
    return _doc(f"{key}.{name}", value, "method" if callable(value) else "attribute", facts)


def doc_by_full_name(full_name: str, facts: Facts) -> Doc | None:
    """The documentation of a full name as jedi gives it, such as `json.dumps`; None if Monty does not have it."""
    parts = full_name.split(".")
    if parts[0] == "builtins":
        parts = parts[1:]
        if len(parts) == 1 and parts[0] in facts.builtins:
            return builtin_doc(parts[0], facts)
    elif full_name in facts.modules:
        return module_doc(full_name, facts)
    if len(parts) < 2:
        return None
    owner, name = ".".join(parts[:-1]), parts[-1]
    if owner not in facts.modules and owner.removeprefix("_") in facts.shipped_docs:
        owner = owner.removeprefix("_")  # the compiled half of CPython's module
    if name in facts.of_module(owner):
        return member_doc(owner, name, facts)
    if name in (facts.of_value(owner) or {}) or name in (facts.of_class(owner) or {}):
        return method_doc(facts.type_key(owner), name, facts)
    return None


def _module(name: str, facts: Facts) -> Any:
    return facts.granted[name] if name in facts.granted else host_module(name)


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


def _shipped_doc(name: str, written: shipped.Member, host: Any, kind: str) -> Doc:
    signature, doc = shipped.described(written, host)
    parameters = signature.parameters.values() if signature is not None else ()
    shown = None if signature is None else f"{name.rpartition('.')[2]}{signature}"
    return Doc(name, kind, shown, doc, tuple((each.name, int(each.kind)) for each in parameters))


def _in_monty(plain: inspect.Signature, accepted: frozenset[str] | None) -> list[inspect.Parameter]:
    """The parameters, without keywords that Monty refuses."""
    return [
        each
        for each in plain.parameters.values()
        if accepted is None or each.kind != inspect.Parameter.KEYWORD_ONLY or each.name in accepted
    ]


class Resolver:
    """Finds definitions and documentation. All it returns about builtins is confirmed by the facts."""

    def __init__(self, live: Live, analysis: Analysis) -> None:
        self._live = live
        self._analysis = analysis

    async def of_look(self, path: Path, look: Look) -> Definition | Doc | None:
        """For a module, class or function that the session has at `path`; None for instances and unknown objects."""
        facts = self._analysis.facts
        if look.kind == "module":
            return module_doc(look.name, facts) if look.name in facts.modules else None
        if look.kind == "class":
            found = self.definition(look.name, ("class",)) or self.definition(path.attribute or path.root, ("class",))
            if found is not None:
                return found
            if look.name in facts.builtins:
                return builtin_doc(look.name, facts)
            return doc_by_full_name(facts.type_key(look.name), facts)
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
            return builtin_doc(look.name, facts)
        granted, _, member = look.name.partition(".")
        if granted in facts.granted and member in facts.of_module(granted):
            return member_doc(granted, member, facts)
        if not path.steps and (written := self._written(path.root)) is not None:
            return written
        for module, members in facts.members.items():
            if look.type_name == "builtin_function_or_method" and members.get(look.name) == "function":
                return member_doc(module, look.name, facts)
        return None

    def _written(self, name: str) -> Doc | None:
        """For what a cell imported under this name from a module that is written for Monty."""
        unit = self._analysis.notebook.definition(name)
        tree = parsed(unit.text) if unit is not None else None
        facts = self._analysis.facts
        for node in ast.walk(tree) if tree is not None else ():
            if isinstance(node, ast.ImportFrom) and node.module:
                for alias in node.names:
                    if name == (alias.asname or alias.name) and f"{node.module}.{alias.name}" in facts.shipped:
                        return member_doc(node.module, alias.name, facts)
        return None

    async def of_member(self, path: Path) -> Definition | Doc | None:
        """For `value.name`, by the type of the value in the session.

        Methods of builtin types cannot be examined themselves.
        """
        member = path.attribute
        owner = await self._live.look(path.owner) if member is not None else None
        if owner is None or member is None:
            return None
        if owner.kind == "module":
            facts = self._analysis.facts
            return member_doc(owner.name, member, facts) if member in facts.of_module(owner.name) else None
        of_class = owner.kind == "class"
        return self.method(owner.name if of_class else owner.type_name, member, of_class)

    def method(self, type_name: str, member: str, of_class: bool = False) -> Definition | Doc | None:
        """For a method, by the name of its class, which a cell defines or Monty has."""
        unit = self.unit(type_name.removeprefix("__main__."), ("class",))
        if unit is not None:
            return find_definition(unit, type_name.removeprefix("__main__."), member)
        facts = self._analysis.facts
        attributes = facts.of_class(type_name) if of_class else facts.of_value(type_name)
        return method_doc(facts.type_key(type_name), member, facts) if attributes and member in attributes else None

    async def unimported(self, name: str) -> Definition | Doc | None:
        """For a module of Monty's that no cell imported, for what is in it, and for a method written as `str.split`."""
        facts = self._analysis.facts
        owner, _, member = name.rpartition(".")
        root = path_of(name.partition(".")[0])
        look = await self._live.look(root) if root is not None else None
        if look is None and name in facts.modules:
            return module_doc(name, facts)
        if look is None and member in facts.of_module(owner):
            return member_doc(owner, member, facts)
        if look is not None and look.kind == "class" and look.name == owner and owner in facts.builtins:
            return self.method(owner, member)
        return None

    def of_name(self, name: str, busy: bool) -> Definition | Doc | None:
        """For a name that the session does not have, or cannot be asked about because it is busy."""
        if busy and (unit := self._analysis.notebook.definition(name)) is not None:
            if (found := find_definition(unit, name)) is not None:
                return found
            if unit.defines[name] == "module" and name in self._analysis.facts.modules:
                return module_doc(name, self._analysis.facts)
        if name in supplied_names() and (unit := kernels_own().definition(name)) is not None:
            return find_definition(unit, name)
        return builtin_doc(name, self._analysis.facts) if name in self._analysis.facts.builtins else None

    def definition(self, name: str, kinds: Sequence[Kind]) -> Definition | None:
        """The last definition of a function or class in the cells that ran, or in the kernel's stub."""
        unit = self._analysis.notebook.definition(name, kinds)
        return find_definition(unit, name) if unit is not None else None

    def in_cells(self, where: Place, dotted: str) -> Definition | None:
        """The definition of `f`, `C` or `C.m` for code at that place, in this or earlier cells or the kernel's stub."""
        name, _, member = dotted.partition(".")
        unit = self.unit(name, where=where)
        return find_definition(unit, name, member) if unit is not None else None

    def unit(self, name: str, kinds: Sequence[Kind] = (), where: Place | None = None) -> Unit | None:
        """The statement that binds a name, as one of `kinds`, in this cell, an earlier cell or the kernel's stub."""
        for unit in reversed(where.others if where else ()):
            if name in unit.defines and (not kinds or unit.defines[name] in kinds):
                return unit
        return self._analysis.notebook.definition(name, kinds)
