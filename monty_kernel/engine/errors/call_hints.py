"""Hints about calls: arguments that Python's functions take, and Monty's do not."""

from __future__ import annotations

import ast
import inspect
import re
import time
from importlib import import_module

from ..source import Failure
from .cell_code import failing_text, parse
from .host_python import host_type
from .sentences import say
from .unsupported import MODULES

_MOST_PARSED = 60  # characters of a date that is parsed here to see whether Python can
_DATE = ("%[dj]", "%[mbBj]", "%[Yy]")
_SEARCHES = re.compile(r"\.\s*(?:r?find|r?index|count)\s*\(")
_OF_BYTES = re.compile(r"\b(?:b|rb|br)['\"]", re.IGNORECASE)
_CALLED = re.compile(r"\s*([A-Za-z_]\w*(?:\.\w+)*)\s*\(")


def partial_date(failure: Failure, text: str, form: str) -> str | None:
    """For `strptime`, which wants a whole date in Monty."""
    if max(len(text), len(form)) > _MOST_PARSED or all(re.search(part, form) for part in _DATE):
        return None
    try:
        time.strptime(text, form)
    except ValueError:
        return None
    return say("no_partial_date")


def foreign_digits(failure: Failure, text: str) -> str | None:
    """For `int` and `float`, which know the digits of ASCII only in Monty."""
    return say("foreign_digits") if not text.isascii() and any(each.isdecimal() for each in text) else None


def search_in_bytes(failure: Failure) -> str | None:
    """For `data.find(98)`."""
    return say("no_search_for_number") if _SEARCHES.search(failing_text(failure)) else None


def pattern_of_bytes(failure: Failure) -> str | None:
    """For `re.compile(b'a')`. Python says the same where the pattern is a number."""
    return say("no_patterns_of_bytes") if _OF_BYTES.search(failing_text(failure)) else None


def writer_of_rows(failure: Failure) -> str | None:
    """For `csv.writer(sys.stdout)`."""
    return say("rows_into_files") if "sys.std" in failing_text(failure) else None


def unhashable(failure: Failure, type_name: str) -> str | None:
    """For what Python takes as a key."""
    host = host_type(type_name)
    return say("no_key", type_name) if host is not None and getattr(host, "__hash__", None) is not None else None


def unknown_argument(failure: Failure, name: str, option: str) -> str | None:
    """For a keyword that the function of the same name in Python has."""
    called = _CALLED.match(failing_text(failure))
    path = called[1] if called else name
    if path.rpartition(".")[2] != name:
        return None
    module, _, _ = (path if "." in path else _imported(failure, name)).rpartition(".")
    if module not in MODULES:
        return None
    try:
        parameters = inspect.signature(getattr(import_module(module), name, None)).parameters  # type: ignore[arg-type]
    except (TypeError, ValueError):  # it has none, or does not say which
        return None
    return say("no_argument", f"{module}.{name}", option) if option in parameters else None


def _imported(failure: Failure, name: str) -> str:
    """Where the failing cell imports a name from, with a dot and the name; empty if it does not."""
    cell = failure.frames[-1].cell if failure.frames else None
    tree = parse(cell.text) if cell is not None else None
    for node in ast.walk(tree) if tree is not None else ():
        if isinstance(node, ast.ImportFrom) and any(name == alias.name and not alias.asname for alias in node.names):
            return f"{node.module}.{name}"
    return ""
