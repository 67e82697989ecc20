"""Which names each function of a cell binds, and what it calls and awaits: one walk over the tree, for what is
rewritten."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

_Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
_Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
_Awaiting = ast.Await | ast.AsyncFor | ast.AsyncWith

_LEAVES = frozenset([ast.Constant, ast.Load, ast.Store, ast.Del, *ast.operator.__subclasses__()])
_PLAIN = frozenset(
    [
        *(ast.Module, ast.Expr, ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Return, ast.If, ast.While, ast.BinOp),
        *(ast.Compare, ast.BoolOp, ast.UnaryOp, ast.Attribute, ast.Subscript, ast.List, ast.Tuple, ast.Dict, ast.Set),
        *(ast.IfExp, ast.JoinedStr, ast.FormattedValue, ast.keyword, ast.Constant, ast.Starred, ast.Slice, ast.Assert),
    ]
)
"""What only holds other nodes."""

_DEEPEST = 50
"""Scopes around one that is still looked at: whose a name is, is searched from the inside out."""

Kind = Literal["module", "class", "function", "async", "comprehension"]


class Scope:
    """The top level of a cell, a class, a function, a lambda or a comprehension.

    Attributes:
        bound: The names that it binds.
        elsewhere: Those that it declares as `global` or `nonlocal`.
        function: The function or lambda that it is, or that is around it; None at the top level.
        lazy: Whether it is a generator expression, or a comprehension inside one.
        depth: How many scopes are around it.
    """

    __slots__ = ("around", "bound", "depth", "elsewhere", "function", "kind", "lazy")

    def __init__(self, kind: Kind, around: Scope | None = None, *, lazy: bool = False) -> None:
        self.kind = kind
        self.around = around
        self.bound: set[str] = set()
        self.elsewhere: set[str] = set()
        inherited = None if around is None else around.function
        self.function: Scope | None = self if kind in ("function", "async") else inherited
        self.lazy: bool = lazy or (kind == "comprehension" and around is not None and around.lazy)
        self.depth: int = 0 if around is None else around.depth + 1

    def owner(self, name: str) -> Scope | None:
        """The scope whose name it is when code here says `name`; None if it is the session's, and no scope of the cell
        binds it."""
        scope: Scope | None = self
        while scope is not None:
            visible = scope is self or scope.kind != "class"
            if visible and name in scope.bound and name not in scope.elsewhere:
                return scope
            scope = scope.around
        return None


class CallIn(NamedTuple):
    """A call, and the scope that it stands in."""

    node: ast.Call
    scope: Scope


class AwaitIn(NamedTuple):
    """An `await`, `async for` or `async with`, and the scope that it stands in."""

    node: ast.expr | ast.stmt
    scope: Scope


class Outline:
    """What one walk over the tree of a cell found.

    Attributes:
        top: The scope of the cell's top level.
        calls: The calls, in no order.
        awaits: What waits, in no order.
        handlers: The `except … as name` clauses.
        loops: The `for` loops, each with its scope.
    """

    def __init__(self, tree: ast.AST) -> None:
        self.top = Scope("module")
        self.calls: list[CallIn] = []
        self.awaits: list[AwaitIn] = []
        self.handlers: list[ast.ExceptHandler] = []
        self.loops: list[tuple[ast.For, Scope]] = []
        # a stack, not recursion: an expression may be nested deeper than Python's own stack
        waiting: list[tuple[ast.AST, Scope]] = [(tree, self.top)]
        while waiting:
            node, scope = waiting.pop()
            if scope.depth > _DEEPEST:
                continue
            kind = type(node)
            if kind in _PLAIN:
                waiting += [(each, scope) for each in _children(node)]
            elif isinstance(node, _Function):
                waiting += self._function(node, scope)
            elif isinstance(node, _Comprehension):
                waiting += self._comprehension(node, scope)
            elif isinstance(node, ast.ClassDef):
                scope.bound.add(node.name)
                inside = Scope("class", scope)
                heads = (*node.decorator_list, *node.bases, *node.keywords)
                waiting += [(each, scope) for each in heads]
                waiting += [(each, inside) for each in node.body]
            elif isinstance(node, ast.Name):
                if not isinstance(node.ctx, ast.Load):
                    scope.bound.add(node.id)
            else:
                self._note(node, scope)
                waiting += [(each, scope) for each in _children(node)]

    def _function(self, node: _Function, scope: Scope) -> Iterator[tuple[ast.AST, Scope]]:
        args = node.args
        inside = Scope("async" if isinstance(node, ast.AsyncFunctionDef) else "function", scope)
        given = (*args.posonlyargs, *args.args, *args.kwonlyargs, args.vararg, args.kwarg)
        inside.bound.update(arg.arg for arg in given if arg is not None)
        defaults = (*args.defaults, *args.kw_defaults)
        yield from ((each, scope) for each in defaults if each is not None)
        if isinstance(node, ast.Lambda):
            yield node.body, inside
            return
        scope.bound.add(node.name)
        yield from ((each, scope) for each in node.decorator_list)
        yield from ((each, inside) for each in node.body)

    def _comprehension(self, node: _Comprehension, scope: Scope) -> Iterator[tuple[ast.AST, Scope]]:
        inside = Scope("comprehension", scope, lazy=isinstance(node, ast.GeneratorExp))
        for each in ast.iter_child_nodes(node):
            if isinstance(each, ast.comprehension):
                inside.bound.update(names_in(each.target))
                if each.is_async:
                    self.awaits.append(AwaitIn(node, inside))
                yield each.iter, scope if each is node.generators[0] else inside
                yield from ((test, inside) for test in each.ifs)
            else:
                yield each, inside

    def _note(self, node: ast.AST, scope: Scope) -> None:
        if isinstance(node, ast.Call):
            self.calls.append(CallIn(node, scope))
        elif isinstance(node, ast.NamedExpr):
            outer = scope
            while outer.kind == "comprehension" and outer.around is not None:
                outer = outer.around
            outer.bound.update(names_in(node.target))
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            scope.bound.update(imported(node))
        elif isinstance(node, (ast.Global, ast.Nonlocal)):
            scope.elsewhere.update(node.names)
            if isinstance(node, ast.Global):
                self.top.bound.update(node.names)
        elif isinstance(node, ast.ExceptHandler):
            self.handlers.append(node)
            scope.bound.update([node.name] if node.name else ())
        elif isinstance(node, (ast.MatchAs, ast.MatchStar)):
            scope.bound.update([node.name] if node.name else ())
        elif isinstance(node, ast.MatchMapping):
            scope.bound.update([node.rest] if node.rest else ())
        elif isinstance(node, ast.For):
            self.loops.append((node, scope))
        if isinstance(node, _Awaiting):
            self.awaits.append(AwaitIn(node, scope))


def _children(node: ast.AST) -> list[ast.AST]:
    """The child nodes that matter; in half the time of `ast.iter_child_nodes`."""
    found: list[ast.AST] = []
    for name in node._fields:
        value = getattr(node, name, None)
        if isinstance(value, list):
            found += [each for each in value if isinstance(each, ast.AST)]
        elif isinstance(value, ast.AST) and type(value) not in _LEAVES:
            found.append(value)
    return found


def imported(node: ast.Import | ast.ImportFrom) -> list[str]:
    """The names that an import binds; `*` for all of a module."""
    if isinstance(node, ast.Import):
        return [alias.asname or alias.name.partition(".")[0] for alias in node.names]
    return [alias.asname or alias.name for alias in node.names]


def names_in(*targets: ast.AST) -> Iterable[str]:
    """The names that targets of an assignment bind."""
    for target in targets:
        for node in ast.walk(target):
            if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
                yield node.id


def binds(tree: ast.AST, name: str) -> bool:
    """Whether a text gives the name a value of its own."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id == name and not isinstance(node.ctx, ast.Load):
            return True
        if isinstance(node, ast.alias) and (node.asname or node.name) == name:
            return True
        if name in (getattr(node, "name", None), getattr(node, "arg", None)):
            return True
    return False
