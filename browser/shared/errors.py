"""What explaining an error knows: sentences, tables of what Monty lacks, and what Python has."""

from __future__ import annotations

import builtins
import inspect
import io
import re
import sys
from _strptime import TimeRE  # type: ignore[import-not-found]
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from encodings.aliases import aliases
from importlib import import_module
from typing import Any

from monty_kernel.engine import host, limits, shipped_names
from monty_kernel.engine.errors import (
    asked_in_vain,
    cell_code,
    hints,
    host_python,
    object_hints,
    shipped_hints,
    unsupported,
)
from monty_kernel.engine.errors.sentences import SENTENCES
from monty_kernel.engine.source.star_names import PARTLY, STAR_NAMES

from .patterns import javascript

_NO_PLOTS = "There is no plotting here: build SVG or HTML in the cell and display it."
"""What a page says of modules that draw: it has nothing that draws the figures of matplotlib.pyplot."""


def errors() -> dict[str, Any]:
    """The sentences and the tables behind the hints."""
    return {
        "sentences": dict(SENTENCES),
        "rules": {name: [_rule(*rule) for rule in rules] for name, rules in hints.RULES.items()},
        "limits": {name: list(limit) for name, limit in hints.LIMITS.items()},
        "limit_options": {kind.name: [kind.option, kind.unit] for kind in limits.KINDS.values()},
        "not_an_exception": cell_code.NOT_AN_EXCEPTION,
        "cannot_wait": asked_in_vain.CANNOT_WAIT,
        "of_the_host": dict(host.OF_THE_HOST),
        "called_by_name": sorted(host.CALLED_BY_NAME),
        "unsupported": {
            "modules": list(unsupported.IMPORTABLE),
            "syntax": dict(unsupported.SYNTAX),
            "bases": dict(unsupported.BASES),
            "exception_base": unsupported.EXCEPTION_BASE,
            "builtins": dict(unsupported.BUILTINS),
            "instead_of_module": {
                name: _NO_PLOTS if text == unsupported.PLOTS else text
                for name, text in unsupported.INSTEAD_OF_MODULE.items()
            },
            "instead_of_member": dict(unsupported.INSTEAD_OF_MEMBER),
            "instead_of_command": dict(unsupported.INSTEAD_OF_COMMAND),
            "instead_of_method": dict(unsupported.INSTEAD_OF_METHOD),
            "lacks": {
                name: dict(found)
                for name in (*shipped_names.MODULES, *shipped_names.GAPS)
                if (found := shipped_hints.lacks(name))
            },
            "magic_words": sorted(unsupported.MAGIC_WORDS),
            "missing_methods": _lists(unsupported.MISSING_METHODS),
            "encodings": unsupported.ENCODINGS,
        },
        "objects": {
            "probed": sorted(object_hints.PROBED),
            "of_every_class": sorted(object_hints.OF_EVERY_CLASS),
            "of_instances": _lists(object_hints.OF_INSTANCES),
            "files": {name: sorted(dir(getattr(io, name.removeprefix("_io.")))) for name in sorted(object_hints.FILES)},
            "missing_of_files": dict(object_hints.MISSING_OF_FILES),
            "order": dict(object_hints.ORDER),
            "in_place": dict(object_hints.IN_PLACE),
            "aliases": dict(object_hints.ALIASES),
        },
    }


def host_python_facts() -> dict[str, Any]:
    """What the Python has that the hints compare Monty with."""
    special = {name for kind in (int, list, dict, type) for name in dir(kind) if name.startswith("__")}
    return {
        "builtins": " ".join(sorted(dir(builtins))),
        "object": " ".join(sorted(dir(object))),
        "exception": " ".join(sorted(dir(BaseException))),
        "special": " ".join(sorted(name for name in special if any(hasattr(kind, name) for kind in (int, list, dict)))),
        "stdlib": " ".join(sorted(sys.stdlib_module_names)),
        "encodings": " ".join(sorted({*aliases, *aliases.values()})),
        "modules": {name: " ".join(sorted(dir(import_module(name)))) for name in host_python.OF_PYTHON},
        "types": {name: _type(name) for name in _types()},
        "parameters": dict(_parameters()),
        "times": _times(),
    }


def _rule(pattern: str, rule: str | Callable[..., str | None]) -> list[str]:
    """A pattern, and the hint, or the name of what makes it with its module, such as `object_hints.no_len`."""
    written = javascript(re.compile(pattern, re.DOTALL))
    if isinstance(rule, str):
        return [written, rule, ""]
    return [written, "", f"{rule.__module__.rpartition('.')[2]}.{rule.__name__.lstrip('_')}"]


def _types() -> Iterable[str]:
    """The names that Monty's messages may have for a type."""
    found = {name for name in dir(builtins) if isinstance(getattr(builtins, name), type)}
    found |= {*host_python.NAMED, *host_python.IN_MODULES}
    for module in unsupported.MODULES:
        members = vars(import_module(module))
        found |= {
            f"{module}.{name}" for name, each in members.items() if isinstance(each, type) and not name.startswith("_")
        }
    return sorted(found)


def _type(name: str) -> list[str]:
    """What kind of type it is, and what it has that not every object, or every exception, has."""
    kind = host_python.host_type(name)
    assert kind is not None
    exception = issubclass(kind, BaseException)
    plain = dir(BaseException) if exception else dir(object)
    unhashable = getattr(kind, "__hash__", None) is None
    return ["exception" if exception else "unhashable" if unhashable else "", " ".join(sorted({*dir(kind)} - {*plain}))]


def _parameters() -> Iterator[tuple[str, str]]:
    """The names of the parameters of the functions that Monty has, by `module.name`."""
    for module in unsupported.MODULES:
        members = vars(import_module(module))
        for name in sorted(members if module in PARTLY else STAR_NAMES.get(module, ())):
            with suppress(TypeError, ValueError, KeyError):  # it has none, or does not say which
                found = " ".join(inspect.signature(members[name]).parameters)
                if found:
                    yield f"{module}.{name}", found


def _times() -> dict[str, str]:
    """What `time.strptime` takes for a directive, as patterns."""
    return {
        name: javascript(re.compile(pattern.replace("(?-i:Z)", "Z"), re.IGNORECASE))
        for name, pattern in sorted(TimeRE().items())
    }


def _lists(sets: Any) -> dict[str, list[str]]:
    return {name: sorted(members) for name, members in sets.items()}
