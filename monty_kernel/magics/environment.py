"""%env, %set_env: the session's own `os.environ`, by code that runs in the sandbox."""

from __future__ import annotations

import argparse
import re
import string
from collections.abc import Iterator
from itertools import islice

from monty_kernel.engine import prelude
from monty_kernel.engine.frontend import UsageError
from monty_kernel.engine.source import Rewrite
from monty_kernel.engine.source.environment import SECRETS
from monty_kernel.engine.source.syntax_trees import require_expression

from .declare import Family, shortened

family = Family("Environment variables")

_PARTS = frozenset({prelude.ENVIRONMENT})
_OWN = "os.environ is the session's own, and has none of this computer's variables"
_DOLLAR = re.compile(r"\$(\$?)([^\W\d]\w*(?:\.[^\W\d]\w*)*)")
_SPEC = re.compile(r"(?:[^'\"{}\\]?[<>=^])?[-+ ]?#?0?\d{0,3}[,_]?(?:\.\d{1,3})?[bcdeEfFgGnosxX%]?")
"""The formats of numbers and text. Monty refuses a cell that has another one."""

_MOST_PIECES = 100


@family.line("env", code="[NAME | NAME=VALUE]")
def env(arguments: argparse.Namespace) -> Rewrite:
    """Return the environment variables of the session, or one of them; or set one.

    Listed together, values whose names hint at a secret are hidden. `{expression}` and `$name` in a value are replaced,
    as in IPython.
    """
    text = arguments.code.text
    if not text:
        none = f"No environment variable is set: {_OWN}. %env NAME=VALUE sets one."
        secret = " or ".join(f"{word!r} in __mk_n.lower()" for word in SECRETS)
        return Rewrite(
            before=f"None if __mk_environ else __mk_b_print({none!r})",
            value=f"{{__mk_n: '<hidden>' if {secret} else __mk_environ[__mk_n] for __mk_n in __mk_environ}}",
            parts=_PARTS,
        )
    if "=" in text or " " in text:
        return _set(text, "env")
    missing = f"%env: {shortened(text)} is not set: {_OWN}. %env NAME=VALUE sets one."
    got = f"(__mk_environ[{text!r}] if {text!r} in __mk_environ else __mk_magic('!usage', {missing!r}))"
    return Rewrite(before=got, parts=_PARTS, is_expression=True)


@family.line("set_env", code="NAME=VALUE")
def set_env(arguments: argparse.Namespace) -> Rewrite:
    """Set an environment variable of the session, like `%env NAME=VALUE`."""
    return _set(arguments.code.text, "set_env")


def _set(text: str, magic: str) -> Rewrite:
    name, _, value = (part.strip() for part in text.partition("=" if "=" in text else " "))
    if not name or (not value and "=" not in text):
        raise UsageError(f"%{magic}: usage is '%{magic} NAME=VALUE'.")
    if re.search(r"[\s\0]", name) or "\0" in value:
        raise UsageError(f"%{magic}: {shortened(name)!r} cannot be the name of a variable: write os.environ[...] = ...")
    place = f"__mk_environ[{name!r}]"
    lines = [f"{place} = {value!r}"]
    if (expanded := _expanded(value)) is not None:
        lines = ["try:", f" {place} = {expanded}", "except Exception:", f" {lines[0]}"]
    return Rewrite(before="\n".join([*lines, f"__mk_b_print({f'env: {name}='!r} + {place})"]), parts=_PARTS)


def _expanded(value: str) -> str | None:
    """Code that makes the value with its expressions replaced; None if it has none. If one fails, IPython replaces none."""
    try:
        pieces = list(islice(_pieces(value), _MOST_PIECES + 1))
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return None
    return " + ".join(pieces) if pieces != [repr(value)] and 0 < len(pieces) <= _MOST_PIECES else None


def _pieces(value: str) -> Iterator[str]:
    for literal, field, spec, conversion in string.Formatter().parse(value):
        position = 0
        for found in _DOLLAR.finditer(literal):
            yield repr(literal[position : found.start()])
            yield repr("$" + found[2]) if found[1] else _formatted(found[2])
            position = found.end()
        yield repr(literal[position:])
        if field is not None:
            require_expression(field)
            yield _formatted(field, spec or "", conversion)


def _formatted(expression: str, spec: str = "", conversion: str | None = None) -> str:
    if not _SPEC.fullmatch(spec) or conversion not in (None, "r", "s"):
        raise ValueError("not a plain format")
    layout = (f"!{conversion}" if conversion else "") + (f":{spec}" if spec else "")
    return f"(lambda __mk_v: f'{{__mk_v{layout}}}')({expression})"
