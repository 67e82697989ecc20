"""What completion and inspection know of Monty: names, modules, members, keyword arguments, and documentation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from monty_kernel.engine.prelude import guarded
from monty_kernel.introspect import documentation, facts, live, place, stub, units

_ADDRESS = re.compile(r" at 0x[0-9a-f]+")

PART = "introspection"
"""The name of introspection's own part of the prelude."""

_TEXT = r"""
def __mk_see_text(copy):
    # the text of what __mk_see_copy made
    if type(copy) is not __mk_see_boxes[1]: return repr(copy)
    name = copy[0]
    if len(copy) < 3: return copy[1] if len(copy) == 2 else "<" + name + ">"
    parts, length = copy[1], copy[2]
    if name == "str" or name == "bytes": return repr(parts[0]) + "..."
    pairs = name == "dict" or name == "defaultdict" or name == "Counter"
    texts = []
    for each in parts: texts.append(__mk_see_text(each[0]) + ": " + __mk_see_text(each[1]) if pairs else __mk_see_text(each))
    if length > len(parts): texts.append("...")
    if len(texts) == 0 and (name == "set" or name == "frozenset"): return name + "()"
    inside = ", ".join(texts) + ("," if name == "tuple" and len(texts) == 1 else "")
    if name == "list": return "[" + inside + "]"
    if name == "tuple": return "(" + inside + ")"
    if name == "set" or name == "dict": return "{" + inside + "}"
    return name + "({" + inside + "})" if pairs or name == "frozenset" else name + "([" + inside + "])"
def __mk_see_shown(scope, path):
    # -> [text or None, length or None, docstring or None]
    found = __mk_see_value(scope, path)
    if found is None: return None
    copy = found[0]
    opaque = type(copy) is __mk_see_boxes[1] and len(copy) == 1
    return [None if opaque else __mk_see_text(copy), found[1], found[2]]
"""


def prelude_part() -> str:
    """The functions that look at values without running any of their code."""
    return guarded(live.INTROSPECTION_PRELUDE + _TEXT)


@cache
def _facts() -> facts.Facts:
    found = facts.load_facts()
    if not found.builtins:
        raise RuntimeError("Monty could not be asked what it has")
    return found


def language() -> dict[str, Any]:
    """What may be completed. Kinds are shown as icons."""
    known = _facts()
    return {
        "scope": guarded("locals()"),
        "builtins": known.builtins,
        "keywords": sorted(known.keywords),
        "modules": sorted(known.modules),
        "members": known.members,
        "methods": known.methods,
        "classMembers": {key: kinds for key, kinds in known.class_members.items() if kinds != known.methods.get(key)},
        "typeNames": dict(sorted(known.type_names.items())),
        "arguments": {name: sorted(names) for name, names in known.arguments.items() if names},
        "supplied": units.supplied_names(),
        "suppliedModules": units.supplied_modules(),
        "stub": {"label": units.LABEL, "text": stub.STUB},
        "notPython": sorted(place.NOT_PYTHON),
    }


def documented() -> dict[str, Any]:
    """The documentation of what Monty has: `[kind, signature, docstring, parameters]` by name."""
    docs = {doc.name: [doc.kind, _stable(doc.signature), doc.doc, list(doc.parameters)] for doc in _docs()}
    return dict(sorted(docs.items()))


def _stable(signature: str | None) -> str | None:
    return signature and _ADDRESS.sub("", signature)  # of CPython's own default values


def _docs() -> Iterator[documentation.Doc]:
    known = _facts()
    for name in known.builtins:
        yield documentation.builtin_doc(name, known)
    for module in known.modules:
        yield documentation.module_doc(module, known)
        for name in known.of_module(module):
            yield documentation.member_doc(module, name, known)
    for key, names in known.methods.items():
        if "." in key or key not in known.builtins:
            yield documentation.type_doc(key, known)
        for name in names:
            yield documentation.method_doc(key, name, known)
