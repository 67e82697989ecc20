"""What an import statement may name: Monty's modules and their members, and what the kernel adds to them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import cast

from .analysis import Place
from .facts import Facts
from .interface import Kind
from .supplied import supplied_modules

_BEFORE_IMPORT = re.compile(r"\A\s*+(?:try|else|finally|(?:if|except)\b[^:\n]*+)\s*+:\s*+")
_FROM_IMPORT = re.compile(r"\s*+from\s++([\w.]++)\s++import\b\s*+\(?([\w\s,]*+)", re.DOTALL)
_FROM = re.compile(r"\s*+from\s++([\w.]*\.)?")
_FROM_MODULE = re.compile(r"\s*+from\s++[\w.]++\s++")
_IMPORT = re.compile(r"\s*+import\s++(?:[\w.]++(?:\s++as\s++\w++)?+\s*+,\s*+)*+([\w.]*\.)?")


def importable(where: Place, start: int, facts: Facts) -> dict[str, Kind] | None:
    """The names that may begin at `start`; None if that is not in an import statement."""
    around = where.around
    if any(each.kind != "(" for each in around.stack):
        return None
    typed = _BEFORE_IMPORT.sub("", where.text[around.line_start : start])
    if match := _FROM_IMPORT.fullmatch(typed):
        if not re.search(r"(?:^|,)\s*\Z", match[2]):
            return {}  # after `as`, or after a name
        return _members(match[1], facts)
    if around.stack:
        return None
    if match := _FROM.fullmatch(typed):
        return _modules((match[1] or "").rstrip("."), facts, supplied=True)
    if _FROM_MODULE.fullmatch(typed):
        return {"import": "keyword"}
    if match := _IMPORT.fullmatch(typed):
        return _modules((match[1] or "").rstrip("."), facts, supplied=False)
    return {} if re.match(r"\s*(?:from|import)\s", typed) else None


def _modules(parent: str, facts: Facts, supplied: bool) -> dict[str, Kind]:
    names = {*facts.modules, *(name for name in supplied_modules() if supplied or "." not in name)}
    if not parent:
        return dict.fromkeys(sorted(name.split(".")[0] for name in names), "module")
    return dict.fromkeys(
        sorted(name[len(parent) + 1 :].split(".")[0] for name in names if name.startswith(f"{parent}.")), "module"
    )


def _members(module: str, facts: Facts) -> dict[str, Kind]:
    if module in supplied_modules():
        return supplied_modules()[module]
    return {**cast(Mapping[str, Kind], facts.of_module(module)), **_modules(module, facts, supplied=True)}
