"""The prelude: source that runs inside Monty, never imported by CPython.

A session is fed `RECORD` before its first cell, and the other parts when a cell first needs them, because every
snapshot holds their bytecode, and 10 bytes for each instruction's place in the source. A dump after the first cell was
measured at 10 KB and 0.07 ms with `RECORD` alone, 61 KB and 0.35 ms with `SHOWING`, 148 KB and 0.9 ms with all parts.
Names begin with `__mk_`, which lists of variables leave out. Monty has no inheritance, no `yield`, no `del` and no
properties, so the files use none.

The prelude shares its globals with the cells. So that `list = [1, 2]` in a cell breaks nothing, the builtins that it
uses get names of their own when it is read: `len` in a file is `__mk_b_len` in the sandbox.
"""

from __future__ import annotations

import json
import re
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from ...charts import FIGURE
from ...outputs import Result

RECORD = "record"
SHOWING = "showing"
NAMES = "names"
VARIABLES = "variables"
TIMING = "timing"
OVERVIEW = "overview"
EXCEPTIONS = "exceptions"
CALLBACKS = "callbacks"
PRETTY = "pretty"
DELETING = "deleting"
LINES = "lines"
WRITING = "writing"
METHODS = "methods"
ENVIRONMENT = "environment"
MEDIA = "media"
PROGRESS = "progress"
BARS = "bars"
SPECIAL = "special"
SHELL = "shell"
PROOF = "proof"
LENGTHS = "lengths"
SHIPPED = "shipped"
PRINTING = "printing"
TEXTS = "texts"
NUMBERS = "numbers"
PATTERNS = "patterns"
DATES = "dates"
PATHS = "paths"
CLASSES = "classes"
NAMING = "naming"

PARTS = (
    RECORD, SHOWING, PRETTY, NAMES, MEDIA, SHELL, LENGTHS, VARIABLES, TIMING, OVERVIEW, EXCEPTIONS, CALLBACKS, DELETING, LINES,
    METHODS, WRITING,
    ENVIRONMENT,
    PROGRESS,
    BARS,
    SPECIAL,
    PROOF,
    SHIPPED,
    PRINTING,
    TEXTS,
    NUMBERS,
    PATTERNS,
    DATES,
    PATHS,
    CLASSES,
    NAMING,
)  # fmt: skip
"""Each is a file, and finds those before it. Beside them each module that is written for Monty is a part (`engine/shipped_modules.py`)."""

_FORMERLY = {"core": frozenset({RECORD, SHOWING})}
"""The parts that sessions of earlier versions, which are stored, had as one."""

BUILTINS = (
    "Exception", "NameError", "NotImplementedError", "PermissionError", "RecursionError", "TypeError",
    "bool", "bytes", "dict", "enumerate", "float", "frozenset", "getattr", "hasattr", "hash", "id", "int", "isinstance",
    "len", "list", "locals", "max", "min", "print", "range", "repr", "set", "sorted", "str", "sum", "tuple", "type", "zip",
)  # fmt: skip
_RARE = (
    "BaseException",
    "LookupError", "FileExistsError", "FileNotFoundError", "IsADirectoryError", "NotADirectoryError", "OSError", "TimeoutError",
    "IndexError", "OverflowError", "ValueError", "bin", "chr", "eval", "filter", "iter", "map", "object", "ord", "setattr",
)  # fmt: skip
"""Those that only the parts which use them define, so that other sessions need not hold them."""
_NAMES = "|".join((*BUILTINS, *_RARE))
_USE = re.compile(rf"""(?<![.\w'"])(?:(?<=\bis )|(?<=\bnot )|(?<=\bexcept )|(?<=\braise )|(?=\w+\())({_NAMES})\b""")
_PADDING = re.compile(r"^(?:(?P<gone>[ ]*(?:#.*)?\n)|(?:[ ]{4})+)", re.MULTILINE)


@cache
def source(part: str) -> str:
    """The Monty source of one part."""
    text = guarded(_read(part))
    rare = [name for name in _RARE if re.search(rf"\b__mk_b_{name}\b", text)]
    return "".join(f"__mk_b_{name} = {name}\n" for name in (*(BUILTINS if part == RECORD else ()), *rare)) + text


def present(parts: frozenset[str]) -> frozenset[str]:
    """The parts that a session has which was fed these, perhaps by an earlier version."""
    return parts.union(*(_FORMERLY.get(part, frozenset()) for part in parts))


def guarded(text: str) -> str:
    """Prelude source whose builtins no cell can replace. The session must have been fed `RECORD`.

    Comments are removed and indentation shrinks, because every snapshot holds the text of every feed.
    """
    return _USE.sub(r"__mk_b_\1", _PADDING.sub(_less_padding, text))


def _less_padding(match: re.Match[str]) -> str:
    return "" if match["gone"] is not None else " " * (len(match[0]) // 4)


def _read(part: str) -> str:
    return (Path(__file__).parent / f"{part}.py").read_text(encoding="utf-8")


# What it gives: MIME bundles, which a cell may have forged ------------------------------------------------------------

_DEPTH = 200
"""Levels of nested JSON that are shown: `json` recurses, and gives up at about a thousand."""


def mime_bundle(data: object, jsons: object) -> dict[str, Any]:
    """The bundle that the prelude built, with a figure in it drawn as a chart.

    Args:
        data: Texts by MIME type.
        jsons: JSON texts by MIME type; they are parsed.

    Raises:
        TypeError: They are something else: the cell called the prelude's functions itself.
        ValueError: A text is not JSON, or nested too deeply; or a figure cannot be drawn.
    """
    if not (isinstance(data, dict) and isinstance(jsons, dict)):
        raise TypeError("a MIME bundle maps MIME types to text")
    for key, value in (*data.items(), *jsons.items()):
        if not (isinstance(key, str) and isinstance(value, str)):
            raise TypeError("a MIME bundle maps MIME types to text")
    bundle = {**data, **{mime: _parsed(text) for mime, text in jsons.items()}}
    if FIGURE not in bundle:
        return bundle
    from ...charts.figure import drawn

    return drawn(bundle)


def json_object(text: object) -> dict[str, Any]:
    """Metadata, from the JSON text that the prelude made; empty text stands for no metadata.

    Raises:
        TypeError: It is not a JSON object.
        ValueError: It is not JSON, or nested too deeply.
    """
    value = _parsed(text) if isinstance(text, str) and text else {}
    if not isinstance(value, dict):
        raise TypeError(f"metadata must be a dict, not {type(value).__name__}")
    return value


def _parsed(text: str) -> Any:
    too_deep = f"JSON nested more than {_DEPTH} levels deep cannot be shown"
    try:
        value = json.loads(text)
    except RecursionError:
        raise ValueError(too_deep) from None
    level = [value] if text.count("[") + text.count("{") > _DEPTH else []
    for _ in range(_DEPTH):
        children = (child for node in level for child in (node.values() if isinstance(node, dict) else node))
        level = [child for child in children if isinstance(child, (dict, list))]
        if not level:
            return value
    raise ValueError(too_deep)


def result_of(bundle: object) -> Result | None:
    """The result that a cell's feed gave; None if it is not a bundle."""
    if not (isinstance(bundle, tuple) and len(bundle) == 3):
        return None
    texts, jsons, metadata = bundle
    with suppress(TypeError, ValueError):  # the cell redefined the prelude's functions: what is forged is not shown
        try:
            return Result(mime_bundle(texts, jsons), json_object(metadata))
        except ValueError:  # nested too deeply
            return Result(mime_bundle(texts, {}))
    return None
