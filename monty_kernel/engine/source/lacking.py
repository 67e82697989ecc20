"""Methods and attributes that Monty's built-in values lack, as in `text.translate(table)` and `match.lastgroup`.

`X.translate(table)` becomes `__mk_of_texts('translate', X, table)`, and `X.lastgroup` `__mk_at_patterns('lastgroup', X)`.
What X is, is looked at when the cell runs: an object of a class that has the name itself is asked for it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping

from .. import prelude
from . import SessionNames
from .accesses import call_edits
from .scopes import binds
from .source_map import ByteOffsets, Edit, Rewritten, opening

METHODS: Mapping[str, str] = {
    **dict.fromkeys(("format_map", "maketrans", "translate"), prelude.TEXTS),
    **dict.fromkeys(
        ("as_integer_ratio", "bit_count", "bit_length", "conjugate", "from_bytes", "is_integer", "to_bytes"),
        prelude.NUMBERS,
    ),
    **dict.fromkeys(("ctime", "fromisocalendar", "fromordinal", "isocalendar", "toordinal"), prelude.DATES),
    **dict.fromkeys(
        (
            "difference_update",
            "intersection_update",
            "symmetric_difference_update",
            "is_relative_to",
            "relative_to",
            "touch",
        ),
        prelude.PATHS,
    ),
}
"""Methods that Monty lacks, with the part of the prelude that knows each."""

PARTLY: Mapping[str, str] = {
    **dict.fromkeys(
        ("sub", "subn", "compile", "findall", "finditer", "fullmatch", "match", "search", "split"), prelude.PATTERNS
    ),
    "strptime": prelude.DATES,
    **dict.fromkeys(("read_text", "write_text", "update"), prelude.PATHS),
}
"""The same of methods that do less in Monty than in CPython."""

ATTRIBUTES: Mapping[str, str] = {
    **dict.fromkeys(("denominator", "imag", "numerator", "real"), prelude.NUMBERS),
    "lastgroup": prelude.PATTERNS,
    "parents": prelude.PATHS,
    "__name__": prelude.NAMING,
}
"""The same of attributes."""

NAMES = ("callable", "issubclass")
"""Built-in functions that Monty lacks, and the part `NAMING` has."""

MAY_LACK = re.compile(
    rf"\.\s*(?:(?:{'|'.join((*METHODS, 'sub', 'subn', 'strptime'))})\s*\(|(?:{'|'.join(ATTRIBUTES)})\b)"
    rf"|\b(?:{'|'.join(NAMES)})\b|\bencoding\s*=|\b(?:VERBOSE|re\.X)\b|\.\s*update\s*\("
)
"""What a text contains that has something to rewrite."""

# The kernel in the browser has these patterns too.
MAY_BE_VERBOSE = re.compile(r"\bVERBOSE\b|\.\s*X\b")
WHOLE_DATE = re.compile(r"(?!.*%f)(?=.*%[Yy])(?=.*%[mbB])(?=.*%d).*", re.DOTALL)
READ = re.compile(r"(?:[^\\]|\\[1-9](?!\w)|\\g<\w+>)*", re.DOTALL)
_NAMED = re.compile(r"(?P<brackets>(?:\s*\))*)\s*\.\s*(?P<name>\w+)\Z")


def lacking_edits(text: str, tree: ast.Module, places: ByteOffsets, names: SessionNames) -> Rewritten:
    """The edits, and the parts of the prelude that they need."""
    verbose = MAY_BE_VERBOSE.search(text) is not None
    edits: list[Edit] = []
    parts: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            part = METHODS.get(node.func.attr) or _does_less(node, node.func, verbose)
            found = [] if part is None else list(call_edits(text, places, node, node.func, f"__mk_of_{part}"))
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
            part = ATTRIBUTES.get(node.attr)
            if part == prelude.NAMING and isinstance(node.value, ast.Call):
                continue  # `type(x).__name__` is there
            found = [] if part is None else list(_attribute(text, node, part, places))
        else:
            continue
        if found and part is not None:
            edits += found
            parts.add(part)
    named = list(_named(text, tree, places, names)) if any(name in text for name in NAMES) else []
    if named:
        edits += named
        parts.add(prelude.NAMING)
    if prelude.NAMING in parts:
        parts.add(prelude.SHIPPED)
    return Rewritten(edits, frozenset(parts))


def _named(text: str, tree: ast.Module, places: ByteOffsets, names: SessionNames) -> Iterator[Edit]:
    """Built-in functions by their names, which neither the cell nor the session has for something else."""
    free = {name for name in NAMES if not binds(tree, name)}
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id in free]
    free &= names.undefined(frozenset(node.id for node in found)) if found else set()
    for node in found:
        span = start, end = places.span(node)
        if node.id in free and text[start:end] == node.id:
            yield Edit(start, end, f"__mk_{node.id}", span)


def _does_less(call: ast.Call, method: ast.Attribute, verbose: bool) -> str | None:
    """The part of the prelude for a call that asks for what Monty's method does not do; None for any other call."""
    name = method.attr
    if name in ("sub", "subn"):
        needs = verbose or name == "subn" or not _replaces_by_text(call)
    elif name == "strptime":
        form = call.args[1] if len(call.args) == 2 else None
        needs = not (isinstance(form, ast.Constant) and WHOLE_DATE.fullmatch(str(form.value)))
    elif name in ("read_text", "write_text"):
        needs = any(each.arg == "encoding" for each in call.keywords)
    elif name == "update":
        needs = len(call.args) > 1
    else:
        needs = name in PARTLY and verbose and isinstance(method.value, ast.Name)
    return PARTLY[name] if needs else None


def _replaces_by_text(call: ast.Call) -> bool:
    """Whether what `re.sub(pattern, text, …)` or `pattern.sub(text, …)` puts in place is a text that Monty reads as CPython."""
    at = 1 if len(call.args) > 2 else 0
    text = call.args[at] if len(call.args) > at else None
    return isinstance(text, ast.Constant) and READ.fullmatch(str(text.value)) is not None


def _attribute(text: str, node: ast.Attribute, part: str, places: ByteOffsets) -> Iterator[Edit]:
    span = start, end = places.span(node)
    value_end = places.span(node.value)[1]
    between = _NAMED.match(text[value_end:end])
    if start > value_end or between is None or between["name"] != node.attr:
        return
    yield opening(span, f"__mk_at_{part}({node.attr!r}, ")
    yield Edit(value_end + between.end("brackets"), end, ")", span)
