"""What the modules hold that are written for Monty, read from their files: kinds, signatures and docstrings.

Where a function takes what CPython's takes, CPython's signature and docstring describe it.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator, Mapping
from functools import cache
from inspect import Parameter
from typing import Any, NamedTuple

from monty_kernel.engine.shipped_modules import read
from monty_kernel.engine.shipped_names import GAP, GAPS, MODULE, MODULES

from . import Kind

_Function = ast.FunctionDef | ast.AsyncFunctionDef


class Member(NamedTuple):
    """A name that such a module gives.

    Attributes:
        kind: Its kind.
        signature: What it takes; None if it is not called, or if its file does not say.
        doc: Its docstring.
    """

    kind: Kind
    signature: inspect.Signature | None
    doc: str | None


class Module(NamedTuple):
    """A module that is written for Monty, or what is written for one of Monty's.

    Attributes:
        members: What it gives, by name.
        lacks: What to write instead of a name that CPython's module has.
        overrides: The names that win over those of Monty's module.
        doc: Its docstring.
    """

    members: Mapping[str, Member]
    lacks: Mapping[str, str]
    overrides: frozenset[str]
    doc: str


def modules() -> dict[str, Module]:
    """The modules that a cell imports as a whole, by name."""
    return {name: _module(MODULE + name) for name in MODULES}


def gaps() -> dict[str, Module]:
    """What is written for modules of Monty's, by the name of the module."""
    return {name: _module(GAP + name) for name in GAPS}


@cache
def _module(part: str) -> Module:
    said, tree = read(part)
    members = {name: member for node in tree.body for name, member in _members(node)}
    given = {name: members[name] for name in said.names}
    return Module(given, said.lacks, said.overrides, ast.get_docstring(tree) or "")


def _members(node: ast.stmt) -> Iterator[tuple[str, Member]]:
    if isinstance(node, _Function):
        yield node.name, Member("function", _signature(node.args), ast.get_docstring(node))
    elif isinstance(node, ast.ClassDef):
        made = [each for each in node.body if isinstance(each, _Function) and each.name == "__init__"]
        signature = _signature(made[-1].args, bound=True) if made else None
        yield node.name, Member("class", signature, ast.get_docstring(node))
    elif isinstance(node, ast.Assign):
        for target in node.targets:
            for each in ast.walk(target):
                if isinstance(each, ast.Name):
                    yield each.id, Member("instance", None, None)


class _Written:
    """A default value, which a signature shows as it is written."""

    def __init__(self, value: ast.expr) -> None:
        self._text = ast.unparse(value)

    def __repr__(self) -> str:
        return self._text


def _signature(arguments: ast.arguments, *, bound: bool = False) -> inspect.Signature:
    plain: list[tuple[ast.arg, Any]] = [(each, Parameter.POSITIONAL_ONLY) for each in arguments.posonlyargs]
    plain += [(each, Parameter.POSITIONAL_OR_KEYWORD) for each in arguments.args]
    first = len(plain) - len(arguments.defaults)
    found = [
        Parameter(each.arg, kind, default=_default(arguments.defaults[number - first] if number >= first else None))
        for number, (each, kind) in enumerate(plain)
    ]
    if arguments.vararg is not None:
        found.append(Parameter(arguments.vararg.arg, Parameter.VAR_POSITIONAL))
    for each, value in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        found.append(Parameter(each.arg, Parameter.KEYWORD_ONLY, default=_default(value)))
    if arguments.kwarg is not None:
        found.append(Parameter(arguments.kwarg.arg, Parameter.VAR_KEYWORD))
    return inspect.Signature(found[1:] if bound else found)


def _default(value: ast.expr | None) -> object:
    return Parameter.empty if value is None else _Written(value)


def kind_of(member: Member, host: Any) -> Kind:
    """The kind of a member. host: what CPython has of that name, which tells the kind of a name that is assigned."""
    if member.kind != "instance" or host is None:
        return member.kind
    return "class" if inspect.isclass(host) else "function" if callable(host) else "instance"


def described(member: Member, host: Any) -> tuple[inspect.Signature | None, str | None]:
    """The signature and the docstring of a member: CPython's if it takes the same, else its own."""
    theirs = None
    if callable(host):
        try:
            theirs = inspect.signature(host)
        except (TypeError, ValueError):
            return member.signature, member.doc or inspect.getdoc(host)
    if theirs is not None and (member.signature is None or _takes_all(member.signature, theirs)):
        return theirs, inspect.getdoc(host)
    return member.signature, member.doc


def _takes_all(ours: inspect.Signature, theirs: inspect.Signature) -> bool:
    """Whether one takes what the other takes: the same names in the same order, given by position or name as there."""

    def passed(each: Parameter) -> Any:
        return Parameter.POSITIONAL_OR_KEYWORD if each.kind is Parameter.POSITIONAL_ONLY else each.kind

    mine, other = list(ours.parameters.values()), list(theirs.parameters.values())
    return [(each.name, passed(each)) for each in mine] == [(each.name, passed(each)) for each in other] and all(
        one.kind is not Parameter.POSITIONAL_ONLY or each.kind is Parameter.POSITIONAL_ONLY
        for one, each in zip(mine, other, strict=True)
    )
