"""What the code of a notebook uses that Monty may lack, each as a few lines that use the same.

The lines are run in an empty sandbox, so that Monty itself says whether it is missing. Here it is only decided what is
worth asking, from what is certain: where a value may be of several kinds, nothing is asked.
"""

from __future__ import annotations

import ast
import builtins
import sys
from collections.abc import Iterable, Iterator

from monty_kernel.engine.errors.unsupported import BUILTINS, MISSING_METHODS
from monty_kernel.introspect.facts import Facts

from .bindings import Names, Site
from .kinds import SAMPLE, Kinds
from .question import IMPORTING, LOOKING, NAMING, Question, is_name, source
from .uses import Uses

_SUPPLIED = frozenset({"__name__", "__file__", "__doc__"})
_OF_THE_KERNEL = frozenset({"IPython", "getpass"})
"""Modules that the kernel makes importable; what it refuses of them is found in the rewritten cell."""


_ON_ANYTHING = """\
class Thing: pass
for each in [Thing(), Thing, len, 1, 'a', [1], {{}}]:
    try: each.{0}
    except AttributeError: continue
    except Exception: pass
    break
else:
    (lambda: 1).{0}
"""
"""Fails if no value has the attribute."""


def questions(names: Names, facts: Facts, granted: frozenset[str]) -> Iterator[Question]:
    """What is worth asking about the notebook whose names these are. granted: modules of tools, which are there."""
    asker = _Questions(names, facts, _OF_THE_KERNEL | granted)
    for site in names.sites:
        yield from asker.about(site)


class _Questions:
    def __init__(self, names: Names, facts: Facts, supplied: frozenset[str]) -> None:
        self._supplied = supplied
        self._names = names
        self._facts = facts
        self._kinds = Kinds(names, facts.modules)
        self._uses = Uses(names, facts, self._kinds)
        self._own = names.attributes
        self._strange = any(self._brings_strangers(site.node) for site in names.sites)
        has = frozenset(name for methods in facts.methods.values() for name in methods)
        self._lost: dict[str, str] = {}
        for kind, missing in MISSING_METHODS.items():
            for name in missing - has:
                self._lost.setdefault(name, kind)

    def about(self, site: Site) -> Iterator[Question]:
        """What is worth asking about one site."""
        self._kinds.at(site)
        match site.node:
            case ast.Import(names=aliases):
                yield from self._import(site, aliases)
            case ast.ImportFrom(module=str(module), names=aliases, level=0):
                yield from self._import_from(site, module, aliases)
            case ast.Name(id=name, ctx=ast.Load()):
                yield from self._name(site, name)
            case ast.Attribute(ctx=ast.Load()):
                yield from self._attribute(site, site.node)
            case ast.Attribute(ctx=ast.Store()):
                yield from self._new_attribute(site, site.node)
        yield from self._uses.about(site)

    def _brings_strangers(self, node: ast.AST) -> bool:
        """Whether values of a package that Monty does not have may be about, which may have any attributes."""
        match node:
            case ast.Import(names=aliases):
                roots = [alias.name.partition(".")[0] for alias in aliases]
            case ast.ImportFrom(module=str(module)):
                roots = [module.partition(".")[0]]
            case _:
                return False
        return any(root not in sys.stdlib_module_names and root not in self._supplied for root in roots)

    # Imports and names

    def _import(self, site: Site, aliases: Iterable[ast.alias]) -> Iterator[Question]:
        if not site.caught & IMPORTING and isinstance(site.node, ast.Import):
            for alias in aliases:
                root = alias.name.partition(".")[0]
                if alias.name not in self._facts.modules and root not in self._supplied and is_name(alias.name):
                    yield Question(
                        "missing-module",
                        f"import {alias.name}",
                        site,
                        _placed(alias, site.node),
                        "No module",
                        needed=True,
                    )

    def _import_from(self, site: Site, module: str, aliases: Iterable[ast.alias]) -> Iterator[Question]:
        node = site.node
        root = module.partition(".")[0]
        if site.caught & IMPORTING or not isinstance(node, ast.ImportFrom) or root in self._supplied:
            return
        if root == "__future__" or not is_name(module):
            return
        if module not in self._facts.modules:
            yield Question("missing-module", f"from {module} import _", site, node, "No module", needed=True)
            return
        have = self._facts.of_module(module)
        for alias in aliases:
            if alias.name not in have and alias.name != "*" and is_name(alias.name):
                lines = f"from {module} import {alias.name}"
                yield Question("missing-member", lines, site, _placed(alias, node), alias.name)

    def _name(self, site: Site, name: str) -> Iterator[Question]:
        if (
            name in self._facts.builtins
            or name in _SUPPLIED
            or site.caught & NAMING
            or not isinstance(site.node, ast.expr)
        ):
            return
        if site.scope.owner(name) is not None or not is_name(name):
            return
        if hasattr(builtins, name) or name in BUILTINS or name == "get_ipython":
            call = site.parent if isinstance(site.parent, ast.Call) and site.parent.func is site.node else None
            lines = name if call is None else f"{name}()"
            yield Question("missing-builtin", lines, site, call or site.node, name)
        elif site.scope is self._names.top:  # perhaps a command of a shell, of which the hints know
            yield Question("magic", name, site, site.node, f"name '{name}' is not defined")

    # Attributes

    def _attribute(self, site: Site, node: ast.Attribute) -> Iterator[Question]:
        if not is_name(node.attr) or site.caught & LOOKING:
            return
        kind = self._kinds.of(node.value, site.scope, site.order)
        called = isinstance(site.parent, ast.Call) and site.parent.func is node
        if kind is None:
            yield from self._of_anything(site, node, called=called)
            return
        if kind.what == "module":
            yield from self._member(site, node, kind.name, called=called)
            return
        lines = source(kind, self._facts.modules)
        if lines is None or (kind.what == "instance" and not node.attr.startswith("__")):
            return
        if kind.what in ("instance", "class") and self._uses.has_method(kind.name, node.attr):
            return
        use = f"{lines[0]}{lines[1]}.{node.attr}{'()' if called else ''}"
        yield Question("missing-attribute", use, site, node, f"attribute '{node.attr}'")

    def _of_anything(self, site: Site, node: ast.Attribute, *, called: bool) -> Iterator[Question]:
        """What no value has here, of whatever kind this one is."""
        name = node.attr
        if self._strange or name in self._own:
            return
        owner = self._lost.get(name)
        if owner is not None:
            use = f"{SAMPLE[owner]}.{name}{'()' if called else ''}"
            yield Question("missing-attribute", use, site, node, f"attribute '{name}'")
        elif name.startswith("__") and name.endswith("__"):
            use = _ON_ANYTHING.format(f"{name}{'()' if called else ''}")
            yield Question("missing-attribute", use, site, node, f"attribute '{name}'")

    def _member(self, site: Site, node: ast.Attribute, module: str, *, called: bool) -> Iterator[Question]:
        if module not in self._facts.modules or f"{module}.{node.attr}" in self._facts.modules:
            return
        lines = f"import {module}\n{module}.{node.attr}"
        if node.attr not in self._facts.of_module(module):
            yield Question("missing-member", lines, site, node, node.attr)
        elif not called:  # what the host would have to answer
            yield Question("unsupported-use", lines, site, node, node.attr)

    def _new_attribute(self, site: Site, node: ast.Attribute) -> Iterator[Question]:
        kind = self._kinds.of(node.value, site.scope, site.order)
        if kind is None or kind.what not in ("function", "exception") or not is_name(node.attr):
            return
        lines = source(kind, self._facts.modules)
        if lines is not None and not site.caught & LOOKING:
            use = f"{lines[0]}{lines[1]}.{node.attr} = 1"
            yield Question("missing-attribute", use, site, node, f"attribute '{node.attr}'")


def _placed(alias: ast.alias, node: ast.stmt) -> ast.stmt:
    """A node with the alias's place, of the kind that places are made of."""
    return ast.copy_location(ast.Pass(), alias) if hasattr(alias, "lineno") else node
