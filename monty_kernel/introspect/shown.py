"""How IPython shows classes and functions. The sandbox knows only their names: signatures come from the cells' sources."""

from __future__ import annotations

import ast
import builtins
import inspect
import re
from collections.abc import Iterator, Sequence
from inspect import Parameter, Signature
from typing import Any, NamedTuple

from monty_kernel.engine.errors.unsupported import MODULES
from monty_kernel.engine.source import CellSource, SourceFrame

from .host_modules import host_module
from .units import parsed

_CLASS = re.compile(r"<class '([\w.]+)'>")
_FUNCTION = re.compile(r"<function '(\w+|<lambda>)' (?:at 0x[0-9a-f]+|(external))>")
_BUILTIN = re.compile(r"<built-in function (\w+)>")
_OF_MODULE = re.compile(r"<function (\w+) at 0x[0-9a-f]+>")
_HOMES = {"Counter": "collections.Counter", "PosixPath": "pathlib.PosixPath", "PurePosixPath": "pathlib.PurePosixPath"}
"""Classes of modules that Monty names without their module."""
_NOT_SEARCHED = frozenset({"IPython", "getpass"})
_MOST_CELLS = 50
"""Cells that define a function of one name: each is parsed."""


def shown_as(text: str, cells: Sequence[CellSource], *, own: bool) -> str | None:
    """How IPython shows the class or function whose `repr` in Monty is `text`; None if that is unknown.

    A signature is left out where the cells leave it open.

    Args:
        cells: Those of the session, oldest first.
        own: Whether a class comes from a cell, or a function still has the name that it was defined under.
    """
    if match := _CLASS.fullmatch(text):
        return f"__main__.{match[1]}" if own else _HOMES.get(match[1], match[1])
    if match := _FUNCTION.fullmatch(text):
        return f"<function {match[1]}>" if match[2] else _of_cells(match[1], cells, own)
    if match := _BUILTIN.fullmatch(text):
        return _of_python(getattr(builtins, match[1], None))
    return _of_modules(match[1]) if (match := _OF_MODULE.fullmatch(text)) else None


# Functions of CPython ------------------------------------------------------------------------------------------------


def _of_modules(name: str) -> str:
    modules = (host_module(each) for each in MODULES if each not in _NOT_SEARCHED)
    found = {id(value): value for module in modules if callable(value := getattr(module, name, None))}
    return (_of_python(*found.values()) if len(found) == 1 else None) or f"<function {name}>"


def _of_python(value: Any) -> str | None:
    name, module = getattr(value, "__qualname__", None), getattr(value, "__module__", None)
    if not isinstance(name, str):
        return None
    if isinstance(module, str) and module != "builtins":
        name = f"{module}.{name}"
    if isinstance(value, type):
        return name
    try:
        return f"<function {name}{inspect.signature(value)}>"
    except (ValueError, TypeError):
        return f"<function {name}>"


# Functions of cells --------------------------------------------------------------------------------------------------


class _Definition(NamedTuple):
    """sure: whether it stands at the top level of its cell, so that it was certainly reached if the cell ran on."""

    label: str
    sure: bool


def _of_cells(name: str, cells: Sequence[CellSource], own: bool) -> str:
    word = re.compile(r"\blambda\b" if name == "<lambda>" else rf"\bdef\s+{re.escape(name)}\b")
    holding = [cell for cell in cells if word.search(cell.text)]
    if not holding:
        return f"<function {name}>"
    unknown = f"<function __main__.{name}>"
    found: list[list[_Definition]] = []
    for cell in holding[-_MOST_CELLS:]:
        tree = parsed(cell.text)
        if tree is None:
            continue
        if definitions := list(_definitions(tree, name)):
            found.append(definitions)
    labels = {each.label for definitions in found for each in definitions}
    if len(labels) == 1 and len(holding) <= _MOST_CELLS:
        return f"<function __main__.{labels.pop()}>"
    last = found[-1] if found else []
    if own and len(last) == 1 and last[0].sure:
        return f"<function __main__.{last[0].label}>"
    return unknown


def _definitions(tree: ast.Module, name: str) -> Iterator[_Definition]:
    pending: list[tuple[ast.AST, str, bool]] = [(each, "", True) for each in tree.body]
    while pending:
        node, path, top = pending.pop()
        inner = path
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            if node.name == name:
                yield _Definition(path + name + _signature(node.args, node.returns), top and not node.decorator_list)
            inner = f"{path}{node.name}.<locals>."
        elif isinstance(node, ast.ClassDef):
            inner = f"{path}{node.name}."
        elif isinstance(node, ast.Lambda):
            if name == "<lambda>":
                yield _Definition(path + name + _signature(node.args, None), False)
            inner = f"{path}<lambda>.<locals>."
        pending.extend((child, inner, False) for child in ast.iter_child_nodes(node))


class _Source:
    """A piece of source that a signature shows as it is."""

    def __init__(self, node: ast.expr) -> None:
        self._text = ast.unparse(node)

    def __repr__(self) -> str:
        return self._text


def _signature(args: ast.arguments, returns: ast.expr | None) -> str:
    plain = [*args.posonlyargs, *args.args]
    defaults = [None] * (len(plain) - len(args.defaults)) + args.defaults
    kinds = [Parameter.POSITIONAL_ONLY] * len(args.posonlyargs) + [Parameter.POSITIONAL_OR_KEYWORD] * len(args.args)
    found = [_parameter(arg, kind, default) for arg, kind, default in zip(plain, kinds, defaults, strict=True)]
    found += [_parameter(args.vararg, Parameter.VAR_POSITIONAL)] if args.vararg else []
    found += [
        _parameter(arg, Parameter.KEYWORD_ONLY, default)
        for arg, default in zip(args.kwonlyargs, args.kw_defaults, strict=True)
    ]
    found += [_parameter(args.kwarg, Parameter.VAR_KEYWORD)] if args.kwarg else []
    try:
        return str(Signature(found, return_annotation=Signature.empty if returns is None else _Source(returns)))
    except ValueError:  # names that are used twice: the cell did not run
        return ""


def _parameter(arg: ast.arg, kind: Any, default: ast.expr | None = None) -> Parameter:
    return Parameter(
        arg.arg,
        kind,
        default=Parameter.empty if default is None else _Source(default),
        annotation=Parameter.empty if arg.annotation is None else _Source(arg.annotation),
    )


# Methods of cells ----------------------------------------------------------------------------------------------------


def place_of_method(kind: str, method: str, cells: Sequence[CellSource]) -> tuple[SourceFrame, bool] | None:
    """Where the last class of that name has the method: its only statement, or else its head. And whether it is the former.

    None if no cell has it.
    """
    word = re.compile(rf"\bclass\s+{re.escape(kind)}\b")
    for cell in [each for each in reversed(cells) if word.search(each.text)][:_MOST_CELLS]:
        tree = parsed(cell.text)
        classes = (
            [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef) and node.name == kind] if tree else []
        )
        for node in (each for found in reversed(classes) for each in reversed(found.body)):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name == method:
                only = node.body[0] if len(node.body) == 1 and not hasattr(node.body[0], "body") else None
                line = cell.text.splitlines()[node.lineno - 1 : node.lineno]
                start = node.col_offset + 1
                if only is None or not cell.text.isascii():  # columns count bytes
                    return SourceFrame(cell, node.lineno, start, node.lineno, len(line[0].rstrip()) + 1, method), False
                end = only.end_lineno or only.lineno
                last = (only.end_col_offset or only.col_offset) + 1
                return SourceFrame(cell, only.lineno, only.col_offset + 1, end, last, method), True
    return None
