"""Functions and classes of the cells, described from their source: nothing is run to know a signature."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from inspect import Parameter

from .units import Unit, parsed

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Definition:
    """A function or class as it was written. `cell` is the label of its cell, `In[3]`; line counts from 1 in it."""

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
    """Each parameter's name and `inspect.Parameter` kind; what an instance's method or a class is called with."""


def find(unit: Unit, name: str, member: str = "") -> Definition | None:
    """The definition of `name` in a unit, or of a method of that class."""
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
    """Statements at the top level, those under `if`, `try` and the like included."""
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
    """The parameters a dataclass's own `__init__` takes, as they are written."""
    if not any("dataclass" in ast.unparse(each) for each in node.decorator_list):
        return {}
    found = {}
    for each in node.body:
        if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name):
            default = f" = {ast.unparse(each.value)}" if each.value is not None else ""
            found[each.target.id] = f"{each.target.id}: {ast.unparse(each.annotation)}{default}"
    return found
