"""Which cells only look, as far as their source can tell: what they name has to be plain data besides."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection
from typing import NamedTuple

from monty_kernel.engine.source.syntax_trees import syntax_tree

_FUNCTIONS = """
    abs all any ascii bin bool bytes chr dict display divmod enumerate filter float format frozenset hex int isinstance len
    list max min oct ord pow print range repr reversed round set sorted str sum tuple type zip
"""
_METHODS = """
    as_integer_ratio bit_length capitalize casefold center copy count date decode difference elements encode endswith find
    format get hex index intersection isalnum isalpha isascii isdecimal isdigit isdisjoint isidentifier islower isnumeric
    isoformat isprintable isspace issubset issuperset istitle isupper is_integer items join keys ljust lower lstrip
    most_common partition removeprefix removesuffix replace rfind rindex rjust rpartition rsplit rstrip split splitlines
    startswith strftime strip swapcase symmetric_difference time title total_seconds translate union upper values weekday
    zfill
"""
_FIELDS = "year month day hour minute second microsecond days seconds real imag name stem suffix"

_BUILTINS = frozenset(_FUNCTIONS.split())
"""Functions that change nothing, if what they are given is plain data."""

_ATTRIBUTES = frozenset(_METHODS.split() + _FIELDS.split())
"""Methods that change nothing, of every type of plain data that has one of this name; and fields of such types."""

_STATEMENTS = (ast.Expr, ast.If, ast.Assert, ast.Pass)
_EXPRESSIONS = (
    ast.Attribute, ast.BinOp, ast.BoolOp, ast.Call, ast.Compare, ast.Constant, ast.Dict, ast.DictComp, ast.FormattedValue,
    ast.GeneratorExp, ast.IfExp, ast.JoinedStr, ast.Lambda, ast.List, ast.ListComp, ast.Name, ast.Set, ast.SetComp,
    ast.Slice, ast.Starred, ast.Subscript, ast.Tuple, ast.UnaryOp,
)  # fmt: skip
_REST = (
    ast.Module, ast.arg, ast.arguments, ast.boolop, ast.cmpop, ast.comprehension, ast.expr_context, ast.keyword, ast.operator,
    ast.unaryop,
)  # fmt: skip
_KNOWN = (*_STATEMENTS, *_EXPRESSIONS, *_REST)

_MAGIC = re.compile(r"^%(\w+)(?:[ \t][\w \t.,~/=:*-]*)?$", re.MULTILINE)
_QUERY = re.compile(r"^%{0,2}[A-Za-z_][\w.]*\?{1,2}[ \t]*$", re.MULTILINE)


class Look(NamedTuple):
    """A cell that changes nothing if these names are what they should be.

    Attributes:
        data: Plain data, or what the cell itself binds, or functions of Python's own.
        modules: Modules whose functions change nothing.
        own: Those of `data` that need not be there: the cell binds them, or Python does.
    """

    data: frozenset[str]
    modules: frozenset[str]
    own: frozenset[str]

    def is_one(self, kinds: dict[str, str]) -> bool:
        """Whether the cell changes nothing in a session in which the names are this; see `__mk_steady`."""
        return all(
            kinds.get(name) == "plain" or (name in self.own and kinds.get(name) == "absent") for name in self.data
        ) and all(kinds.get(name) == "module" for name in self.modules)


def look(source: str, magics: Collection[str]) -> Look | None:
    """What has to be so for a cell to change nothing; None if its source does not tell.

    Args:
        magics: The names of the line magics that only look.
    """
    text = _QUERY.sub("", _MAGIC.sub(lambda match: "" if match[1] in magics else match[0], source))
    try:
        tree = syntax_tree(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    nodes = list(ast.walk(tree))
    if not all(isinstance(node, _KNOWN) for node in nodes):
        return None
    own = {node.id for node in nodes if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)}
    own |= {node.arg for node in nodes if isinstance(node, ast.arg)}
    stored = (ast.Attribute, ast.Subscript, ast.Starred)
    if any(isinstance(node, stored) and not isinstance(node.ctx, ast.Load) for node in nodes):
        return None  # [0 for x[0] in ...] changes x
    modules: set[str] = set()
    bases: set[int] = set()
    for node in nodes:
        if isinstance(node, ast.Attribute) and node.attr not in _ATTRIBUTES:
            if not isinstance(node.value, ast.Name) or node.value.id in own:
                return None
            modules.add(node.value.id)
            bases.add(id(node.value))
        if isinstance(node, ast.Call) and not _is_known(node, own):
            return None
    data = {node.id for node in nodes if isinstance(node, ast.Name) and id(node) not in bases}
    return Look(frozenset(data), frozenset(modules), frozenset((own | _BUILTINS) & data))


def _is_known(call: ast.Call, own: Collection[str]) -> bool:
    """Whether a call changes nothing if what it is given is plain data, and no function that the session defines."""
    function = call.func
    if isinstance(function, ast.Attribute):
        return True  # of plain data or a module, as its name says
    return isinstance(function, ast.Name) and function.id in _BUILTINS and function.id not in own
