"""What the syntax of a cell tells before the checker is asked: the names it binds, and the errors it expects."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from monty_kernel.engine.source.source_map import ByteOffsets

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_SCOPES = (*_FUNCTIONS, ast.ClassDef)
_ANYTHING = frozenset({"Exception", "BaseException"})

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Guarded:
    """The body of a `try`, as offsets, with the names of the exceptions that it catches."""

    start: int
    end: int
    expects: frozenset[str]


@dataclass(slots=True)
class Outline:
    """The outline of a text. Places are offsets of characters; spans are pairs of them.

    Attributes:
        bound: how often each global name is bound at the top level.
        defined: names that are bound only by `def`, `class` or `import`.
        from_inside: names that functions bind by `global`.
        read_inside: names that functions mention.
        annotated: names and attributes that have an annotation.
        attributes: names of attributes that are assigned other than through `self`, or tested with `hasattr`.
        nones: the places where a global name or an attribute begins as None.
        loose: spans of assignments to plain names without annotation.
        lenient: spans of calls whose arguments the checker judges too strictly: `**options`, or a bound `get` as a
            key.
        plain: spans of calls whose arguments are all literals.
        paths: assigned targets such as `a.b` and `a["b"]`, as they are written.
        subjects: for what is subscripted (with its subscript), iterated or called: span -> name, or an empty string
            for a literal.
        guarded: the bodies of `try` statements.
    """

    bound: Counter[str] = field(default_factory=Counter)
    defined: set[str] = field(default_factory=set)
    from_inside: set[str] = field(default_factory=set)
    read_inside: set[str] = field(default_factory=set)
    annotated: set[str] = field(default_factory=set)
    attributes: set[str] = field(default_factory=set)
    nones: list[int] = field(default_factory=list)
    loose: list[Span] = field(default_factory=list)
    lenient: list[Span] = field(default_factory=list)
    plain: list[Span] = field(default_factory=list)
    paths: set[str] = field(default_factory=set)
    subjects: dict[Span, str] = field(default_factory=dict)
    guarded: list[Guarded] = field(default_factory=list)

    def expects(self, start: int, end: int, exceptions: Sequence[str]) -> bool:
        """Whether the code around a place expects one of these exceptions there."""
        return any(
            each.start <= start and end <= each.end and not each.expects.isdisjoint(exceptions) for each in self.guarded
        )


def outline(tree: ast.Module, text: str) -> Outline:
    """The outline of a parsed text. The tree may belong to another text with the same places."""
    return _Reader(text).read(tree)


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._span = ByteOffsets(text).span
        self._names_attributes = "setattr" in text or "hasattr" in text
        self._seen = Outline()
        self._loosely: list[tuple[Span, set[str]]] = []  # assignments and their names, some of which may be annotated
        self._defined: Counter[str] = Counter()

    def read(self, tree: ast.Module) -> Outline:
        seen = self._seen
        pending: list[tuple[ast.AST, bool]] = [(tree, False)]  # nodes, and whether they are inside a function or class
        while pending:
            node, inside = pending.pop()
            self._node(node, inside)
            deeper = inside or isinstance(node, _SCOPES)
            pending += [(child, deeper) for child in ast.iter_child_nodes(node)]
        seen.defined = {name for name, times in self._defined.items() if times == seen.bound[name]}
        seen.loose = [span for span, names in self._loosely if names.isdisjoint(seen.annotated)]
        seen.nones.sort()
        return seen

    def _node(self, node: ast.AST, inside: bool) -> None:
        if not inside:
            self._bindings(node)
        match node:
            case ast.Global(names=names):
                self._seen.from_inside.update(names)
            case ast.Name(id=name) if inside:
                self._seen.read_inside.add(name)
            case ast.Attribute(value=value, attr=attribute, ctx=ast.Store()):
                self._path(node)
                if not (isinstance(value, ast.Name) and value.id == "self"):
                    self._seen.attributes.add(attribute)
            case ast.Constant(value=str(name)) if self._names_attributes and name.isidentifier():
                self._seen.attributes.add(name)
            case ast.AnnAssign(target=ast.Name(id=name) | ast.Attribute(attr=name)):
                self._seen.annotated.add(name)
            case ast.Assign(targets=targets, value=value):
                self._assignment(targets, value, inside)
                self._loose(node, targets)
            case ast.For(target=target, iter=iterated) | ast.AsyncFor(target=target, iter=iterated):
                self._loose(iterated, [target])
                self._subject(iterated, iterated)
            case ast.Subscript(value=value, ctx=context):
                if isinstance(context, ast.Store):
                    self._path(node)
                self._subject(node, value)
            case ast.comprehension(iter=iterated):
                self._subject(iterated, iterated)
            case ast.withitem(context_expr=context, optional_vars=ast.expr() as target):
                self._loose(context, [target])
            case ast.AugAssign(target=target) | ast.NamedExpr(target=target):
                self._loose(node, [target])
            case ast.Try(body=body, handlers=handlers) if body and handlers:
                expects = frozenset(name for handler in handlers for name in _caught(handler.type))
                self._seen.guarded.append(Guarded(self._span(body[0])[0], self._span(body[-1])[1], expects))
            case ast.Call(func=called, args=args, keywords=keywords):
                self._subject(node, called)
                self._call(self._span(node), args, keywords)

    def _bindings(self, node: ast.AST) -> None:
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                self._seen.bound[name] += 1
                self._defined[name] += 1
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                for alias in names:
                    name = alias.asname or alias.name.partition(".")[0]
                    self._seen.bound[name] += 1
                    self._defined[name] += 1
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                self._seen.bound[name] += 1
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                self._seen.bound[name] += 1

    def _assignment(self, targets: Sequence[ast.expr], value: ast.expr, inside: bool) -> None:
        plain = all(isinstance(each, ast.Attribute) or (isinstance(each, ast.Name) and not inside) for each in targets)
        if plain and isinstance(value, ast.Constant) and value.value is None:
            self._seen.nones.append(self._span(value)[0])

    def _call(self, span: Span, args: Sequence[ast.expr], keywords: Sequence[ast.keyword]) -> None:
        given = [*args, *(each.value for each in keywords)]
        spread = any(isinstance(each, ast.Starred) for each in args) or any(each.arg is None for each in keywords)
        if spread or any(isinstance(each, ast.Attribute) and each.attr == "get" for each in given):
            self._seen.lenient.append(span)
        elif all(isinstance(each, ast.Constant) for each in given):
            self._seen.plain.append(span)

    def _path(self, node: ast.AST) -> None:
        self._seen.paths.add(self._text[slice(*self._span(node))])

    def _subject(self, place: ast.AST, node: ast.expr) -> None:
        if isinstance(node, (ast.Name, ast.Constant)):
            self._seen.subjects[self._span(place)] = node.id if isinstance(node, ast.Name) else ""

    def _loose(self, node: ast.AST, targets: Sequence[ast.expr]) -> None:
        leaves = [leaf for target in targets for leaf in _leaves(target)]
        if all(isinstance(leaf, ast.Name) for leaf in leaves):
            names = {leaf.id for leaf in leaves if isinstance(leaf, ast.Name)}
            self._loosely.append((self._span(node), names))


def _leaves(target: ast.expr) -> Iterator[ast.expr]:
    if isinstance(target, (ast.Tuple, ast.List)):
        for each in target.elts:
            yield from _leaves(each)
    elif isinstance(target, ast.Starred):
        yield from _leaves(target.value)
    else:
        yield target


def _caught(expected: ast.expr | None) -> Iterator[str]:
    if expected is None:
        yield from _ANYTHING
    for node in ast.walk(expected) if expected is not None else ():
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
