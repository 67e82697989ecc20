"""Writes the tables of docs/language.md from the modules that are written for Monty: python docs/modules_tables.py [--check]

A table stands between `<!-- modules: KIND -->` and `<!-- end -->`, where KIND is `written` (modules that Monty lacks) or
`gaps` (names that modules of Monty's get). What a module lacks is the paragraph of its docstring that begins with `Lacks:`.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from monty_kernel.engine.shipped_modules import file_of
from monty_kernel.engine.shipped_names import GAP, GAPS, MODULE, MODULES

PAGE = Path(__file__).with_name("language.md")
_TABLE = re.compile(r"(<!-- modules: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
_LACKS = re.compile(r"^Lacks: (.+?)(?:\n\n|\Z)", re.DOTALL | re.MULTILINE)


def with_tables(page: str) -> str:
    """The page with both of its tables made anew."""
    return _TABLE.sub(lambda found: found[1] + "\n".join([*_table(found[2]), ""]) + found[3], page)


def _table(kind: str) -> Iterator[str]:
    if kind == "written":
        yield from ("| module | what it is | what it lacks |", "| --- | --- | --- |")
        for name in sorted(MODULES):
            yield _row(f"`{name}`", _doc(MODULE + name).partition("\n\n")[0], _lacks(MODULE + name))
    else:
        yield from ("| module | what it gets | what it still lacks, among others |", "| --- | --- | --- |")
        for name in sorted(GAPS):
            yield _row(f"`{name}`", ", ".join(f"`{each}`" for each in GAPS[name]), _lacks(GAP + name))


def _row(*cells: str) -> str:
    return "| " + " | ".join(" ".join(cell.split()).replace("|", "\\|") for cell in cells) + " |"


def _doc(part: str) -> str:
    return ast.get_docstring(ast.parse(file_of(part).read_text(encoding="utf-8"))) or ""


def _lacks(part: str) -> str:
    found = _LACKS.search(_doc(part))
    return found[1] if found else "–"


if __name__ == "__main__":
    before = PAGE.read_text(encoding="utf-8")
    after = with_tables(before)
    if "--check" not in sys.argv:
        PAGE.write_text(after, encoding="utf-8")
    elif after != before:
        sys.exit("The tables of docs/language.md are out of date. Run python docs/modules_tables.py.")
