"""What the code of a notebook does with values that Monty may not do: calls, arguments, operators, classes of its own."""

from __future__ import annotations

import ast
import builtins
import inspect
import json
import re
from collections.abc import Iterator, Mapping

from monty_kernel.introspect.facts import Facts
from monty_kernel.introspect.host_modules import host_module

from .bindings import Names, Site
from .kinds import SAMPLE, Kind, Kinds
from .question import CALLING, LOOKING, OPENING, Question, imports, is_name, source

_TYPES_ONLY = "Leave it out of what runs: types stand only in annotations."
_LONGEST_PATH = 200
_ORDER: Mapping[type[ast.cmpop], tuple[str, str, str]] = {
    ast.Lt: ("<", "__lt__", "__gt__"), ast.Gt: (">", "__gt__", "__lt__"),
    ast.LtE: ("<=", "__le__", "__ge__"), ast.GtE: (">=", "__ge__", "__le__"),
}  # fmt: skip
_IN_PLACE: Mapping[type[ast.operator], tuple[str, str]] = {
    ast.Add: ("+", "add"), ast.Sub: ("-", "sub"), ast.Mult: ("*", "mul"), ast.Div: ("/", "truediv"),
    ast.FloorDiv: ("//", "floordiv"), ast.Mod: ("%", "mod"), ast.Pow: ("**", "pow"), ast.BitAnd: ("&", "and"),
    ast.BitOr: ("|", "or"), ast.BitXor: ("^", "xor"),
}  # fmt: skip
_ASKED_OF_CLASSES: Mapping[str, tuple[str, str]] = {
    "len": ("__len__", ""), "reversed": ("__reversed__", ""), "bytes": ("__bytes__", ""),
    **dict.fromkeys(["list", "tuple", "set", "sorted", "sum", "enumerate", "iter", "max", "min"], ("__getitem__", "__iter__")),
}  # fmt: skip
"""By the builtin function: the special method that it needs, and the one that is enough instead."""

_FIXED: Mapping[str, tuple[str, str, int]] = {
    "object": ("object()", "instances", 0),
    "property": ("property()", "instances", 0),
    "type": ("type('X', (object,), {})", "bases", 3),
}
"""By the callable: lines that call it, words of the error, and the least number of arguments with which it fails."""

_ENCODING = re.compile(r"[\w-]{1,30}")


class Uses:
    """Asks about calls, operators and classes."""

    def __init__(self, names: Names, facts: Facts, kinds: Kinds) -> None:
        self._names = names
        self._facts = facts
        self._kinds = kinds
        self._written = _written(names)
        self._attributes = names.attributes

    def about(self, site: Site) -> Iterator[Question]:
        """What is worth asking about one site."""
        node = site.node
        if isinstance(node, ast.ClassDef):
            yield from self._dataclass(site, node)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
            yield from self._getattr(site, node)
        if site.caught & CALLING:
            return
        match node:
            case ast.Call():
                yield from self._call(site, node)
            case ast.Subscript(value=value, ctx=ast.Load()):
                yield from self._subscript(site, node, value)
            case ast.Compare(left=left, ops=[operator], comparators=[right]):
                yield from self._compare(site, node, operator, left, right)
            case ast.For(iter=iterated) | ast.Starred(value=iterated, ctx=ast.Load()):
                yield from self._iterates(site, iterated)
            case ast.Assign(targets=[ast.Tuple() | ast.List()], value=value):
                yield from self._iterates(site, value)
            case ast.AugAssign(target=ast.Name() as target, op=operator) if type(operator) in _IN_PLACE:
                yield from self._in_place(site, node, target, type(operator))
            case ast.FormattedValue(value=value, format_spec=ast.JoinedStr()):
                yield from self._formats(site, value, value)
            case ast.Raise(exc=ast.Call(func=ast.Name() as raised) | (ast.Name() as raised)):
                yield from self._raises(site, raised, "raise {}")
            case ast.ExceptHandler(type=ast.Name() as caught):
                yield from self._raises(site, caught, "try: 1 / 0\nexcept {}: pass")

    def has_method(self, name: str, method: str) -> bool:
        """Whether a class of the notebook defines a method."""
        return any(
            isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name == method
            for definition, _ in self._names.classes.get(name, ())
            for node in definition.body
        )

    # Calls

    def _call(self, site: Site, node: ast.Call) -> Iterator[Question]:
        called = self._kinds.named(node.func, site.scope, site.order)
        if called is None:
            return
        yield from self._arguments(site, node, called)
        owner, _, method = called.rpartition(".")
        if called in _FIXED and len(node.args) >= _FIXED[called][2]:
            lines, expected, _ = _FIXED[called]
            yield Question("unsupported-use", lines, site, node, expected)
        elif owner == "typing":
            argument = "'T', int" if method == "NewType" else "'T'"
            lines = f"import typing\n{called}({argument})"
            yield Question("unsupported-use", lines, site, node, "not callable", needed=True, instead=_TYPES_ONLY)
        elif owner in ("set", "frozenset") and len(node.args) != 1 and not node.keywords:
            arguments = ", ".join("{1}" for _ in node.args[:5])
            yield Question("unsupported-use", f"{SAMPLE[owner]}.{method}({arguments})", site, node, "argument")
        elif owner == "os":
            arguments = ", ".join("None" for _ in node.args[:5])
            yield Question("unsupported-use", f"import os\n{called}({arguments})", site, node, "not supported in")
        elif owner in ("str", "bytes") and method in ("encode", "decode"):
            yield from self._encoding(site, node, f"{SAMPLE[owner]}.{method}")
        elif called == "open":
            yield from self._file(site, node)
        elif called == "print":
            yield from self._print(site, node)
        elif owner == "pathlib.Path" and method in ("read_text", "read_bytes") and isinstance(node.func, ast.Attribute):
            yield from self._path(site, node, node.func.value, method)
        if node.args:
            yield from self._first_argument(site, node, called, node.args[0])

    def _first_argument(self, site: Site, node: ast.Call, called: str, first: ast.expr) -> Iterator[Question]:
        if called in _ASKED_OF_CLASSES and len(node.args) == 1:
            method, unless = _ASKED_OF_CLASSES[called]
            yield from self._of_class(site, first, method, f"{called}({{}})", node, unless=unless)
        if called == "reversed":
            yield from self._of_class(site, first, "__getitem__", "reversed({})", node, unless="__reversed__")
        if called == "format" and len(node.args) > 1:
            yield from self._formats(site, first, node)
        if called in ("sorted", "min", "max") and len(node.args) == 1 and not _has(node, "key"):
            element = self._kinds.element(first, site.scope, site.order)
            if element is not None and element.what == "instance":
                yield from self._special(site, node, element, "__lt__", "{0} < {0}")
            elif element is not None and element.what == "value":
                lines, value = source(element, self._facts.modules) or ("", "")
                yield Question("unsupported-use", f"{lines}{called}([{value}, {value}])", site, node, "not supported")
        kind = self._kinds.of(first, site.scope, site.order)
        if called == "next" and kind is not None and kind.what == "lazy":
            yield Question("unsupported-use", "next((x for x in [1]))", site, node, "not an iterator")
        if called == "bytes" and kind is not None and kind.name in ("list", "tuple", "range", "set"):
            yield Question("unsupported-use", f"bytes({kind.name}([1]))", site, node, "bytes")
        if called in ("re.sub", "re.subn", "re.Pattern.sub"):
            replacement = node.args[1] if called != "re.Pattern.sub" and len(node.args) > 1 else first
            by = self._kinds.of(replacement, site.scope, site.order)
            if by is not None and by.what == "function":
                yield Question("unsupported-use", "import re\nre.sub('a', lambda m: 'b', 'a')", site, node, "callable")

    def _file(self, site: Site, node: ast.Call) -> Iterator[Question]:
        yield from self._encoding(site, node, "open", "'made.txt', 'w'")
        mode = node.args[1] if len(node.args) > 1 else _argument(node, "mode")
        word = mode.value if isinstance(mode, ast.Constant) and isinstance(mode.value, str) else "r"
        if "+" in word:
            yield Question("unsupported-use", "open('made.txt', 'r+')", site, node, "update modes")
        elif isinstance(mode, (ast.Constant, type(None))) and word[:1] == "r" and node.args:
            yield from self._unseen(site, node, node.args[0], "open({!r})")

    def _path(self, site: Site, node: ast.Call, path: ast.expr, method: str) -> Iterator[Question]:
        if isinstance(path, ast.Call) and path.args:
            lines = f"from pathlib import Path\nPath({{!r}}).{method}()"
            yield from self._unseen(site, node, path.args[0], lines)

    def _unseen(self, site: Site, node: ast.Call, path: ast.expr, lines: str) -> Iterator[Question]:
        match path:
            case ast.Constant(value=str(name)) if len(name) <= _LONGEST_PATH and not site.caught & OPENING:
                if self._written is not None and name not in self._written:
                    yield Question("missing-file", lines.format(name), site, node, repr(name)[1:-1], needed=True)

    def _print(self, site: Site, node: ast.Call) -> Iterator[Question]:
        file = _argument(node, "file")
        kind = None if file is None else self._kinds.of(file, site.scope, site.order)
        if kind is not None and kind.what == "instance" and file is not None:
            yield from self._special(site, file, kind, "write", "print(1, file={})")
        elif kind is not None and kind.what == "value" and file is not None:
            lines, value = source(kind, self._facts.modules) or ("", "")
            yield Question("unsupported-use", f"{lines}print(1, file={value})", site, file, "print() 'file'")

    def _encoding(self, site: Site, node: ast.Call, call: str, before: str = "") -> Iterator[Question]:
        given = _argument(node, "encoding") or (node.args[0] if node.args and not before else None)
        match given:
            case ast.Constant(value=str(name)) if _ENCODING.fullmatch(name):
                lines = f"{call}({before}{', ' if before else ''}encoding={name!r})"
                yield Question("unsupported-use", lines, site, given, "encoding")

    def _arguments(self, site: Site, node: ast.Call, called: str) -> Iterator[Question]:
        accepted = self._facts.arguments.get(called)
        if accepted is None or called == "dataclasses.dataclass":
            return
        for word in node.keywords:
            if word.arg is None or word.arg in accepted or not is_name(word.arg) or not _host_takes(called, word.arg):
                continue
            takes = ", ".join(f"{each}=" for each in sorted(accepted)) or "no keyword arguments"
            owner, _, name = called.rpartition(".")
            target = f"{SAMPLE[owner]}.{name}" if owner in SAMPLE else called
            given = ", ".join([*("None" for _ in node.args[:5]), f"{word.arg}=None"])
            lines = f"{imports(target, self._facts.modules)}{target}({given})"
            instead = f"Leave {word.arg}= out: Monty's {called}() takes {takes}."
            yield Question(
                "missing-argument", lines, site, word.value, "keyword argument", needed=True, instead=instead
            )

    def _dataclass(self, site: Site, node: ast.ClassDef) -> Iterator[Question]:
        for decorator in node.decorator_list:
            if not isinstance(decorator, ast.Call):
                continue
            if self._kinds.named(decorator.func, site.scope, site.order) != "dataclasses.dataclass":
                continue
            for word in decorator.keywords:
                if word.arg is not None and isinstance(word.value, ast.Constant) and is_name(word.arg):
                    use = f"@dataclasses.dataclass({word.arg}={word.value.value is True})\nclass C:\n    x: int"
                    yield Question(
                        "missing-argument",
                        f"import dataclasses\n{use}",
                        site,
                        decorator,
                        "not yet support",
                        needed=True,
                    )

    # Operators and classes

    def _subscript(self, site: Site, node: ast.Subscript, value: ast.expr) -> Iterator[Question]:
        kind = self._kinds.of(value, site.scope, site.order)
        if kind is not None and kind.what == "member" and kind.name.startswith("typing."):
            lines = f"import typing\n{kind.name}[int]"
            yield Question("unsupported-use", lines, site, node, "subscriptable", needed=True, instead=_TYPES_ONLY)

    def _compare(
        self, site: Site, node: ast.Compare, operator: ast.cmpop, left: ast.expr, right: ast.expr
    ) -> Iterator[Question]:
        if isinstance(operator, (ast.In, ast.NotIn)):
            kind = self._kinds.of(right, site.scope, site.order)
            if kind is not None and kind.what == "instance" and not self.has_method(kind.name, "__contains__"):
                yield from self._of_class(site, right, "__getitem__", "2 in {}", node, unless="__iter__")
        elif type(operator) in _ORDER:
            sign, method, reflected = _ORDER[type(operator)]
            kinds = [self._kinds.of(each, site.scope, site.order) for each in (left, right)]
            for kind, its, use in zip(
                kinds, (method, reflected), (f"{{0}} {sign} {{0}}", f"1 {sign} {{0}}"), strict=True
            ):
                if kind is not None and kind.what == "instance" and self.has_method(kind.name, its):
                    yield from self._special(site, node, kind, its, use)
                    return

    def _iterates(self, site: Site, iterated: ast.expr) -> Iterator[Question]:
        yield from self._of_class(site, iterated, "__getitem__", "for _ in {}: break", unless="__iter__")

    def _formats(self, site: Site, value: ast.expr, node: ast.expr) -> Iterator[Question]:
        yield from self._of_class(site, value, "__format__", "format({}, 'age')", node)

    def _in_place(
        self, site: Site, node: ast.AugAssign, target: ast.Name, operator: type[ast.operator]
    ) -> Iterator[Question]:
        sign, name = _IN_PLACE[operator]
        loaded = ast.copy_location(ast.Name(target.id, ast.Load()), target)
        kind = self._kinds.of(loaded, site.scope, site.order)
        if kind is not None and kind.what == "instance" and not self.has_method(kind.name, f"__{name}__"):
            yield from self._special(site, target, kind, f"__i{name}__", f"made = {{}}\nmade {sign}= 1")

    def _getattr(self, site: Site, node: ast.Attribute) -> Iterator[Question]:
        if site.caught & LOOKING or node.attr in self._attributes or not is_name(node.attr):
            return
        kind = self._kinds.of(node.value, site.scope, site.order)
        if kind is None or kind.what != "instance" or self._is_member(kind.name, node.attr):
            return
        yield from self._special(site, node, kind, "__getattr__", f"{{}}.{node.attr}")

    def _is_member(self, name: str, attribute: str) -> bool:
        return attribute.startswith("__") or any(
            attribute
            in {getattr(node, "name", "")} | {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
            for definition, _ in self._names.classes.get(name, ())
            for node in definition.body
        )

    def _raises(self, site: Site, raised: ast.Name, use: str) -> Iterator[Question]:
        kind = self._kinds.of(raised, site.scope, site.order)
        if kind is not None and kind.what == "class":
            lines = f"class {kind.name}: pass\n{use.format(kind.name)}"
            also = self._names.classes[kind.name][0][1]
            yield Question("unsupported-use", lines, site, raised, "BaseException", also)

    def _of_class(
        self, site: Site, value: ast.expr, method: str, use: str, node: ast.expr | None = None, unless: str = ""
    ) -> Iterator[Question]:
        kind = self._kinds.of(value, site.scope, site.order)
        if kind is not None and kind.what == "instance" and not (unless and self.has_method(kind.name, unless)):
            yield from self._special(site, node or value, kind, method, use)

    def _special(self, site: Site, node: ast.expr, kind: Kind, method: str, use: str) -> Iterator[Question]:
        if not method or not self.has_method(kind.name, method):
            return
        also = self._names.classes[kind.name][0][1]
        lines = f"class {kind.name}:\n    def {method}(self, *_): return 1\n{use.format(f'{kind.name}()')}"
        yield Question("unsupported-use", lines, site, node, "", also)


def _written(names: Names) -> frozenset[str] | None:
    """The files that the notebook may write itself or asks about, by the texts that name them; None if it may be any."""
    found: set[str] = set()
    for site in names.sites:
        match site.node:
            case ast.Call(func=ast.Name(id="open"), args=[path, ast.Constant(value=str(mode)), *_]) if (
                mode[:1] in "wax"
            ):
                if not isinstance(path, ast.Constant):
                    return None
                found.add(str(path.value))
            case ast.Call(func=ast.Attribute(value=ast.Call(args=[ast.Constant(value=str(path))]), attr=method)):
                if method.startswith(("write", "touch", "open", "exists", "is_")):
                    found.add(path)
            case ast.Call(func=ast.Attribute(attr=method)) if method.startswith(("write_", "touch")):
                return None
            case ast.Call(args=[ast.Constant(value=str(path))], func=ast.Attribute(attr="exists" | "isfile" | "isdir")):
                found.add(path)
            case ast.Assign(value=ast.Call(func=ast.Name(id="Path"), args=[ast.Constant(value=str(path))])):
                found.add(path)
    return frozenset(found)


def _host_takes(called: str, word: str) -> bool:
    """Whether CPython's function takes a keyword argument of this name."""
    module, _, name = called.rpartition(".")
    if module == "json" and name in ("dumps", "dump", "loads", "load"):  # they hand what they do not know on
        coder = json.JSONEncoder if name.startswith("dump") else json.JSONDecoder
        return word == "cls" or word in inspect.signature(coder).parameters
    host: object = getattr(builtins, called, None)
    if host is None and isinstance(owner := getattr(builtins, module, None), type):
        host = getattr(owner, name, None)
    elif host is None and module:
        outer, _, inner = module.rpartition(".")
        holder = host_module(module) or (host_module(outer) and getattr(host_module(outer), inner, None))
        host = getattr(holder, name, None)
    if not callable(host):
        return False
    try:
        parameters = inspect.signature(host).parameters
    except (TypeError, ValueError):
        return False
    return word in parameters and parameters[word].kind is not inspect.Parameter.POSITIONAL_ONLY


def _argument(node: ast.Call, word: str) -> ast.expr | None:
    return next((each.value for each in node.keywords if each.arg == word), None)


def _has(node: ast.Call, word: str) -> bool:
    return any(each.arg in (word, None) for each in node.keywords)
