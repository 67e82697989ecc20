"""A question to Monty: a few lines that use something, and where the notebook uses the same."""

from __future__ import annotations

import ast
import builtins
import keyword
from collections.abc import Iterable
from typing import NamedTuple

from .bindings import Site
from .kinds import SAMPLE, Kind

_LONGEST = 100  # characters of a name that is asked about

ANYTHING = frozenset({"Exception", "BaseException"})
IMPORTING = ANYTHING | {"ImportError", "ModuleNotFoundError"}
LOOKING = ANYTHING | {"AttributeError"}
NAMING = ANYTHING | {"NameError"}
CALLING = ANYTHING | {"TypeError", "NotImplementedError"}
OPENING = ANYTHING | {"OSError", "IOError", "FileNotFoundError", "PermissionError"}


class Question(NamedTuple):
    """Something to ask Monty.

    Attributes:
        code: The code of a finding, if the lines fail.
        lines: What uses the thing in question.
        site: Where the notebook uses it.
        place: The node to point at.
        expected: Words of the error's message; without them the lines failed for another reason.
        also: The number of another part that the error is about, such as that of a class.
        needed: Whether CPython is known to have the thing, so that a finding needs no hint.
        instead: What to write if no hint says so.
    """

    code: str
    lines: str
    site: Site
    place: ast.expr | ast.stmt
    expected: str
    also: int | None = None
    needed: bool = False
    instead: str = "Write it in another way."


def is_name(text: str) -> bool:
    """Whether a text can be asked about: a name, or names with dots between them."""
    return len(text) <= _LONGEST and all(
        part.isidentifier() and not keyword.iskeyword(part) for part in text.split(".")
    )


def imports(text: str, modules: Iterable[str]) -> str:
    """The lines that import what a text uses."""
    needed = (each for each in modules if "." not in each and f"{each}." in text)
    return "".join(f"import {each}\n" for each in sorted(needed))


def source(kind: Kind, modules: Iterable[str]) -> tuple[str, str] | None:
    """Lines, and after them an expression with a value of this kind; None if there are none."""
    name = kind.name
    match kind.what:
        case "value":
            return imports(SAMPLE[name], modules), SAMPLE[name]
        case "type" | "member":
            return imports(name, modules), name
        case "function":
            return "", "(lambda: 1)"
        case "exception" if name == "JSONDecodeError":
            return "import json\ntry: json.loads('{')\nexcept ValueError as error: kept = error\n", "kept"
        case "exception" if is_exception(name):
            return f"try: raise {name}('x')\nexcept {name} as error: kept = error\n", "kept"
        case "class" | "instance":
            return f"class {name}: pass\n", f"{name}{'()' if kind.what == 'instance' else ''}"
    return None


def is_exception(name: str) -> bool:
    """Whether this is the name of one of Python's exceptions."""
    host = getattr(builtins, name, None)
    return isinstance(host, type) and issubclass(host, BaseException)
