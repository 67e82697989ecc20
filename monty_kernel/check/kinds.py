"""The kind of an expression's value, where it is certain: one of the types that Monty is asked about, or a class of the notebook."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from monty_kernel.engine import shipped_names
from monty_kernel.engine.shipped_names import GAP, MODULE, variable
from monty_kernel.introspect.candidates import SAMPLES

from .bindings import ElementOf, Named, Names, Scope, Site, Value, values_of

_DEEPEST = 12
_MOST_STEPS = 300  # expressions that are looked at for one answer: names may lead to names
_MOST_BINDINGS = 20


class Kind(NamedTuple):
    """A kind of value.

    Attributes:
        what: `value`: one of a builtin type. `type`: that type itself. `module`. `member`: of a module, whatever it is.
            `function`, `class`, `instance`, `exception`: of the notebook or of Python. `lazy`: what `map` and generator
            expressions give.
        name: The name of the type, module, member or class.
    """

    what: str
    name: str


def _each(names: str, kind: str) -> dict[str, str]:
    return dict.fromkeys(names.split(), kind)


SAMPLE: Mapping[str, str] = {
    **{sample.key: sample.value for sample in SAMPLES},
    "io.TextIOWrapper": "open('made.txt', 'w')",
    "io.BufferedReader": "open('made.bin', 'wb')",
}
"""Source of a value of each type that Monty is asked about."""

_TYPES = frozenset(name for name in SAMPLE if "." not in name and isinstance(getattr(builtins, name, None), type))
_RESULTS: Mapping[str, str] = {
    **_each("sorted dir str.split str.rsplit str.splitlines re.findall re.split re.Pattern.findall list.copy", "list"),
    **_each("re.Pattern.split random.sample random.choices", "list"),
    **_each(
        "repr chr hex bin oct ascii input format json.dumps os.getcwd str.strip str.lstrip str.rstrip str.lower", "str"
    ),
    **_each(
        "str.upper str.title str.capitalize str.casefold str.swapcase str.replace str.join str.center str.ljust", "str"
    ),
    **_each(
        "str.rjust str.zfill str.format str.removeprefix str.removesuffix str.expandtabs bytes.decode bytes.hex", "str"
    ),
    **_each("re.sub re.Pattern.sub re.escape time.strftime time.ctime datetime.datetime.strftime", "str"),
    **_each("datetime.datetime.isoformat datetime.date.isoformat datetime.date.strftime hashlib.md5.hexdigest", "str"),
    **_each("str.encode bytes.strip bytes.replace bytes.join bytes.lower bytes.upper base64.b64encode", "bytes"),
    **_each("base64.b64decode hashlib.md5.digest", "bytes"),
    **_each("len ord hash id str.find str.index str.count str.rfind list.index list.count math.floor math.ceil", "int"),
    **_each("math.factorial math.gcd math.comb random.randint random.randrange", "int"),
    **_each("math.sqrt math.sin math.cos math.tan math.exp math.log math.log10 math.pow math.hypot", "float"),
    **_each("random.random random.uniform random.gauss time.time time.perf_counter time.monotonic", "float"),
    **_each("any all isinstance hasattr str.startswith str.endswith str.isdigit str.isalpha str.isupper", "bool"),
    **_each("str.partition str.rpartition divmod re.Match.groups re.Match.span", "tuple"),
    **_each("dict.copy re.Match.groupdict", "dict"),
    **_each("set.union set.intersection set.difference set.symmetric_difference set.copy", "set"),
    **_each("re.match re.search re.fullmatch re.Pattern.match re.Pattern.search re.Pattern.fullmatch", "re.Match"),
    "re.compile": "re.Pattern",
    **_each("datetime.datetime.now datetime.datetime.today datetime.datetime.utcnow", "datetime.datetime"),
    **_each(
        "datetime.datetime.strptime datetime.datetime.fromisoformat datetime.datetime.combine", "datetime.datetime"
    ),
    **_each("datetime.date.today datetime.date.fromisoformat datetime.datetime.date", "datetime.date"),
    **_each("hashlib.sha256 hashlib.sha1 hashlib.sha512", "hashlib.md5"),
    "open": "io.TextIOWrapper",
    **_each("str.isspace str.isalnum str.islower", "bool"),
}
"""What functions and methods give, by their names and those of their types."""

_STANDS_FOR: Mapping[str, str] = {
    variable(part): part.removeprefix(MODULE).removeprefix(GAP) for part in shipped_names.parts()
}
"""The modules that are written for Monty, by the names that rewritten imports have for them."""

_LAZY = frozenset({"map", "filter", "zip", "enumerate", "reversed"})
_LITERALS: tuple[tuple[tuple[type[ast.expr], ...], str], ...] = (
    ((ast.List, ast.ListComp), "list"),
    ((ast.Dict, ast.DictComp), "dict"),
    ((ast.Set, ast.SetComp), "set"),
    ((ast.Tuple,), "tuple"),
    ((ast.JoinedStr,), "str"),
)
_NUMBERS = ("int", "float")


class Kinds:
    """Says of expressions of a notebook what kind their values are."""

    def __init__(self, names: Names, modules: Iterable[str]) -> None:
        self._names = names
        self._modules = frozenset(modules)
        self._steps = 0
        self._at: tuple[Scope, int, Mapping[str, Value]] | None = None

    def at(self, site: Site) -> None:
        """What is asked from now on is asked for this place."""
        self._at = site.scope, site.order, site.near

    def of(self, node: ast.expr, scope: Scope, order: int, depth: int = 0) -> Kind | None:
        """The kind of an expression's value; None if it is not certain."""
        if not depth:
            self._steps = 0
        self._steps += 1
        if depth > _DEEPEST or self._steps > _MOST_STEPS:
            return None
        for types, name in _LITERALS:
            if isinstance(node, types):
                return Kind("value", name)
        match node:
            case ast.Constant(value=value):
                name = type(value).__name__
                return Kind("value", name) if name in SAMPLE else None
            case ast.GeneratorExp():
                return Kind("lazy", "generator expression")
            case ast.Lambda():
                return Kind("function", "lambda")
            case ast.Name(id=name):
                return self._name(name, scope, order, depth)
            case ast.Attribute(value=value, attr=attribute):
                of = self.of(value, scope, order, depth + 1)
                return self._member(f"{of.name}.{attribute}") if of is not None and of.what == "module" else None
            case ast.Call(func=function):
                return self._call(function, scope, order, depth)
            case ast.Compare():
                return Kind("value", "bool")
            case ast.BinOp(left=left, op=operator, right=right):
                return self._operation(left, operator, right, scope, order, depth)
            case ast.Subscript(value=value, slice=index):
                of = self.of(value, scope, order, depth + 1)
                if of == Kind("value", "str") or (isinstance(index, ast.Slice) and of and of.name in ("list", "tuple")):
                    return of
                return None
            case ast.IfExp(body=body, orelse=orelse):
                return self._one([body, orelse], scope, order, depth)
        return None

    def named(self, node: ast.expr, scope: Scope, order: int) -> str | None:
        """The name in `_RESULTS`' and the facts' style of what a call calls; None if that is not certain."""
        self._steps = 0
        return self._called(node, scope, order, 1)

    def is_builtin(self, name: str, scope: Scope) -> bool:
        """Whether a name is Python's builtin, which nothing in the notebook binds."""
        return hasattr(builtins, name) and scope.owner(name) is None

    def element(self, node: ast.expr, scope: Scope, order: int, depth: int = 1) -> Kind | None:
        """The kind of what an expression iterates over; None if it is not certain."""
        if depth > _DEEPEST:
            return None
        if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
            return self._one(node.elts[:_MOST_BINDINGS], scope, order, depth) if node.elts else None
        if isinstance(node, (ast.ListComp, ast.SetComp, ast.GeneratorExp)):
            return None  # its element belongs to a scope of its own
        if isinstance(node, ast.Name):
            owner = scope.owner(node.id)
            if owner is None:
                return None
            values = values_of(owner, node.id, order, at_once=scope.runs_at_once)
            if len(values) == 1 and isinstance(values[0], (ast.List, ast.Tuple, ast.Set)):
                return self.element(values[0], owner, order, depth + 1)
        if isinstance(node, ast.Call):
            called = self._called(node.func, scope, order, depth)
            if called == "range":
                return Kind("value", "int")
            if called in ("str.split", "str.splitlines", "str.rsplit"):
                return Kind("value", "str")
        of = self.of(node, scope, order, depth + 1)
        if of in (Kind("value", "str"), Kind("value", "io.TextIOWrapper")):
            return Kind("value", "str")
        return Kind("value", "int") if of in (Kind("value", "range"), Kind("value", "bytes")) else None

    def _name(self, name: str, scope: Scope, order: int, depth: int) -> Kind | None:
        if name in _STANDS_FOR:
            return Kind("module", _STANDS_FOR[name])
        owner = scope.owner(name)
        if owner is None:
            return Kind("type", name) if name in _TYPES else None
        if self._at is not None and self._at[:2] == (scope, order) and name in self._at[2]:
            return self._value(self._at[2][name], owner, order, depth + 1)
        values = values_of(owner, name, order, at_once=scope.runs_at_once)
        if not values or len(values) > _MOST_BINDINGS:
            return None
        found = {self._value(value, owner, order, depth + 1) for value in values}
        return found.pop() if len(found) == 1 else None

    def _value(self, value: Value, scope: Scope, order: int, depth: int) -> Kind | None:
        match value:
            case Named("module", name):
                return Kind("module", name)
            case Named("member", name):
                return self._member(name)
            case Named("decorated", name):
                return Kind("function", name) if name in self._names.decorators else None
            case Named(what, name):
                if what in ("class", "instance") and not self._names.is_known(name):
                    return None
                return Kind(what, name)
            case ElementOf(iterable):
                around = scope.around if scope.kind == "comprehension" and scope.around is not None else scope
                return self.element(iterable, around, order, depth + 1)
            case None:
                return None
            case ast.expr():
                return self.of(value, scope, order, depth + 1)

    def _member(self, name: str) -> Kind:
        if name in self._modules:
            return Kind("module", name)
        return Kind("type" if name in SAMPLE else "member", name)

    def _call(self, function: ast.expr, scope: Scope, order: int, depth: int) -> Kind | None:
        if isinstance(function, ast.Name):
            if function.id in _LAZY and scope.owner(function.id) is None:
                return Kind("lazy", f"{function.id}()")
            of = self.of(function, scope, order, depth + 1)
            if of is not None and of.what == "class":
                return Kind("instance", of.name)
        called = self._called(function, scope, order, depth)
        if called is None:
            return None
        host = getattr(builtins, called, None)
        if isinstance(host, type) and issubclass(host, BaseException):
            return Kind("exception", called)
        if called in SAMPLE and "Text" not in called:
            return Kind("value", called)
        return Kind("value", _RESULTS[called]) if called in _RESULTS else None

    def _called(self, function: ast.expr, scope: Scope, order: int, depth: int) -> str | None:
        if isinstance(function, ast.Name) and self.is_builtin(function.id, scope):
            return function.id
        if isinstance(function, ast.Attribute):
            of = self.of(function.value, scope, order, depth + 1)
            if of is not None and of.what in ("module", "value", "type"):
                return f"{of.name}.{function.attr}"
            return None
        if isinstance(function, ast.Name):
            of = self.of(function, scope, order, depth + 1)
            return of.name if of is not None and of.what in ("member", "type") else None
        return None

    def _operation(
        self, left: ast.expr, operator: ast.operator, right: ast.expr, scope: Scope, order: int, depth: int
    ) -> Kind | None:
        first = self.of(left, scope, order, depth + 1)
        if first is None or first.what != "value":
            return None
        if first.name == "str" and isinstance(operator, ast.Mod):
            return first
        second = self.of(right, scope, order, depth + 1)
        if second is None or second.what != "value":
            return None
        if first.name in _NUMBERS and second.name in _NUMBERS:
            if isinstance(operator, ast.Div):
                return Kind("value", "float")
            if isinstance(operator, (ast.Add, ast.Sub, ast.Mult, ast.Mod, ast.FloorDiv)):
                return first if first == second else Kind("value", "float")
            return None
        same = first == second and first.name in ("str", "list", "tuple", "bytes")
        return first if same and isinstance(operator, ast.Add) else None

    def _one(self, nodes: Iterable[ast.expr], scope: Scope, order: int, depth: int) -> Kind | None:
        found = {self.of(node, scope, order, depth + 1) for node in nodes}
        return found.pop() if len(found) == 1 else None
