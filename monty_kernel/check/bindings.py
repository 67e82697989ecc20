"""What the names of a notebook are bound to, scope by scope, and which nodes of its trees may need something of Monty's."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

_DEEPEST = 50
_LONGEST_FIELDS = 500  # characters of a text that may name fields
_MOST_BINDINGS = 200  # of one name, above which it may be anything: all are looked at wherever it is used
_Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
_Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
_ANYTHING = frozenset({"Exception", "BaseException"})


class ElementOf(NamedTuple):
    """The value of a loop's variable: what this iterates over."""

    iterable: ast.expr


class Named(NamedTuple):
    """A value that a statement makes: a module, a member of one, a function, a class, an exception, an instance."""

    what: Literal["module", "member", "function", "class", "exception", "instance", "decorated"]
    name: str
    """For `decorated`, the first parameter of a function, the function's name: it may be used as a decorator."""


Value = ast.expr | ElementOf | Named | None


class Binding(NamedTuple):
    """One binding of a name.

    Attributes:
        value: None if it may be anything.
        order: The number of its top-level statement among all of the notebook.
        sure: Whether it stands at the top level itself, so that it is made whenever its cell runs.
    """

    value: Value
    order: int
    sure: bool


@dataclass(eq=False, slots=True)
class Scope:
    """The notebook's top level, a class, a function or a comprehension."""

    kind: Literal["module", "class", "function", "comprehension"]
    around: Scope | None = None
    depth: int = 0
    bindings: dict[str, list[Binding]] = field(default_factory=dict)
    elsewhere: set[str] = field(default_factory=set)

    def owner(self, name: str) -> Scope | None:
        """The scope whose name it is when code here says `name`; None if nothing in the notebook binds it."""
        scope: Scope | None = self
        while scope is not None:
            if (scope is self or scope.kind != "class") and name in scope.bindings and name not in scope.elsewhere:
                return scope
            scope = scope.around
        return None

    @property
    def runs_at_once(self) -> bool:
        """Whether its code runs where it stands: it is in no function."""
        scope: Scope | None = self
        while scope is not None:
            if scope.kind == "function":
                return False
            scope = scope.around
        return True


class Site(NamedTuple):
    """A node that may need something of Monty's.

    Attributes:
        parent: The node around it.
        caught: The exceptions that the code around it catches.
        near: Names of the blocks around it, `except … as name` and the like, that nothing else in the block binds.
        part: The number that the part of the notebook was given to `Names.add` with.
    """

    node: ast.AST
    parent: ast.AST | None
    scope: Scope
    order: int
    caught: frozenset[str]
    near: Mapping[str, Value]
    part: int


_SITES = (
    ast.Import, ast.ImportFrom, ast.Name, ast.Attribute, ast.Call, ast.Subscript, ast.Compare, ast.For, ast.Starred,
    ast.Assign, ast.AugAssign, ast.FormattedValue, ast.Raise, ast.ExceptHandler, ast.ClassDef,
)  # fmt: skip


class _Waiting(NamedTuple):
    node: ast.AST
    parent: ast.AST | None
    scope: Scope
    order: int
    caught: frozenset[str]
    near: Mapping[str, Value]
    sure: bool = False


class Names:
    """The names and sites of the cells that were added."""

    def __init__(self) -> None:
        self.top = Scope("module")
        self.sites: list[Site] = []
        self.classes: dict[str, list[tuple[ast.ClassDef, int]]] = {}
        """The classes by their names, with their parts."""
        self.decorators: set[str] = set()
        """The functions of one argument that decorate others."""
        self.attributes: set[str] = set()
        """The names of methods and of attributes that are assigned, and what may be one: fields of named tuples."""
        self._order = 0
        self._refused: set[str] = set()

    def is_known(self, name: str) -> bool:
        """Whether the notebook has one class of this name, and all of it was read."""
        return len(self.classes.get(name, ())) == 1 and name not in self._refused

    def add(self, tree: ast.Module, part: int, refused: frozenset[str] = frozenset()) -> None:
        """Take in the next part of the notebook. refused: the classes of which only a part can be read."""
        self._refused |= refused
        for statement in tree.body:
            self._order += 1
            # a stack, not recursion: an expression may be nested deeper than Python's own stack
            waiting = [_Waiting(statement, None, self.top, self._order, frozenset(), {}, True)]
            while waiting:
                at = waiting.pop()
                if at.scope.depth > _DEEPEST:
                    continue
                if isinstance(at.node, _SITES):
                    self.sites.append(Site(at.node, at.parent, at.scope, at.order, at.caught, at.near, part))
                self._note_attributes(at.node)
                if isinstance(at.node, ast.ClassDef):
                    self.classes.setdefault(at.node.name, []).append((at.node, part))
                self._bind(at)
                waiting += self._below(at)

    def _note_attributes(self, node: ast.AST) -> None:
        match node:
            case ast.Attribute(attr=name, ctx=ast.Store()) | ast.FunctionDef(name=name) | ast.keyword(arg=str(name)):
                self.attributes.add(name)
            case ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name) | ast.Name(id=name, ctx=ast.Store()):
                self.attributes.add(name)
            case ast.Constant(value=str(text)) if len(text) <= _LONGEST_FIELDS:
                self.attributes.update(text.replace(",", " ").split())

    # Binding

    def _bind(self, at: _Waiting) -> None:
        node = at.node
        match node:
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    self._target(target, value, at)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                self._target(target, value, at)
            case ast.AugAssign(target=ast.Name(id=name), value=value):
                self._name(name, value, at._replace(sure=False))
            case ast.NamedExpr(target=target, value=value):
                scope = at.scope
                while scope.kind == "comprehension" and scope.around is not None:
                    scope = scope.around
                self._target(target, value, at._replace(scope=scope, sure=False))
            case ast.For(target=target, iter=iterated) | ast.AsyncFor(target=target, iter=iterated):
                self._target(target, ElementOf(iterated), at._replace(sure=False))
            case ast.withitem(context_expr=context, optional_vars=ast.expr() as target):
                opened = isinstance(context, ast.Call) and _last_name(context.func) == "open"
                self._target(target, context if opened else None, at)
            case ast.ExceptHandler(name=str(name), type=caught):
                kind = _last_name(caught)
                self._name(name, Named("exception", kind) if kind else None, at._replace(sure=False))
            case ast.Import(names=aliases):
                for alias in aliases:
                    whole = alias.asname is not None
                    self._name(
                        alias.asname or alias.name.partition(".")[0],
                        Named("module", alias.name if whole else alias.name.partition(".")[0]),
                        at,
                    )
            case ast.ImportFrom(module=module, names=aliases, level=level):
                for alias in aliases:
                    member = Named("member", f"{module}.{alias.name}") if module and not level else None
                    self._name(alias.asname or alias.name, member, at)
            case (
                ast.FunctionDef(name=name, decorator_list=decorators)
                | ast.AsyncFunctionDef(name=name, decorator_list=decorators)
            ):
                self.decorators.update(each.id for each in decorators if isinstance(each, ast.Name))
                self._name(name, None if decorators else Named("function", name), at)
            case ast.ClassDef(name=name):
                self._name(name, Named("class", name), at)
            case ast.Global(names=names) | ast.Nonlocal(names=names):
                at.scope.elsewhere.update(names)
                for name in names if isinstance(node, ast.Global) else ():
                    self._name(name, None, at._replace(scope=self.top, sure=False))
            case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name)):
                self._name(name, None, at._replace(sure=False))
            case ast.Delete(targets=targets):
                for target in targets:
                    self._target(target, None, at)

    def _target(self, target: ast.expr, value: Value, at: _Waiting) -> None:
        if isinstance(target, ast.Name):
            self._name(target.id, value, at)
        elif isinstance(target, ast.Starred):
            self._target(target.value, None, at)
        elif isinstance(target, (ast.Tuple, ast.List)):
            values: list[Value] = [None] * len(target.elts)
            if isinstance(value, (ast.Tuple, ast.List)) and len(value.elts) == len(target.elts):
                values = [None if isinstance(each, ast.Starred) else each for each in value.elts]
            for each, its in zip(target.elts, values, strict=True):
                self._target(each, its, at)

    def _name(self, name: str, value: Value, at: _Waiting) -> None:
        scope = at.scope
        at_top = scope is self.top
        if name in scope.elsewhere:
            scope, value, at_top = self.top, None, False
        scope.bindings.setdefault(name, []).append(Binding(value, at.order, at.sure and at_top))

    # Walking

    def _below(self, at: _Waiting) -> Iterator[_Waiting]:
        node, inside = at.node, at._replace(parent=at.node, sure=False)
        if isinstance(node, _Function):
            yield from self._function(node, at, inside)
        elif isinstance(node, _Comprehension):
            yield from self._comprehension(node, at, inside)
        elif isinstance(node, ast.ClassDef):
            scope = Scope("class", at.scope, at.scope.depth + 1)
            for each in (*node.decorator_list, *node.bases, *node.keywords):
                yield inside._replace(node=each)
            for statement in node.body:
                yield inside._replace(node=statement, scope=scope)
        elif isinstance(node, (ast.With, ast.For, ast.ExceptHandler)):
            near = {**at.near, **_near(node)}
            for each in ast.iter_child_nodes(node):
                within = isinstance(each, ast.stmt)  # of a loop also what follows it, where the name is the same
                yield inside._replace(node=each, near=near if within else at.near)
        elif isinstance(node, ast.Try):
            caught = at.caught.union(*(_caught(handler.type) for handler in node.handlers))
            for statement in node.body:
                yield inside._replace(node=statement, caught=caught)
            for each in (*node.handlers, *node.orelse, *node.finalbody):
                yield inside._replace(node=each)
        elif isinstance(node, ast.If) and _is_false(node.test):
            for statement in node.orelse:
                yield inside._replace(node=statement)
        elif isinstance(node, ast.AnnAssign):  # annotations are not evaluated
            for child in (node.target, node.value):
                if child is not None:
                    yield inside._replace(node=child)
        else:
            for each in ast.iter_child_nodes(node):
                yield inside._replace(node=each)

    def _function(self, node: _Function, at: _Waiting, inside: _Waiting) -> Iterator[_Waiting]:
        scope = Scope("function", at.scope, at.scope.depth + 1)
        args = node.args
        given = [*args.posonlyargs, *args.args, *args.kwonlyargs]
        for number, arg in enumerate(given):
            is_self = number == 0 and isinstance(at.parent, ast.ClassDef) and not isinstance(node, ast.Lambda)
            plain = isinstance(at.parent, ast.ClassDef) and not getattr(node, "decorator_list", ())
            value: Value = None
            if is_self and plain and isinstance(at.parent, ast.ClassDef):
                value = Named("instance", at.parent.name)
            elif number == 0 and isinstance(node, ast.FunctionDef):
                value = Named("decorated", node.name)
            scope.bindings.setdefault(arg.arg, []).append(Binding(value, at.order, False))
        for star, kind in ((args.vararg, "tuple"), (args.kwarg, "dict")):
            if star is not None:
                value = ast.Tuple([], ast.Load()) if kind == "tuple" else ast.Dict([], [])
                scope.bindings.setdefault(star.arg, []).append(Binding(value, at.order, False))
        for each in (*args.defaults, *args.kw_defaults, *getattr(node, "decorator_list", ())):
            if each is not None:
                yield inside._replace(node=each)
        # nobody knows from where it is called, and what is caught there
        body = [node.body] if isinstance(node, ast.Lambda) else node.body
        for child in body:
            yield inside._replace(node=child, scope=scope)

    def _comprehension(self, node: _Comprehension, at: _Waiting, inside: _Waiting) -> Iterator[_Waiting]:
        scope = Scope("comprehension", at.scope, at.scope.depth + 1)
        within = inside._replace(scope=scope)
        for number, generator in enumerate(node.generators):
            self._target(generator.target, ElementOf(generator.iter), within)
            yield (within if number else inside)._replace(node=generator.iter)
            yield from (within._replace(node=test) for test in generator.ifs)
        for part in ("elt", "key", "value"):
            if (child := getattr(node, part, None)) is not None:
                yield within._replace(node=child)


def _last_name(node: ast.expr | None) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _caught(expected: ast.expr | None) -> frozenset[str]:
    if expected is None:
        return _ANYTHING
    parts = expected.elts if isinstance(expected, ast.Tuple) else [expected]
    return frozenset(filter(None, map(_last_name, parts)))


def _near(node: ast.With | ast.For | ast.ExceptHandler) -> dict[str, Value]:
    """The names that a block binds where it begins, if nothing in it binds them again."""
    found: dict[str, Value] = {}
    if isinstance(node, ast.ExceptHandler):
        kind = _last_name(node.type)
        if node.name and kind:
            found[node.name] = Named("exception", kind)
    elif isinstance(node, ast.For):
        if isinstance(node.target, ast.Name):
            found[node.target.id] = ElementOf(node.iter)
    else:
        for item in node.items:
            opened = isinstance(item.context_expr, ast.Call) and _last_name(item.context_expr.func) == "open"
            if isinstance(item.optional_vars, ast.Name) and opened:
                found[item.optional_vars.id] = item.context_expr
    again = _bound_in(node.body) if found else frozenset()
    return {name: value for name, value in found.items() if name not in again}


def _bound_in(body: Iterable[ast.stmt]) -> frozenset[str]:
    return frozenset(
        name
        for statement in body
        for node in ast.walk(statement)
        for name in (
            [node.id]
            if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)
            else [node.name]
            if isinstance(node, ast.ExceptHandler) and node.name
            else []
        )
    )


def _is_false(test: ast.expr) -> bool:
    return (isinstance(test, ast.Constant) and not test.value) or _last_name(test) == "TYPE_CHECKING"


def values_of(scope: Scope, name: str, order: int, *, at_once: bool) -> list[Value]:
    """What a name may be bound to where it is used.

    Args:
        scope: The scope whose name it is.
        order: The number of the top-level statement that uses it.
        at_once: Whether the use runs where it stands.
    """
    bindings = scope.bindings[name]
    if len(bindings) > _MOST_BINDINGS:
        return [None]
    if scope.kind != "module" or not at_once:
        return [binding.value for binding in bindings]
    found: list[Value] = [binding.value for binding in bindings if binding.order == order and not binding.sure]
    for binding in reversed([each for each in bindings if each.order < order]):
        found.append(binding.value)
        if binding.sure:
            break
    return found
