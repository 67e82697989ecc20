"""What a language model must know to write code for the sandbox, as a prompt: the tables behind the hints, as text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from monty_kernel.engine import shipped_names
from monty_kernel.engine.errors import unsupported as tables
from monty_kernel.engine.errors.shipped_hints import lacks
from monty_kernel.introspect.units import supplied_names

from .differences import DIFFERENCES

OF_THE_KERNEL = frozenset({*supplied_names(), "exit", "quit"})
"""Names that Monty lacks and the kernel gives every cell."""

REWRITTEN = frozenset({"the 'del' statement", "starred expressions (*expr)", "object"})
"""What the tables have hints for, and the kernel rewrites or Monty reads in all but odd places."""

MOST = 6_000
"""Characters of the short prompt."""

_HEAD = (
    "You write Python for notebook cells that run in Monty, a sandboxed interpreter of a subset of Python 3.14. What is "
    "listed here as missing raises an error. The rest is there: every kind of parameter, closures, lambdas, decorators of "
    "functions and classes, comprehensions, match, with, try, :=, f-strings, plain classes, @dataclass, del "
    "of names, items and slices (not of attributes), await at the top level of a cell."
)
_CELLS = (
    "A cell's last expression is shown; IPython.display has display, HTML, Markdown. There is no shell, network, process, "
    "thread or package to install. Files of the computer are there only if a person mounts them; you may write your own."
)
_CLASSES = (
    "Of your classes Monty calls only __init__, __repr__, __str__, __eq__, __hash__, __call__, __iter__, __next__, "
    "__contains__, __getitem__, __setitem__, __enter__, __exit__, arithmetic and conversions to int and float; not "
    "__len__, __lt__ and the other orderings, __getattr__, __format__: name such methods otherwise and call them, and sort "
    "with key=."
)
_METHODS = (
    "Methods of built-in values can be called, and given as key= or to map and filter; anywhere else write a lambda. "
    "Functions have no __name__, __doc__ or attributes. An exception carries one text, str(error)."
)


def dialect(*, long: bool = False) -> str:
    """The prompt.

    Args:
        long: Whether it says for everything what to write instead; otherwise it has at most `MOST` characters, and what
            is missing is only named where there is no room for more.

    Raises:
        ValueError: The tables have grown so much that even their names do not fit.
    """
    if long:
        return _text(_LONG)
    for detail in _SHORT:
        text = _text(detail)
        if len(text) <= MOST:
            return text
    raise ValueError(f"the names of what is missing take {len(text):,} characters, more than {MOST:,}")


class _Detail(NamedTuple):
    """What is said beside the names of what is missing."""

    everything: bool = False
    syntax: bool = False
    modules: bool = False
    classes: bool = True
    written: bool = True  # what the modules that are written for Monty leave out


_LONG = _Detail(everything=True, syntax=True, modules=True)
_SHORT = (
    _Detail(syntax=True, modules=True),
    _Detail(syntax=True),
    _Detail(modules=True),
    _Detail(),
    _Detail(written=False),
    _Detail(classes=False, written=False),
)


def _text(detail: _Detail) -> str:
    syntax, bases = _missing(tables.SYNTAX), _missing(tables.BASES)
    parts = [
        _HEAD,
        _CELLS,
        f"Modules, each with a part of what CPython's has; there are no others: {' '.join(sorted({*tables.MODULES, *shipped_names.MODULES}))}.",
        _listed("Syntax that is missing", dict.fromkeys(syntax.values()) if detail.syntax else syntax),
    ]
    if detail.everything:
        parts += [
            _advised("Built-in names that are missing", _builtins()),
            _advised("Members of modules that are missing, among others", _members()),
            _advised("Methods and attributes that are missing", _methods()),
            _advised("Base classes, and what to write instead of inheriting", bases),
            _advised("Modules that are missing", _modules()),
        ]
    else:
        parts += [
            f"Built-in names that are missing: {' '.join(_builtins())}.",
            f"Members of modules that are missing, among others: {_by_owner(_members() if detail.written else tables.INSTEAD_OF_MEMBER)}.",
            f"Methods and attributes that are missing: {_by_owner(_methods())}.",
            _missing_modules(advice=detail.modules),
        ]
        if detail.classes:
            parts.append(f"Do without these base classes too: {' '.join(bases)}.")
    parts += [
        _CLASSES,
        _METHODS,
        f"Encodings: {tables.ENCODINGS}.",
        _listed("Different without an error", [difference.sentence for difference in DIFFERENCES]),
    ]
    return "\n\n".join(parts) + "\n"


def _missing(table: Mapping[str, str]) -> dict[str, str]:
    return {name: advice for name, advice in table.items() if name not in REWRITTEN}


def _builtins() -> dict[str, str]:
    """The builtins that cells lack: the kernel supplies some that Monty does not have."""
    return {name: advice for name, advice in tables.BUILTINS.items() if name not in OF_THE_KERNEL}


def _members() -> dict[str, str]:
    """The members that modules lack: those of Monty's, and those that are written for it."""
    written = (*shipped_names.MODULES, *shipped_names.GAPS)
    lacking = {f"{module}.{name}": advice for module in written for name, advice in lacks(module).items()}
    return {**tables.INSTEAD_OF_MEMBER, **lacking}


def _modules() -> dict[str, str]:
    return {name: advice for name, advice in tables.INSTEAD_OF_MODULE.items() if name != "IPython"}


def _listed(title: str, lines: Iterable[str]) -> str:
    return "\n".join([f"{title}:", *(f"- {line}" for line in lines)])


def _advised(title: str, table: Mapping[str, str]) -> str:
    return _listed(title, (f"{name}: {advice}" for name, advice in table.items()))


def _methods() -> dict[str, str]:
    names = [f"{kind}.{name}" for kind, missing in tables.MISSING_METHODS.items() for name in sorted(missing)]
    names += [name for name in tables.INSTEAD_OF_METHOD if name not in names]
    return {name: tables.INSTEAD_OF_METHOD.get(name, "write what it does by hand.") for name in names}


def _by_owner(names: Iterable[str]) -> str:
    """`os: system popen; sys: exit` of `os.system`, `os.popen`, `sys.exit`."""
    owners: dict[str, list[str]] = {}
    for name in names:
        owner, _, member = name.rpartition(".")
        owners.setdefault(owner or "built-in values", []).append(member)
    return "; ".join(f"{owner}: {' '.join(members)}" for owner, members in owners.items())


def _missing_modules(*, advice: bool) -> str:
    """The missing modules: those with the same advice together, and that advice if there is room for it."""
    groups: dict[str, list[str]] = {}
    for name, its in _modules().items():
        groups.setdefault(its, []).append(name)
    if not advice:
        return f"Modules that are missing: {' '.join(_modules())}."
    lines = [f"{' '.join(names)}: {its}" for its, names in groups.items() if len(names) > 1]
    alone = " ".join(names[0] for names in groups.values() if len(names) == 1)
    return _listed("Modules that are missing", [*lines, alone])
