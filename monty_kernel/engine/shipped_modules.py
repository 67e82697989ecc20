"""The source of a module that is written for Monty, as a session is fed it.

A file reads like a module of Python's: functions, classes and constants at its top level, what begins with `_` for its own
use. It runs inside a function, so it declares nothing `global`; what changes is kept in a list or a dict. Where it has a
name of a builtin's, it gets the builtin by `from builtins import abs as _abs`. These names say something of it:

- `LACKS`: names that CPython's module has, each with a sentence that says what to write instead.
- `OVERRIDES`, of a file in `gaps/`: the names that win over Monty's own. All others are there for a Monty that lacks them.

A module that Monty has itself is Monty's: the file is not used then.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple, TypeAlias

from . import prelude
from .shipped_imports import imported
from .shipped_names import GAP, MODULE, MODULES, variable

_SPECIAL = ("LACKS", "OVERRIDES")
_BOUND = " = __mk_b_"
"""Gives a builtin that a module uses often a short name inside the module's function."""
_INDENT = re.compile(r"^(?: {4})+", re.MULTILINE)


class Shipped(NamedTuple):
    """What a file says of itself.

    Attributes:
        names: The names that it gives, in their order.
        lacks: What to write instead of a name that CPython's module has.
        overrides: The names that win over those of Monty's module.
    """

    names: tuple[str, ...]
    lacks: Mapping[str, str]
    overrides: frozenset[str]


def file_of(part: str) -> Path:
    """Where the source of a part is kept."""
    folder, name = (
        ("modules", part.removeprefix(MODULE)) if part.startswith(MODULE) else ("gaps", part.removeprefix(GAP))
    )
    place = Path(__file__).parent / "prelude" / folder / name.replace(".", "/")
    return place / "__init__.py" if place.is_dir() else place.with_suffix(".py")


@cache
def shipped(part: str) -> Shipped:
    """What the file of a part says of itself."""
    return read(part)[0]


@cache
def source(part: str) -> str:
    """The Monty source of a part."""
    about, tree = read(part)
    name, own = part.removeprefix(MODULE).removeprefix(GAP), variable(part)
    text, rare = _guarded(imported(tree))
    lines = [*(f"__mk_b_{each} = {each}" for each in rare), f"def {own}():"]
    if part.startswith(MODULE):
        lines += [" try:", f"  import {name} as own", "  return own", " except ModuleNotFoundError:", "  pass"]
        found = {each: each for each in about.names}
    else:
        lines += [f" import {name} as own"]
        found = {
            each: each if each in about.overrides else f"own.{each} if __mk_b_hasattr(own, {each!r}) else {each}"
            for each in about.names
        }
    lines += [" " + line for line in text.splitlines() if line]
    names = ", ".join(f"{each!r}: {value}" for each, value in found.items())
    lines += [f" return __mk_namespace({name!r}, {{{names}}})", f"{own} = {own}()"]
    package, _, last = name.rpartition(".")
    if part.startswith(GAP):
        lines += [f"__mk_gaps[\"<module '{name}'>\"] = {own}"]
    elif package in MODULES:
        lines += [f"{variable(MODULE + package)}.{last} = {own}"]
    return "\n".join(lines) + "\n"


def read(part: str) -> tuple[Shipped, ast.Module]:
    """What the file of a part says of itself, and the rest of it."""
    tree = ast.parse(file_of(part).read_text(encoding="utf-8"))
    said: dict[str, object] = {}
    body: list[ast.stmt] = []
    names: dict[str, None] = {}
    for node in tree.body:
        bound = list(_bound(node))
        if len(bound) == 1 and bound[0] in _SPECIAL and isinstance(node, ast.Assign):
            said[bound[0]] = ast.literal_eval(node.value)
            continue
        body.append(node)
        names.update((name, None) for name in bound if not name.startswith("_"))
    lacks, overrides = said.get("LACKS", {}), said.get("OVERRIDES", ())
    assert isinstance(lacks, dict)
    assert isinstance(overrides, tuple)
    about = Shipped(tuple(names), lacks, frozenset(overrides))
    return about, ast.Module(body, [])


def _bound(node: ast.stmt) -> Iterator[str]:
    """The names that a statement of the top level gives; an import gives none."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield node.name
    elif isinstance(node, ast.Assign):
        for target in node.targets:
            yield from (each.id for each in ast.walk(target) if isinstance(each, ast.Name))


_Definition: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


class _Bare(ast.NodeTransformer):
    """Takes away what says nothing to Monty, and gives builtins the names that no cell can replace."""

    def __init__(self, own: frozenset[str], often: frozenset[str]) -> None:
        self.own = own  # the names that the module binds anywhere
        self.often = often
        self.used = set(often)

    def visit_Name(self, node: ast.Name) -> ast.Name:
        if node.id in self.own or node.id in self.often or not hasattr(builtins, node.id):
            return node
        self.used.add(node.id)
        return ast.Name(f"__mk_b_{node.id}", node.ctx)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.AST | list[ast.stmt]:
        if node.module != "builtins":
            return node
        self.used.update(alias.name for alias in node.names)
        names = [(alias.asname or alias.name, f"__mk_b_{alias.name}") for alias in node.names]
        return [ast.Assign([ast.Name(name, ast.Store())], ast.Name(builtin, ast.Load())) for name, builtin in names]

    def visit_arg(self, node: ast.arg) -> ast.arg:
        return ast.arg(node.arg, None)

    def _visit_body(self, node: _Definition) -> ast.AST:
        first = node.body[0]
        if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
            node.body = node.body[1:] or [ast.Pass()]
        if not isinstance(node, ast.ClassDef):
            node.returns = None
        return self.generic_visit(node)

    visit_FunctionDef = visit_AsyncFunctionDef = visit_ClassDef = _visit_body


def _guarded(tree: ast.Module) -> tuple[str, list[str]]:
    """The text of a module's body, and the builtins in it that not every session has a name of its own for."""
    own = {each.id for each in ast.walk(tree) if isinstance(each, ast.Name) and not isinstance(each.ctx, ast.Load)}
    own |= {each.arg for each in ast.walk(tree) if isinstance(each, ast.arg)}
    own |= {
        each.name
        for each in ast.walk(tree)
        if isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.ExceptHandler)) and each.name
    }
    uses = Counter(each.id for each in ast.walk(tree) if isinstance(each, ast.Name) and hasattr(builtins, each.id))
    often = sorted(name for name in uses.keys() - own if uses[name] * len("__mk_b_") > 2 * len(name) + len(_BOUND))
    bare = _Bare(frozenset(own), frozenset(often))
    if ast.get_docstring(tree, clean=False) is not None:
        tree.body = tree.body[1:]
    text = ast.unparse(ast.fix_missing_locations(bare.visit(tree)))
    text = "".join(f"{name}{_BOUND}{name}\n" for name in often) + text
    return _INDENT.sub(lambda match: " " * (len(match[0]) // 4), text), sorted(bare.used.difference(prelude.BUILTINS))
